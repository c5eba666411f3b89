"""How the benches take their figures, and that those of the diary still run."""

import sys
import time
from collections.abc import Iterable

import pytest

from booking.models import Appointment, Block
from tests.bench import booking, crowd, finding, ground, measure, memory, pages, web
from tests.bench.measure import Clock, Growth, Scale

TINY = Scale(sizes=(820, 840), seconds=0, rounds=(1, 1), requests=10, workers=1, burst=2)


@pytest.fixture
def empty(transactional_db):
    crowd.crowd.cache_clear()
    yield
    crowd.crowd.cache_clear()


def taking(seconds: Iterable[float], *, count: int = 1) -> measure.Work:
    """Work that takes these times, one after the other."""
    left = iter(seconds)

    def work(clock: Clock) -> int:
        clock.seconds += next(left)
        return count

    return work


def compare(ours: measure.Work, bare: measure.Work) -> measure.Figure:
    return measure.compare("bench", "what", ours, limit="limit", bare=bare, scale=Scale(seconds=0, rounds=(3, 3)))


def test_figure_is_for_one_operation_beside_the_limit():
    figure = compare(taking([0.02] * 4, count=2), taking([0.004] * 4))
    assert (figure.ms, figure.limit_ms, figure.ratio) == (10, 4, 2.5)
    assert figure.as_json()["per_second"] == 100


def test_figure_is_the_best_round_after_the_first():
    figure = compare(taking([0.001, 0.05, 0.02, 0.03]), taking([0.01] * 4))
    assert (figure.ms, figure.median_ms) == (20, 30)


def test_figure_of_memory_is_the_last_reading_beside_the_first():
    assert Growth("memory", "one worker", ((0, 50.0), (100, 60.0), (200, 55.0))).ratio == 1.1


def test_crowd_grows_to_each_size_and_stays_the_same_ahead(empty):
    ahead = []
    for size in TINY.sizes:
        here = crowd.filled(size)
        assert (Appointment.objects.count(), Block.objects.count()) == (size, size)
        ahead.append(Block.objects.filter(starts_at__gt=here.now).count())
    assert ahead == [crowd.PEOPLE * crowd.BOOKED_A_DAY * len(here.workdays(1, crowd.WEEKS * 7))] * 2


def test_bench_of_free_times_runs(empty):
    taken = list(finding.figures(TINY))
    few, few_kept, many, many_kept = [one.note for one in taken]
    assert (few, few_kept) == (many, many_kept)  # as many times, by as many queries
    assert few != few_kept
    assert all(one.ratio > 0 for one in taken)


@pytest.mark.once
def test_benches_over_http_run(empty):
    here = crowd.filled(TINY.sizes[0])
    with web.both(workers=1) as (ours, bare):
        one, eight = pages.with_servers(here, ours, bare, TINY)
        booked, reminded = booking.with_servers(here, ours, bare, TINY)
        grown = memory.with_server(here, ours, TINY)
    assert min(one.ratio, eight.ratio, booked.ratio, reminded.ratio) > 0
    assert [one.limit for one in (booked, reminded)] == [f"bare view, insert the {rows} rows" for rows in (7, 9)]
    assert len(grown.readings) == memory.READINGS + 1
    assert grown.readings[0][1] > 0 or sys.platform != "linux"


def test_clock_runs_only_where_it_is_told():
    clock = Clock()
    before = time.perf_counter()
    with clock.running():
        pass
    time.sleep(0.05)
    assert clock.seconds <= time.perf_counter() - before - 0.05


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ["sqlite"]),
        ("sqlite:///somewhere.sqlite3", ["sqlite"]),
        ("postgres://stridewell@127.0.0.1/stridewell", ["sqlite", "postgresql"]),
    ],
)
def test_benches_run_on_sqlite_and_where_named_on_postgresql(monkeypatch, url, expected):
    monkeypatch.setenv("DATABASE_URL", url)
    assert ground.databases() == expected
