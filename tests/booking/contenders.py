"""Processes that fight over one diary, each with its own connection, as the server's workers are.

A contender prints "ready", waits for a line, does its part, and prints what came of it as JSON.
"""

import json
import os
import random
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from booking import diary
from booking.availability import Slot
from booking.models import Appointment
from clinic.models import Location, Patient, Practitioner, Service, User
from tests.booking.house import local
from tests.factories import NOW

ANYBODY = 5  # one in so many bookings asks for no practitioner in particular
_BEGIN = """
import importlib, sys
import django
django.setup()
module, part = sys.argv[1].split(":")
importlib.import_module("tests.booking.contenders").contend(getattr(importlib.import_module(module), part))
"""
Part = Callable[[int, int], Mapping[str, int]]


def fight(part: Part, *, processes: int, count: int, seed: int = 1) -> Counter[str]:
    """Let processes do a part on the database of the running test, begun together; add up what came of it.

    A part is a function of a module. It gets a seed of its own and `count`.
    """
    environment = os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", _BEGIN, f"{part.__module__}:{part.__name__}"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [
        subprocess.Popen([*command, str(seed + number), str(count)], env=environment, **pipes)
        for number in range(processes)
    ]
    total: Counter[str] = Counter()
    try:
        for process in started:
            assert process.stdout.readline() == "ready\n"
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in started:
            out, _ = process.communicate(timeout=1800)
            assert process.returncode == 0, out
            total.update(json.loads(out))
    finally:
        for process in started:
            process.kill()
            process.communicate()
    return total


def contend(part: Part) -> None:
    """Be one contender."""
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(part(int(sys.argv[2]), int(sys.argv[3]))), flush=True)


def address() -> str:
    """Give the address of the test's own database."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def same_slot(seed: int, count: int) -> Counter[str]:
    """Try to book one and the same time, `count` times for different patients."""
    results: Counter[str] = Counter()
    patients = list(Patient.objects.order_by("pk"))
    for number in range(count):
        try:
            diary.book(
                submission=uuid.uuid4(),
                patient=patients[(seed * count + number) % len(patients)],
                service=Service.objects.get(),
                mode="in_clinic",
                start=local("09:00"),
                practitioner=Practitioner.objects.order_by("pk").first(),
                location=Location.objects.get(),
                now=NOW,
            )
            results["book"] += 1
        except diary.DiaryError as error:
            results[type(error).__name__] += 1
    return results


def random_acts(seed: int, count: int) -> Counter[str]:
    """Do `count` acts at random; "none" counts those for which there was no visit."""
    contender = Contender(seed)
    return Counter(contender.act() for _ in range(count))


class Contender:
    """One who does acts at random, also on what others have booked: so two meet over one visit, too."""

    ACTS = (
        *["book"] * 5,
        *["move"] * 4,
        *["cancel"] * 3,
        *["hold"] * 2,
        *["no_show"] * 2,
        *["undo"] * 2,
        *["change_mode"] * 2,
        *["undo_cancel"] * 2,
        *["release", "expire", "arrive", "seen", "confirm", "override", "walk_in"],
    )

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.service, self.location, self.desk = Service.objects.get(), Location.objects.get(), User.objects.get()
        self.people, self.patients = list(Practitioner.objects.all()), list(Patient.objects.all())

    def act(self) -> str:
        """Do one act and tell what came of it."""
        act = self.chance.choice(self.ACTS)
        try:
            return "none" if getattr(self, f"_{act}")() is None else act
        except diary.DiaryError as error:
            return type(error).__name__

    def _book(self, **values: Any) -> Appointment:
        wanted = {"browser": self._browser()} | self._place() | values
        return diary.book(
            submission=uuid.UUID(int=self.chance.getrandbits(128), version=4),
            patient=self.chance.choice(self.patients),
            service=self.service,
            mode="in_clinic",
            source="desk",  # patients themselves may have a few visits only
            now=NOW,
            **wanted,
        )

    def _override(self) -> Appointment:
        reasons = {"override_reason": "asked for it", "overlap_reason": "two sisters"}
        return self._book(practitioner=self.chance.choice(self.people), by=self.desk, **reasons)

    def _hold(self) -> object:
        place = self._place()
        person = place["practitioner"]
        slot = Slot(place["start"], person.pk if person else None, self.location.pk, "in_clinic")
        return diary.hold(slot=slot, service=self.service, mode="in_clinic", browser=self._browser(), now=NOW)

    def _release(self) -> bool:
        return diary.release(browser=self._browser(), now=NOW)

    def _expire(self) -> int:
        return diary.expire_holds(now=NOW + timedelta(minutes=11))

    def _move(self) -> Appointment | None:
        visit = self._visit("booked")
        return visit and diary.move(appointment=visit, **self._place(visit.mode), now=NOW)

    def _change_mode(self) -> Appointment | None:
        visit, mode = self._visit("booked"), self.chance.choice(["in_clinic", "telehealth"])
        where = {"location": self.location} if mode == "in_clinic" else {"state_then": "AK"}
        return visit and diary.change_mode(appointment=visit, mode=mode, practitioner=None, **where, now=NOW)

    def _undo_cancel(self) -> Appointment | None:
        visit = self._visit("cancelled")
        return visit and diary.undo_cancel(appointment=visit, now=NOW)

    def _confirm(self) -> Appointment | None:
        visit = self._visit("booked")
        return visit and diary.confirm(appointment=visit, by=None, now=NOW)

    def _walk_in(self) -> Appointment:
        place = self._place()
        who = {"patient": self.chance.choice(self.patients), "practitioner": self.chance.choice(self.people)}
        return diary.walk_in(
            submission=uuid.UUID(int=self.chance.getrandbits(128), version=4),
            service=self.service,
            location=self.location,
            start=place["start"],
            **who,
            by=self.desk,
            now=place["start"],
        )

    def _cancel(self) -> Appointment | None:
        visit = self._visit("booked", "arrived")
        return visit and diary.cancel(appointment=visit, by=self.chance.choice([None, self.desk]), now=NOW)

    def _arrive(self) -> Appointment | None:
        visit = self._visit("booked")
        return visit and diary.arrive(appointment=visit, by=self.desk, now=_on_the_day(visit))

    def _seen(self) -> Appointment | None:
        visit = self._visit("booked", "arrived")
        return visit and diary.seen(appointment=visit, by=self.desk, now=_on_the_day(visit))

    def _no_show(self) -> Appointment | None:
        visit = self._visit("booked")
        return visit and diary.no_show(appointment=visit, by=self.desk, now=_on_the_day(visit))

    def _undo(self) -> Appointment | None:
        visit = self._visit("arrived", "seen", "no_show")
        return visit and diary.undo(appointment=visit, by=self.desk, now=_on_the_day(visit))

    def _browser(self) -> str:
        return f"browser {self.chance.randrange(6)}"

    def _place(self, mode: str = "in_clinic") -> dict[str, Any]:
        when = local("08:00") + timedelta(minutes=15 * self.chance.randrange(13), days=self.chance.choice((0, 1)))
        anybody = self.chance.randrange(ANYBODY) == 0
        person = None if anybody else self.chance.choice(self.people)
        return {"start": when, "practitioner": person, "location": self.location if mode == "in_clinic" else None}

    def _visit(self, *states: str) -> Appointment | None:
        """Choose a visit that was in one of some states a moment ago."""
        visits = Appointment.objects.filter(block__state__in=states).select_related("block").order_by("pk")
        return self.chance.choice(list(visits) or [None])


def _on_the_day(visit: Appointment) -> datetime:
    return visit.block.starts_at + timedelta(minutes=5)
