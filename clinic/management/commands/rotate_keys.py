"""Bring every encrypted column under the first of FIELD_KEYS."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from clinic import crypto


class Command(BaseCommand):
    """`manage.py rotate_keys`: after a new key was put in front, and before an old one is taken out."""

    help = "Encrypts every encrypted value again under the first of FIELD_KEYS. Safe to stop and to run beside people at work."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through every model that has encrypted fields, and say how many values changed."""
        changed = 0
        for model in apps.get_models():
            if not crypto.encrypted_fields(model):
                continue
            try:
                changed += crypto.rotate(model)
            except crypto.CannotDecrypt as error:
                raise CommandError(
                    f"{error} Put the missing key back into FIELD_KEYS; what was done stays done."
                ) from None
        self.stdout.write(f"{changed} values are now under the first key.")
