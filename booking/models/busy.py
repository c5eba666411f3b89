"""The address of a practitioner's own calendar, and how reading it went last."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.crypto import EncryptedTextField
from clinic.models import Practitioner


class OwnCalendar(models.Model):
    """A calendar outside that says when a practitioner is busy. `booking.busy.acts` is its only writer.

    Its address is a secret: whoever has it reads the calendar. The busy times are `TimeOff` rows that are imported;
    what they are for is not kept.
    """

    class Trouble(models.TextChoices):
        """Why the last try failed."""

        ADDRESS = "address", _("the address leads to a place that we do not read from")
        NO_ANSWER = "no_answer", _("nobody answers there")
        REFUSED = "refused", _("the address is not there any more, or is not for us")
        TOO_LARGE = "too_large", _("what is there is larger than any calendar")
        NO_CALENDAR = "no_calendar", _("what is there is not a calendar file")
        TOO_MUCH = "too_much", _("it has more events than can be read")

    practitioner = models.OneToOneField(Practitioner, on_delete=models.CASCADE, related_name="own_calendar")
    address = EncryptedTextField(_("address"))
    next_at = models.DateTimeField(_("read next at"))
    read_at = models.DateTimeField(_("last read"), null=True, blank=True)
    # When the whole file was last read, not just found unchanged: as time goes on, more of it comes into sight.
    whole_at = models.DateTimeField(null=True, blank=True, editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    changed = models.CharField(max_length=60, blank=True, editable=False)
    trouble = models.CharField(_("trouble"), max_length=12, choices=Trouble, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    unread = models.PositiveIntegerField(_("events not understood"), default=0)

    class Meta:
        verbose_name = _("own calendar")
        ordering = ["practitioner"]
        indexes = [models.Index(fields=["next_at"], name="own_calendar_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(trouble="", failing_since__isnull=True) | (~Q(trouble="") & Q(failing_since__isnull=False)),
                name="own_calendar_trouble_has_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.practitioner)

    def is_being_read(self, now: datetime) -> bool:
        """Say whether it is due to be read at once."""
        return self.next_at <= now
