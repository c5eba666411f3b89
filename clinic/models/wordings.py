"""What a manager wrote in place of the words that a message is shipped with."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.fields import UidField
from clinic.models.messages import Message


class MessageText(models.Model):
    """The words of one kind of message, by one channel, in one language. Each change is a row; one of them counts.

    A text message has a body only.
    """

    uid = UidField()
    kind = models.CharField(_("kind"), max_length=40)
    channel = models.CharField(_("channel"), max_length=8, choices=Message.Channel)
    language = models.CharField(_("language"), max_length=12)
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    lead = models.CharField(_("first line"), max_length=150, blank=True)
    body = models.TextField(_("text"), max_length=4000)
    current = models.BooleanField(_("counts"), default=True)
    made_at = models.DateTimeField(_("written"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("by")
    )
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("message text")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "channel", "language"],
                condition=Q(current=True),
                name="message_text_once",
                violation_error_message=_("Somebody saved another text for this message just now."),
            ),
            models.CheckConstraint(
                condition=Q(current=True, ended_at__isnull=True) | Q(current=False, ended_at__isnull=False),
                name="message_text_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.channel}, {self.language})"

    @property
    def parts(self) -> dict[str, str]:
        """Return the words by part, as `clinic.placeholders` reads them."""
        if self.channel == Message.Channel.SMS:
            return {"sms": self.body}
        return {"subject": self.subject, "lead": self.lead, "body": self.body}
