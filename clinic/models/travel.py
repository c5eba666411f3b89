"""The area of home visits: zones, their postal codes, and the minutes of road between them."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.marks import MarksSetUp

# A road in this table takes four hours at most; further than that is a trip, and wants time off.
LONGEST_ROAD = 240
# As codes of patients are read before they are looked for.
_CODE = re.compile(r"[A-Z0-9-]{3,10}")


class TravelZone(models.Model):
    """A part of the area where the clinic makes home visits."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    fee = models.DecimalField(_("fee"), max_digits=8, decimal_places=2, default=0)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("travel zone")
        ordering = ["name"]
        constraints = [
            MarksSetUp(name="travel_zone_marks_set_up"),
            models.CheckConstraint(
                condition=Q(fee__gte=0),
                name="travel_zone_fee_not_negative",
                violation_error_message=_("A fee cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ZonePostalCode(models.Model):
    """A postal code of a travel zone; a code belongs to one zone."""

    zone = models.ForeignKey(TravelZone, on_delete=models.CASCADE, related_name="postal_codes")
    code = models.CharField(_("postal code"), max_length=12, unique=True)

    class Meta:
        verbose_name = _("postal code")
        ordering = ["code"]
        constraints = [MarksSetUp(name="zone_postal_code_marks_set_up")]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuse a code that no patient's would ever match."""
        if not _CODE.fullmatch(self.code):
            raise ValidationError({"code": _("Write it in digits and capitals without blanks, such as 99503.")})


class ZoneMinutes(models.Model):
    """How long the road takes from one zone to another, or within one. Holds for the way back unless that has a row."""

    from_zone = models.ForeignKey(TravelZone, on_delete=models.CASCADE, related_name="roads_from")
    to_zone = models.ForeignKey(TravelZone, on_delete=models.CASCADE, related_name="roads_to")
    minutes = models.PositiveSmallIntegerField(_("minutes of road"))

    class Meta:
        verbose_name = _("road between zones")
        verbose_name_plural = _("roads between zones")
        ordering = ["from_zone", "to_zone"]
        constraints = [
            MarksSetUp(name="zone_minutes_mark_set_up"),
            models.UniqueConstraint(
                fields=["from_zone", "to_zone"],
                name="zone_minutes_once",
                violation_error_message=_("The road between these two zones is already there."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=0, minutes__lte=LONGEST_ROAD),
                name="zone_minutes_sane",
                violation_error_message=_("A road takes 0 to 240 minutes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_zone} - {self.to_zone}"
