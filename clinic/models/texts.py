"""Numbers that want no texts from us."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TextStop(models.Model):
    """A number that answered STOP. It outweighs every leave to text, whoever else has the number."""

    number = models.CharField(_("number"), max_length=20, unique=True, help_text=_("E.164: +19075550118."))
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("number without texts")
        verbose_name_plural = _("numbers without texts")
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.number
