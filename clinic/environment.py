"""Reads the settings from the environment. A value that makes no sense is told in one line, without the secret in it.

An empty value counts as none. Each setting can also stand in a file of its own: SECRET_KEY_FILE=/run/secrets/key.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_TRUE, _FALSE = {"1", "true", "yes", "on", "y", "ok"}, {"0", "false", "no", "off", "n"}
_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
_POSTGRESQL = ("postgres://", "postgresql://", "psql://", "pgsql://")
# Those of django-anymail that need no package more.
MAIL_PROVIDERS = (
    *("brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark", "resend", "scaleway"),
    *("sendgrid", "sparkpost", "unisender_go"),
)
WRONG_SETTING = 2  # exit code


class WrongSetting(ImproperlyConfigured):
    """A setting cannot be used; the text names it, says what it is and what it should look like."""


def load() -> None:
    """Load Django's settings; what is wrong with them goes to standard error, and the program ends with exit code 2."""
    from django.conf import settings

    try:
        settings.INSTALLED_APPS  # noqa: B018  (the first look loads them)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(WRONG_SETTING)


def read_file(path: Path) -> None:
    """Take what a `.env` file says into the environment, where that does not say it already."""
    if path.exists():
        environ.Env.read_env(path)


# ------------------------------------------------------------------ plain values


def text(name: str, default: str = "") -> str:
    """Return a setting as text without blanks around it. Raises WrongSetting if its file cannot be read or is empty."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "").strip() or default
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise WrongSetting(f"{name}_FILE is {path!r}; it must name a file that can be read ({why}).") from None
    if not value:
        raise WrongSetting(f"{name}_FILE is {path!r}; that file is empty.")
    return value


def names(name: str, default: list[str]) -> list[str]:
    """Return a list, written with commas."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or default


def flag(name: str, *, default: bool) -> bool:
    """Return yes or no. Raises WrongSetting for anything else: a misspelt yes must not count as no."""
    value = text(name).lower()
    if not value:
        return default
    if value not in _TRUE | _FALSE:
        raise _wrong(name, "must be 1 (yes) or 0 (no)")
    return value in _TRUE


def number(name: str, *, default: int, least: int = 0, most: int = 2**31 - 1) -> int:
    """Return a whole number. Raises WrongSetting for anything else, or outside the bounds."""
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdecimal() and len(value) <= 10) or not least <= int(value) <= most:
        raise _wrong(name, f"must be a whole number from {least} to {most}")
    return int(value)


def log_level(name: str, *, default: str) -> str:
    """Return how much is logged."""
    level = text(name, default).upper()
    if level not in _LEVELS:
        raise _wrong(name, f"must be one of {', '.join(_LEVELS)}")
    return level


# ------------------------------------------------------------------ addresses, which may hold a password


def site(name: str, *, default: str) -> str:
    """Return the address of the site, without a slash at the end."""
    address = text(name, default).rstrip("/")
    parts = _split(address)
    fits = parts and parts.scheme in {"http", "https"} and parts.hostname
    if not fits or parts is None or parts.path or parts.query or parts.fragment or "@" in address:
        raise _wrong(name, "must look like https://visits.example.org", secret=True)
    return address


def database(name: str, *, default: Path) -> dict[str, Any]:
    """Return what Django wants to know of the database; without a setting that is SQLite in the file `default`."""
    url = text(name)
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(default)}
    found: dict[str, Any] = {}
    # Asked of no other scheme: django-environ would print what it does not know, password and all.
    if url.startswith((*_POSTGRESQL, "sqlite:///")):
        try:
            found = environ.Env.db_url_config(url)
        except ValueError:
            found = {}
    # A database in memory would be another one in each process.
    if found.get("NAME", "") in {"", ":memory:"}:
        wanted = "must look like postgres://user:password@host:5432/name or sqlite:////folder/file.sqlite3"
        raise _wrong(name, wanted, secret=True)
    return found


