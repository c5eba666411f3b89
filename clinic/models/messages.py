"""The outbox: a letter is a row first, written in the transaction of the fact."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.crypto import EncryptedJSONField, EncryptedTextField
from clinic.models.fields import UidField
from clinic.models.patients import Patient


class Message(models.Model):
    """A letter or text to one person. The text is rendered when a worker claims it, and kept."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("text message")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("dropped")

    uid = UidField()
    kind = models.CharField(_("kind"), max_length=40)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    subject_uid = models.UUIDField(_("about"), help_text=_("The uid of the visit, request or screening."))
    sequence = models.PositiveIntegerField(_("sequence"), default=0)
    # A message that staff sent once more is a row of its own beside the first.
    again = models.PositiveSmallIntegerField(_("sent again"), default=0)
    again_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="sent_again", verbose_name=_("first")
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    to = EncryptedTextField(_("to"))
    language = models.CharField(_("language"), max_length=12, default="en")
    context = EncryptedJSONField(_("context"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    planned_at = models.DateTimeField(_("send at"))
    not_after = models.DateTimeField(_("not after"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(
        _("delivered"), null=True, blank=True, help_text=_("As the gateway or the mail provider told us.")
    )
    replied_at = models.DateTimeField(
        _("answered"), null=True, blank=True, help_text=_("When a text came back from this number.")
    )
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("last error"), max_length=240, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=120, blank=True)
    title = EncryptedTextField(_("subject line"), blank=True, default="")
    text = EncryptedTextField(_("text"), blank=True, default="")
    html = EncryptedTextField(_("HTML"), blank=True, default="")
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        permissions = [("send_again", _("may send messages again"))]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["planned_at"], condition=Q(state="planned"), name="message_due"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="message_stuck"),
            models.Index(fields=["planned_at"], name="message_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_uid", "sequence", "kind", "channel", "again"],
                name="message_once",
                violation_error_message=_("This message was already written."),
            ),
            models.CheckConstraint(
                condition=Q(again=0, again_of__isnull=True) | Q(again__gt=0, again_of__isnull=False),
                name="message_again_has_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.channel})"

    @staticmethod
    def new_claim() -> uuid.UUID:
        """Return a mark by which a worker knows the rows it has claimed."""
        return uuid.uuid4()
