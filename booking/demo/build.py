"""Build the whole demo: the house, its patients, their checks, requests and visits, through the same acts as real use.

Everything is drawn from one seed and placed around the moment of the build, so that each page has something true to
show today.
"""

import random
import uuid
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from booking import diary, schedule
from booking.demo import arrivals, at_desk, changed, house, late, own_calendars, people, records, waiting
from booking.demo.house import House
from booking.models import Appointment, Block, TimeOff
from booking.terms import terms_of
from clinic import calls
from clinic.models import Call, Location, Message, Mode, Patient, Practitioner, Service
from intake import requests as request_acts
from intake import workflow
from intake.guides.library import load_guides
from intake.models import Level, Screening

SEED = 20261124
ZONE = ZoneInfo("America/Anchorage")
# Where home visits go: address, postal code, and what there is to know.
HOMES = (
    ("7310 Boundary Avenue, Anchorage, AK 99504", "99504", "Dog: use the side gate."),
    ("1248 Juniper Ridge Loop, Anchorage, AK 99516", "99516", "Gate code 4471. The drive is steep: park on the road."),
    ("905 Sourdough Lane, Eagle River, AK 99577", "99577", ""),
    ("3126 Lagoon Street, Anchorage, AK 99517", "99517", "Two cats. Ring twice, the bell is quiet."),
)
DAYS_BACK, DAYS_AHEAD = 5, 8


def demo(*, now: datetime) -> None:
    """Fill an empty database. `now` is the moment that the demo is about."""
    chance = random.Random(SEED)  # noqa: S311  (a demo needs no secrets)
    today = now.astimezone(ZONE).date()
    made = house.build(today)
    load_guides()
    screened = {person: people.fill_in(person, at=_evening(now, 12, chance)) for person in people.CLEAR}
    for person, hours in zip(people.NOT_CLEAR, (3, 1, 20), strict=True):
        people.fill_in(person, at=now - timedelta(hours=hours))
    _reached(people.fill_in(people.EMERGENCY[0], at=now - timedelta(hours=26)), made)
    _half_done(now)
    _mark(screened)
    _visits(made, screened, chance, now=now)
    _on_hold(made, now=now)
    changed.change_some(made, now=now)
    waiting.wait(made, screened.values(), now=now)
    at_desk.work(made, screened.values(), now=now)
    late.confirm(made, now=now)
    _training_day(made, now=now)
    _read_some(screened, now=now)
    _requests(now)
    arrivals.arrive(today)
    own_calendars.read(made.practitioners["jun"], today, ZONE, now=now)
    records.keep(made, list(screened.values()), now=now)
    # Letters of days gone by were never written here; the worker sends what is of today.
    Message.objects.filter(state=Message.State.PLANNED, planned_at__lt=now - timedelta(days=1)).update(
        state=Message.State.DROPPED, claimed_at=now
    )


def _evening(now: datetime, days: int, chance: random.Random) -> datetime:
    """Return a moment some days ago, when people sit on the sofa with a phone."""
    day = now.astimezone(ZONE).date() - timedelta(days=days)
    return datetime.combine(day, time(19, chance.randrange(60)), ZONE)


def _half_done(now: datetime) -> None:
    """Somebody is in the middle of the check."""
    person = people.Person("Tessa", "Moreau", date(1994, 6, 6), "female", "+19075550143", ("shin",))
    people.fill_in(person, at=now - timedelta(minutes=12), stop_after=3)


def _reached(screening: Screening, made: House) -> None:
    """Yesterday's emergency: a PT read why, called at once and found the patient on the way."""
    call = Call.objects.filter(subject_uid=screening.uid, state=Call.State.OPEN).first()
    outcome = screening.outcome
    if call is None or outcome is None or screening.finished_at is None:
        return
    user = made.users["dana"]
    workflow.mark_read(outcome=outcome, by=user, now=screening.finished_at + timedelta(minutes=2))
    calls.claim(call=call, user=user, now=screening.finished_at + timedelta(minutes=3))
    found = "Reached after 4 minutes. Her son drives her to the emergency room."
    at = screening.finished_at + timedelta(minutes=6)
    calls.log(call=call, user=user, outcome=Call.Outcome.ELSEWHERE, note=found, now=at)
    workflow.decide(screening=screening, level=outcome.level, reason=found, by=user, is_pt=True, now=at)


