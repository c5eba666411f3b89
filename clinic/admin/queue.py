"""The call queue as records, and the duty roster."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinic.admin.base import DeskAdmin, SeenAdmin, Table, WrittenByActs
from clinic.calls import may_end
from clinic.models import Call, CallNote, DutyShift, User


class CallNoteInline(WrittenByActs, Table):
    """What was tried."""

    model = CallNote
    fields = ["at", "by", "outcome", "note"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what a PT noted after a call that only a PT may finish."""
        if obj is not None and not may_end(call=obj, user=cast("User", request.user)):
            return ["at", "by", "outcome"]
        return super().get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the people with the notes."""
        return super().get_queryset(request).select_related("by")


@admin.register(Call)
class CallAdmin(WrittenByActs, SeenAdmin):
    """A call and its history; the queue itself is the page "Calls"."""

    list_display = ["due_at", "state", "reason", "name", "for_pt", "claimed_by", "outcome", "open_call"]
    list_filter = ["state", "reason", "for_pt", "outcome", "due_at"]
    list_select_related = ["claimed_by"]
    search_fields = ["name", "phone"]
    date_hierarchy = "due_at"
    inlines = [CallNoteInline]

    @admin.display(description=_("at the desk"))
    def open_call(self, call: Call) -> SafeString:
        """Link to the call in the queue."""
        return format_html('<a href="{}">{}</a>', reverse("admin:call", args=[call.uid]), _("Open"))


@admin.register(DutyShift)
class DutyShiftAdmin(DeskAdmin):
    """Who is alerted, by hours."""

    list_display = ["weekday", "starts", "ends", "user", "second"]
    list_filter = ["weekday", "second"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
