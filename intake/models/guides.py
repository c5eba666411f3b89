"""Free guides, and who asked for one."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.crypto import EncryptedTextField
from clinic.models.fields import UidField


class Guide(models.Model):
    """A free tips report."""

    uid = UidField()
    slug = models.SlugField(unique=True)
    title = models.CharField(_("title"), max_length=80)
    summary = models.CharField(_("summary"), max_length=240)
    cover = models.CharField(_("cover lines"), max_length=40, blank=True, help_text=_("Two short lines, split by /."))
    body = models.TextField(
        _("text"), help_text=_("Paragraphs; lines that begin with # are headings, with - list items.")
    )
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("guide")
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def cover_lines(self) -> list[str]:
        """Return the one or two lines on the cover."""
        return (self.cover or self.title).split("/")[:2]


class GuideRequest(models.Model):
    """Somebody asked for a guide by e-mail. Consent to news is kept apart, as a `Consent`."""

    uid = UidField()
    submission = models.UUIDField(_("submission"), unique=True, editable=False)
    guide = models.ForeignKey(Guide, on_delete=models.PROTECT, related_name="requests")
    email = EncryptedTextField(_("e-mail"))
    # By what the requests of one address are found, which is encrypted; written by save(). Nobody reads it back.
    address_key = models.CharField(max_length=64, editable=False)
    language = models.CharField(_("language"), max_length=12, default="en")
    link_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("asked"))
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)

    class Meta:
        verbose_name = _("guide request")
        ordering = ["-id"]
        indexes = [models.Index(fields=["address_key"], name="guide_by_address")]

    def __str__(self) -> str:
        return f"{self.guide}, {wording.dated(timezone.localdate(self.created_at))}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep by what the address is found, too."""
        self.address_key = address_key(self.email)
        super().save(*args, **kwargs)


def address_key(email: str) -> str:
    """Return by what the guides asked for from an address are found; of another SECRET_KEY it is another."""
    return salted_hmac("intake.guides", email.casefold(), algorithm="sha256").hexdigest()
