"""Run all of Stridewell on one machine: `manage.py serve`, or with the demo clinic `make run`."""

import errno
import fcntl
import http.client
import os
import socket
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from django.urls import reverse

from clinic.processes import GaveUp, Program, Supervisor


class Command(BaseCommand):
    """Prepare the database and the static files, then run web server and worker until Ctrl-C."""

    help = "Migrates, collects static files, and runs the web server and the worker with its clock until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address from the options or from HOST and PORT."""
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument("--demo", action="store_true", help="load the demo clinic if the database is empty")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal ends it; every expected trouble is one message and exit code 1."""
        host, port = options["host"], _port(options["port"])
        _refuse_taken(host, port)
        lock = _lock(settings.VAR / "serve.lock")
        try:
            letter = self._prepare(demo=options["demo"])
            connections.close_all()
            self._run(host, port, letter, talkative=options["verbosity"] > 1)
        except KeyboardInterrupt:  # before the supervisor took over the signals
            raise CommandError("Stopped before it was ready.", returncode=130) from None
        except GaveUp as error:
            raise CommandError(f"{error} What it printed above says why.") from None
        finally:
            lock.close()

    def _prepare(self, *, demo: bool) -> str:
        """Bring database and static files up to date; return what the demo has to say."""
        said = StringIO()
        try:
            self._tell("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            if demo:
                call_command("demo", if_empty=True, stdout=said)
            self._tell("Collecting the static files ...")
            call_command("collectstatic", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise CommandError(f"The database is not usable: {str(error).strip()}") from error
        except OSError as error:
            raise CommandError(f"A file cannot be written: {error}") from error
        return said.getvalue().rstrip()

    def _run(self, host: str, port: int, letter: str, *, talkative: bool) -> None:
        supervisor = Supervisor(_programs(host, port, talkative=talkative), self._tell)
        announcement = _Announcement(host, port, letter, self._tell)
        supervisor.run(each_round=announcement.when_ready)
        self._tell("Stopped.")

    def _tell(self, line: str) -> None:
        """Print a line now, in its place among what the programs print."""
        self.stdout.write(line)
        self.stdout.flush()


class _Announcement:
    """Prints the addresses once the web server answers."""

    def __init__(self, host: str, port: int, letter: str, tell: Callable[[str], None]) -> None:
        self.host, self.port = host, port
        self.letter, self.tell = letter, tell
        self.done = False
        self.next_try = time.monotonic() + 0.5

    def when_ready(self) -> None:
        if self.done or time.monotonic() < self.next_try:
            return
        self.next_try = time.monotonic() + 0.5
        if not _answers(_reachable(self.host), self.port, reverse("home")):
            return
        self.done = True
        lines = [
            "",
            f"  Patients   {settings.SITE_URL}/",
            f"  Staff      {settings.SITE_URL}{reverse('admin:index')}",
            *([f"  Letters    {settings.MESSAGE_FOLDER}"] if settings.MESSAGE_FOLDER else []),
            *(["", self.letter] if self.letter else []),
            "",
            "Ctrl-C stops everything.",
        ]
        self.tell("\n".join(lines))


def web_server(host: str, port: int, *, talkative: bool = False, workers: int = 2) -> list[str]:
    """Say with what arguments Python runs the web server; docs/deploy.md gives the same for systemd."""
    web = ["-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    web += ["--blocking-threads", "1", "--respawn-failed-workers", "--workers-kill-timeout", "5", "--no-ws"]
    web += ["--log-level", "info" if talkative else "warning", *(["--access-log"] if talkative else [])]
    return [*web, "clinic.wsgi:application"]


def _programs(host: str, port: int, *, talkative: bool) -> list[Program]:
    """Say how the web server and the worker are started; docs/deploy.md gives the same for systemd."""
    web = [sys.executable, *web_server(host, port, talkative=talkative)]
    # Celery warns root, who may well try the demo in a container, at every start; deploy.md has a user for it.
    python = [sys.executable, "-W", "ignore:You're running the worker", "-m"]
    level = "info" if talkative else "warning"
    # Two at once: an alert must not wait for a mail server or a calendar that hangs.
    worker = ["celery", "--app", "clinic", "--quiet", "worker", "--beat", "--concurrency", "2", "--loglevel", level]
    return [Program("web server", web), Program("worker", python + worker)]


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 65_535:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _reachable(host: str) -> str:
    """Return the address under which this machine reaches a server bound to `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (compared, not bound)


def _refuse_taken(host: str, port: int) -> None:
    """Raise CommandError if the address cannot be bound, before anything else is done."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror:
        raise CommandError(f"HOST {host!r} is no address of this machine.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} is taken by another program (perhaps Stridewell itself, in another window). "
                f"Stop that one, or choose another port: make run PORT={port + 1 if port < 65_535 else 8000}"
            ) from None
        if error.errno == errno.EACCES:
            raise CommandError(f"Port {port} is reserved to the administrator. Choose one above 1023.") from None
        raise CommandError(f"The address {host}:{port} cannot be used: {error.strerror}.") from None


def _lock(path: Path) -> IO[str]:
    """Hold the data folder for this process: two workers on one folder would do everything twice."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise CommandError(
            f"STRIDEWELL_VAR is {str(path.parent)!r}; it must be a folder that can be written to ({error.strerror})."
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise CommandError(
            f"Stridewell is running already with the data in {path.parent}. Stop that one first, "
            "or set STRIDEWELL_VAR to another folder for a second clinic."
        ) from None
    return file


def _answers(host: str, port: int, path: str) -> bool:
    """Tell whether a web server answers there, with whatever status; a redirect is not followed."""
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", path, headers={"Host": urlsplit(settings.SITE_URL).netloc})
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
