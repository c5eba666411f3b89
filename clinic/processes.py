"""Keep a few long-running programs going side by side, and stop all of them together."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

GRACE_SECONDS = 12.0  # what a program may take to finish what it is doing after SIGTERM
QUICK_SECONDS = 10.0  # one that ends sooner than this after its start has failed to start
MOST_QUICK_FAILURES = 4
POLL_SECONDS = 0.1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class GaveUp(Exception):
    """A program ended again and again right after its start."""


@dataclass
class Program:
    """A program to keep going: started again when it ends, each time after a longer pause."""

    name: str
    argv: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    quick_failures: int = 0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C in a terminal reaches only the supervisor."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.argv,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # Safe here: the supervisor has one thread. PLW1509 warns of programs that have more.
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )

    def ended(self) -> int | None:
        """Return the exit code if it has ended since it was started, else None."""
        return self.process.poll() if self.process else None

    def signal(self, number: int) -> None:
        """Send a signal to the program itself; it tells its own children."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def sweep(self) -> None:
        """Kill whatever is left of its session, itself included."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Supervisor:
    """Runs programs until it is told to stop; `say` tells the person at the terminal what happens."""

    programs: list[Program]
    say: Callable[[str], None]
    stopping: bool = field(default=False, init=False)
    hurry: bool = field(default=False, init=False)

    def run(self, each_round: Callable[[], None] = lambda: None) -> None:
        """Start all, keep them going, and return when a stop signal came and everything has ended.

        `each_round` is called between two looks at the programs. Raises GaveUp, with everything
        stopped, if a program cannot be kept going.
        """
        with self._signals_caught():
            try:
                for program in self.programs:
                    program.start()
                while not self.stopping:
                    for program in self.programs:
                        self._keep_going(program)
                    each_round()
                    time.sleep(POLL_SECONDS)
            finally:
                self._stop_all()

    def stop(self) -> None:
        """Ask for the end; asked twice, nothing is waited for."""
        self.hurry = self.stopping
        self.stopping = True

    def _keep_going(self, program: Program) -> None:
        code = program.ended()
        if code is None:
            return
        now = time.monotonic()
        if not program.start_again_at:
            quick = now - program.started_at < QUICK_SECONDS
            program.quick_failures = program.quick_failures + 1 if quick else 0
            if program.quick_failures >= MOST_QUICK_FAILURES:
                raise GaveUp(
                    f"The {program.name} ended {MOST_QUICK_FAILURES} times right after its start ({_why(code)})."
                )
            program.sweep()
            program.start_again_at = now + 2**program.quick_failures - 1
            self.say(f"The {program.name} ended ({_why(code)}); starting it again.")
        if now >= program.start_again_at:
            program.start_again_at = 0.0
            program.start()

    def _stop_all(self) -> None:
        self.stopping = True
        self.say("Stopping; this can take a few seconds. Ctrl-C again does not wait.")
        for program in self.programs:
            program.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and not self.hurry:
            if all(program.process is None or program.ended() is not None for program in self.programs):
                break
            time.sleep(POLL_SECONDS)
        for program in self.programs:
            program.sweep()

    @contextlib.contextmanager
    def _signals_caught(self) -> Iterator[None]:
        before = {number: signal.signal(number, lambda *_: self.stop()) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _why(code: int) -> str:
    """Say in words how a process ended, from the code that `Popen` gives."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _end_with_parent() -> None:
    """On Linux, have the kernel end this process when the supervisor dies without a chance to stop it."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
