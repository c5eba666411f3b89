"""Patients book through the pages while workers die and Redis, mail and texts fail; afterwards every message is counted."""

import random
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from booking import diary, schedule
from booking.availability import Slot
from booking.models import Appointment
from booking.picked import write_start
from clinic.models import Location, Message, Practitioner, Service
from tests.booking.house import House, make_house
from tests.booking.http_browser import HttpBrowser
from tests.booking.wholeness import faults
from tests.chaos.fleet import Fleet, fleet
from tests.chaos.outside import Gateway, MailServer, Taken, Whims
from tests.factories import (
    make_outcome,
    make_patient,
    make_practitioner,
    make_screening,
    make_working_hours,
)

PEOPLE = 12
AT_ONCE = 4
SETTLES_WITHIN = 240.0
# Between the server's answer and the row that says so a worker that is killed leaves no trace of having heard it.
HEARD_IN_VAIN = 10.0
# Any 32 letters and digits will do: a browser sends back the cookie that it was given.
TOKEN = "a1b2c3d4" * 4


@dataclass
class Counts:
    """What a storm did, and what was left of it."""

    bookings: int = 0
    letters: int = 0
    texts: int = 0
    twice: int = 0
    unheard: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    flushes: int = 0
    whims: dict[str, int] = field(default_factory=dict)
    longest_booking: float = 0.0
    longest_without_redis: float = 0.0

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in vars(self).items())


def storm(folder: Path, *, bookings: int, workers: int, beats: int = 2, share: float, seed: int) -> Counts:
    """Book so often while everything fails; return the counts, or raise AssertionError at what must not be."""
    with (
        MailServer(share=share, seed=seed) as mail,
        Gateway(share=share, seed=seed + 1) as texts,
        fleet(folder, mail_port=mail.port, text_port=texts.port) as ours,
    ):
        mail.whims.kill = texts.whims.kill = ours.kill_workers
        ours.start_redis()
        ours.start_web()
        ours.start_workers(workers)
        ours.start_beats(beats)
        ours.wait_for_web()
        slots = free_slots(bookings)
        counts = Counts()
        weather = Weather(ours, random.Random(seed), counts)
        with weather:
            _book_all(ours, slots, weather, counts)
        mail.whims.calm = texts.whims.calm = True
        _settle(ours)
        _count(counts, ours, mail.whims, texts.whims)
    return counts


class Weather:
    """Kills a worker or a clock, stops or flushes Redis, one after the other, until the bookings are done."""

    ACTS = ("worker", "redis", "worker", "flush", "worker", "beat")

    def __init__(self, ours: Fleet, chance: random.Random, counts: Counts) -> None:
        self.ours, self.chance, self.counts = ours, chance, counts
        self.redis_down, self.over = Event(), Event()
        self.thread = Thread(target=self._rage, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_args: object) -> None:
        self.over.set()
        self.thread.join()

    def _rage(self) -> None:
        number = 0
        # Each comes once at least, however soon the bookings are done.
        while number < len(self.ACTS) or not self.over.is_set():
            time.sleep(self.chance.uniform(0.3, 1.2))
            getattr(self, f"_{self.ACTS[number % len(self.ACTS)]}")()
            number += 1

    def _worker(self) -> None:
        self.ours.kill(self.chance.choice(self.ours.named("worker")))
        time.sleep(self.chance.uniform(0, 1))
        self.ours.mend()

    def _beat(self) -> None:
        self.ours.kill(self.chance.choice(self.ours.named("beat")))
        self.ours.mend()

    def _redis(self) -> None:
        self.redis_down.set()
        self.ours.kill("redis")
        time.sleep(self.chance.uniform(1, 3))
        self.ours.start_redis()
        self.redis_down.clear()

    def _flush(self) -> None:
        self.ours.flush_redis()
        self.counts.flushes += 1


# ------------------------------------------------------------------ patients


def big_house() -> House:
    """The small clinic with more people and rooms, and with a year to book in."""
    house = make_house(rooms=PEOPLE, horizon_days=365, buffer_after_minutes=0)
    mode = house.service.modes.get(mode="in_clinic")
    for number in range(3, PEOPLE + 1):
        person = make_practitioner(given_name=f"Dana {number}", position=number)
        make_working_hours(person, house.location)
        mode.practitioners.add(person)
    return house


def free_slots(count: int) -> list[Slot]:
    """Times that do not take each other's room or person, from next week on."""
    now = timezone.now()
    found: list[Slot] = []
    first = (now + timedelta(days=7)).date()
    while len(found) < count:
        listed = schedule.find(service=Service.objects.get(), mode="in_clinic", first_day=first, days=28, now=now)
        found += [slot for slot in listed if slot.start.minute == 0]
        first += timedelta(days=28)
    return found[:count]


