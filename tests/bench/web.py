"""A web server on the database of the run, as `manage.py serve` starts it, and browsers that ask it as fast as they can."""

import http.client
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings

from clinic.management.commands.serve import web_server
from tests.bench.ground import ROOT
from tests.bench.measure import Clock
from tests.ports import free_port

HOST = "127.0.0.1"
OURS, BARE = "clinic.settings", "tests.bench.bare.settings"
STARTS_WITHIN = 60.0
MIB = 1024 * 1024
_visitors = itertools.count(1)


@dataclass
class Server:
    """A running server; its workers are the processes that answer."""

    port: int
    process: "subprocess.Popen[bytes]"

    def workers(self) -> list[int]:
        """The processes below it; none where the system does not tell."""
        found = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for path in found for pid in path.read_text().split()]

    def cpu(self) -> float:
        """Seconds that the processor has worked for its workers."""
        ticks = 0
        for pid in self.workers():
            parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(parts[11]) + int(parts[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MiB that its largest worker holds."""
        page = os.sysconf("SC_PAGE_SIZE")
        sizes = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page / MIB for pid in self.workers()]
        return max(sizes, default=0.0)


@contextmanager
def both(*, workers: int) -> Iterator[tuple[Server, Server]]:
    """Run ours and, beside it, the one with the bare views."""
    with _started(OURS, workers) as ours, _started(BARE, workers) as bare:
        for server in (ours, bare):
            _wait(server)
        yield ours, bare


@contextmanager
def served(*, workers: int) -> Iterator[Server]:
    """Run ours alone."""
    with _started(OURS, workers) as server:
        _wait(server)
        yield server


@contextmanager
def _started(module: str, workers: int) -> Iterator[Server]:
    """Start a server with a settings module on a free port; it ends with the block."""
    port = free_port()
    if module == OURS:  # pages name static files by their contents
        storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
        with override_settings(STORAGES=settings.STORAGES | {"staticfiles": storage}):
            call_command("collectstatic", interactive=False, verbosity=0)
    process = subprocess.Popen(
        [sys.executable, *web_server(HOST, port, workers=workers)],
        cwd=ROOT,
        env=_environment(module, port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield Server(port, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def get(path: str, **cookies: str) -> bytes:
    """What a browser sends for a page."""
    return _asked("GET", path, cookies)


def post(path: str, body: bytes, **cookies: str) -> bytes:
    """What a browser sends with a form."""
    return _asked("POST", path, cookies, body)


def answer(server: Server, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """One answer: status, headers, body."""
    with socket.create_connection((HOST, server.port), 60) as line:
        return _exchange(line, line.makefile("rb"), request)


def ask(server: Server, clock: Clock, requests: Iterable[bytes], *, at_once: int, status: int) -> int:
    """Send the requests over some connections that stay open, each as soon as it has its answer; return how many.

    Raises AssertionError if one is answered with another status.
    """
    todo, lock, done = iter(requests), threading.Lock(), itertools.count()
    wrong: list[str] = []
    ready = threading.Barrier(at_once + 1)

    def browser() -> None:
        with socket.create_connection((HOST, server.port), 60) as line:
            file = line.makefile("rb")
            ready.wait()
            while not wrong:
                with lock:
                    request = next(todo, None)
                if request is None:
                    return
                try:
                    found, headers, body = _exchange(line, file, request)
                except OSError as error:
                    wrong.append(repr(error))
                    return
                next(done)
                if found != status:
                    wrong.append(f"{found}, not {status}: {headers} {body[:300]!r}")

    threads = [threading.Thread(target=browser) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    ready.wait()
    with clock.running(server.cpu):
        for thread in threads:
            thread.join()
    if wrong:
        raise AssertionError(wrong[0])
    return next(done)


def _asked(method: str, path: str, cookies: dict[str, str], body: bytes | None = None) -> bytes:
    # As patients come: by a proxy, each from an address of their own. Those of the house itself count for no flood.
    number = next(_visitors)
    whence = f"X-Forwarded-For: 11.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Accept-Encoding: gzip", "Accept: text/html", whence]
    if cookies:
        lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
    if body is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def _exchange(line: socket.socket, file: Any, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send a request and read the answer, with little work: the browsers share the processors with the server."""
    line.sendall(request)
    first = file.readline()
    if not first:
        raise ConnectionError("the server has closed the connection")
    headers = {}
    while (row := file.readline()) not in (b"\r\n", b""):
        name, _colon, value = row.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return int(first.split()[1]), headers, file.read(int(headers["content-length"]))


def _environment(module: str, port: int) -> dict[str, str]:
    name = str(connection.settings_dict["NAME"])
    url = os.environ.get("DATABASE_URL", "")
    here = f"sqlite:///{name}" if connection.vendor == "sqlite" else f"{url.rpartition('/')[0]}/{name}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": module,
        "DATABASE_URL": here,
        "STRIDEWELL_VAR": str(settings.VAR),
        "SITE_URL": f"http://{HOST}:{port}",
        "TRUSTED_PROXIES": HOST,
    }


def _wait(server: Server) -> None:
    """Return once it answers; until then nothing is measured."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and server.process.poll() is None:
        line = http.client.HTTPConnection(HOST, server.port, timeout=STARTS_WITHIN)
        try:
            line.request("GET", "/health/")
            line.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            line.close()
    raise RuntimeError("the web server does not answer")
