"""Who is on duty in whose place, on single days."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.constraints import NoOverlap
from clinic.models.fields import UidField

LONGEST = timedelta(days=366)


class StandIn(models.Model):
    """Days on which somebody of the duty roster is away, and who is alerted instead, if anybody; `clinic.stand_ins` asks.

    Whole days on the clinic's calendar. Why somebody is away is not kept.
    """

    uid = UidField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="days_off_duty")
    instead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="stands_in"
    )
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    # The same days as moments, so that the database can refuse overlaps; written by save().
    away_from = models.DateTimeField(editable=False)
    away_until = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("stand-in")
        ordering = ["first_day", "id"]
        indexes = [
            models.Index(fields=["user", "away_from"], name="stand_in_by_person"),
            models.Index(fields=["last_day"], name="stand_in_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="stand_in_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(away_until__gt=F("away_from"), away_until__lte=F("away_from") + LONGEST),
                name="stand_in_within_a_year",
                violation_error_message=_("At most a year at once."),
            ),
            models.CheckConstraint(
                condition=Q(instead__isnull=True) | ~Q(instead=F("user")),
                name="stand_in_is_somebody_else",
                violation_error_message=_("Pick somebody else, or nobody."),
            ),
            NoOverlap(
                name="stand_in_once_at_a_time",
                key="user",
                start="away_from",
                end="away_until",
                longest=LONGEST,
                violation_error_message=_("This person is away on some of these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{wording.dated(self.first_day)} to {wording.dated(self.last_day)}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the days as moments, too."""
        self.away_from = datetime.combine(self.first_day, time(0), UTC)
        self.away_until = datetime.combine(self.last_day, time(0), UTC) + timedelta(days=1)
        super().save(*args, **kwargs)
