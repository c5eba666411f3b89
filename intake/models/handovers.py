"""A short code by which somebody who stands at the desk answers the questions on their own phone, or on our tablet."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.models import Patient
from clinic.models.fields import UidField

# Letters and digits that nobody takes for another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6


class HandOver(models.Model):
    """One code for one patient, good for a few minutes and one check. `intake.handovers` is its only writer."""

    uid = UidField()
    code = models.CharField(_("code"), max_length=LENGTH, unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="hand_overs")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("when"))
    expires_at = models.DateTimeField(_("good until"))
    begun_at = models.DateTimeField(_("begun"), null=True, blank=True)

    class Meta:
        verbose_name = _("code for the questions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="hand_over_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {wording.stamped(timezone.localtime(self.created_at))}"
