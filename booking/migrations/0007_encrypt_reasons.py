"""Encrypt what patients and staff wrote about why, and take it out of the events' plain details."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Cast

from clinic.crypto import decrypt, encrypt


def encrypt_words(apps: Any, _editor: Any) -> None:
    for pk, reason in _reasons(apps):
        _write_reason(apps, pk, encrypt(reason))
    events = apps.get_model("booking", "AppointmentEvent").objects
    for event in list(events.filter(details__has_key="why")):
        event.why = str(event.details.pop("why"))
        event.save(update_fields=["details", "why"])


def decrypt_words(apps: Any, _editor: Any) -> None:
    for pk, token in _reasons(apps):
        # The column before held 120 characters.
        _write_reason(apps, pk, decrypt(token)[:120])
    for event in list(apps.get_model("booking", "AppointmentEvent").objects.all()):
        if event.why:
            event.details["why"] = event.why
            event.save(update_fields=["details"])


def _reasons(apps: Any) -> list[tuple[int, str]]:
    """Return key and stored text of each reason; read as plain text, because the field would decrypt it."""
    rows = apps.get_model("booking", "Appointment").objects.annotate(
        stored=Cast("cancel_reason", models.TextField())
    )
    return list(rows.exclude(stored="").order_by("pk").values_list("pk", "stored"))


def _write_reason(apps: Any, pk: int, stored: str) -> None:
    value = models.Value(stored, output_field=models.TextField())
    apps.get_model("booking", "Appointment").objects.filter(pk=pk).update(cancel_reason=value)


class Migration(migrations.Migration):
    dependencies = [("booking", "0006_reasons_as_text")]
    operations = [migrations.RunPython(encrypt_words, decrypt_words)]
