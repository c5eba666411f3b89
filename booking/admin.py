"""The diary as records: working hours and time off to be kept, blocks and visits to be read."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment, AppointmentEvent, Block, TimeOff, WorkingHours
from clinic.admin.base import DeskAdmin, SeenAdmin, Table, WrittenByActs
from clinic.admin.people import PractitionerAdmin
from clinic.models import Mode, Practitioner


class WorkingHoursForm(forms.ModelForm):
    """Working hours, the modes as boxes to tick."""

    modes = forms.MultipleChoiceField(label=_("Modes"), choices=Mode.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        """All fields."""

        model = WorkingHours
        fields = "__all__"  # noqa: DJ007  (a manager may change every one of them)


class WorkingHoursInline(Table):
    """The week of a practitioner."""

    model = WorkingHours
    form = WorkingHoursForm
    fields = ["weekday", "starts", "ends", "location", "modes", "valid_from", "valid_until"]


class TimeOffInline(Table):
    """When a practitioner is away."""

    model = TimeOff


admin.site.unregister(Practitioner)


@admin.register(Practitioner)
class WorkingPractitionerAdmin(PractitionerAdmin):
    """A practitioner with licences, working hours and time off."""

    inlines: ClassVar[Any] = [*PractitionerAdmin.inlines, WorkingHoursInline, TimeOffInline]


@admin.register(WorkingHours)
class WorkingHoursAdmin(DeskAdmin):
    """Working hours of everybody."""

    form = WorkingHoursForm
    list_display = ["practitioner", "weekday", "starts", "ends", "location", "how", "valid_from", "valid_until"]
    list_filter = ["practitioner", "location", "weekday"]
    list_select_related = ["practitioner", "location"]
    search_fields = ["practitioner__family_name", "practitioner__given_name"]
    autocomplete_fields = ["practitioner", "location"]

    @admin.display(description=_("modes"))
    def how(self, row: WorkingHours) -> str:
        """Return the modes in words."""
        return ", ".join(str(mode.label) for mode in Mode if mode.value in row.modes)


@admin.register(TimeOff)
class TimeOffAdmin(DeskAdmin):
    """Time off of everybody."""

    list_display = ["practitioner", "starts_at", "ends_at", "reason"]
    list_filter = ["practitioner", "starts_at"]
    list_select_related = ["practitioner"]
    autocomplete_fields = ["practitioner"]
    search_fields = ["practitioner__family_name", "reason"]


@admin.register(Block)
class BlockAdmin(WrittenByActs, DeskAdmin):
    """What takes a practitioner's or a room's time."""

    list_display = ["starts_at", "ends_at", "kind", "state", "practitioner", "room", "overlap"]
    list_filter = ["kind", "state", "practitioner", "overlap", "starts_at"]
    list_select_related = ["practitioner", "room__location"]
    search_fields = ["practitioner__family_name", "label", "overlap_reason"]
    date_hierarchy = "starts_at"


class AppointmentEventInline(WrittenByActs, Table):
    """What happened to a visit."""

    model = AppointmentEvent
    fields = ["at", "act", "by", "by_label", "why", "sequence"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the people with the events."""
        return super().get_queryset(request).select_related("by")


@admin.register(Appointment)
class AppointmentAdmin(WrittenByActs, SeenAdmin):
    """A visit; book, move and cancel at the desk's pages."""

    list_display = ["wall_time", "patient", "service", "mode", "state", "practitioner", "source", "flag"]
    list_filter = ["mode", "block__state", "service", "source", "flag"]
    list_select_related = ["patient", "service", "block__practitioner"]
    search_fields = ["patient__family_name", "patient__given_name", "uid"]
    inlines = [AppointmentEventInline]
    readonly_fields = ["uid"]

    @admin.display(description=_("state"), ordering="block__state")
    def state(self, row: Appointment) -> str:
        """Return the state of the block."""
        return str(row.block.get_state_display())

    @admin.display(description=_("with"), ordering="block__practitioner")
    def practitioner(self, row: Appointment) -> str:
        """Return the practitioner."""
        return row.block.practitioner.name
