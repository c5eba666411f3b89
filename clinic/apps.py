"""The clinic app, and the admin with our own site in it."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    """`django.contrib.admin`, whose site is the front desk's."""

    default_site = "clinic.desk.site.DeskSite"


class ClinicConfig(AppConfig):
    """What both apps stand on."""

    name = "clinic"
    verbose_name = "Clinic"

    def ready(self) -> None:
        """Register checks, letters, desk pages and permissions, and take the time of the start."""
        from clinic import checks, health, registrations, set_up  # noqa: F401

        set_up.mark_after_migrate(self)
