"""The processes of a running clinic: web server, workers, clocks, and a Redis of our own, each of which can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.request import urlopen

import redis

from clinic.management.commands.serve import web_server
from tests.booking.contenders import address
from tests.needs import REDIS_SERVER
from tests.ports import free_port

STARTS_WITHIN = 240.0


class Fleet:
    """Starts processes by name, kills them as SIGKILL does, and starts them again."""

    def __init__(self, folder: Path, *, mail_port: int, text_port: int) -> None:
        self.folder, self.web_port, self.redis_port = folder, free_port(), free_port()
        self.site = f"http://127.0.0.1:{self.web_port}"
        self.environment = os.environ | {
            "DATABASE_URL": address(),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "CHAOS_SITE": self.site,
            "CHAOS_MAIL_PORT": str(mail_port),
            "CHAOS_TEXT_PORT": str(text_port),
        }
        self.commands: dict[str, list[str]] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills: Counter[str] = Counter()
        self.killed_at: list[float] = []
        self.lock = RLock()

    def start(self, name: str, *command: str) -> None:
        """Start a program in a session of its own; a name that is known starts as it did before."""
        with self.lock:
            known = self.commands.setdefault(name, list(command))
            self.running[name] = subprocess.Popen(
                known, env=self.environment, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """Kill a program with all that it has started, at once."""
        with self.lock:
            if process := self.running.pop(name, None):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                self.kills[name.split(maxsplit=1)[0]] += 1
                self.killed_at.append(time.monotonic())

    def kill_workers(self) -> None:
        for name in self.named("worker"):
            self.kill(name)

    def named(self, kind: str) -> list[str]:
        """Names of the programs of a kind that are known."""
        return [name for name in self.commands if name.startswith(kind)]

    def mend(self) -> None:
        """Start again what is down, Redis apart."""
        with self.lock:
            for name in self.commands:
                if name not in self.running and name != "redis":
                    self.start(name)

    def start_redis(self) -> None:
        """Start Redis, which remembers nothing of the time before."""
        where = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        self.start("redis", REDIS_SERVER, *where, "--save", "", "--logfile", "redis.log")

    @contextmanager
    def silent_redis(self) -> Iterator[None]:
        """Let Redis take connections and say nothing."""
        process = self.running["redis"]
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def flush_redis(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while not self._flushed():
            assert time.monotonic() < until, "Redis does not answer"
            time.sleep(0.1)

    def _flushed(self) -> bool:
        """It may have been started a moment ago."""
        try:
            return bool(redis.Redis(port=self.redis_port, socket_timeout=5).flushall())
        except redis.RedisError:
            return False

    def start_web(self) -> None:
        self.start("web", sys.executable, *web_server("127.0.0.1", self.web_port))

    def start_workers(self, count: int) -> None:
        for number in range(1, count + 1):
            celery: list[str] = [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                "celery",
                "--app",
                "tests.chaos.worker",
                "--quiet",
            ]
            rest = ["worker", "--concurrency", "1", "--loglevel", "critical", "--hostname", f"{number}@chaos"]
            self.start(f"worker {number}", *celery, *rest)

    def start_beats(self, count: int) -> None:
        for number in range(1, count + 1):
            celery = [sys.executable, "-m", "celery", "--app", "tests.chaos.worker", "--quiet", "beat"]
            rest = ["--loglevel", "critical", "--pidfile=", "--schedule", str(self.folder / f"beat {number}")]
            self.start(f"beat {number}", *celery, *rest)

    def wait_for_web(self) -> None:
        """Wait until the web server answers, and has answered once from each of its processes."""
        until = time.monotonic() + STARTS_WITHIN
        for _ in range(4):
            while not self._answers():
                assert time.monotonic() < until, "the web server did not start"
                time.sleep(0.25)

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.site}/visit/find/", timeout=10) as page:
                return bool(page.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)


@contextmanager
def fleet(folder: Path, **ports: Any) -> Iterator[Fleet]:
    """A fleet without a ship; whatever was started is gone at the end."""
    ours = Fleet(folder, **ports)
    try:
        yield ours
    finally:
        ours.stop()
