"""What the diary should never hold, looked for each night: times that no longer are what was told, and clashes.

A government moves its clocks, the time-zone data follow, and a visit kept in UTC is suddenly at another hour than the
patient wrote down. And what gets past the acts (an import, a repair by hand) may take a person or a room twice without
anybody having said why. Neither is mended here: a manager looks, and moves the visit.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.diary.undoing import is_kept
from booking.models import LIVE, Appointment, AppointmentEvent, Block
from clinic import links, outbox, recipients, registry, wording
from clinic.letters import Letter, render_for
from clinic.models import Clinic, Message, User
from clinic.permissions import MANAGER

logger = logging.getLogger(__name__)

KIND = "diary_recheck"
# Clashes of yesterday are told too: they were made after the last look.
LOOK_BACK = timedelta(days=1)
STALE_AFTER = timedelta(hours=20)  # by then the next night's letter is near
_NIGHTS = uuid.UUID("6f2b0a53-6a0e-4a0e-9d0a-0d6f4f1b7c21")


@dataclass(frozen=True)
class Shifted:
    """A coming visit whose start is, by today's zone data, at another wall time than was told ("" for a zone now gone)."""

    visit: Appointment
    shows: str


@dataclass(frozen=True)
class Clash:
    """Two blocks that take one practitioner or one room at one time; the later of them gives no reason."""

    first: Block
    second: Block
    room: bool


def shifted(*, now: datetime) -> list[Shifted]:
    """List the coming visits whose wall time was told otherwise, the nearest first."""
    visits = Appointment.objects.filter(block__state=Block.State.BOOKED, block__starts_at__gt=now)
    visits = visits.select_related("block__practitioner").defer("address", "access_notes").order_by("block__starts_at")
    zones: dict[str, ZoneInfo | None] = {}
    found = []
    for visit in visits.iterator():
        if visit.time_zone not in zones:
            zones[visit.time_zone] = _fresh(visit.time_zone)
        zone = zones[visit.time_zone]
        shows = f"{visit.block.starts_at.astimezone(zone):%Y-%m-%d %H:%M}" if zone else ""  # as `wall_time` is kept
        if shows != visit.wall_time:
            found.append(Shifted(visit, shows))
    return found


def clashes(*, now: datetime) -> list[Clash]:
    """List the pairs of blocks, from yesterday on, that overlap without a reason, the earliest first.

    The database lets a block overlap only if it says why; it cannot see whether one was put over such a block later,
    without a word. That one is listed as well. What is kept for two minutes, so that a cancel can be undone, shares its time
    with whom the visit shared it.
    """
    rows = Block.objects.filter(state__in=LIVE, busy_until__gt=now - LOOK_BACK)
    rows = rows.exclude(kind=Block.Kind.HOLD, expires_at__lte=now).select_related("practitioner", "room")
    blocks = [block for block in rows if not is_kept(block)]
    pairs = [Clash(*pair, room=False) for pair in _overlapping(blocks, "practitioner_id", "busy_from", "busy_until")]
    pairs += [Clash(*pair, room=True) for pair in _overlapping(blocks, "room_id", "room_from", "room_until")]
    placed = _placed_at(pairs)
    unsaid = [pair for pair in pairs if not _explained(pair, placed)]
    return sorted(unsaid, key=lambda pair: (pair.second.starts_at, pair.second.pk, pair.first.pk, pair.room))


def lines(*, now: datetime) -> list[str]:
    """Say in words what was found, without a patient in it; nothing when all is well."""
    zone = ZoneInfo(Clinic.get().time_zone)
    said = []
    for found in shifted(now=now):
        facts = {
            "told": wording.moment(datetime.fromisoformat(found.visit.wall_time)),
            "zone": wording.zone_words(found.visit.time_zone),
            "person": found.visit.block.practitioner.name,
            "shows": wording.moment(datetime.fromisoformat(found.shows)) if found.shows else "",
        }
        if found.shows:
            said.append(_("%(person)s, told as %(told)s, %(zone)s: that clock will show %(shows)s.") % facts)
        else:
            said.append(_("%(person)s, told as %(told)s, %(zone)s: there is no such time zone any more.") % facts)
    for clash in clashes(now=now):
        start = wording.moment(max(clash.first.busy_from, clash.second.busy_from).astimezone(zone))
        name = str(clash.second.room) if clash.room else clash.second.practitioner.name
        said.append(_("%(name)s, %(start)s: taken twice, and nobody said why.") % {"name": name, "start": start})
    return said


