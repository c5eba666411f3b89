"""Locations with their rooms and hours, closures, and the area of home visits."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic import roads
from clinic.admin.base import DeskAdmin, HoursAdmin, KeptForGood, Table
from clinic.models import Closure, Location, OpeningHours, Room, TravelZone, ZonePostalCode


class OpeningHoursInline(Table):
    """The week of a location."""

    model = OpeningHours


class RoomInline(KeptForGood, Table):
    """The rooms of a location."""

    model = Room


class ClosureInline(Table):
    """The days on which this location alone is closed."""

    model = Closure


@admin.register(Location)
class LocationAdmin(KeptForGood, HoursAdmin):
    """A location, its rooms and its hours on one page."""

    list_display = ["name", "address", "time_zone", "active", "position"]
    list_filter = ["active"]
    search_fields = ["name", "city", "postal_code"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [OpeningHoursInline, RoomInline, ClosureInline]


@admin.register(Room)
class RoomAdmin(KeptForGood, DeskAdmin):
    """A room."""

    list_display = ["name", "location", "kind", "active"]
    list_filter = ["location", "kind", "active"]
    list_select_related = ["location"]
    search_fields = ["name", "location__name"]


@admin.register(Closure)
class ClosureAdmin(HoursAdmin):
    """Days without opening, at one location or at all."""

    list_display = ["reason", "first_day", "last_day", "location"]
    list_filter = ["location", "first_day"]
    list_select_related = ["location"]
    search_fields = ["reason"]
    date_hierarchy = "first_day"


class PostalCodeInline(Table):
    """The postal codes of a zone."""

    model = ZonePostalCode
    extra = 1


@admin.register(TravelZone)
class TravelZoneAdmin(DeskAdmin):
    """A part of the area of home visits, by postal codes."""

    list_display = ["name", "fee", "active"]
    list_filter = ["active"]
    search_fields = ["name", "postal_codes__code"]
    inlines = [PostalCodeInline]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the zones, and lead to the roads between them; say if minutes are missing."""
        number = len(roads.load().missing)
        if number and request.method == "GET" and request.user.has_perm("clinic.change_zoneminutes"):
            words = ngettext(
                "%(number)d road has no minutes yet: {}.", "%(number)d roads have no minutes yet: {}.", number
            )
            link = format_html('<a href="{}">{}</a>', reverse("admin:roads"), _("type them in"))
            messages.warning(request, format_html(words % {"number": number}, link))
        return super().changelist_view(request, extra_context)
