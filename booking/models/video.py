"""What patients say when they come to a visit by video: where they are, and whom to call if something happens."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.appointments import Appointment
from clinic import wording
from clinic.crypto import EncryptedTextField
from clinic.models.fields import UidField


class VideoJoin(models.Model):
    """A patient came to the waiting room of a visit by video. Each time is a row, and the newest counts.

    `booking.diary` is its only writer. Help would have to find the `address`; the `state` is where the practitioner
    had to hold a license at that moment.
    """

    uid = UidField()
    submission = models.UUIDField(_("submission"), unique=True, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="joins")
    at = models.DateTimeField(_("came"))
    address = EncryptedTextField(_("where they are"))
    state = models.CharField(_("state they are in"), max_length=2)
    phone = EncryptedTextField(_("call-back number"))
    contact_name = EncryptedTextField(_("emergency contact"))
    contact_phone = EncryptedTextField(_("phone of the contact"))
    minor = models.BooleanField(_("under 18"), default=False)
    adult_name = EncryptedTextField(_("adult in the room"), blank=True, default="")
    adult_here = models.BooleanField(_("an adult is in the room"), default=False)
    # The cookie by which the browser that said this need not say it again; see clinic.links.
    link_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("coming to a visit by video")
        verbose_name_plural = _("coming to visits by video")
        ordering = ["id"]
        indexes = [models.Index(fields=["appointment", "at"], name="video_join_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(minor=False) | Q(adult_here=True),
                name="video_join_minor_has_adult",
                violation_error_message=_("Somebody under 18 needs an adult in the room."),
            ),
            models.CheckConstraint(
                condition=~Q(state=""),
                name="video_join_has_state",
                violation_error_message=_("Say in which state the patient is."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} {wording.stamped(timezone.localtime(self.at))}"