def redis(name: str) -> str:
    """Return the address of Redis, or "" for none."""
    url = text(name)
    parts = _split(url)
    fits = parts and parts.scheme in {"redis", "rediss"} and parts.hostname
    if url and not (fits and parts and (parts.path.strip("/") or "0").isdecimal()):
        raise _wrong(name, "must look like redis://host:6379/0", secret=True)
    return url


def mail(name: str) -> dict[str, Any]:
    """Return Django's settings for sending mail, or {} for none."""
    url = text(name)
    if not url:
        return {}
    parts = _split(url)
    if not parts or parts.scheme not in environ.Env.EMAIL_SCHEMES or ("smtp" in parts.scheme and not parts.hostname):
        raise _wrong(name, "must look like smtp+tls://user:password@host:587", secret=True)
    found: dict[str, Any] = environ.Env.email_url_config(url)
    return found


def mail_provider(name: str) -> dict[str, Any]:
    """Return Django's settings for sending mail through a provider's own interface (django-anymail), or {} for none.

    What the provider wants to know stands in settings that begin with ANYMAIL_: ANYMAIL_POSTMARK_SERVER_TOKEN.
    """
    provider = text(name).lower()
    if not provider:
        return {}
    if provider not in MAIL_PROVIDERS:
        raise _wrong(name, f"must be one of {', '.join(MAIL_PROVIDERS)}")
    asked = {key.removesuffix("_FILE") for key in os.environ if key.startswith("ANYMAIL_")}
    # Opens and clicks of letters about a visit are nobody's business; what a provider cannot leave out it ignores.
    told: dict[str, Any] = {key.removeprefix("ANYMAIL_"): text(key) for key in sorted(asked)}
    return {
        "EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend",
        "ANYMAIL": told | {"IGNORE_UNSUPPORTED_FEATURES": True, "REQUESTS_TIMEOUT": 20},
    }


def gateway(name: str) -> str:
    """Return the address of the gateway for text messages, or "" for none."""
    url = text(name)
    parts = _split(url)
    if url and not (parts and parts.scheme in {"http", "https"} and parts.hostname):
        raise _wrong(name, "must look like https://user:password@host/path", secret=True)
    return url


def room(name: str, *, default: str = "") -> str:
    """Return the address of rooms for visits by video, with `{room}` where the name of one goes; "" for none."""
    url = text(name, default)
    parts = _split(url)
    fits = parts and parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and "{" not in parts.netloc
    if url and not (fits and url.count("{room}") == 1 and "{" not in url.replace("{room}", "") and url.isprintable()):
        raise _wrong(name, "must look like https://meet.example.org/{room}, with {room} once", secret=True)
    return url


# ------------------------------------------------------------------ the folder of everything that is written


@contextmanager
def writing(name: str, folder: Path) -> Iterator[None]:
    """Tell what cannot be written in the folder that a setting names. Raises WrongSetting."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        wanted = f"it must be a folder that can be written to ({why}: {error.filename or folder})"
        raise WrongSetting(f"{name} is {str(folder)!r}; {wanted}.") from None


def make_folder(folder: Path) -> None:
    """Make sure of a folder that this program may write to; one that it makes is for nobody else. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(None, "no right to write there", str(folder))


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address; None for what is none, such as one whose port is no number."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _wrong(name: str, wanted: str, *, secret: bool = False) -> WrongSetting:
    """Return the error to raise. Of what may hold a password only the scheme is told; of a file nothing."""
    value = text(name)
    scheme, mark, _rest = value.partition("://")
    if os.environ.get(f"{name}_FILE"):
        told = f"{name} (from the file that {name}_FILE names)"
    elif not secret or value.isalnum():
        told = f"{name} is {value!r}; it"
    elif mark and scheme.replace("+", "").isalnum():
        told = f"{name} begins with {scheme + mark!r}; it"
    else:
        told = f"{name}"
    return WrongSetting(f"{told} {wanted}.")
