"""Processes that are killed in the middle of an act, and what the diary looks like afterwards.

A victim is a process of its own with its own connection. It says through a pipe how far it is: "ready", "writing" after
its first row, "commit" as it sends COMMIT, "kept" when that has come back, "done". SIGKILL comes after a random time,
or where the victim has stopped before one of the statements that follow its first row. Then what is in the database
must fit: nothing of an act that was not committed, all of one that was.
"""

import os
import random
import signal
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple, NoReturn

from django.db import connection, connections

from booking import diary, schedule
from booking.availability import Slot
from booking.models import Appointment, AppointmentEvent, Block
from clinic.models import AuditEvent, Call, Consent, Location, Message, Practitioner, Service
from tests.booking.house import WEDNESDAY
from tests.booking.wholeness import faults
from tests.factories import NOW, make_patient

# How a statement begins that writes; the last as `clinic.inserting.together` has them.
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH w0")
# How far a victim had come -> the place under which the kill is counted.
PLACES = {"ready": "before", "writing": "inside", "commit": "commit", "kept": "after", "done": "after"}
BROWSERS, FEWEST, HOUR = 6, 4, timedelta(hours=1)
Act = Callable[[], object]


class Known(NamedTuple):
    """Of an act: how many statements follow the first that writes, COMMIT the last, and the seconds until either.

    How many come before hangs on what the process knows of the set-up already.
    """

    steps: int
    writing: float
    done: float


class Victim:
    """A process that does one act and then waits for its end."""

    def __init__(self, act: Act, *, stop_before: int | None = None) -> None:
        connections.close_all()  # what is open must not be shared with a child
        heard, told = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(heard)
            _live(act, told, stop_before)
        os.close(told)
        self.pipe = os.fdopen(heard)
        self.place = ""
        self.backend = int(self.hear("ready").split()[1])

    def hear(self, *words: str) -> str:
        """Listen until the victim says one of some words, and return the line; "" at its end."""
        for line in self.pipe:
            word = line.split()[0]
            self.place = PLACES.get(word, self.place)
            if word in words:
                return line
        return ""

    def strike(self) -> str:
        """Kill it, and return where it was."""
        os.kill(self.process, signal.SIGKILL)
        _, status = os.waitpid(self.process, 0)
        self.hear()
        self.pipe.close()
        assert os.WTERMSIG(status) == signal.SIGKILL, "the act failed before it was killed"
        _wait_for_server(self.backend)
        return self.place


def kill_acts(seed: int, count: int) -> Counter[str]:
    """Kill `count` processes, each in another act; count where they were hit, over all and for each act."""
    chance, results = random.Random(seed), Counter[str]()
    assert _half_a_booking() == ["a visit without an appointment"]
    known = {name: _rehearse(ORDERS[name](chance)) for name in ORDERS}
    for number in range(count):
        name = list(ORDERS)[number % len(ORDERS)]
        place = _kill(ORDERS[name](chance), known[name], chance=chance, stopped=number // len(ORDERS) % 2 == 0)
        results.update([place, f"{name} {place}"])
    return results


def _half_a_booking() -> list[str]:
    """Kill a victim that writes without a transaction, and return what is found: the guard of all acts is `act()`."""
    times = dict.fromkeys(("starts_at", "busy_from"), NOW) | dict.fromkeys(("ends_at", "busy_until"), NOW + HOUR)
    person = Practitioner.objects.order_by("pk")[0]

    def torn() -> None:
        Block.objects.create(kind="visit", state="booked", practitioner=person, **times)
        Appointment.objects.create(submission=uuid.uuid4())

    victim = Victim(torn, stop_before=1)
    victim.hear("stopped")
    assert victim.strike() == "inside"
    found = faults()
    Block.objects.all().delete()
    return found


def _rehearse(act: Act) -> Known:
    """Let a victim come to the end of its act, to learn when it does what."""
    victim, begun = Victim(act), time.perf_counter()
    assert victim.hear("writing")
    writing = time.perf_counter() - begun
    steps, done = int(victim.hear("done").split()[1]), time.perf_counter() - begun
    assert victim.strike() == "after"
    return Known(steps, writing, done)


def _kill(act: Act, known: Known, *, chance: random.Random, stopped: bool) -> str:
    """Kill a victim, before a step after its first write or after a time, and look at what it leaves; return where it was hit."""
    before = _everything()
    victim = Victim(act, stop_before=chance.randint(1, known.steps) if stopped else None)
    if stopped:
        victim.hear("stopped", "done")
    else:
        time.sleep(chance.uniform(0.5 * known.writing, 1.2 * known.done))
    place = victim.strike()
    assert faults() == []
    if place != "commit":
        assert (_everything() != before) == (place == "after"), f"hit {place}"
    return place


def _live(act: Act, told: int, stop_before: int | None) -> NoReturn:
    """Be the victim."""
    steps, writing = 0, False

    def say(words: str) -> None:
        os.write(told, f"{words}\n".encode())

    def step() -> None:
        nonlocal steps
        steps += writing
        if writing and steps == stop_before:
            say("stopped")
            signal.pause()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal writing
        step()
        result = execute(sql, params, many, context)
        if not writing and sql.startswith(WRITES):
            writing = True
            say("writing")
        return result

    def commit() -> None:
        step()
        say("commit")
        to_commit()
        say("kept")

    try:
        connection.ensure_connection()
        say(f"ready {connection.connection.info.backend_pid if connection.vendor == 'postgresql' else 0}")
        to_commit, connection.commit = connection.commit, commit  # type: ignore[method-assign]
        with connection.execute_wrapper(watch):
            act()
        say(f"done {steps}")
        signal.pause()
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        os._exit(1)


def _wait_for_server(backend: int) -> None:
    """Wait until PostgreSQL has noticed that its client is dead, and has ended what was open."""
    gone = not backend
    while not gone:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend])
            gone = cursor.fetchone() is None


