"""What the booking app registers at start."""

from datetime import timedelta

from django.apps import apps
from django.urls import reverse

from booking import finding, home, letters, recheck  # noqa: F401  (letters register themselves)
from booking.desk import registered
from booking.permissions import GRANTS
from clinic import permissions, registry
from clinic.registry import LinkPurpose

permissions.grant_after_migrate(apps.get_app_config("booking"), GRANTS)
registered.register()

registry.site_link("times", "booking:services")
registry.site_link("consultation", "booking:consultation")
registry.site_link("change", "booking:find")
registry.home_panel("first_free", home.first_free)
registry.team_note("first_free", home.team_notes)

# The page shows when and where, and nothing about health, so it does not ask for the date of birth. A link outlives the
# farthest horizon, because letters are looked up on the day.
registry.link_purpose(
    LinkPurpose("visit", "booking.Appointment", lambda _row: reverse("booking:visit"), max_age=timedelta(days=400))
)
