"""What people ask for without booking: a call, an answer, a price, help for a team."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.crypto import EncryptedJSONField, EncryptedTextField
from clinic.models import Patient
from clinic.models.fields import UidField


class RequestQuerySet(models.QuerySet["Request"]):
    """Questions about sets of requests."""

    def unanswered(self) -> "RequestQuerySet":
        """Return the requests that still wait for us."""
        return self.filter(state=Request.State.NEW)

    def late(self, now: datetime) -> "RequestQuerySet":
        """Return the requests whose promise is broken."""
        return self.unanswered().filter(due_at__lt=now)


class Request(models.Model):
    """One filled-in request form."""

    class Kind(models.TextChoices):
        DISCOVERY = "discovery", _("Free discovery session")
        QUESTION = "question", _("Ask a PT")
        COST = "cost", _("Availability and cost")
        TEAM = "team", _("Team")

    class State(models.TextChoices):
        NEW = "new", _("waiting for us")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")

    uid = UidField()
    submission = models.UUIDField(_("submission"), unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="requests")
    name = models.CharField(_("name"), max_length=160)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    interpreter = models.CharField(_("interpreter for"), max_length=60, blank=True)
    texts_ok = models.BooleanField(_("texts are fine"), default=False)
    text = EncryptedTextField(_("their words"), blank=True, default="")
    details = EncryptedJSONField(_("details"), default=dict, blank=True)
    alert = models.CharField(_("alert"), max_length=12, blank=True, help_text=_("A watch list was hit."))
    due_at = models.DateTimeField(_("answer due"))
    answer = EncryptedTextField(_("our answer"), blank=True, default="")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="answered_requests"
    )
    link_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("received"))

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        permissions = [("answer_requests", _("may read and answer requests"))]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="new"), name="request_due"),
            models.Index(fields=["created_at"], name="request_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""),
                name="request_reachable",
                violation_error_message=_("Give a phone number or an e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"
