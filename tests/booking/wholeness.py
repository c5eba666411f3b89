"""Whether the diary is whole: what must never be, looked for in the database itself, in few queries."""

import collections
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from booking.diary.records import wall_time
from booking.models import LIVE, Appointment, Block
from clinic import recipients
from clinic.models import AuditEvent, Message

# Acts that the patient is written to about, each with the next number of the visit, and the kind of letter.
LETTERS = {
    "booked": "booked",
    "moved": "moved",
    "mode_changed": "mode_changed",
    "cancelled": "cancelled",
    "cancel_undone": "visit_again",
}
# The state that each act leaves a visit in; taking back leaves the one it names.
STATES = {
    **dict.fromkeys(["booked", "moved", "mode_changed", "cancel_undone"], "booked"),
    **{state: state for state in ("cancelled", "arrived", "seen", "no_show")},
    "undone": "",
}
# Acts that change neither time nor state.
QUIET = {"confirmed", "fee_recorded", "fee_taken_back", "fee_waived"}

Rows = dict[UUID, list[tuple[Any, ...]]]


def faults() -> list[str]:
    """Look through the whole diary for times taken twice, and for visits, letters and holds that are not whole."""
    visits = list(Appointment.objects.select_related("block", "patient").order_by("pk").prefetch_related("events"))
    letters, audits = _letters(), _audits()
    found = [*_taken_twice(), *_loose_blocks()]
    for visit in visits:
        found += [f"visit {visit.pk}: {fault}" for fault in _of(visit, letters[visit.uid], audits[visit.uid])]
    return found


def over(block: Block, *, now: datetime) -> list[Block]:
    """List what else takes the practitioner or the room of a block at its time; holds that have run out do not."""
    others = Block.objects.filter(state__in=LIVE).exclude(pk=block.pk).exclude(state="held", expires_at__lte=now)
    same = others.filter(
        practitioner=block.practitioner_id, busy_from__lt=block.busy_until, busy_until__gt=block.busy_from
    )
    if block.room_id is None:
        return list(same)
    room = others.filter(room=block.room_id, room_from__lt=block.room_until, room_until__gt=block.room_from)
    return list(same) + list(room)


def _taken_twice() -> Iterable[str]:
    """Go through the unflagged blocks of each practitioner and each room by time."""
    for key, first, last in (("practitioner_id", "busy_from", "busy_until"), ("room_id", "room_from", "room_until")):
        until: dict[int, Any] = {}
        rows = Block.objects.filter(state__in=LIVE, overlap=False, **{f"{key}__isnull": False}).order_by(first)
        for who, begin, end in rows.values_list(key, first, last):
            if who in until and begin < until[who]:
                yield f"{key} {who} is taken twice at {begin}"
            until[who] = max(end, until.get(who, end))


def _loose_blocks() -> Iterable[str]:
    if Block.objects.filter(kind=Block.Kind.VISIT, appointment__isnull=True).exists():
        yield "a visit without an appointment"
    holds = collections.Counter(Block.objects.filter(state=Block.State.HELD).values_list("browser", flat=True))
    yield from (f"{browser!r} holds {count} times" for browser, count in holds.items() if count > 1)
    for uid in (browser.removeprefix("undo-") for browser in holds if browser.startswith("undo-")):
        if not Appointment.objects.filter(uid=uid, block__state="cancelled").exists():
            yield f"the time of visit {uid} is kept, which was not cancelled"


def _of(visit: Appointment, letters: list[tuple[Any, ...]], audits: list[tuple[Any, ...]]) -> Iterable[str]:
    """Hold a visit against what was done with it: its number, state, letters and the audit follow from its events."""
    events = list(visit.events.all())
    acts = [event.act for event in events]
    if unknown := set(acts) - STATES.keys() - QUIET:
        yield f"nobody knows of {unknown}"
    if not acts or acts.count("booked") != 1 or acts[0] != "booked":
        yield f"booked other than once, at first: {acts}"
        return
    numbers = [0]
    for act in acts[1:]:
        numbers.append(numbers[-1] + (act in LETTERS))
    if [event.sequence for event in events] != numbers or visit.sequence != numbers[-1]:
        yield f"number {visit.sequence}, events {[(event.act, event.sequence) for event in events]}"
    channels = sorted(channel for channel, _ in recipients.ways_to_write(visit.patient))
    told = [(LETTERS[act], number) for act, number in zip(acts, numbers, strict=True) if act in LETTERS]
    if visit.source == Appointment.Source.WALK_IN:  # who is here needs no letter that says so
        told = told[1:]
    wanted = sorted((kind, number, channel) for kind, number in told for channel in channels)
    if sorted(letter[:3] for letter in letters) != wanted:
        yield f"letters {letters}, wanted {wanted}"
    if any(state == Message.State.PLANNED and (kind, number) not in told[-1:] for kind, number, _, state in letters):
        yield f"an old letter is still to be sent: {letters}"
    if [act for (act,) in audits] != [f"visit.{act}" for act in acts]:
        yield f"acts {acts}, audited {audits}"
    last = [event for event in events if event.act in STATES][-1]
    if visit.block.state != (last.details["to"] if last.act == "undone" else STATES[last.act]):
        yield f"is {visit.block.state} after {acts}"
    if (visit.block.state == Block.State.CANCELLED) != (visit.cancelled_at is not None):
        yield "half cancelled"
    if visit.wall_time != wall_time(visit.block.starts_at, visit.time_zone):
        yield f"told {visit.wall_time}, starts {visit.block.starts_at}"


def _letters() -> Rows:
    rows: Rows = collections.defaultdict(list)
    for uid, *letter in Message.objects.order_by("pk").values_list(
        "subject_uid", "kind", "sequence", "channel", "state"
    ):
        rows[uid].append(tuple(letter))
    return rows


def _audits() -> Rows:
    rows: Rows = collections.defaultdict(list)
    for uid, act in (
        AuditEvent.objects.filter(act__startswith="visit.").order_by("pk").values_list("subject_uid", "act")
    ):
        rows[uid].append((act,))
    return rows
