"""Texts that patients send us."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.crypto import EncryptedTextField
from clinic.models import Patient
from clinic.models.fields import UidField


class ReceivedText(models.Model):
    """One text that came in through the gateway, and what followed from it. `intake.texts` is its only writer."""

    class Did(models.TextChoices):
        QUEUE = "queue", _("to the call queue")
        ALERT = "alert", _("words that worry us: a PT calls")
        CONFIRMED = "confirmed", _("confirmed a visit")
        STOPPED = "stopped", _("no more texts")
        STARTED = "started", _("texts again")
        HELP = "help", _("told how to reach us")

    uid = UidField()
    gateway_id = models.CharField(_("number at the gateway"), max_length=64, unique=True)
    number = models.CharField(_("from"), max_length=20, db_index=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="texts")
    text = EncryptedTextField(_("what it says"), blank=True, default="")
    did = models.CharField(_("what followed"), max_length=10, choices=Did)
    answer = EncryptedTextField(_("what we answered"), blank=True, default="")
    at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("received text")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.number}, {wording.stamped(timezone.localtime(self.at))}"
