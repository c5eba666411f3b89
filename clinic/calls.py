"""One queue of what a person must do by a time: open, claim, log, finish. Who is alerted: `clinic.alerts`."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from clinic import audit, registry
from clinic.models import Call, CallNote, Patient, User


class AlreadyClaimed(Exception):
    """Somebody else is on this call; `by` says who."""

    def __init__(self, by: User) -> None:
        super().__init__(by.pk)
        self.by = by


class CallClosed(Exception):
    """The call is done; there is nothing left to do on it."""


class NeedsPT(Exception):
    """Only a PT may say that this call is done with; others write down their tries."""


class NotDecided(Exception):
    """What the call is about has still to be decided, and deciding it is what ends the call."""


# A call that is claimed and due, with nothing written down for this long, may have been forgotten.
SILENT_AFTER = timedelta(minutes=10)
# The patient was promised that a PT calls (clinical.md sections 1 and 11, N04: words that worry us hold until then).
ENDED_BY_PT = frozenset(
    {Call.Reason.EMERGENCY, Call.Reason.URGENT, Call.Reason.UNSURE, Call.Reason.HELD, Call.Reason.ALERT}
)


def may_end(*, call: Call, user: User) -> bool:
    """Say whether a person may finish a call, or only write down tries."""
    return call.reason not in ENDED_BY_PT or user.has_perm("clinic.end_pt_calls")


def in_hand_until(call: Call) -> datetime | None:
    """Return until when somebody who may finish the call has it in hand; None when nobody has.

    Who claims it has it until ten minutes after it is due, or after the claim or the last try if that is later. Who
    wrote down a next try has it until then. Claims and tries of those who may only write down tries count for nothing:
    the desk on a PT's call must not keep the PT from hearing of it.
    """
    tried = call.notes.filter(by__isnull=False).select_related("by").first()
    by = call.claimed_by
    if by is not None and call.claimed_at is not None:
        if not may_end(call=call, user=by):
            return None
        heard = [call.due_at, call.claimed_at, *([tried.at] if tried and tried.by_id == by.pk else [])]
        return max(heard) + SILENT_AFTER
    if tried is not None and tried.by is not None and may_end(call=call, user=tried.by):
        return call.next_try_at
    return None


def open_call(
    *,
    reason: str,
    subject_uid: uuid.UUID,
    due_at: datetime,
    name: str,
    phone: str = "",
    patient: Patient | None = None,
    for_pt: bool = False,
    note: str = "",
    now: datetime,
) -> Call:
    """Put a call into the queue and return it.

    A subject has one open call for each reason: a second only makes the first more pressing (the earlier due time, a
    PT if either needs one) and adds its note. `name` is cut to what the queue can show.
    """
    details = {
        "due_at": due_at,
        "name": name[:160],
        "phone": phone,
        "patient": patient,
        "for_pt": for_pt,
        "created_at": now,
    }
    with transaction.atomic():
        call, opened = _open_or_press(reason, subject_uid, details)
        if note:
            CallNote.objects.create(call=call, at=now, note=note)
        audit.record(act="call.opened" if opened else "call.repeated", subject_uid=call.uid, now=now)
    return call


def claim(*, call: Call, user: User, now: datetime) -> Call:
    """Say that `user` makes this call; claiming one's own call again changes nothing.

    Raises AlreadyClaimed when somebody else was first, CallClosed when it is done.
    """
    with transaction.atomic():
        free = Call.objects.filter(pk=call.pk, state=Call.State.OPEN, claimed_by__isnull=True)
        if free.update(claimed_by=user, claimed_at=now):
            audit.record(act="call.claimed", subject_uid=call.uid, actor=user, now=now)
        call.refresh_from_db()
    _check_mine(call, user)
    return call


def release(*, call: Call, user: User, now: datetime) -> Call:
    """Give a call back to the queue; anyone who works the queue may, since the one who claimed it may have gone home.

    Raises CallClosed.
    """
    with transaction.atomic():
        _lock(call)
        if call.claimed_by_id is not None:
            Call.objects.filter(pk=call.pk).update(claimed_by=None, claimed_at=None, **_unmade(call, now))
            audit.record(act="call.released", subject_uid=call.uid, actor=user, now=now)
        call.refresh_from_db()
    return call


def log(
    *, call: Call, user: User, outcome: str, note: str = "", next_try_at: datetime | None = None, now: datetime
) -> CallNote:
    """Write down one try. With a next try the call goes back to the queue, for whoever is there then.

    Raises AlreadyClaimed, CallClosed, ValueError for an outcome that is none.
    """
    _check_outcome(outcome)
    with transaction.atomic():
        _lock(call)
        _check_mine(call, user)
        written = CallNote.objects.create(call=call, at=now, by=user, outcome=outcome, note=note)
        if next_try_at is not None:
            Call.objects.filter(pk=call.pk).update(
                next_try_at=next_try_at, claimed_by=None, claimed_at=None, **_unmade(call, now, by=user)
            )
        audit.record(act="call.logged", subject_uid=call.uid, actor=user, details={"outcome": outcome}, now=now)
        call.refresh_from_db()
    return written


def pass_to_pt(*, call: Call, user: User, note: str = "", now: datetime) -> CallNote:
    """Give a call to the PTs, because it needs one: it goes back to the queue, marked for a PT, and keeps its due time.

    Raises AlreadyClaimed, CallClosed.
    """
    with transaction.atomic():
        _lock(call)
        _check_mine(call, user)
        written = CallNote.objects.create(call=call, at=now, by=user, outcome=Call.Outcome.PASSED, note=note)
        Call.objects.filter(pk=call.pk).update(
            for_pt=True, claimed_by=None, claimed_at=None, next_try_at=None, **_unmade(call, now)
        )
        audit.record(act="call.passed_to_pt", subject_uid=call.uid, actor=user, now=now)
        call.refresh_from_db()
    return written


def finish(*, call: Call, user: User, outcome: str, note: str = "", now: datetime) -> Call:
    """Close a call with its outcome, and let what it was about know (`registry.call_follower`).

    Raises AlreadyClaimed, CallClosed, NeedsPT, NotDecided when what it was about refuses (then nothing is written),
    ValueError for an outcome that is none.
    """
    _check_outcome(outcome)
    if not may_end(call=call, user=user):
        raise NeedsPT
    with transaction.atomic():
        _lock(call)
        _check_mine(call, user)
        CallNote.objects.create(call=call, at=now, by=user, outcome=outcome, note=note)
        Call.objects.filter(pk=call.pk).update(
            state=Call.State.DONE, outcome=outcome, closed_by=user, closed_at=now, next_try_at=None
        )
        audit.record(act="call.finished", subject_uid=call.uid, actor=user, details={"outcome": outcome}, now=now)
        call.refresh_from_db()
        for follow in registry.call_followers.values():
            follow(call=call, now=now)
    return call


def close_for(*, subject_uid: uuid.UUID, reason: str, outcome: str, now: datetime) -> int:
    """Close the open call about a subject because what it was for has happened without it; return how many."""
    _check_outcome(outcome)
    with transaction.atomic():
        calls = list(Call.objects.select_for_update().filter(subject_uid=subject_uid, reason=reason, state="open"))
        for call in calls:
            Call.objects.filter(pk=call.pk).update(
                state=Call.State.DONE, outcome=outcome, closed_at=now, next_try_at=None
            )
            audit.record(act="call.finished", subject_uid=call.uid, details={"outcome": outcome}, now=now)
    return len(calls)


def put_off(*, subject_uid: uuid.UUID, reason: str, due_at: datetime, now: datetime) -> int:
    """Give the open call about a subject another due time, because what it is about has moved; return how many."""
    with transaction.atomic():
        calls = list(Call.objects.select_for_update().filter(subject_uid=subject_uid, reason=reason, state="open"))
        for call in calls:
            Call.objects.filter(pk=call.pk).update(due_at=due_at)
            audit.record(act="call.put_off", subject_uid=call.uid, now=now)
    return len(calls)


def belong_to(*, subject_uid: uuid.UUID, patient: Patient) -> int:
    """Note whom the calls about a subject are for, once that is known; those that know keep it. Return how many."""
    return Call.objects.filter(subject_uid=subject_uid, patient__isnull=True).update(patient=patient)


def _open_or_press(reason: str, subject_uid: uuid.UUID, details: dict[str, Any]) -> tuple[Call, bool]:
    """Write the call, or make the open one at least as pressing; say whether it was written.

    The open one is locked and looked at again: whoever finishes it at this very moment must not swallow the new one.
    """
    while True:
        call, opened = Call.objects.get_or_create(
            reason=reason, subject_uid=subject_uid, state=Call.State.OPEN, defaults=details
        )
        if opened:
            return call, True
        locked = Call.objects.select_for_update().filter(pk=call.pk, state=Call.State.OPEN).first()
        if locked is not None:
            locked.due_at = min(locked.due_at, details["due_at"])
            locked.for_pt = locked.for_pt or details["for_pt"]
            locked.save(update_fields=["due_at", "for_pt"])
            return locked, False


def _lock(call: Call) -> None:
    """Read the row anew under a lock; raise CallClosed when it is done."""
    Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    call.refresh_from_db()
    if call.state != Call.State.OPEN:
        raise CallClosed


def _unmade(call: Call, now: datetime, *, by: User | None = None) -> dict[str, datetime | None]:
    """Return what lets alerts begin anew when a call comes back unmade.

    Where nobody had it in hand, a round that is still under way goes on: it must not be put off.
    """
    hand = by or call.claimed_by
    had = hand is not None and may_end(call=call, user=hand)
    return {"alerted_from": now, "escalated_at": None} if had or call.escalated_at else {}


def _check_mine(call: Call, user: User) -> None:
    if call.state != Call.State.OPEN:
        raise CallClosed
    if call.claimed_by is not None and call.claimed_by_id != user.pk:
        raise AlreadyClaimed(call.claimed_by)


def _check_outcome(outcome: str) -> None:
    if outcome not in Call.Outcome.values:
        raise ValueError(f"{outcome[:20]!r} is no outcome of a call.")
