"""Visits by video around this moment: one patient waits in the room already, another has still to join.

Whoever tries the demo joins the second by the link in its message, and goes in as Dana.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from booking import diary, video
from booking.demo.house import House
from booking.models import Appointment
from clinic.models import Mode
from intake.models import Screening

# Both begin this long after the build at the earliest, the one to join at the latest after so long.
SOON, LATEST = timedelta(minutes=5), timedelta(minutes=90)
STEP = timedelta(minutes=5)


def wait(made: House, screenings: Iterable[Screening], *, now: datetime) -> None:
    """Book both as the desk does for somebody on the phone, outside the hours too, and let one patient join."""
    people = list(screenings)
    mine = _book(made, "dana", people, latest=LATEST, now=now)
    coming = Appointment.objects.filter(mode=Mode.TELEHEALTH, block__ends_at__gt=now).select_related("block")
    if video.waiting_since(coming):
        return  # an ordinary visit of this day
    others = [screening for screening in people if mine is None or screening.patient_id != mine.patient_id]
    for slug in ("jun", "tomasi"):  # whoever is free: the room has to be open already
        visit = _book(made, slug, others, latest=video.OPENS, now=now)
        if visit is not None:
            join(visit, now=max(now - timedelta(minutes=2), video.opens_at(visit)))
            return


def _book(
    made: House, slug: str, screenings: Iterable[Screening], *, latest: timedelta, now: datetime
) -> Appointment | None:
    """Book the first patient who can, at the first moment that the practitioner can."""
    start = now.replace(second=0, microsecond=0) + SOON
    start += timedelta(minutes=-start.minute % 5)
    while start <= now + latest:
        for screening in screenings:
            try:
                return diary.book(
                    submission=uuid.uuid5(screening.uid, f"demo:waiting:{slug}:{start:%H%M}"),
                    patient=screening.patient,
                    service=made.services["later-visit"],
                    mode=Mode.TELEHEALTH,
                    start=start,
                    practitioner=made.practitioners[slug],
                    screening=screening,
                    source=Appointment.Source.DESK,
                    state_then="AK",
                    time_zone="America/Anchorage",
                    by=made.users["jo"],
                    override_reason="Asked on the phone for a talk today.",
                    now=now - timedelta(minutes=3),
                )
            except diary.SlotTaken:
                break  # for every patient
            except diary.DiaryError:
                continue
        start += STEP
    return None


def join(visit: Appointment, *, now: datetime) -> None:
    """Let a patient come to a visit by video."""
    diary.join(
        submission=uuid.uuid5(uuid.NAMESPACE_URL, f"demo:join:{visit.uid}"),
        appointment=visit,
        address="218 Ptarmigan Way, Seward",
        state="AK",
        phone="+19075550186",
        contact_name="Lou Sandvik",
        contact_phone="+19075550187",
        agreed=True,
        now=now,
    )