def _mark(screened: dict[people.Person, Screening]) -> None:
    """A manager has marked who works here, or is known in town."""
    marked = [screening.patient_id for person, screening in screened.items() if person.sensitive]
    Patient.objects.filter(pk__in=marked).update(sensitive=True)


def _visits(made: House, screened: dict[people.Person, Screening], chance: random.Random, *, now: datetime) -> None:
    """Book visits over the days around today, then let the past ones take place."""
    plan: list[tuple[str, Mode, int]] = [
        ("first-visit", Mode.IN_CLINIC, 3),
        ("later-visit", Mode.IN_CLINIC, 4),
        ("first-visit", Mode.TELEHEALTH, 1),
        ("later-visit", Mode.TELEHEALTH, 2),
        ("first-visit", Mode.MOBILE, 2),
        ("later-visit", Mode.MOBILE, 1),
        ("running-form", Mode.IN_CLINIC, 1),
        ("massage-60", Mode.IN_CLINIC, 1),
        ("massage-30", Mode.IN_CLINIC, 1),
        ("consultation", Mode.IN_CLINIC, 1),
    ]
    today = now.astimezone(ZONE).date()
    patients = list(screened)
    turn = 0
    for offset in range(-DAYS_BACK, DAYS_AHEAD):
        day = today + timedelta(days=offset)
        busy = 1.0 if offset <= 1 else max(0.25, 0.9 - offset * 0.06)
        for slug, mode, count in plan:
            for _time in range(count):
                if chance.random() > busy:
                    continue
                person = patients[turn % len(patients)]
                turn += 1
                _book(made.services[slug], mode, day, screened[person], chance, now=now)
        if offset <= 0:  # a later visit is for those who have been here
            _take_place(made, chance, now=min(now, datetime.combine(day, time(23), ZONE)))


def _book(
    service: Service, mode: Mode, day: date, screening: Screening, chance: random.Random, *, now: datetime
) -> Appointment | None:
    """Book one visit on a day as if some days before; None if the day is full or the patient has a visit then."""
    booked_at = min(now, datetime.combine(day, time(12), ZONE)) - timedelta(days=2, minutes=chance.randrange(600))
    telehealth = mode == Mode.TELEHEALTH
    # The homes of a day lie apart, so that there are roads to be seen.
    home = HOMES[(day.toordinal() + screening.patient_id) % len(HOMES)]
    address, postal_code, notes = home if mode == Mode.MOBILE else ("", "", "")
    slots = schedule.find(
        service=service,
        mode=mode,
        state="AK" if telehealth else "",
        postal_code=postal_code,
        first_day=day,
        days=1,
        now=booked_at,
        staff=True,
    )
    # People like the clock's quarters less than its halves, and so gaps stay small.
    slots = [slot for slot in slots if slot.start.minute % 30 == 0] or slots
    if not slots:
        return None
    slot = chance.choice(slots)
    try:
        return diary.book(
            submission=uuid.UUID(int=chance.getrandbits(128), version=4),
            patient=screening.patient,
            service=service,
            mode=mode,
            start=slot.start,
            practitioner=Practitioner.objects.filter(pk=slot.practitioner_id or 0).first(),
            location=Location.objects.filter(pk=slot.location_id or 0).first(),
            screening=screening,
            source=Appointment.Source.ONLINE,
            postal_code=postal_code,
            address=address,
            access_notes=notes,
            state_then="AK" if telehealth else "",
            time_zone="America/Anchorage",
            terms=terms_of(service),
            now=booked_at,
        )
    except diary.DiaryError:
        return None


