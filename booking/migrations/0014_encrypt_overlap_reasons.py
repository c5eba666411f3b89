"""Encrypt what staff wrote about why two visits share a time: it may be about health."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Cast

from clinic.crypto import decrypt, encrypt


def encrypt_reasons(apps: Any, _editor: Any) -> None:
    for pk, reason in _reasons(apps):
        _write(apps, pk, encrypt(reason))


def decrypt_reasons(apps: Any, _editor: Any) -> None:
    for pk, token in _reasons(apps):
        # The column before held 120 characters.
        _write(apps, pk, decrypt(token)[:120])


def _reasons(apps: Any) -> list[tuple[int, str]]:
    """Return key and stored text of each reason; read as plain text, because the field would decrypt it."""
    rows = apps.get_model("booking", "Block").objects.annotate(stored=Cast("overlap_reason", models.TextField()))
    return list(rows.exclude(stored="").order_by("pk").values_list("pk", "stored"))


def _write(apps: Any, pk: int, stored: str) -> None:
    value = models.Value(stored, output_field=models.TextField())
    apps.get_model("booking", "Block").objects.filter(pk=pk).update(overlap_reason=value)


class Migration(migrations.Migration):
    dependencies = [("booking", "0013_overlap_reason_as_text")]
    operations = [migrations.RunPython(encrypt_reasons, decrypt_reasons)]
