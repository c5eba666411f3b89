"""What the booking app registers at start."""

from datetime import timedelta

from django.urls import reverse

from booking import letters  # noqa: F401  (letters register themselves)
from clinic import registry
from clinic.registry import LinkPurpose

# The page shows when and where, and nothing about health, so it does not ask for the date of birth. A link outlives the
# farthest horizon, because letters are looked up on the day.
registry.link_purpose(
    LinkPurpose("visit", "booking.Appointment", lambda _row: reverse("booking:visit"), max_age=timedelta(days=400))
)
