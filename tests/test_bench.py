"""How the benches take their figures."""

import time
from collections.abc import Iterable

import pytest

from tests.bench import ground, measure
from tests.bench.measure import Clock


def taking(seconds: Iterable[float], *, count: int = 1) -> measure.Work:
    """Work that takes these times, one after the other."""
    left = iter(seconds)

    def work(clock: Clock) -> int:
        clock.seconds += next(left)
        return count

    return work


def compare(ours: measure.Work, bare: measure.Work) -> measure.Figure:
    return measure.compare("bench", "what", ours, limit="limit", bare=bare, rounds=(3, 3))


def test_figure_is_for_one_operation_beside_the_limit():
    figure = compare(taking([0.02] * 4, count=2), taking([0.004] * 4))
    assert (figure.ms, figure.limit_ms, figure.ratio) == (10, 4, 2.5)
    assert figure.as_json()["per_second"] == 100


def test_figure_is_the_best_round_after_the_first():
    figure = compare(taking([0.001, 0.05, 0.02, 0.03]), taking([0.01] * 4))
    assert (figure.ms, figure.median_ms) == (20, 30)


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
