"""What only the desk does: takes in who walks in, and lets two visits share a time with a reason."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from booking import diary, schedule
from booking.availability import Reason
from booking.demo.house import House
from booking.models import Appointment, Block
from clinic import writing
from clinic.models import Mode
from clinic.spans import Span
from intake.models import Screening

ZONE = ZoneInfo("America/Anchorage")
# Long enough to be read on the board side by side.
LONG = timedelta(minutes=40)


def work(made: House, screenings: Iterable[Screening], *, now: datetime) -> None:
    """Take somebody in, have two come together on a day to come, say that somebody runs late, and write to one."""
    people = list(screenings)
    _walk_in(made, people, now=now)
    _together(made, people, now=now)
    _late(made, now=now)
    _icy(made, now=now)


def _late(made: House, *, now: datetime) -> None:
    """Have whoever has somebody still to come today run a little late; at night nobody has."""
    morning = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    day = Span(morning, morning + timedelta(days=1))
    for person in made.practitioners.values():
        if diary.affected(practitioner=person, day=day, minutes=15, now=now):
            diary.run_late(practitioner=person, day=day, minutes=15, by=made.users["jo"], now=now)
            return


def _icy(made: House, *, now: datetime) -> None:
    """Write to whoever comes to the clinic next, in the desk's own words."""
    coming = Appointment.objects.filter(mode=Mode.IN_CLINIC, block__state=Block.State.BOOKED, block__starts_at__gt=now)
    visit = coming.select_related("patient").order_by("block__starts_at").first()
    if visit is None or not visit.patient.email:
        return
    writing.write(
        submission=uuid.uuid5(visit.uid, "demo:icy"),
        patient=visit.patient,
        words="The steps in front are icy today. Please come in by the door on the parking lot.",
        channels=["email"],
        by=made.users["jo"],
        now=now - timedelta(minutes=20),
    )


def _walk_in(made: House, people: list[Screening], *, now: datetime) -> None:
    """Take in the first patient for whom somebody has time."""
    jo = made.users["jo"]
    for at, slug, screening in product(_moments(now), ("dana", "jun", "ingrid"), people[:3]):
        with suppress(diary.DiaryError):
            visit = diary.walk_in(
                submission=uuid.uuid5(screening.uid, f"demo:walk-in:{at:%j%H%M}"),
                patient=screening.patient,
                service=made.services["consultation"],
                start=at,
                practitioner=made.practitioners[slug],
                location=made.midtown,
                screening=screening,
                by=jo,
                now=at,
            )
            if visit.block.ends_at <= now:
                diary.seen(appointment=visit, by=jo, now=visit.block.ends_at)
            return


def _moments(now: datetime) -> Iterator[datetime]:
    """Give moments at which somebody may have walked in: today from eight on, then on the days before."""
    for days in range(5):
        morning = now.astimezone(ZONE).replace(hour=8, minute=7, second=0, microsecond=0) - timedelta(days=days)
        moments = (morning + timedelta(minutes=15 * quarters) for quarters in range(32))
        yield from (at for at in moments if at < now - timedelta(minutes=5))


def _together(made: House, people: list[Screening], *, now: datetime) -> None:
    """Book a second patient into a visit at the clinic on the next day with one, as the desk does on purpose."""
    tomorrow = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    coming = Appointment.objects.filter(
        mode=Mode.IN_CLINIC, hold="", block__state=Block.State.BOOKED, block__starts_at__gte=tomorrow
    ).select_related("block__practitioner", "service", "location")
    for visit in coming.order_by("block__starts_at"):
        if not _has_a_room_left(visit, now=now):
            continue
        for screening in people:
            if screening.patient_id == visit.patient_id:
                continue
            with suppress(diary.DiaryError):
                diary.book(
                    submission=uuid.uuid5(screening.uid, "demo:together"),
                    patient=screening.patient,
                    service=visit.service,
                    mode=Mode.IN_CLINIC,
                    start=visit.block.starts_at,
                    practitioner=visit.block.practitioner,
                    location=visit.location,
                    screening=screening,
                    source=Appointment.Source.DESK,
                    by=made.users["jo"],
                    overlap_reason="Training partners, one drives the other",
                    now=now - timedelta(hours=1),
                )
                return


def _has_a_room_left(visit: Appointment, *, now: datetime) -> bool:
    """Say whether a second patient would share the practitioner and nothing else, for long enough."""
    block = visit.block
    reasons = schedule.why_not(
        service=visit.service,
        mode=visit.mode,
        start=block.starts_at,
        practitioner=block.practitioner,
        location=visit.location,
        now=now,
    )
    return reasons == [Reason.TAKEN] and block.ends_at - block.starts_at >= LONG
