"""Which records of patients were found to be one person's, and which are not."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.crypto import EncryptedJSONField
from clinic.models.fields import UidField
from clinic.models.patients import Patient

# So long a merge may be taken back.
UNDO_WITHIN = timedelta(days=1)


class PatientMerge(models.Model):
    """One record was merged into another: what moved and what changed, so that it can be taken back. Kept for good."""

    uid = UidField()
    kept = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merged_by")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("merged"))
    # Keys of the rows that moved, by table; what acts have to know to go back.
    moved = models.JSONField(_("moved"), default=dict, blank=True)
    # What the record that was kept said before and after, by field.
    before = EncryptedJSONField(_("before"), default=dict, blank=True)
    after = EncryptedJSONField(_("after"), default=dict, blank=True)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("merge of patients")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(undone_at__isnull=True),
                name="merge_once",
                violation_error_message=_("This record was merged already."),
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("gone")),
                name="merge_of_two",
                violation_error_message=_("A record cannot be merged into itself."),
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} > {self.kept_id}"

    @property
    def undo_until(self) -> datetime:
        """Return until when the merge may be taken back."""
        return self.at + UNDO_WITHIN


class TwoPeople(models.Model):
    """Somebody has looked at two records and said that they are two people: they are not suggested again."""

    one = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("two people")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="two_people_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="two_people_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id}, {self.other_id}"