def tell_managers(*, now: datetime) -> list[Message]:
    """Write to each manager, once a night, if there is something to look at; return the messages.

    Where no manager has an e-mail address the letter goes to the clinic's own.
    """
    if not lines(now=now):
        return []
    clinic = Clinic.get()
    managers = User.objects.filter(is_active=True, groups__name=MANAGER).exclude(email="").order_by("pk")
    told = [(user.pk, user.email) for user in managers] or [(0, clinic.email)]
    night = uuid.uuid5(_NIGHTS, now.astimezone(ZoneInfo(clinic.time_zone)).date().isoformat())
    return [message for pk, to in told if (message := _post(night, pk, to, now=now))]


@registry.letter(KIND)
def render(message: Message, now: datetime) -> Letter | None:
    """Say what was found, as it is when the letter leaves; None once it is mended."""
    found = lines(now=now)
    if not found:
        return None
    context = {"found": found, "count": len(found), "button_url": links.absolute(reverse("admin:index"))}
    return render_for(message, KIND, context)


def _post(night: uuid.UUID, pk: int, to: str, *, now: datetime) -> Message | None:
    try:
        return outbox.post(
            kind=KIND,
            channel=Message.Channel.EMAIL,
            subject_uid=night,
            sequence=pk,
            to=to,
            planned_at=now,
            not_after=now + STALE_AFTER,
        )
    except recipients.BadRecipient:
        logger.error("login %s has an address that nothing can be sent to", pk)  # noqa: TRY400
        return None


def _fresh(name: str) -> ZoneInfo | None:
    """Read a zone anew: a worker that has run for weeks remembers it as it was before the update."""
    try:
        return ZoneInfo.no_cache(name)
    except (KeyError, ValueError, OSError):
        return None


def _overlapping(blocks: Iterable[Block], key: str, start: str, end: str) -> Iterator[tuple[Block, Block]]:
    """Go through the blocks of each person or room by time, and give each pair that overlaps."""
    groups: dict[Any, list[Block]] = defaultdict(list)
    for block in blocks:
        if getattr(block, key) is not None:
            groups[getattr(block, key)].append(block)
    for group in groups.values():
        running: list[Block] = []
        for block in sorted(group, key=lambda row: (getattr(row, start), row.pk)):
            running = [other for other in running if getattr(other, end) > getattr(block, start)]
            yield from ((other, block) for other in running)
            running.append(block)


def _placed_at(pairs: Iterable[Clash]) -> dict[int, datetime]:
    """Say since when each block of the pairs has been where it is: written, moved there, or there again for a reason."""
    blocks = {block.pk: block for pair in pairs for block in (pair.first, pair.second)}
    placing = Q(act__in=["booked", "moved", "mode_changed"])
    # A no-show that was taken back beside who had got its time since says why.
    placing |= Q(act="undone", details__from=Block.State.NO_SHOW, appointment__block__overlap=True)
    events = AppointmentEvent.objects.filter(placing, appointment__block__in=blocks)
    moved = dict(events.values_list("appointment__block").annotate(Max("at")).order_by())
    return {pk: moved.get(pk, block.created_at) for pk, block in blocks.items()}


def _explained(pair: Clash, placed: dict[int, datetime]) -> bool:
    """Tell whether somebody said why: the one that came later, or either where both came at once."""
    first, second = pair.first, pair.second
    if placed[first.pk] == placed[second.pk]:
        return _gives_reason(first) or _gives_reason(second)
    return _gives_reason(first if placed[first.pk] > placed[second.pk] else second)


def _gives_reason(block: Block) -> bool:
    return block.overlap and bool(block.overlap_reason.strip())
