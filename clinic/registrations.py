"""What the clinic app registers at start."""

from django.apps import apps

from clinic import alerts, permissions  # noqa: F401  (alerts registers its letter)

permissions.grant_after_migrate(apps.get_app_config("clinic"), permissions.GRANTS)
