"""Who is on duty in whose place on single days: a holiday, a swap, somebody who is ill; and its one writer.

The weekly roster (`clinic.duty`) stays as it is. Two who swap are two rows.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.constraints import violates
from clinic.models import StandIn, User

# By the key of each person who is away on a day: who is alerted instead, None for nobody.
Away = Mapping[int, User | None]


class AlreadyAway(Exception):
    """Somebody's days overlap with others on which they are away already."""


def on(day: date) -> Away:
    """Return who is away on a day and who stands in."""
    rows = StandIn.objects.filter(first_day__lte=day, last_day__gte=day)
    return among(rows.select_related("instead"), day)


def among(rows: Iterable[StandIn], day: date) -> Away:
    """Return who of `rows` is away on a day; who has left the clinic stands in for nobody. Pure."""
    there = [row for row in rows if row.first_day <= day <= row.last_day]
    return {row.user_id: row.instead if row.instead and row.instead.is_active else None for row in there}


def in_place_of(user: User, away: Away) -> User | None:
    """Return who is alerted in a person's place: they themselves unless away, or None for nobody. Pure.

    Who stands in and is away, too, passes it on to their own stand-in; two who name each other have swapped.
    """
    if user.pk not in away:
        return user
    first = last = away[user.pk]
    passed = {user.pk}
    while last is not None and last.pk in away:
        if last.pk in passed:
            return first
        passed.add(last.pk)
        last = away[last.pk]
    return last


def to_come(today: date) -> list[StandIn]:
    """Return what is not over yet, by day, of people who work here."""
    rows = StandIn.objects.filter(last_day__gte=today, user__is_active=True)
    return list(rows.select_related("user", "instead").order_by("first_day", "id"))


def add(*, user: User, instead: User | None, first_day: date, last_day: date, by: User, now: datetime) -> StandIn:
    """Write that a person is away on some days, and who is alerted instead.

    Raises AlreadyAway if they are away on one of them already.
    """
    try:
        with transaction.atomic():
            row = StandIn.objects.create(user=user, instead=instead, first_day=first_day, last_day=last_day)
            _note(row, "added", by=by, now=now)
    except IntegrityError as error:
        if violates(error, "stand_in_once_at_a_time"):
            raise AlreadyAway from error
        raise
    return row


def remove(*, uid: uuid.UUID, by: User, now: datetime) -> StandIn | None:
    """Take it back; return what it was, None if it was gone already."""
    with transaction.atomic():
        row = StandIn.objects.select_for_update(of=("self",)).select_related("user", "instead").filter(uid=uid).first()
        if row is None:
            return None
        StandIn.objects.filter(pk=row.pk).delete()
        _note(row, "deleted", by=by, now=now)
    return row


def _note(row: StandIn, act: str, *, by: User, now: datetime) -> None:
    details = {
        "record": "standin",
        "user": row.user_id,
        "instead": row.instead_id,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
    }
    audit.record(act=f"record.{act}", subject_uid=row.uid, actor=by, details=details, now=now)
