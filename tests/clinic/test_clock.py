"""Beat starts, whatever a power cut left of its file."""

from pathlib import Path

import pytest
from django.conf import settings

from clinic.beat import SCHEDULE
from clinic.celery import app
from clinic.clock import Clock

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


def start(file: Path) -> dict:
    """Start a clock on a file and stop it; returns what it keeps."""
    clock = Clock(app=app, schedule_filename=str(file))
    kept = dict(clock.schedule)
    clock.close()
    return kept
