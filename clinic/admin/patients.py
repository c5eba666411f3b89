"""Patients, whose contact data the desk keeps right, and what they agreed to."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinic import phones
from clinic.admin.base import SeenAdmin, WrittenByActs
from clinic.forms import EmailAddressField, NameField, PhoneField
from clinic.models import Consent, Patient


class PatientContactForm(forms.ModelForm):
    """A patient's contact data, as the desk hears them on the phone."""

    given_name = NameField(label=_("Given name"), error_messages={"required": _("Give the given name.")})
    family_name = NameField(label=_("Family name"), error_messages={"required": _("Give the family name.")})
    preferred_name = NameField(label=_("Preferred name"), required=False)
    phone = PhoneField(label=_("Phone"), required=False)
    email = EmailAddressField(label=_("E-mail"), required=False)
    emergency_name = NameField(label=_("Emergency contact"), required=False)
    emergency_relation = NameField(label=_("Their relation"), required=False)
    emergency_phone = PhoneField(label=_("Their phone"), required=False)

    class Meta:
        """All that the desk may change."""

        model = Patient
        fields = (
            "given_name",
            "family_name",
            "preferred_name",
            "birth_date",
            "phone",
            "email",
            "texts_ok",
            "language",
            "spoken_language",
            "interpreter",
            "time_zone",
            "city",
            "state",
            "guardian_name",
            "guardian_relation",
            "access_needs",
            "prefers",
            "emergency_name",
            "emergency_relation",
            "emergency_phone",
            "sensitive",
        )

    def clean_birth_date(self) -> date:
        """Refuse a date of birth that cannot be."""
        day: date = self.cleaned_data["birth_date"]
        if day > timezone.localdate() or day.year < 1900:
            raise ValidationError(_("Check the date of birth."))
        return day


@admin.register(Patient)
class PatientAdmin(SeenAdmin):
    """A patient. New ones come in by request or booking, so that nobody is entered twice."""

    form = PatientContactForm
    list_display = ["name", "birth_date", "reached_by", "created_at", "desk_page"]
    list_filter = ["interpreter", "created_at"]
    search_fields = ["family_name", "given_name", "preferred_name", "phone", "email"]
    fieldsets = [
        (None, {"fields": ["given_name", "family_name", "preferred_name", "birth_date"]}),
        (
            _("How to reach them"),
            {"fields": ["phone", "texts_ok", "email", "prefers", "language", "time_zone", "city", "state"]},
        ),
        (_("How to talk"), {"fields": ["spoken_language", "interpreter", "access_needs"]}),
        (_("Guardian"), {"fields": ["guardian_name", "guardian_relation"]}),
        (_("In an emergency"), {"fields": ["emergency_name", "emergency_relation", "emergency_phone"]}),
        (_("Privacy"), {"fields": ["sensitive"]}),
        (_("Record"), {"fields": ["uid", "merged_into", "created_at"]}),
    ]
    readonly_fields = ["uid", "merged_into", "created_at"]
    list_per_page = 50

    @admin.display(description=_("phone and e-mail"))
    def reached_by(self, patient: Patient) -> str:
        """Return how to reach somebody; of staff and VIPs only their record tells, after a reason."""
        if patient.sensitive:
            return str(_("opens with a reason"))
        return ", ".join(way for way in (phones.show(patient.phone), patient.email) if way)

    @admin.display(description=_("at the desk"))
    def desk_page(self, patient: Patient) -> SafeString:
        """Link to the patient's page at the desk."""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:patient", args=[patient.uid]), _("Visits and timeline")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody is entered by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted by hand."""
        return False

    def response_post_save_change(self, request: HttpRequest, obj: Patient) -> HttpResponseRedirect:
        """Go back to the patient's page at the desk."""
        return HttpResponseRedirect(reverse("admin:patient", args=[obj.uid]))


@admin.register(Consent)
class ConsentAdmin(WrittenByActs, SeenAdmin):
    """What somebody agreed to."""

    list_display = ["given_at", "kind", "text_version", "language", "patient", "given_by", "withdrawn_at"]
    list_filter = ["kind", "given_at"]
    list_select_related = ["patient"]
    search_fields = ["patient__family_name", "patient__given_name", "subject_uid"]

    def note_look(self, request: HttpRequest, obj: Any) -> None:
        """Write the look into the audit, under the patient."""
        super().note_look(request, obj.patient or obj)
