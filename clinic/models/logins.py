"""Tries to log in: a table, because a cache per process doubles every limit."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording


class LoginTry(models.Model):
    """One wrong login. Of what was typed as its name only a digest is kept: it may be a password."""

    login = models.CharField(_("digest of the name"), max_length=64)
    device = models.CharField(_("known browser"), max_length=32, blank=True)
    ip = models.GenericIPAddressField(_("from"), null=True, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("wrong login")
        verbose_name_plural = _("wrong logins")
        indexes = [
            models.Index(fields=["login", "at"], name="login_try_by_name"),
            models.Index(fields=["ip", "at"], name="login_try_by_ip"),
        ]

    def __str__(self) -> str:
        return wording.stamped(timezone.localtime(self.at))