def _book_all(ours: Fleet, slots: list[Slot], weather: Weather, counts: Counts) -> None:
    def book(number: int) -> None:
        browser = patient_browser(ours.site, number)
        down, begun = weather.redis_down.is_set(), time.monotonic()
        book_by_page(browser, slots[number])
        took = time.monotonic() - begun
        counts.longest_booking = max(counts.longest_booking, took)
        if down and weather.redis_down.is_set():
            counts.longest_without_redis = max(counts.longest_without_redis, took)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(_closing(book), range(len(slots))))


def book_by_page(browser: HttpBrowser, slot: Slot) -> None:
    """Send the last page of a booking, with a token that the browser has."""
    service, location = Service.objects.get(), Location.objects.get()
    person = Practitioner.objects.get(pk=slot.practitioner_id)
    place = {"mode": "in_clinic", "place": location.slug, "with": person.slug, "start": write_start(slot.start)}
    path = f"/book/{service.slug}/check/?" + urlencode(place)
    answer = browser.post(path, TOKEN, agree="on", submission=str(uuid.uuid4()))
    assert (answer.status, answer.location) == (302, "/visit/booked/"), (answer.status, answer.body[:3000])


def _closing(work: Callable[[int], None]) -> Callable[[int], None]:
    """Give back the thread's connection, so that the database can be dropped."""

    def run(number: int) -> None:
        try:
            work(number)
        finally:
            connection.close()

    return run


def patient_browser(site: str, number: int) -> HttpBrowser:
    """A browser of somebody new, all clear; every second one also wants texts."""
    ago = timezone.now() - timedelta(hours=1)
    patient = make_patient(
        family_name=f"Oquendo {number}",
        email=f"p{number}@runner.example",
        phone=f"+1907{2000000 + number}",
        texts_ok=number % 2 == 0,
    )
    screening = make_screening(
        patient=patient,
        contact={"name": "Casey Tran", "email": patient.email, "phone": patient.phone},
        place_state="AK",
        time_zone="America/Anchorage",
        started_at=ago,
        saved_at=ago,
        finished_at=ago,
    )
    make_outcome(screening=screening, created_at=ago)
    browser = HttpBrowser(site, {"csrftoken": TOKEN})
    browser.hold(screening, "check")
    return browser


# ------------------------------------------------------------------ afterwards


def workers_alone(folder: Path, *, messages: int, workers: int, beats: int) -> Counts:
    """Let far too many processes send what is due, in fair weather: each message leaves once, at the first try."""
    with (
        MailServer(share=0, seed=1) as mail,
        Gateway(share=0, seed=1) as texts,
        fleet(folder, mail_port=mail.port, text_port=texts.port) as ours,
    ):
        mail.whims.left.clear()
        house = big_house()
        now = timezone.now()
        for slot in free_slots(messages):
            person = Practitioner.objects.get(pk=slot.practitioner_id)
            wanted = {"start": slot.start, "practitioner": person, "patient": make_patient()}
            diary.book(**house.booking(**wanted), now=now)
        ours.start_redis()
        ours.start_workers(workers)
        ours.start_beats(beats)
        _settle(ours)
        counts = Counts()
        _count(counts, ours, mail.whims, texts.whims)
        assert set(Message.objects.values_list("attempts", flat=True)) == {1}
    return counts


def _settle(ours: Fleet) -> None:
    """Wait until no message is under way any more; the last whims may still kill workers."""
    until = time.monotonic() + SETTLES_WITHIN
    while open_ := Message.objects.filter(state__in=("planned", "sending")).count():
        assert time.monotonic() < until, f"{open_} messages are still under way"
        ours.mend()
        time.sleep(0.25)


def _count(counts: Counts, ours: Fleet, mail: Whims, texts: Whims) -> None:
    """Hold what the servers took against the rows."""
    counts.bookings, counts.kills = Appointment.objects.count(), dict(ours.kills)
    counts.whims = dict(mail.struck) | {f"text {kind}": count for kind, count in texts.struck.items()}
    rows = Message.objects.all()
    assert set(rows.values_list("state", flat=True)) == {"sent"}, rows.values_list("state", "error").distinct()
    letters, written = rows.filter(channel="email"), rows.filter(channel="sms")
    counts.letters, counts.texts = len(letters), len(written)
    assert {row.message_id for row in letters} == mail.taken.keys()
    assert {row.to for row in written} == texts.taken.keys()
    tries = {row.message_id: row.attempts for row in letters} | {row.to: row.attempts for row in written}
    for name, taken in [*mail.taken.items(), *texts.taken.items()]:
        assert len(taken) <= tries[name]
        assert taken[-1].heard, f"{name} was not sent again, though nobody has heard that it was taken"
        counts.unheard += sum(not one.heard for one in taken)
        for earlier in taken[:-1]:
            counts.twice += 1
            assert not earlier.heard or _killed_soon_after(earlier, ours), f"{name} was sent twice without need"
    assert faults() == []
    print(f"\nstorm: {counts}", file=sys.stderr)


def _killed_soon_after(taken: Taken, ours: Fleet) -> bool:
    return any(taken.at <= at <= taken.at + HEARD_IN_VAIN for at in ours.killed_at)
