"""Text and JSON that the database holds only encrypted: answers, free text, letters, member numbers.

The keys are `settings.FIELD_KEYS`, Fernet keys (url-safe base64); the first encrypts, all decrypt. To change keys, put
a new one in front, run `rotate` over every model that has such fields, then take the old one out.

An encrypted column can be read and written, and tested for NULL. It cannot be searched, compared or made unique.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _TextField = models.TextField
else:

    class _TextField(models.TextField):
        """A TextField that may be subscripted, as the type checker needs to know what a field gives."""

        def __class_getitem__(cls, types: object) -> type[models.TextField]:
            return cls


_Set = TypeVar("_Set")
_Get = TypeVar("_Get")


class CannotDecrypt(Exception):
    """A stored value was encrypted with a key that is not in FIELD_KEYS, or it was changed or never encrypted."""


class BadKeys(ImproperlyConfigured):
    """The field keys are missing, or one of them is not a Fernet key."""


# ------------------------------------------------------------------ keys and tokens


def load_or_make_keys(path: Path | str) -> list[str]:
    """Read the keys in a file, one a line, the first to encrypt with; if there is no file, make one with a new key.

    The file is readable by its owner only (mode 0600). Of two processes that start at once one makes the file and both
    read the same key. Raises BadKeys for a file without a good key, OSError if it cannot be read or made.
    """
    path = Path(path)
    if not path.exists():
        _make_key_file(path)
    keys = path.read_text().split()
    _fernet(tuple(keys))
    return keys


def _make_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole or not at all, and never over another: no reader sees half a key, no key is lost.
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key holds
    finally:
        Path(draft).unlink()


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise BadKeys("FIELD_KEYS is empty: encrypted fields need at least one key.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        # The cause is left out: its text could hold the key.
        raise BadKeys("FIELD_KEYS has an entry that is not 32 bytes in url-safe base64.") from None


def _keys() -> tuple[str, ...]:
    return tuple(getattr(settings, "FIELD_KEYS", ()))


def encrypt(text: str) -> str:
    """Turn text into a token under the first key; empty text stays empty.

    Half of a surrogate pair, which JSON input can smuggle in and no database or page can hold, becomes "?".
    """
    return _fernet(_keys()).encrypt(text.encode("utf-8", "replace")).decode("ascii") if text else text


def decrypt(token: str) -> str:
    """Turn a token back into text; empty text stays empty. Raises CannotDecrypt."""
    if not token:
        return token
    try:
        # As bytes: of text that is not ASCII, cryptography says something else than that it is no token.
        return _fernet(_keys()).decrypt(token.encode("utf-8", "replace")).decode("utf-8")
    except InvalidToken:
        raise CannotDecrypt("A stored value does not open with any of FIELD_KEYS.") from None


# ------------------------------------------------------------------ fields


class EncryptedField(_TextField[_Set, _Get]):
    """What both encrypted fields share: a text column of tokens, opened as rows are read.

    Reading raises CannotDecrypt for a value under an unknown key. Filters other than isnull raise FieldError.
    """

    def to_text(self, value: Any) -> str:
        """Turn a value of this field into the text that is encrypted."""
        return str(value)

    def from_text(self, text: str) -> Any:
        """Turn decrypted text into a value of this field."""
        return text

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if not prepared:
            value = self.get_prep_value(value)
        return None if value is None else encrypt(self.to_text(value))

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        if not value:
            return value
        try:
            return self.from_text(decrypt(value))
        except CannotDecrypt as error:
            raise CannotDecrypt(f"{self}: {error}") from None
        except ValueError:
            raise CannotDecrypt(f"{self}: A stored value is not of this field.") from None

    def get_lookup(self, lookup_name: str) -> type[IsNull]:
        if lookup_name == "isnull":
            return IsNull
        raise FieldError(f"{self} is encrypted: it can be filtered by isnull only, not by {lookup_name}.")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self} is encrypted: {lookup_name} cannot look inside.")

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        errors = super().check(**kwargs)
        if self.unique or self.db_index:  # type: ignore[attr-defined]
            message = "An encrypted field cannot be unique, a key or indexed: equal values have different tokens."
            errors.append(checks.Error(message, obj=self, id="clinic.E101"))
        return errors


class EncryptedTextField(EncryptedField[str, str]):
    """Text of any length, stored encrypted; None and "" are stored as they are. See EncryptedField."""

    description = "Encrypted text"


class EncryptedJSONField(EncryptedField[Any, Any]):
    """Anything JSON can say, stored encrypted; None is stored as NULL. See EncryptedField."""

    # For the stubs, which else take what a text field takes: JSON is lists, dicts and more.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any
    _pyi_lookup_exact_type: Any

    description = "Encrypted JSON"
    empty_strings_allowed = False

    def to_text(self, value: Any) -> str:
        return json.dumps(value, separators=(",", ":"))

    def from_text(self, text: str) -> Any:
        return json.loads(text)

    # What TextField does to make a string of anything must not happen to lists and dicts.
    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        return self.value_from_object(obj)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.JSONField, **kwargs})


# ------------------------------------------------------------------ rotation


def encrypted_fields(model: type[models.Model]) -> list[EncryptedField[Any, Any]]:
    """List the encrypted fields a model's own table has."""
    return [field for field in model._meta.local_concrete_fields if isinstance(field, EncryptedField)]


def rotate(model: type[models.Model], *, using: str = "default", batch: int = 500) -> int:
    """Bring every value of a model's encrypted fields under the first key; return how many values changed.

    Safe to stop and start again, and beside people at work: a value that is written meanwhile is left as written.
    Raises CannotDecrypt, naming field and row, for a value that no key opens; what was done before stays done.
    """
    return sum(_rotate_field(model, field.attname, using, batch) for field in encrypted_fields(model))


def _rotate_field(model: type[models.Model], name: str, using: str, batch: int) -> int:
    changed, last = 0, None
    tokens = model._base_manager.using(using).annotate(token=Cast(name, models.TextField())).exclude(token="")
    while rows := _after(tokens.exclude(token=None), last, batch):
        for last, token in rows:
            fresh = _rotated(token, where=f"{model._meta.label}.{name} of row {last}")
            if fresh:
                value = models.Value(fresh, output_field=models.TextField())
                changed += tokens.filter(pk=last, token=token).update(**{name: value})
    return changed


def _after(tokens: models.QuerySet[Any], last: Any, batch: int) -> list[tuple[Any, str]]:
    if last is not None:
        tokens = tokens.filter(pk__gt=last)
    rows: Iterable[tuple[Any, str]] = tokens.order_by("pk").values_list("pk", "token")[:batch]
    return list(rows)


def _rotated(token: str, *, where: str) -> str | None:
    """Give the token under the first key, or None if it is so already."""
    keys, stored = _keys(), token.encode("utf-8", "replace")
    try:
        _fernet(keys[:1]).decrypt(stored)
    except InvalidToken:
        pass
    else:
        return None
    try:
        return _fernet(keys).rotate(stored).decode("ascii")
    except InvalidToken:
        raise CannotDecrypt(f"{where} does not open with any of FIELD_KEYS.") from None
