"""Who did or saw what, when: append-only, without health values."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.constraints import AppendOnly


class AuditEvent(models.Model):
    """One act or one look. It refers to its subject by uid, so that erasure works."""

    at = models.DateTimeField(_("when"))
    act = models.CharField(_("act"), max_length=60)
    subject_uid = models.UUIDField(_("subject"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("who")
    )
    actor_label = models.CharField(_("kind of actor"), max_length=20, default="system")
    ip = models.GenericIPAddressField(_("from"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=32, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit event")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_uid", "at"], name="audit_subject"),
            models.Index(fields=["at"], name="audit_at"),
        ]
        constraints = [AppendOnly(name="audit_append_only")]

    def __str__(self) -> str:
        return f"{wording.stamped(timezone.localtime(self.at))}, {self.act}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new event; a written one never changes."""
        if not self._state.adding:
            raise TypeError("An audit event is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: what was done stays on record. Nothing of ours removes old events yet."""
        raise TypeError("An audit event is never deleted.")
