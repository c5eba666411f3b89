"""Where: locations, rooms, opening hours and closures."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.marks import MarksSetUp
from clinic.models.fields import TimeZoneField, UidField


class Weekday(models.IntegerChoices):
    """Days as `date.weekday()` counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Location(models.Model):
    """A place where the clinic sees patients. The first one's hours are the clinic's own."""

    uid = UidField()
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(unique=True)
    street = models.CharField(_("street"), max_length=120)
    city = models.CharField(_("city"), max_length=80)
    state = models.CharField(_("state"), max_length=2)
    postal_code = models.CharField(_("postal code"), max_length=12)
    time_zone = TimeZoneField(verbose_name=_("time zone"), default="America/Anchorage")
    directions = models.CharField(_("how to find it"), max_length=240, blank=True)
    zone = models.ForeignKey(
        "clinic.TravelZone",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="locations",
        verbose_name=_("lies in the travel zone"),
        help_text=_("For the road to home visits, and to our other locations."),
    )
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("location")
        ordering = ["position", "name"]
        constraints = [MarksSetUp(name="location_marks_set_up")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Return the address on one line."""
        return f"{self.street}, {self.city}, {self.state} {self.postal_code}"


class Room(models.Model):
    """A room that one visit at a time may use."""

    class Kind(models.TextChoices):
        TREATMENT = "treatment", _("treatment room")
        GYM = "gym", _("gym")
        GAIT = "gait", _("gait lab")

    uid = UidField()
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TREATMENT)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("room")
        ordering = ["location", "name"]
        constraints = [
            MarksSetUp(name="room_marks_set_up"),
            models.UniqueConstraint(
                fields=["location", "name"],
                name="room_name_once_per_location",
                violation_error_message=_("This location has a room of that name."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.location}, {self.name}"


class OpeningHours(models.Model):
    """A stretch of a weekday when a location is open; wall-clock times in the location's zone."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))
    walk_in = models.BooleanField(_("walk in"), default=False, help_text=_("Shown to patients."))
    walk_in_only = models.BooleanField(
        _("walk in only"), default=False, help_text=_("No visit at the clinic is booked for these hours.")
    )

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["location", "weekday", "opens"]
        constraints = [
            MarksSetUp(name="opening_hours_mark_set_up"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="opening_hours_end_after_start",
                violation_error_message=_("The closing time must be after the opening time."),
            ),
            models.UniqueConstraint(fields=["location", "weekday", "opens"], name="opening_hours_once"),
            models.CheckConstraint(
                condition=Q(walk_in_only=False) | Q(walk_in=True),
                name="opening_hours_only_walk_in_is_walk_in",
                violation_error_message=_("Hours for walk-in only are walk-in hours: tick both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {wording.hours(self.opens, self.closes)}"


class Closure(models.Model):
    """Whole days when a location, or every location, is closed."""

    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="closures",
        help_text=_("Empty: all locations."),
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason, shown to patients"), max_length=80)
    # Picked on the page of public holidays (clinic.public_holidays), which takes only such days away again.
    public_holiday = models.BooleanField(_("public holiday"), default=False, editable=False)

    class Meta:
        verbose_name = _("closure")
        ordering = ["first_day"]
        constraints = [
            MarksSetUp(name="closure_marks_set_up"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="closure_end_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{wording.dated(self.first_day)}: {self.reason}"
