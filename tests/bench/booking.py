"""A whole booking over HTTP: form, gate, rules, locks, appointment, consents, message and audit, beside the bare inserts."""

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlencode

from booking.models import Appointment
from booking.picked import write_start
from clinic.models import Clinic, Practitioner, Room
from tests.bench import web
from tests.bench.crowd import SEED, WEEKS, Crowd, filled
from tests.bench.left import left_by_booking
from tests.bench.measure import Clock, Figure, Scale, compare
from tests.bench.visitors import TOKEN, checked, cookies

BENCH = "booking"
AT_ONCE = 8
# As a clinic begins, by the model: three days and one day before. The factories have none.
REMINDERS = {name: Clinic._meta.get_field(name).default for name in ("remind_early_hours", "remind_day_hours")}
NO_REMINDERS = dict.fromkeys(REMINDERS, 0)
# Bookings lie after the four weeks of the other benches.
FIRST_DAY, LAST_DAY = WEEKS * 7 + 3, 360

Time = tuple[datetime, Practitioner, Room]


def figures(scale: Scale) -> Iterator[Figure]:
    """Measure it at the largest of the sizes."""
    here = filled(scale.sizes[-1])
    with web.both(workers=scale.workers) as (ours, bare):
        yield from with_servers(here, ours, bare, scale)


def with_servers(here: Crowd, ours: web.Server, bare: web.Server, scale: Scale) -> Iterator[Figure]:
    """Measure it with eight browsers at once, without reminders and with them. Each booking is another patient's."""
    # Not on the same days: we choose the room ourselves, the bare view is told.
    times, other_times = _times(here, 0), _times(here, 1)
    for words, reminders in (("", NO_REMINDERS), (" and reminded", REMINDERS)):
        Clinic.objects.update(**reminders)
        yield _measured(here, (ours, times), (bare, other_times), scale, words=words)


def _measured(
    here: Crowd, our: tuple[web.Server, list[Time]], other: tuple[web.Server, list[Time]], scale: Scale, *, words: str
) -> Figure:
    (ours, times), (bare, other_times) = our, other
    free, before = len(times) + len(other_times), Appointment.objects.count()
    web.ask(ours, Clock(), [_form(here, times.pop())], at_once=1, status=302)
    like = Appointment.objects.latest("pk").pk
    figure = compare(
        BENCH,
        f"form to booked{words}, {here.size:,} appointments, {AT_ONCE} at once",
        _sent(ours, lambda: _form(here, times.pop()), scale.burst),
        limit=f"bare view, insert the {len(left_by_booking(like))} rows",
        bare=_sent(bare, lambda: _bare_form(like, other_times.pop()), scale.burst),
        scale=scale,
    )
    written, sent = Appointment.objects.count() - before, free - len(times) - len(other_times)
    if written != sent:
        raise AssertionError(f"{written} appointments of {sent} forms")
    return figure


def _times(here: Crowd, half: int) -> list[Time]:
    """Times that nobody has, each once, in the order of chance, on every other day."""
    free = [
        (start, person, room)
        for day in here.workdays(FIRST_DAY, LAST_DAY)[half::2]
        for start in here.starts_on(day)
        for person, room in zip(here.people, here.rooms, strict=True)
    ]
    random.Random(SEED).shuffle(free)
    return free


def _form(here: Crowd, time: Time) -> bytes:
    """What the last page sends, from the browser of somebody new."""
    start, person, _room = time
    place = {"mode": "in_clinic", "place": here.location.slug, "with": person.slug, "start": write_start(start)}
    sent = {"csrfmiddlewaretoken": TOKEN, "submission": str(uuid.uuid4()), "agree": "on"}
    path = f"/book/{here.service.slug}/check/?{urlencode(place)}"
    return web.post(path, urlencode(sent).encode(), **cookies(checked(here)))


def _bare_form(like: int, time: Time) -> bytes:
    start, person, room = time
    sent = {"csrfmiddlewaretoken": TOKEN, "submission": str(uuid.uuid4()), "agree": "on"}
    which = {"start": start.isoformat(), "person": person.pk, "room": room.pk}
    return web.post(f"/insert/{like}/", urlencode(sent | which).encode(), csrftoken=TOKEN)


def _sent(server: web.Server, form: Callable[[], bytes], count: int) -> Callable[[Clock], int]:
    def work(clock: Clock) -> int:
        forms = [form() for _ in range(count)]  # checks are made before the clock runs
        return web.ask(server, clock, forms, at_once=AT_ONCE, status=302)

    return work
