"""Who did or saw what: to be read, never changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clinic.admin.base import DeskAdmin, WrittenByActs
from clinic.models import AuditEvent, LinkTry


@admin.register(AuditEvent)
class AuditEventAdmin(WrittenByActs, DeskAdmin):
    """The audit. Search for the uid of a record, or for a login."""

    list_display = ["at", "actor", "actor_label", "act", "subject_uid", "ip"]
    list_filter = ["actor_label", "at", "act"]
    list_select_related = ["actor"]
    search_fields = ["subject_uid", "actor__username", "request_id"]
    date_hierarchy = "at"
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the newest first, in the order of writing."""
        return super().get_queryset(request).order_by("-id")


@admin.register(LinkTry)
class LinkTryAdmin(WrittenByActs, DeskAdmin):
    """Wrong dates of birth behind links: many for one record is somebody guessing."""

    list_display = ["at", "subject_uid", "ip"]
    list_filter = ["at"]
    search_fields = ["subject_uid"]
