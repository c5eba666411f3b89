"""Beat starts, whatever a power cut left of its file, and a worker does not go on without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from celery import signals
from celery.exceptions import WorkerShutdown
from celery.worker import state
from django.conf import settings
from kombu.asynchronous.timer import Timer

from clinic.beat import SCHEDULE
from clinic.celery import app
from clinic.clock import LOOK_EVERY, Clock
from clinic.processes import QUICK_SECONDS


@dataclass(eq=False)  # Celery keeps who sends a signal in a dictionary
class Consumer:
    controller: Any
    timer: Timer


# As Python's own database keeps "entries": where in the data, and how long.
INDEX = b"'entries', (0, 2048)\n"


@pytest.mark.parametrize("data", [b"", b"\x00" * 2048, b"not a pickle", b"c__main__\nNothing\n."])
def test_clock_begins_a_broken_file_anew(tmp_path, data):
    file = tmp_path / "beat-schedule"
    Path(f"{file}.dir").write_bytes(INDEX)
    Path(f"{file}.dat").write_bytes(data)
    assert set(SCHEDULE) <= set(start(file))
    assert set(SCHEDULE) <= set(start(file))


def test_clock_remembers_when_a_task_ran(tmp_path):
    file = tmp_path / "beat-schedule"
    clock = Clock(app=app, schedule_filename=str(file))
    entry = clock.schedule["look over the diary"] = next(clock.schedule["look over the diary"])
    clock.close()
    again = start(file)["look over the diary"]
    assert (again.last_run_at, again.total_run_count) == (entry.last_run_at, 1)


def test_beat_is_started_with_our_clock():
    assert f"{Clock.__module__}.{Clock.__qualname__}" == settings.CELERY_BEAT_SCHEDULER


@pytest.fixture
def clock(monkeypatch) -> Iterator[tuple[Thread, Event]]:
    """A clock that runs until its event is set, and a worker that nobody has told to stop."""
    monkeypatch.setattr(state, "should_stop", None)
    end = Event()
    clock = Thread(target=end.wait)
    clock.start()
    yield clock, end
    end.set()
    clock.join()


def test_worker_goes_on_while_its_clock_runs(clock):
    looks_of(SimpleNamespace(beat=clock[0]))[0]()
    state.maybe_shutdown()


def test_worker_ends_after_its_clock(clock):
    thread, end = clock
    end.set()
    thread.join()
    looks_of(SimpleNamespace(beat=thread))[0]()
    with pytest.raises(WorkerShutdown) as ended:
        state.maybe_shutdown()
    assert ended.value.code == 1


def test_worker_that_carries_no_clock_looks_for_none():
    assert looks_of(SimpleNamespace()) == []


def test_clock_that_never_starts_does_not_stop_the_web_server():
    assert LOOK_EVERY > QUICK_SECONDS


def looks_of(controller: SimpleNamespace) -> list:
    """Let a worker be ready; returns what its timer was told to do."""
    timer = Timer()
    signals.worker_ready.send(sender=Consumer(controller, timer))
    return [planned.entry for planned in timer.queue]


def start(file: Path) -> dict:
    """Start a clock on a file and stop it; returns what it keeps."""
    clock = Clock(app=app, schedule_filename=str(file))
    kept = dict(clock.schedule)
    clock.close()
    return kept
