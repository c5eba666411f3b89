"""The page of free times over HTTP, beside a bare Django view that reads the same blocks and shows as many rows."""

import gzip
import itertools
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from booking.listing import WEEK
from tests.bench import web
from tests.bench.crowd import Crowd, filled
from tests.bench.measure import Clock, Figure, Scale, compare
from tests.bench.visitors import TOKEN, checked, cookies

BENCH = "page"


def figures(scale: Scale) -> Iterator[Figure]:
    """Measure it at the largest of the sizes."""
    here = filled(scale.sizes[-1])
    with web.both(workers=scale.workers) as (ours, bare):
        yield from with_servers(here, ours, bare, scale)


def with_servers(here: Crowd, ours: web.Server, bare: web.Server, scale: Scale) -> Iterator[Figure]:
    """Measure it with one browser and with eight; all have done the check."""
    wanted = web.get(f"/book/{here.service.slug}/", **cookies(checked(here)))
    page = _page(ours, wanted)
    rows = page.count(b'name="slot"')
    plain = web.get(f"/times/?{urlencode({'rows': rows, 'days': WEEK})}", csrftoken=TOKEN)
    same = _page(bare, plain)
    if not rows or same.count(b'name="slot"') != rows:
        raise AssertionError(f"{rows} times on our page, {same.count(b'slot')} on the bare one")
    for at_once in (1, 8):
        yield compare(
            BENCH,
            f"{rows} free times, {here.size:,} appointments, {at_once} at once",
            _asked(ours, wanted, at_once, scale.burst),
            limit=f"bare view, {len(same) // 1024} KB",
            bare=_asked(bare, plain, at_once, scale.burst),
            note=f"{len(page) // 1024} KB",
            scale=scale,
        )


def _page(server: web.Server, wanted: bytes) -> bytes:
    status, headers, body = web.answer(server, wanted)
    if status != 200:
        raise AssertionError(f"{status}: {body[:300]!r}")
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


def _asked(server: web.Server, request: bytes, at_once: int, times: int) -> Callable[[Clock], int]:
    def work(clock: Clock) -> int:
        return web.ask(server, clock, itertools.repeat(request, times), at_once=at_once, status=200)

    return work
