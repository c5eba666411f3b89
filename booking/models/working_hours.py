"""When a practitioner works, and when not."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.marks import MarksSetUp
from clinic.models import Location, Mode, Practitioner
from clinic.models.places import Weekday

FIRST_YEAR, LAST_YEAR = 2000, 2100


def all_modes() -> list[str]:
    """Return every mode: the default of new working hours."""
    return [str(mode) for mode in Mode.values]


class WorkingHours(models.Model):
    """A stretch of a weekday, or of one date: where a practitioner is, and in which modes visits may be booked.

    Times are wall-clock times in the location's zone. The location is where in-clinic visits of this stretch take
    place and where home visits start from. On a date that has rows of its own (`on_date`) the weekly ones do not count,
    at no location. During a break nothing is booked.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="working_hours")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday, null=True, blank=True)
    on_date = models.DateField(_("date"), null=True, blank=True)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    break_starts = models.TimeField(_("break from"), null=True, blank=True)
    break_ends = models.TimeField(_("break until"), null=True, blank=True)
    modes = models.JSONField(_("modes"), default=all_modes)
    valid_from = models.DateField(_("from date"), null=True, blank=True)
    valid_until = models.DateField(_("until date"), null=True, blank=True)

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["practitioner", "on_date", "weekday", "starts"]
        constraints = [
            MarksSetUp(name="working_hours_mark_set_up"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="working_hours_end_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="working_hours_dates_in_order",
                violation_error_message=_("The last date must not be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=False, on_date__isnull=True)
                | Q(weekday__isnull=True, on_date__isnull=False, valid_from__isnull=True, valid_until__isnull=True),
                name="working_hours_weekly_or_on_a_date",
                violation_error_message=_("Choose a day of the week, or one date: not both."),
            ),
            models.CheckConstraint(
                condition=Q(break_starts__isnull=True, break_ends__isnull=True)
                | Q(
                    break_starts__isnull=False,  # a comparison with nothing is neither true nor false
                    break_ends__isnull=False,
                    break_starts__gt=F("starts"),
                    break_ends__gt=F("break_starts"),
                    break_ends__lt=F("ends"),
                ),
                name="working_hours_break_inside",
                violation_error_message=_("A break has a beginning and an end, both within the hours."),
            ),
            models.UniqueConstraint(
                fields=["practitioner", "on_date", "starts"],
                condition=Q(on_date__isnull=False),
                name="working_hours_date_once",
                violation_error_message=_("There are hours on this date already."),
            ),
        ]

    def __str__(self) -> str:
        day = wording.dated(self.on_date) if self.on_date else self.get_weekday_display()
        return f"{self.practitioner}, {day}, {wording.hours(self.starts, self.ends)}"

    def clashes_with(self, other: "WorkingHours") -> bool:
        """Say whether two stretches of one practitioner, each with all it needs, share time on some day."""
        if (self.weekday, self.on_date) != (other.weekday, other.on_date):
            return False
        if not (self.starts < other.ends and other.starts < self.ends):
            return False
        first = max(self.valid_from or date.min, other.valid_from or date.min)
        return first <= min(self.valid_until or date.max, other.valid_until or date.max)


class TimeOff(models.Model):
    """A stretch of real time when a practitioner is away."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason, for staff"), max_length=80, blank=True)
    # From the practitioner's own calendar, replaced each time that is read; people neither write nor change these.
    imported = models.BooleanField(_("from their own calendar"), default=False, editable=False)

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["practitioner", "ends_at"], name="time_off_lookup")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="time_off_end_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(imported=False) | Q(reason=""),
                name="time_off_imported_says_nothing",
                violation_error_message=_("What a busy time is for is not kept."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner}, {wording.dated(timezone.localdate(self.starts_at))}"

    def clean(self) -> None:
        """Refuse years that nobody means: at the ends of the calendar a time has no equal in UTC."""
        for name in ("starts_at", "ends_at"):
            at = getattr(self, name)
            if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
                raise ValidationError({name: _("Give a year from 2000 to 2100.")})
