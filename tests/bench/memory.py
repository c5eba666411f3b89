"""The memory of a web worker while it answers many requests: after the warm-up it must not grow."""

import itertools
from collections.abc import Iterator

from tests.bench import web
from tests.bench.crowd import Crowd, filled
from tests.bench.measure import Clock, Growth, Scale
from tests.bench.visitors import checked, cookies

BENCH = "memory"
READINGS = 10
AT_ONCE = 8


def figures(scale: Scale) -> Iterator[Growth]:
    """Measure it with few appointments: more of them do not make the pages longer."""
    here = filled(scale.sizes[0])
    with web.served(workers=1) as server:
        yield with_server(here, server, scale)


def with_server(here: Crowd, server: web.Server, scale: Scale) -> Growth:
    """Ask for the pages of a patient on the way to a booking, and read the memory ten times."""
    with_check = cookies(checked(here))
    asked = [
        web.get("/"),
        web.get("/book/"),
        web.get("/check/"),
        web.get(f"/book/{here.service.slug}/", **with_check),
    ]
    part = max(scale.requests // READINGS, len(asked))
    readings = []
    for number in range(READINGS + 1):
        web.ask(server, Clock(), itertools.islice(itertools.cycle(asked), part), at_once=AT_ONCE, status=200)
        readings.append((number * part, server.memory()))
    return Growth(BENCH, f"one worker, {len(asked)} pages in turn, {part:,} to warm up", tuple(readings))
