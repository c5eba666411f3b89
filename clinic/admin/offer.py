"""Services with the modes in which they can be had, and the plans accepted."""

from typing import Any

from django import forms
from django.contrib import admin

from clinic.admin.base import DeskAdmin, HoursAdmin, KeptForGood
from clinic.models import Payer, Practitioner, Service, ServiceMode


class ServiceModeForm(forms.ModelForm):
    """A service in a mode; who gives it are boxes to tick, which the admin has for no table that is a model's."""

    given_by = forms.ModelMultipleChoiceField(
        Practitioner.objects.all(),
        required=False,
        label=ServiceMode._meta.get_field("practitioners").verbose_name,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        """All fields but who gives it; the practitioners of a clinic fit on a list."""

        model = ServiceMode
        exclude = ["practitioners"]  # noqa: DJ006  (a manager may change every other one)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["given_by"] = list(self.instance.practitioners.all())

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        self.instance.practitioners.set(self.cleaned_data["given_by"])


class ServiceModeInline(KeptForGood, admin.StackedInline):
    """How a service can be had: length, price, notice, and with whom."""

    model = ServiceMode
    form = ServiceModeForm
    extra = 0
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("mode", "active"),
                    ("duration_minutes", "price", "room_kind"),
                    ("buffer_before_minutes", "buffer_after_minutes"),
                    ("notice_minutes", "horizon_days"),
                    ("limit_a_day", "new_patients"),
                    "given_by",
                ]
            },
        )
    ]


@admin.register(Service)
class ServiceAdmin(KeptForGood, HoursAdmin):
    """A service and its modes on one page."""

    list_display = ["name", "category", "check_needed", "online", "active", "position"]
    list_filter = ["category", "active", "online"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ServiceModeInline]


@admin.register(Payer)
class PayerAdmin(KeptForGood, DeskAdmin):
    """A plan or way to pay."""

    list_display = ["name", "kind", "no_fees", "active", "position"]
    list_filter = ["kind", "active"]
    search_fields = ["name"]
