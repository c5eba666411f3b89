"""Services with the modes in which they can be had, and the plans accepted."""

from django import forms
from django.contrib import admin

from clinic.admin.base import DeskAdmin, HoursAdmin, KeptForGood
from clinic.models import Payer, Service, ServiceMode


class ServiceModeForm(forms.ModelForm):
    """A service in a mode; who gives it are boxes to tick."""

    class Meta:
        """All fields; the practitioners of a clinic fit on a list."""

        model = ServiceMode
        fields = "__all__"  # noqa: DJ007  (a manager may change every one of them)
        widgets = {"practitioners": forms.CheckboxSelectMultiple}


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
                    "practitioners",
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
