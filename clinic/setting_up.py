"""The first set-up of a clinic: the facts behind the list, and what a manager does on its page."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core import checks
from django.db import transaction

from clinic import audit, first_run, health, mail, outbox, registry
from clinic.first_run import Facts, Item
from clinic.letters import Letter, render_for
from clinic.models import (
    Clinic,
    DutyShift,
    Location,
    Message,
    OpeningHours,
    Payer,
    Service,
    ServiceMode,
    User,
)

TEST = "test_message"
# A test that was made so long ago says nothing of today's settings.
TEST_GOOD_FOR = timedelta(days=60)
# The logins of the demo, which anybody may know the password of.
_DEMO_LOGINS = ("jo", "dana", "tomasi", "ingrid", "jun", "hana", "admin")
_KNOWN_PASSWORDS = ("stridewell-demo", "password", "admin")
_TESTS = uuid.UUID("2f1c0f43-91c5-4e9b-8a52-0f5cf8d1a7b2")
# What the list says in words of its own.
_SAID = frozenset(
    f"stridewell.{code}"
    for code in ["E004", "W010", "W011", "W012", "W013", "W014", "W015", "W016", "W017", "I006", "I008"]
)


class StillMissing(ValueError):
    """The list has not come to its end."""


def whole_list(*, now: datetime) -> list[Item]:
    """Return what every package knows to be there or missing."""
    ticked = frozenset(ticks())
    rows = first_run.items(gather(now=now))
    return [*rows, *(row for part in first_run.parts.values() for row in part(ticked, now))]


def gather(*, now: datetime) -> Facts:
    """Look up what this package's part of the list goes by."""
    shifts = DutyShift.objects.filter(user__is_active=True)
    unpriced = ServiceMode.objects.filter(active=True, service__active=True, price=0)
    unpriced = unpriced.exclude(service__category=Service.Category.CONSULTATION)
    return Facts(
        clinic=Clinic.objects.first(),
        demo=settings.DEMO,
        places=Location.objects.filter(active=True).count(),
        opening_hours=OpeningHours.objects.filter(location__active=True).exists(),
        first_in_line=shifts.filter(second=False).exists(),
        second_in_line=shifts.filter(second=True).exists(),
        groups_with_people=frozenset(Group.objects.filter(user__is_active=True).values_list("name", flat=True)),
        easy_passwords=() if settings.DEMO else _easy_passwords(),
        payers=Payer.objects.filter(active=True).count(),
        unpriced=tuple(dict.fromkeys(unpriced.values_list("service__name", flat=True))),
        sends_mail=mail.has_route(),
        letter_arrived=_arrived(Message.Channel.EMAIL, now),
        from_address=settings.DEFAULT_FROM_EMAIL,
        sends_texts=bool(settings.SMS_URL),
        text_arrived=_arrived(Message.Channel.SMS, now),
        worker=health.report(now=now)["worker"],
        found=_found(),
        ticked=frozenset(ticks()),
    )


def tick(*, name: str, by: User, now: datetime) -> None:
    """Write down that a person has looked at something, or has to look again."""
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=1)
        kept: dict[str, Any] = dict(clinic.first_run)
        if kept.pop(name, None) is None:
            kept[name] = {"by": by.display_name, "at": now.isoformat()}
        clinic.first_run = kept
        clinic.save(update_fields=["first_run"])
        audit.record(act="first_run.ticked", subject_uid=None, actor=by, details={"name": name}, now=now)


def go_live(*, by: User, now: datetime) -> None:
    """Take the list off the desk. Raises StillMissing."""
    if first_run.left(whole_list(now=now)):
        raise StillMissing
    Clinic.objects.filter(pk=1, live_since=None).update(live_since=now)
    audit.record(act="first_run.done", subject_uid=None, actor=by, now=now)


def send_test(*, channel: str, by: User, now: datetime) -> Message:
    """Send a person who sets up a letter, or a text message, and return it; one in a minute. Raises BadRecipient."""
    return outbox.post(
        kind=TEST,
        channel=channel,
        subject_uid=uuid.uuid5(_TESTS, f"{by.pk}-{now:%Y-%m-%dT%H:%M}"),
        to=by.email if channel == Message.Channel.EMAIL else by.phone,
        planned_at=now,
        not_after=now + timedelta(hours=1),
    )


@registry.letter(TEST)
def written(message: Message, _now: datetime) -> Letter | None:
    """Say that messages arrive."""
    return render_for(message, TEST, {})


def _arrived(channel: str, now: datetime) -> bool:
    tests = Message.objects.filter(kind=TEST, channel=channel, state=Message.State.SENT)
    return tests.filter(sent_at__gt=now - TEST_GOOD_FOR).exists()


def _easy_passwords() -> tuple[str, ...]:
    suspects = User.objects.filter(is_active=True, username__in=_DEMO_LOGINS)
    return tuple(
        user.username for user in suspects if any(user.check_password(password) for password in _KNOWN_PASSWORDS)
    )


def _found() -> tuple[tuple[str, str, str], ...]:
    """Return what the system checks find, but for what the list says itself: a name, the words, and what to do."""
    said = checks.run_checks(include_deployment_checks=True, databases=["default"])
    told = [one for one in said if one.level >= checks.WARNING and one.id not in _SAID and not one.is_silenced()]
    return tuple((str(one.id), str(one.msg), str(one.hint or "")) for one in told)


def ticks() -> dict[str, Any]:
    """Return what was ticked, with who and when."""
    kept = Clinic.objects.values_list("first_run", flat=True).first()
    return kept if isinstance(kept, dict) else {}
