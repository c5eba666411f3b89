"""The diary as records: working hours and time off to be kept, blocks and visits to be read."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.hours_form import AnyHoursForm, DateForm, OneAtATime, WeeklyForm
from booking.models import Appointment, AppointmentEvent, Block, Fee, TimeOff, WorkingHours
from clinic import wording
from clinic.admin.base import DeskAdmin, HoursAdmin, LabelledFormSet, SeenAdmin, Table, WrittenByActs, moment_in_list
from clinic.admin.people import PractitionerAdmin
from clinic.models import Mode, Practitioner


class HoursFormSet(OneAtATime, LabelledFormSet):
    """The hours of one person."""


class HoursInline(Table):
    """Hours of a practitioner in a table."""

    model = WorkingHours
    formset = HoursFormSet

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Take the buttons beside the location away: the table has no room for them."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.ModelChoiceField) and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class WeekInline(HoursInline):
    """The week of a practitioner."""

    form = WeeklyForm
    verbose_name_plural = _("working hours, each week")
    ordering = ["weekday", "starts"]
    fields = [
        "weekday",
        "starts",
        "ends",
        "break_starts",
        "break_ends",
        "location",
        "modes",
        "valid_from",
        "valid_until",
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out the hours of single dates."""
        return super().get_queryset(request).filter(on_date__isnull=True)


