"""The intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Requests, guides, screenings and the PT's brief."""

    name = "intake"
    verbose_name = "Intake"

    def ready(self) -> None:
        """Register letters, desk pages, home panels and permissions."""
        from intake import registrations  # noqa: F401
