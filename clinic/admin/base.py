"""What all records in the admin share: hostile input gets a message, changes and looks go to the audit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic import audit, registry, wording
from clinic.desk.access import must_say_why
from clinic.models import Patient


class Autocomplete(AutocompleteSelect):
    """A list to search in that passes over what is no key, in an address or sent: Django asks the database for it."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Show what is chosen, if it can be a row."""
        keys = [one for one in value if not one or (str(one).isascii() and str(one).isdecimal() and len(str(one)) < 18)]
        return super().optgroups(name, keys, attr)


class DeskAdmin(admin.ModelAdmin):
    """A record that staff may change. What was changed goes to the audit: the record and the fields, never values."""

    show_full_result_count = False
    save_on_top = False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Say moments as the rest of the desk does; Django's take a third more room."""
        fields = {field.name: field for field in self.opts.concrete_fields if isinstance(field, models.DateTimeField)}
        return [_moment(fields[name]) if name in fields else name for name in super().get_list_display(request)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let addresses ask only for what the list offers to filter by: else a guess finds out hidden fields."""
        filters: list[Any] = [one[0] if isinstance(one, tuple | list) else one for one in self.get_list_filter(request)]
        offered = {str(getattr(one, "parameter_name", one)) for one in filters}
        offered |= {self.date_hierarchy or ""}
        asked = lookup.split("__", maxsplit=1)[0]
        return asked in {name.split("__")[0] for name in offered} and super().lookup_allowed(lookup, value, request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Give the fields to search in our own widget."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; a NUL in the address, which PostgreSQL cannot look for, leads to the plain list."""
        if any("\x00" in value for values in request.GET.lists() for value in (values[0], *values[1])):
            messages.error(request, _("That address has a character that nothing can be found by."))
            return HttpResponseRedirect(request.path)
        try:
            return super().changelist_view(request, extra_context)
        except DisallowedModelAdminLookup:
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save a record; a clash with what somebody else saved just now is a message, not an error page."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            messages.error(
                request,
                _("Not saved: it clashes with something that was saved at the same moment. Look and try again."),
            )
            return HttpResponseRedirect(request.get_full_path())

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete a record, unless something has come to hang on it meanwhile."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError:
            messages.error(request, _("Not deleted: something else needs it."))
            return HttpResponseRedirect(request.get_full_path())

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Note who made a record."""
        self._note(request, "added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Note who changed a record."""
        self._note(request, "changed", obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Note who deleted records."""
        for obj in queryset:
            self._note(request, "deleted", obj)
        return super().log_deletions(request, queryset)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Save, and note which fields were changed."""
        request._desk_changed = list(form.changed_data)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def _note(self, request: HttpRequest, act: str, obj: models.Model) -> None:
        fields = [name for name in getattr(request, "_desk_changed", []) if act == "changed"]
        details: dict[str, Any] = {"record": obj._meta.model_name, "pk": obj.pk}
        if fields:
            details["fields"] = fields[:40]
        audit.record(act=f"record.{act}", subject_uid=getattr(obj, "uid", None), request=request, details=details)


def moment_in_list(at: datetime | None) -> str:
    """Say a moment in a column of a list: "Tue 24 Nov, 9:40 am" on one line, the year where it is another; "-" for none."""
    said = wording.moment(timezone.localtime(at), today=timezone.localdate()) if at else "-"
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def _moment(field: "models.Field[Any, Any]") -> Callable[[models.Model], str]:
    """Return a column of a list."""

    def cell(row: models.Model) -> str:
        return moment_in_list(getattr(row, field.name))

    cell.__name__ = field.name
    return admin.display(description=field.verbose_name, ordering=field.name)(cell)


class HoursAdmin(DeskAdmin):
    """A record that decides when visits can take place: whoever changes it is told what that means for those to come."""

    def response_add(self, request: HttpRequest, obj: models.Model, post_url_continue: Any = None) -> HttpResponse:
        """Tell it after a new record was saved."""
        registry.tell_hours_changed(request, timezone.now())
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: models.Model) -> HttpResponse:
        """Tell it after a change."""
        registry.tell_hours_changed(request, timezone.now())
        return super().response_change(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Tell it after a record was deleted."""
        registry.tell_hours_changed(request, timezone.now())
        return super().response_delete(request, obj_display, obj_id)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Tell it after several were deleted."""
        super().delete_queryset(request, queryset)
        registry.tell_hours_changed(request, timezone.now())


class SeenAdmin(DeskAdmin):
    """A record that shows data about a patient: every look at one is in the audit, a superuser's too.

    Of a patient marked staff or VIP it asks why first, at the patient's page at the desk. That a list was read, and how
    much was found, is in the audit as well; what was looked for is not.
    """

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, and note who read it."""
        response = super().changelist_view(request, extra_context)
        shown = (getattr(response, "context_data", None) or {}).get("cl")
        if shown is not None:
            details = {"record": self.opts.model_name, "number": shown.result_count, "searched": bool(shown.query)}
            audit.record(act="records.listed", subject_uid=None, request=request, details=details)
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a record, and note who looked at it."""
        obj = self.get_object(request, object_id) if object_id else None
        if obj is not None and self.has_view_or_change_permission(request, obj):
            if ask := self.why_first(request, obj):
                return ask
            self.note_look(request, obj)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def note_look(self, request: HttpRequest, obj: models.Model) -> None:
        """Write the look into the audit."""
        audit.record(
            act="record.seen",
            subject_uid=getattr(obj, "uid", None),
            request=request,
            details={"record": obj._meta.model_name, "pk": obj.pk},
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a record's history to those who may see the record."""
        obj = self.get_object(request, object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return self.why_first(request, obj) or super().history_view(request, object_id, extra_context)

    def why_first(self, request: HttpRequest, obj: models.Model | None) -> HttpResponse | None:
        """Lead to where it is asked why the record is opened, if that has still to be said."""
        patient = _patient_of(obj)
        if patient is None or not must_say_why(request, patient, now=timezone.now()):
            return None
        return HttpResponseRedirect(reverse("admin:patient", args=[patient.uid]))


def _patient_of(obj: models.Model | None) -> Patient | None:
    """Return whose data a record shows: its own patient, or that of the visit, check or outcome that it is about."""
    if obj is None or isinstance(obj, Patient):
        return obj
    about = (getattr(obj, name, None) for name in ("patient", "appointment", "screening", "outcome"))
    row = next((one for one in about if isinstance(one, models.Model)), None)
    return _patient_of(row)


class LabelledFormSet(BaseInlineFormSet):
    """Rows of a table whose box to delete the row says so; Django leaves it without a label."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name the box."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Delete this row")


class Table(admin.TabularInline):
    """Rows in a table. The column's head is no label to a screen reader, so each input carries its own."""

    formset = LabelledFormSet
    extra = 0
    # The browser's own inputs are narrow, need no script, and say nothing of the server's clock: these are wall times.
    formfield_overrides: ClassVar[Any] = {
        models.TimeField: {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})},
        models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Label the input."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)  # inside the wrapper with the "add" button
            for each in (widget, *getattr(widget, "widgets", ())):
                each.attrs["aria-label"] = capfirst(field.label or db_field.verbose_name)
        return field


class WrittenByActs:
    """Mix in before an admin class: the rows are made and changed by acts only, so here they can be read, no more."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a row by hand."""
        return False


class KeptForGood:
    """Mix in before an admin class: other rows hang on these, so they are switched off by "active", never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a row."""
        return False