def _everything() -> list[Any]:
    """Read all that acts write, but for what is encrypted."""
    rows: dict[Any, list[str]] = {
        Block: [field.attname for field in Block._meta.concrete_fields],
        Appointment: ["pk", "sequence", "mode", "location_id", "wall_time", "cancelled_at", "price"],
        AppointmentEvent: ["pk", "act", "sequence"],
        Message: ["pk", "kind", "sequence", "channel", "state"],
        AuditEvent: ["pk", "act"],
        Consent: ["pk"],
        Call: ["pk", "outcome"],
    }
    return [list(model.objects.order_by("pk").values_list(*names)) for model, names in rows.items()]


# ------------------------------------------------------------------ the acts: each is prepared by the killer


def _book(chance: random.Random) -> Act:
    patient = make_patient(texts_ok=chance.random() < 0.5)
    wanted = _slot(chance) | {"submission": uuid.UUID(int=chance.getrandbits(128), version=4)}
    browser = _browser(chance)
    texts = {"privacy": "2026-11-01", "policy": "2026-11-01"}
    return lambda: diary.book(
        patient=patient,
        service=Service.objects.get(),
        mode="in_clinic",
        browser=browser,
        consents=texts,
        now=NOW,
        **wanted,
    )


def _move(chance: random.Random) -> Act:
    visit = _visit(chance)
    wanted = _slot(chance, visit.mode, except_block=visit.block)
    return lambda: diary.move(appointment=visit, now=NOW, **wanted)


def _cancel(chance: random.Random) -> Act:
    visit = _visit(chance)
    return lambda: diary.cancel(appointment=visit, by=None, reason="cannot come", now=NOW)


def _change_mode(chance: random.Random) -> Act:
    """Change to another way at the same time: from the clinic, or back to it where a room is free."""
    video = {"mode": "telehealth", "state_then": "AK", "time_zone": "Pacific/Guam"}
    home = {"mode": "mobile", "address": "7310 Boundary Avenue", "postal_code": "99504"}
    clinic = {"mode": "in_clinic", "location": Location.objects.get()}
    visit, ways = _visit(chance), [video, home, clinic]
    ways = [way for way in ways if way["mode"] != visit.mode and _is_free(visit, str(way["mode"]))]
    if not ways:  # no room then, or no road
        return _change_mode(chance)
    wanted = chance.choice(ways)
    person = visit.block.practitioner
    return lambda: diary.change_mode(appointment=visit, practitioner=person, now=NOW, **wanted)


def _undo_cancel(chance: random.Random) -> Act:
    visit = diary.cancel(appointment=_visit(chance), by=None, now=NOW)
    return lambda: diary.undo_cancel(appointment=visit, now=NOW)


def _hold(chance: random.Random) -> Act:
    slot, browser = chance.choice(_slots()), _browser(chance)
    return lambda: diary.hold(slot=slot, service=Service.objects.get(), mode="in_clinic", browser=browser, now=NOW)


ORDERS: dict[str, Callable[[random.Random], Act]] = {
    "book": _book,
    "move": _move,
    "change_mode": _change_mode,
    "cancel": _cancel,
    "undo_cancel": _undo_cancel,
    "hold": _hold,
}


def _slots(mode: str = "in_clinic", *, except_block: Block | None = None) -> list[Slot]:
    asked: dict[str, Any] = {"first_day": WEDNESDAY, "days": 14, "state": "AK", "except_block": except_block}
    return schedule.find(service=Service.objects.get(), mode=mode, postal_code="99504", now=NOW, **asked)


def _is_free(visit: Appointment, mode: str) -> bool:
    slots = _slots(mode, except_block=visit.block)
    return any(
        (slot.start, slot.practitioner_id) == (visit.block.starts_at, visit.block.practitioner_id) for slot in slots
    )


def _slot(chance: random.Random, mode: str = "in_clinic", *, except_block: Block | None = None) -> dict[str, Any]:
    slots = _slots(mode, except_block=except_block)
    slot = chance.choice([slot for slot in slots if not except_block or slot.start != except_block.starts_at])
    return {
        "start": slot.start,
        "practitioner": Practitioner.objects.get(pk=slot.practitioner_id),
        "location": Location.objects.get() if mode == "in_clinic" else None,
    }


def _visit(chance: random.Random) -> Appointment:
    """Choose a visit, of four at least."""
    visits = list(Appointment.objects.filter(block__state="booked").select_related("block").order_by("pk"))
    if len(visits) >= FEWEST:
        return chance.choice(visits)
    _book(chance)()
    return _visit(chance)


def _browser(chance: random.Random) -> str:
    return f"browser {chance.randrange(BROWSERS)}"