class DatesInline(HoursInline):
    """Other hours on single dates, those of a month ago and later."""

    form = DateForm
    verbose_name = _("hours on a date")
    verbose_name_plural = _("other hours on a date, instead of the weekly ones")
    ordering = ["on_date", "starts"]
    fields = ["on_date", "starts", "ends", "break_starts", "break_ends", "location", "modes"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out the weekly hours, and dates long gone."""
        since = timezone.localdate() - timedelta(days=31)
        return super().get_queryset(request).filter(on_date__gte=since)


class TimeOffInline(Table):
    """When a practitioner is away."""

    model = TimeOff

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out what own calendars say: it is read anew every hour."""
        return super().get_queryset(request).filter(imported=False)


admin.site.unregister(Practitioner)


@admin.register(Practitioner)
class WorkingPractitionerAdmin(PractitionerAdmin):
    """A practitioner with licences, working hours and time off."""

    inlines: ClassVar[Any] = [*PractitionerAdmin.inlines, WeekInline, DatesInline, TimeOffInline]


@admin.register(WorkingHours)
class WorkingHoursAdmin(HoursAdmin):
    """Working hours of everybody."""

    form = AnyHoursForm
    list_display = ["practitioner", "day", "hours", "pause", "location", "how", "valid"]
    list_filter = ["practitioner", "location", "weekday", "on_date"]
    list_select_related = ["practitioner", "location"]
    search_fields = ["practitioner__family_name", "practitioner__given_name"]
    autocomplete_fields = ["practitioner", "location"]

    @admin.display(description=_("day"), ordering="weekday")
    def day(self, row: WorkingHours) -> str:
        """Return the day of the week, or the date."""
        return wording.day(row.on_date) if row.on_date else row.get_weekday_display()

    @admin.display(description=_("hours"), ordering="starts")
    def hours(self, row: WorkingHours) -> str:
        """Return from when to when, in words."""
        return wording.hours(row.starts, row.ends)

    @admin.display(description=_("valid"), ordering="valid_from")
    def valid(self, row: WorkingHours) -> str:
        """Return from and until which day they hold, where that is not always."""
        days = [wording.short_day(day) + f" {day.year}" if day else "" for day in (row.valid_from, row.valid_until)]
        if not any(days):
            return str(_("always")) if not row.on_date else "-"
        return _("%(first)s to %(last)s") % {"first": days[0] or "…", "last": days[1] or "…"}

    @admin.display(description=_("break"))
    def pause(self, row: WorkingHours) -> str:
        """Return the break in words."""
        return wording.hours(row.break_starts, row.break_ends) if row.break_starts and row.break_ends else ""

    @admin.display(description=_("modes"))
    def how(self, row: WorkingHours) -> str:
        """Return the modes in words."""
        return ", ".join(str(mode.label) for mode in Mode if mode.value in row.modes)


@admin.register(TimeOff)
class TimeOffAdmin(HoursAdmin):
    """Time off of everybody."""

    list_display = ["practitioner", "starts_at", "ends_at", "reason"]
    list_filter = ["practitioner", "starts_at"]
    list_select_related = ["practitioner"]
    autocomplete_fields = ["practitioner"]
    search_fields = ["practitioner__family_name", "reason"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out what own calendars say: it is read anew every hour."""
        return super().get_queryset(request).filter(imported=False)


@admin.register(Block)
class BlockAdmin(WrittenByActs, DeskAdmin):
    """What takes a practitioner's or a room's time."""

    list_display = ["starts_at", "until", "kind", "state", "practitioner", "room", "overlap"]
    list_filter = ["kind", "state", "practitioner", "overlap", "starts_at"]
    list_select_related = ["practitioner", "room__location"]
    search_fields = ["practitioner__family_name", "label"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "-pk"]

    @admin.display(description=_("ends"), ordering="ends_at")
    def until(self, block: Block) -> str:
        """Return when it ends, with the day where that is another one."""
        starts, ends = timezone.localtime(block.starts_at), timezone.localtime(block.ends_at)
        return wording.clock(ends) if ends.date() == starts.date() else wording.moment(ends)


class AppointmentEventInline(WrittenByActs, Table):
    """What happened to a visit."""

    model = AppointmentEvent
    fields = ["at", "act", "by", "by_label", "why", "sequence"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the people with the events."""
        return super().get_queryset(request).select_related("by")


class FeeInline(WrittenByActs, Table):
    """What is owed for a visit."""

    model = Fee
    fields = ["at", "kind", "amount", "currency", "taken_back_at", "waived_at", "waived_by", "waive_reason"]


@admin.register(Fee)
class FeeAdmin(WrittenByActs, SeenAdmin):
    """What patients owe for late cancels and no-shows; waive it on the visit's page at the desk."""

    list_display = ["at", "patient", "kind", "amount", "currency", "waived_at", "taken_back_at"]
    list_filter = ["kind", ("waived_at", admin.EmptyFieldListFilter), ("taken_back_at", admin.EmptyFieldListFilter)]
    list_select_related = ["appointment__patient"]
    search_fields = ["appointment__patient__family_name", "appointment__patient__given_name"]
    date_hierarchy = "at"
    readonly_fields = ["uid"]

    @admin.display(description=_("patient"))
    def patient(self, row: Fee) -> str:
        """Return whose it is."""
        return row.appointment.patient.name


@admin.register(Appointment)
class AppointmentAdmin(WrittenByActs, SeenAdmin):
    """A visit; book, move and cancel at the desk's pages."""

    list_display = ["starts", "patient", "service", "mode", "state", "practitioner", "source", "flag"]
    list_filter = ["mode", "block__state", "service", "source", "flag"]
    # By the index of the blocks' starts. Equal starts need the second key, or a page may show a row of the last one again.
    ordering = ["-block__starts_at", "-pk"]
    list_select_related = ["patient", "service", "block__practitioner"]
    search_fields = ["patient__family_name", "patient__given_name", "uid"]
    inlines = [AppointmentEventInline, FeeInline]
    readonly_fields = ["uid", "told"]
    exclude = ["wall_time"]

    @admin.display(description=_("starts"), ordering="block__starts_at")
    def starts(self, row: Appointment) -> str:
        """Return the start by our clock; what the patient was told may be by another."""
        return moment_in_list(row.block.starts_at)

    def get_fields(self, request: HttpRequest, obj: Appointment | None = None) -> list[Any]:
        """Put the start beside the block that it is of."""
        names = [name for name in super().get_fields(request, obj) if name != "told"]
        return [*names[:1], "told", *names[1:]]

    @admin.display(description=_("start that the patient was told"))
    def told(self, row: Appointment) -> str:
        """Return it in words; it is kept as figures."""
        return row.told

    @admin.display(description=_("state"), ordering="block__state")
    def state(self, row: Appointment) -> str:
        """Return the state of the block."""
        return str(row.block.get_state_display())

    @admin.display(description=_("with"), ordering="block__practitioner")
    def practitioner(self, row: Appointment) -> str:
        """Return the practitioner."""
        return row.block.practitioner.name
