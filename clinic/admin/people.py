"""Logins and practitioners."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinic import links
from clinic.admin.base import DeskAdmin, HoursAdmin, KeptForGood, Table, WrittenByActs
from clinic.models import Licence, Practitioner, User


@admin.register(User)
class LoginAdmin(KeptForGood, DeskAdmin, UserAdmin):
    """A staff login. Managers choose the groups; only a superuser touches superusers and single permissions."""

    list_display = ["username", "display_name", "email", "role", "is_active", "last_login"]
    list_filter = ["groups", "is_active", "is_superuser"]
    search_fields = ["username", "first_name", "last_name", "email"]
    filter_horizontal = ["groups"]
    _manager_fieldsets: ClassVar[Any] = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "phone")}),
        (_("What they may do"), {"fields": ("is_active", "is_staff", "groups")}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = (
        *_manager_fieldsets[:3],
        (_("Superuser"), {"classes": ("collapse",), "fields": ("is_superuser", "user_permissions")}),
        _manager_fieldsets[3],
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "phone")}),
        (_("What they may do"), {"fields": ("is_staff", "groups")}),
    )

    @admin.display(description=_("role"))
    def role(self, user: User) -> str:
        """Return the names of the groups."""
        return ", ".join(group.name for group in user.groups.all())

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the groups with the logins."""
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the superuser's part out for others."""
        if obj is None or _is_superuser(request):
            return super().get_fieldsets(request, obj)
        return self._manager_fieldsets

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change a superuser's login, their password too, to anybody but a superuser."""
        if obj is not None and obj.is_superuser and not _is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Fetch what the labels of single permissions need."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "user_permissions" and field is not None and field.queryset is not None:
            field.queryset = field.queryset.select_related("content_type")  # one query, not one a permission
        return field


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(WrittenByActs, GroupAdmin):
    """What each group may do; set by the program at every upgrade, so it can only be read here."""


class LicenceInline(Table):
    """The states in which a practitioner may practise."""

    model = Licence


@admin.register(Practitioner)
class PractitionerAdmin(KeptForGood, HoursAdmin):
    """A practitioner with licences; booking adds the working hours."""

    list_display = ["name", "credentials", "focus", "user", "active", "position"]
    list_filter = ["active"]
    list_select_related = ["user"]
    search_fields = ["given_name", "family_name"]
    prepopulated_fields = {"slug": ["given_name", "family_name"]}
    autocomplete_fields = ["user"]
    inlines: ClassVar[Any] = [LicenceInline]
    actions = ["revoke_calendar_address"]

    @admin.action(description=_("Make the address of the calendar feed stop"), permissions=["change"])
    def revoke_calendar_address(self, request: HttpRequest, chosen: QuerySet[Practitioner]) -> None:
        """Make the addresses given out so far empty; each practitioner finds a new one on their day's page."""
        for practitioner in chosen:
            links.revoke(row=practitioner)
        self.message_user(request, _("Done. The old addresses no longer work."))
