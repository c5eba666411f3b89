"""What a patient owes for a visit that was cancelled late or missed. Recorded, never charged."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models.appointments import Appointment
from clinic.crypto import EncryptedTextField
from clinic.models.fields import UidField


class FeeQuerySet(models.QuerySet["Fee"]):
    """Questions about fees."""

    def standing(self) -> "FeeQuerySet":
        """Leave out those that were taken back with the act that they were for."""
        return self.filter(taken_back_at__isnull=True)


class Fee(models.Model):
    """A fee for one visit, waived or not. `booking.diary.fees` is its only writer."""

    class Kind(models.TextChoices):
        LATE_CANCEL = "late_cancel", _("cancelled late")
        NO_SHOW = "no_show", _("did not come")

    uid = UidField()
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="fees")
    kind = models.CharField(_("for"), max_length=12, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=8, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    at = models.DateTimeField(_("recorded"))
    # The visit takes place after all: the cancel or the no-show was undone.
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    waived_at = models.DateTimeField(_("waived"), null=True, blank=True)
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("waived by")
    )
    waive_reason = EncryptedTextField(_("why it was waived"), blank=True, default="")

    objects = FeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("fee")
        ordering = ["-id"]
        permissions = [("waive_fee", _("may waive fees"))]
        indexes = [models.Index(fields=["-at"], name="fee_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(taken_back_at__isnull=True),
                name="fee_once_for_a_visit",
                violation_error_message=_("This visit has a fee already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="fee_is_some_money",
                violation_error_message=_("A fee is more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(waived_at__isnull=True, waived_by__isnull=True)
                | Q(waived_at__isnull=False, waived_by__isnull=False),
                name="fee_waived_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.amount} {self.currency}"

    @property
    def is_owed(self) -> bool:
        """Say whether it still stands and nobody has waived it."""
        return self.taken_back_at is None and self.waived_at is None
