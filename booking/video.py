"""Visits by video: when the room is open, to whom, and where it is. Nothing here is stored.

The name of a room is worked out from the visit's uid under the site's secret key, so nobody can guess it, no backup
holds it, and patient and PT always come to the same one, also when the visit was moved while somebody waits. It changes
when the links to the visit are revoked. Pages show it only to whoever may go in now; messages, calendar files and our
own addresses never do.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.crypto import salted_hmac

from booking.models import Appointment, Block, VideoJoin
from clinic.models import Consent, Licence, Mode
from intake.workflow import age_on

OPENS = timedelta(minutes=10)
# Visits run late, and a connection that breaks at the end has to find its way back.
STAYS = timedelta(minutes=30)
ADULT = 18
# The words that agree to a visit by video, as the page where patients join has them since this day.
CONSENT_VERSION = "2026-11-22"

_OPEN_TO = (Block.State.BOOKED, Block.State.ARRIVED, Block.State.SEEN)


class Door(StrEnum):
    """How the room of a visit is at a moment."""

    NONE = "none"  # not by video, or this clinic has no rooms
    SHUT = "shut"  # on hold, cancelled, or not come
    EARLY = "early"
    OPEN = "open"
    OVER = "over"


def has_rooms() -> bool:
    """Say whether visits by video take place in a room; without one the clinic calls before the start."""
    return bool(settings.TELEHEALTH_ROOM_URL)


def opens_at(visit: Appointment) -> datetime:
    """Return when the room opens."""
    return visit.block.starts_at - OPENS


def closes_at(visit: Appointment) -> datetime:
    """Return when the room closes."""
    return visit.block.ends_at + STAYS


def door(visit: Appointment, *, now: datetime) -> Door:
    """Say how the room is now; open from ten minutes before the start until half an hour after the end."""
    if visit.mode != Mode.TELEHEALTH or not has_rooms():
        return Door.NONE
    if visit.hold or visit.block.state not in _OPEN_TO:
        return Door.SHUT
    if now < opens_at(visit):
        return Door.EARLY
    return Door.OPEN if now < closes_at(visit) else Door.OVER


def room_url(visit: Appointment) -> str:
    """Return the address of the room: for a page that somebody sees who may go in now, and nowhere else."""
    name = salted_hmac("booking.video", f"{visit.uid}~{visit.link_version}", algorithm="sha256").hexdigest()[:32]
    return str(settings.TELEHEALTH_ROOM_URL).replace("{room}", name)


def is_minor(visit: Appointment) -> bool:
    """Say whether the patient is under 18 on the day of the visit, by the patient's calendar."""
    return age_on(visit.patient.birth_date, _day(visit, visit.block.starts_at)) < ADULT


def is_licensed(visit: Appointment, state: str, *, practitioner_id: int | None = None, now: datetime) -> bool:
    """Say whether a practitioner, the visit's own unless told otherwise, may treat somebody in a state today."""
    held = Licence.objects.filter(Licence.valid_on(_day(visit, now)), state=state)
    return held.filter(practitioner=practitioner_id or visit.block.practitioner_id).exists()


def has_agreed(visit: Appointment) -> bool:
    """Say whether a visit by video was agreed to for this visit."""
    given = Consent.objects.filter(subject_uid=visit.uid, kind=Consent.Kind.TELEHEALTH, withdrawn_at=None)
    return given.exists()


def came(visit: Appointment) -> list[VideoJoin]:
    """Return the times the patient came to the visit as it is now, the oldest first; what was before a move is left out."""
    return list(visit.joins.filter(at__gte=opens_at(visit)).order_by("id"))


def waiting_since(visits: Iterable[Appointment]) -> dict[int, datetime]:
    """Return, by the key of a visit, since when its patient has been in the waiting room. One query."""
    by_key = {visit.pk: visit for visit in visits if visit.mode == Mode.TELEHEALTH}
    since: dict[int, datetime] = {}
    for key, at in VideoJoin.objects.filter(appointment__in=by_key).order_by("-id").values_list("appointment", "at"):
        visit = by_key[key]
        if at >= opens_at(visit) and visit.block.state == Block.State.ARRIVED:
            since[key] = at
    return since


def _day(visit: Appointment, at: datetime) -> date:
    return at.astimezone(ZoneInfo(visit.time_zone)).date()
