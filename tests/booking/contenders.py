"""Processes that fight over one diary: run as `python -m tests.booking.contenders`, started by `start`.

Each is a process of its own with its own connection, as the server's workers are. It prints "ready", waits for a line,
does its part, and prints what came of it as JSON.
"""

import collections
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from typing import Any, NoReturn

ANYBODY = 5  # one in so many bookings asks for no practitioner in particular


def start(what: str, *, seed: int, count: int) -> "subprocess.Popen[str]":
    """Start a contender on the database of the running test."""
    environment = os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "tests.booking.contenders", what, str(seed), str(count)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def fight(what: str, *, processes: int, count: int, seed: int = 1) -> collections.Counter[str]:
    """Start contenders, let them go at the same moment, and add up what came of it."""
    started = [start(what, seed=seed + number, count=count) for number in range(processes)]
    total: collections.Counter[str] = collections.Counter()
    try:
        for process in started:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin
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


def faults() -> list[str]:
    """Look through the whole diary for what must never be: overlaps, and bookings that are not whole."""
    from booking.models import LIVE, Appointment, Block
    from clinic.models import AuditEvent, Message

    found = []
    for key, first, last in (("practitioner_id", "busy_from", "busy_until"), ("room_id", "room_from", "room_until")):
        until: dict[int, Any] = {}
        rows = Block.objects.filter(state__in=LIVE, overlap=False, **{f"{key}__isnull": False}).order_by(first)
        for who, begin, end in rows.values_list(key, first, last):
            if who in until and begin < until[who]:
                found.append(f"{key} {who} is taken twice at {begin}")
            until[who] = max(end, until.get(who, end))
    if Block.objects.filter(kind=Block.Kind.VISIT, appointment__isnull=True).exists():
        found.append("a visit without an appointment")
    for visit in Appointment.objects.select_related("block"):
        acts = list(visit.events.order_by("pk").values_list("act", "sequence"))
        letters = list(Message.objects.filter(subject_uid=visit.uid).order_by("pk").values_list("kind", "sequence"))
        audits = AuditEvent.objects.filter(subject_uid=visit.uid, act__startswith="visit.").count()
        wanted = [("booked", 0)] + [("moved", number) for number in range(1, visit.sequence + 1)]
        if visit.block.state == Block.State.CANCELLED:
            wanted[-1] = ("cancelled", visit.sequence)
        if not acts == letters == wanted or audits != len(acts):
            found.append(f"visit {visit.pk}: acts {acts}, letters {letters}, {audits} audit events, wanted {wanted}")
        if (visit.block.state == Block.State.CANCELLED) != (visit.cancelled_at is not None):
            found.append(f"visit {visit.pk} is half cancelled")
    return found


def address() -> str:
    """Give the address of the test's own database."""
    from django.db import connection

    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def _act(chance: random.Random, mine: list[Any]) -> str:
    """Do one act at random and tell what came of it."""
    from booking import diary
    from booking.availability import Slot
    from clinic.models import Location, Patient, Practitioner, Service
    from tests.booking.house import local
    from tests.factories import NOW

    service, location = Service.objects.get(), Location.objects.get()
    people = list(Practitioner.objects.all())
    when = local("08:00") + timedelta(minutes=15 * chance.randrange(13), days=chance.choice((0, 1)))
    person = None if chance.randrange(ANYBODY) == 0 else chance.choice(people)
    act = chance.choice(["book", "book", "book", "hold", "move", "cancel"])
    try:
        if act == "hold":
            slot = Slot(when, person.pk if person else None, location.pk, "in_clinic")
            browser = f"browser {chance.randrange(6)}"
            diary.hold(slot=slot, service=service, mode="in_clinic", browser=browser, now=NOW)
        elif act == "move" and mine:
            visit = chance.choice(mine)
            diary.move(appointment=visit, start=when, practitioner=person, location=location, now=NOW)
        elif act == "cancel" and len(mine) > 1:
            diary.cancel(appointment=mine.pop(chance.randrange(len(mine))), by=None, now=NOW)
        else:
            act = "book"
            visit = diary.book(
                submission=uuid.UUID(int=chance.getrandbits(128), version=4),
                patient=chance.choice(list(Patient.objects.all())),
                service=service,
                mode="in_clinic",
                start=when,
                practitioner=person,
                location=location,
                browser=f"browser {chance.randrange(6)}",
                source="desk",  # patients themselves may have a few visits only
                now=NOW,
            )
            mine.append(visit)
    except diary.DiaryError as error:
        return type(error).__name__
    return act


def _random_acts(seed: int, count: int) -> dict[str, int]:
    chance, mine = random.Random(seed), []  # type: ignore[var-annotated]
    return collections.Counter(_act(chance, mine) for _ in range(count))


def _same_slot(seed: int, count: int) -> dict[str, int]:
    """Try to book one and the same time, `count` times for different patients."""
    from booking import diary
    from clinic.models import Location, Patient, Practitioner, Service
    from tests.booking.house import local
    from tests.factories import NOW

    results: collections.Counter[str] = collections.Counter()
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


def _killed(seed: int, count: int) -> dict[str, int]:
    """Let `count` processes act without end and kill each in the middle of something."""
    chance = random.Random(seed)
    for number in range(count):
        heard, told = os.pipe()
        child = os.fork()
        if child == 0:
            _act_until_killed(random.Random(f"{seed} {number}"), told)
        os.close(told)
        os.read(heard, 1)  # it has connected and done its first act
        time.sleep(chance.random() * 0.06)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(heard)
    return {"killed": count}


def _act_until_killed(chance: random.Random, told: int) -> NoReturn:
    mine: list[Any] = []
    _act(chance, mine)
    os.write(told, b".")
    while True:
        _act(chance, mine)


PARTS = {"random": _random_acts, "same": _same_slot, "killed": _killed}


def main() -> None:
    """Be one contender."""
    import django

    django.setup()
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(PARTS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))), flush=True)


if __name__ == "__main__":
    main()
