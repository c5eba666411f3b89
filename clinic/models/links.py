"""Tries of the date of birth behind a patient's link: a table, because a cache per process doubles every limit."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording


class LinkTry(models.Model):
    """One wrong date of birth given behind a link."""

    subject_uid = models.UUIDField(_("subject"))
    at = models.DateTimeField(_("when"))
    ip = models.GenericIPAddressField(_("from"), null=True, blank=True)

    class Meta:
        verbose_name = _("wrong date of birth")
        verbose_name_plural = _("wrong dates of birth")
        indexes = [
            models.Index(fields=["subject_uid", "at"], name="link_try_recent"),
            models.Index(fields=["ip", "at"], name="link_try_by_ip"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_uid} {wording.stamped(timezone.localtime(self.at))}"
