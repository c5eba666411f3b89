"""The booking app."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    """Free times, visits and the day's board."""

    name = "booking"
    verbose_name = "Booking"

    def ready(self) -> None:
        """Register letters, desk pages, home panels and permissions."""
        from booking import registrations  # noqa: F401
