"""System checks: a wrong setting is told with an id and a hint, before the first patient meets it.

Errors are settings that would lose letters, leak data or let links be forged; they hold for a real clinic only, not for
the demo or a developer's machine. What a manager can mend in the admin is a warning, made when the database is there
(`manage.py check --database default`): an error would keep `migrate` from running.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register  # noqa: A004
from django.db import DatabaseError

from clinic import mail, own_words, roads
from clinic.crypto import BadKeys, encrypt
from clinic.models import Clinic, DutyShift, Location, OpeningHours, TravelZone

_HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", ""}  # noqa: S104  (compared, not bound to)

# Video services that anybody may use, and where a room of a made-up name is nobody's promise to keep it private. Those
# with a paid plan for clinics either serve it under a name of the clinic's own, or know no rooms by name.
PUBLIC_VIDEO = (
    "8x8.vc",
    "appear.in",
    "brave.com",
    "calls.disroot.org",
    "discord.com",
    "discord.gg",
    "doxy.me",
    "facetime.apple.com",
    "framatalk.org",
    "freeconference.com",
    "gotomeeting.com",
    "hangouts.google.com",
    "jit.si",
    "jitsi.org",
    "jitsi.riot.im",
    "m.me",
    "meet.calyx.net",
    "meet.element.io",
    "meet.ffmuc.net",
    "meet.google.com",
    "messenger.com",
    "skype.com",
    "systemli.org",
    "teams.live.com",
    "teams.microsoft.com",
    "vdo.ninja",
    "webex.com",
    "whereby.com",
    "zoom.com",
    "zoom.us",
)


def _real() -> bool:
    """Say whether this is a clinic's own installation."""
    return not (settings.DEMO or settings.DEBUG)


@register(Tags.security)
def check_keys(**_kwargs: Any) -> list[CheckMessage]:
    """Check the two kinds of keys."""
    found: list[CheckMessage] = []
    try:
        encrypt("a")
    except BadKeys as error:
        hint = "docs/deploy.md says how to make a key. Without the right keys nothing encrypted can be read or written."
        found.append(Error(str(error), hint=hint, id="stridewell.E001"))
    key = settings.SECRET_KEY
    if _real() and (len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-")):
        hint = "Make one as docs/deploy.md says. Links to patients' data are signed with it."
        found.append(Error("SECRET_KEY is too easy to guess.", hint=hint, id="stridewell.E002"))
    return found


@register(Tags.urls)
def check_address(**_kwargs: Any) -> list[CheckMessage]:
    """Check where links in letters lead, and that the way there is encrypted."""
    if not _real():
        return []
    parts, found = urlsplit(settings.SITE_URL), list[CheckMessage]()
    if parts.scheme not in {"http", "https"} or (parts.hostname or "") in _HERE:
        hint = "Set it to the public address of the site, such as https://visits.example.org."
        found.append(
            Error("SITE_URL leads to this machine: no link in a letter would work.", hint=hint, id="stridewell.E003")
        )
    elif parts.scheme != "https" or not settings.HTTPS:
        hint = "Give SITE_URL as https:// and leave HTTPS on; docs/deploy.md sets up the proxy."
        found.append(Error("Patients' data would travel without encryption.", hint=hint, id="stridewell.E005"))
    return found


@register("messages")
def check_messages(**_kwargs: Any) -> list[CheckMessage]:
    """Check that letters and text messages can leave."""
    if not _real():
        return []
    found: list[CheckMessage] = []
    if not mail.has_route():
        hint = "Set EMAIL_URL, for example smtp+tls://user:password@host:587."
        found.append(Error("No e-mail leaves this machine.", hint=hint, id="stridewell.E004"))
    if settings.ANYMAIL and not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        hint = "Set ANYMAIL_WEBHOOK_SECRET=name:secret, and give both to the provider in the address; docs/deploy.md."
        text = "Whoever knows its address could make up what became of our e-mails."
        found.append(Warning(text, hint=hint, id="stridewell.W020"))
    if not settings.SMS_URL:
        hint = "Set SMS_URL and SMS_FROM if patients and staff are to get texts; see README.md."
        found.append(Info("Text messages are not sent.", hint=hint, id="stridewell.I006"))
    elif (
        urlsplit(settings.SMS_URL).scheme != "https" or not urlsplit(settings.SMS_URL).hostname or not settings.SMS_FROM
    ):
        hint = "SMS_URL is https://user:password@host/path, and SMS_FROM the number that texts come from."
        found.append(Error("Text messages cannot be sent.", hint=hint, id="stridewell.E007"))
    return found


@register("messages")
def check_video(**_kwargs: Any) -> list[CheckMessage]:
    """Check that visits by video take place on a server whose keeper answers for patients' data."""
    if not _real():
        return []
    url = settings.TELEHEALTH_ROOM_URL
    if not url:
        hint = "Set TELEHEALTH_ROOM_URL to a Jitsi server of your own, such as https://meet.example.org/{room}."
        text = "Visits by video have no room: staff call each patient just before and say how to join."
        return [Info(text, hint=hint, id="stridewell.I008")]
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host in _HERE or any(host == public or host.endswith(f".{public}") for public in PUBLIC_VIDEO):
        hint = "Use a server of your own, or one whose keeper has signed a business associate agreement with you."
        text = f"TELEHEALTH_ROOM_URL leads to {host}, which is open to anybody."
        return [Error(text, hint=hint, id="stridewell.E009")]
    return []


@register(Tags.database)
def check_clinic(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Check what the manager has to fill in before patients come."""
    if not databases:
        return []
    try:
        return _find_gaps()
    except DatabaseError:
        return []  # before the first migrate there are no tables


def _find_gaps() -> list[CheckMessage]:
    clinic = Clinic.objects.filter(pk=1).first()
    if clinic is None:
        hint = "Fill in the clinic in the admin, or load the demo."
        return [Warning("There is no clinic yet.", hint=hint, id="stridewell.W010")]
    gaps = {
        "W011": (not clinic.phone, "The clinic has no phone number, and every page and letter says to call it."),
        "W012": (not clinic.emergency_number, "No emergency number is set."),
        "W013": (not clinic.crisis_number, "No crisis line is set."),
        "W014": (
            not clinic.email,
            "The clinic has no e-mail address for answers, and for alerts when nobody is on duty.",
        ),
        "W015": (not Location.objects.filter(active=True).exists(), "There is no active location."),
        "W016": (not OpeningHours.objects.exists(), "No opening hours are set, so due times count around the clock."),
        "W017": (
            not DutyShift.objects.exists(),
            "Nobody is on the duty roster, so alerts go to the clinic's address only.",
        ),
    }
    missing = roads.load().missing
    gaps["W018"] = (
        bool(missing),
        f"{len(missing)} roads between travel zones have no minutes, and count {clinic.road_minutes} minutes each.",
    )
    gaps["W019"] = (
        TravelZone.objects.filter(active=True).exists() and bool(roads.without_zone()),
        "A location lies in no travel zone, so the road from there to home visits is not known.",
    )
    gaps["W021"] = (
        bool(own_words.broken()),
        "Some messages' own words cannot be sent, and the shipped ones are: see the page of message texts.",
    )
    hint = "A manager sets this in the admin."
    return [Warning(text, hint=hint, id=f"stridewell.{code}") for code, (gap, text) in gaps.items() if gap]