def _take_place(made: House, chance: random.Random, *, now: datetime) -> None:
    """Let the visits whose time has come be arrived, seen or missed."""
    desk = made.users["jo"]
    started = Appointment.objects.filter(
        block__starts_at__lte=now + timedelta(minutes=10), block__state=Block.State.BOOKED
    ).select_related("block", "patient")
    for visit in started.order_by("block__starts_at"):
        starts, ends = visit.block.starts_at, visit.block.ends_at
        missed = ends <= now and chance.random() < 0.06
        if ends <= now and late.is_cancelled(visit, made):
            continue
        if missed:
            diary.no_show(appointment=visit, by=desk, now=starts + timedelta(minutes=15))
        elif starts <= now + timedelta(minutes=10):
            at = min(now, starts - timedelta(minutes=4))
            if visit.mode == Mode.TELEHEALTH:
                waiting.join(visit, now=at)
            else:
                diary.arrive(appointment=visit, by=desk, now=at)
            if ends <= now:
                diary.seen(appointment=visit, by=desk, now=ends)


def _on_hold(made: House, *, now: datetime) -> None:
    """Somebody rang this morning, and the desk raised the level: the visit to come waits for a PT."""
    tomorrow = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    coming = Appointment.objects.filter(block__starts_at__gte=tomorrow, block__state=Block.State.BOOKED)
    visit = coming.select_related("screening").order_by("block__starts_at").first()
    if visit is None or visit.screening is None:
        return
    workflow.decide(
        screening=visit.screening,
        level=Level.UNSURE,
        reason="On the phone: the leg feels weaker than last week, and she was not sure since when.",
        by=made.users["jo"],
        is_pt=False,
        now=now - timedelta(minutes=25),
    )


def _training_day(made: House, *, now: datetime) -> None:
    """Ingrid's time off came in after patients had booked with her: the desk has to move them."""
    from_then = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    visits = Block.objects.filter(
        practitioner=made.practitioners["ingrid"], state=Block.State.BOOKED, starts_at__gte=from_then
    )
    visit = visits.order_by("starts_at").first()
    if visit is not None:
        day = visit.starts_at.astimezone(ZONE).replace(hour=8, minute=0)
        TimeOff.objects.create(
            practitioner=visit.practitioner, starts_at=day, ends_at=day.replace(hour=17), reason="Training day"
        )


def _read_some(screened: dict[people.Person, Screening], *, now: datetime) -> None:
    """Most briefs were read before the visit; some of the coming ones were not."""
    for place, screening in enumerate(screened.values()):
        outcome = screening.outcome
        visit = (
            Appointment.objects.filter(patient=screening.patient, block__starts_at__lte=now)
            .exclude(block__state=Block.State.CANCELLED)
            .select_related("block__practitioner__user")
            .first()
        )
        user = visit.block.practitioner.user if visit else None
        if outcome and visit and user and place % 5:
            workflow.mark_read(outcome=outcome, by=user, now=visit.block.starts_at - timedelta(minutes=12))


REQUESTS: list[tuple[str, int, str, int, str, dict[str, Any]]] = [
    (
        "discovery",
        2,
        "Ana Iglesias",
        177,
        "My left knee aches when I run downhill. I would like to run the spring half marathon.",
        {"how_long": "months", "windows": []},
    ),
    (
        "question",
        5,
        "Tomasz Wieder",
        155,
        "I have had two rounds of shin splints this year. How many days should I leave between runs when I start again?",
        {"answer_by": "email"},
    ),
    (
        "cost",
        20,
        "Gwen Tarrant",
        148,
        "What would a first visit for my knee cost if I pay myself, and do you have Thursdays?",
        {"service": "first-visit", "mode": "in_clinic", "payer": "self", "days": [3]},
    ),
    (
        "team",
        44,
        "Ben Achterberg",
        190,
        "We would like a strength session before the season, and somebody to look at two sore Achilles tendons.",
        {"group": "Chugach Nordic juniors", "dates": "January, Tuesdays after 4 pm", "size": 14, "ages": "14 to 18"},
    ),
]


def _requests(now: datetime) -> None:
    """Requests of every kind, some of them late."""
    for kind, hours, name, line, text, details in REQUESTS:
        request_acts.receive(
            kind=kind,
            submission=uuid.uuid5(uuid.NAMESPACE_URL, f"demo:{kind}:{name}"),
            name=name,
            phone=f"+1907555{line:04d}",
            email=f"{name.split()[0].lower()}@example.com",
            language="en",
            interpreter="Spanish" if name == "Ana Iglesias" else "",
            texts_ok=True,
            text=text,
            details=details,
            consent_version="1",
            now=now - timedelta(hours=hours),
        )
