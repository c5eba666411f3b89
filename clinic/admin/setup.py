"""The clinic's own row."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinic.admin.base import DeskAdmin, KeptForGood, Table
from clinic.models import Clinic


class ClinicForm(forms.ModelForm):
    """The clinic, its languages as boxes to tick."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        """All fields."""

        model = Clinic
        fields = "__all__"  # noqa: DJ007  (a manager may change every one of them)


@admin.register(Clinic)
class ClinicAdmin(KeptForGood, DeskAdmin):
    """The one clinic: its list leads straight to it."""

    form = ClinicForm
    # Wall times of patients: without the script that tells them from the server's clock.
    formfield_overrides = Table.formfield_overrides
    readonly_fields = ["before_going_live"]
    fieldsets = [
        (None, {"fields": ["name", "short_name", "strapline", "phone", "email"]}),
        (_("In an emergency"), {"fields": ["emergency_number", "crisis_number"]}),
        (_("Place and language"), {"fields": ["time_zone", "languages", "currency"]}),
        (_("News on the public pages"), {"fields": ["notice", "notice_until"]}),
        (_("Look"), {"fields": ["brand_colour", "accent_colour"]}),
        (
            _("Promises, in minutes of opening time"),
            {
                "fields": [
                    "discovery_due_minutes",
                    "question_due_minutes",
                    "cost_due_minutes",
                    "team_due_minutes",
                    "emergency_call_minutes",
                    "urgent_call_minutes",
                    "hold_minutes",
                ]
            },
        ),
        (_("Alerts of staff"), {"fields": ["page_second_minutes"]}),
        (_("Messages"), {"fields": ["sending_on_hold"]}),
        (
            _("Reminders"),
            {
                "fields": ["remind_early_hours", "remind_day_hours", "remind_soon_hours", "night_from", "night_until"],
                "description": _("0 hours: none. They count for what is booked or moved from now on."),
            },
        ),
        (
            _("After a visit, or a check"),
            {
                "fields": ["thank_hours", "ask_again_hours", "unfinished_hours"],
                "description": _("0 hours: none. Each is sent once, and never at night."),
            },
        ),
        (_("Booking online"), {"fields": ["most_online_visits"]}),
        (_("Home visits"), {"fields": ["road_minutes"]}),
        (_("Set-up"), {"fields": ["before_going_live"]}),
    ]

    @admin.display(description=_("before going live"))
    def before_going_live(self, _clinic: Clinic) -> SafeString:
        """Lead to the list of what is missing, also when it has left the menu."""
        return format_html('<a href="{}">{}</a>', reverse("admin:first-run"), _("What is there, and what is missing"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow the first clinic only."""
        return super().has_add_permission(request) and not Clinic.objects.exists()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the one clinic."""
        only = Clinic.objects.first()
        if only is None or not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(reverse("admin:clinic_clinic_change", args=[only.pk]))
