"""The supervisor of `make run`, with real processes."""

import os
import signal
import subprocess
import sys

import pytest

from clinic import processes
from clinic.processes import GaveUp, Program, Supervisor
from tests.process_table import are_gone, group_of

SLEEPER = "import time; time.sleep(60)"
STUBBORN = "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); pathlib.Path({!r}).touch(); time.sleep(60)"
PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"


def make_program(code: str = SLEEPER, name: str = "sleeper") -> Program:
    return Program(name, [sys.executable, "-c", code])


def test_supervisor_starts_again_what_was_killed():
    said: list[str] = []
    program = make_program()
    supervisor = Supervisor([program], said.append)
    pids: list[int] = []

    def each_round() -> None:
        assert program.process
        if program.process.pid not in pids and program.process.poll() is None:
            pids.append(program.process.pid)
            if len(pids) == 1:
                os.kill(pids[0], signal.SIGKILL)
            else:
                supervisor.stop()

    supervisor.run(each_round)

    assert len(pids) == 2
    assert said[0] == "The sleeper ended (killed by SIGKILL); starting it again."
    assert are_gone(pids)


def test_supervisor_gives_up_on_what_never_starts(monkeypatch):
    monkeypatch.setattr(processes, "MOST_QUICK_FAILURES", 2)
    other = make_program()
    supervisor = Supervisor([other, make_program("raise SystemExit(3)", "web server")], lambda line: None)

    with pytest.raises(GaveUp, match=r"The web server ended 2 times right after its start \(exit code 3\)"):
        supervisor.run()

    assert are_gone([other.process.pid])


def test_supervisor_leaves_no_grandchild():
    program = make_program(PARENT)
    supervisor = Supervisor([program], lambda line: None)
    group: list[int] = []

    def each_round() -> None:
        assert program.process
        group[:] = group_of(program.process.pid)
        if len(group) == 2:
            supervisor.stop()

    supervisor.run(each_round)

    assert len(group) == 2
    assert are_gone(group)


def test_supervisor_kills_what_does_not_stop(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.3)
    deaf = tmp_path / "deaf"
    program = make_program(STUBBORN.format(str(deaf)))
    supervisor = Supervisor([program], lambda line: None)

    supervisor.run(lambda: supervisor.stop() if deaf.exists() else None)

    assert program.ended() == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_supervisor_stops_by_signal(number):
    with start_supervisor() as outer:
        child = int(outer.stdout.readline())
        outer.send_signal(number)
        assert outer.wait(60) == 0
    assert are_gone([child])


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help against orphans is Linux's")
def test_programs_end_when_supervisor_is_killed():
    with start_supervisor() as outer:
        child = int(outer.stdout.readline())
        outer.kill()
    assert are_gone([child])


def start_supervisor() -> subprocess.Popen[str]:
    """Run a supervisor of one sleeper in a process of its own; it prints the sleeper's pid."""
    code = f"""
import sys
from clinic.processes import Program, Supervisor
program = Program("sleeper", [sys.executable, "-c", {SLEEPER!r}])
told = []
def each_round():
    if not told:
        told.append(print(program.process.pid, flush=True))
Supervisor([program], lambda line: None).run(each_round)
"""
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
