"""The world outside: a mail server and a gateway for texts that take, refuse, stall, and hang up half way.

Both are real servers on a port of this machine. A whim strikes a recipient at most `WHIMS_EACH` times, so that in the
end everything can get through within the tries that there are.
"""

import asyncio
import contextlib
import logging
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller

from tests.ports import free_port

# aiosmtpd tells every line of a talk.
logging.getLogger("mail.log").setLevel(logging.WARNING)

WHIMS_EACH = 2
STALL_SECONDS = 3.0  # longer than our side waits


@dataclass
class Taken:
    """One message as it was accepted: when, and whether our side can have heard of it."""

    at: float
    heard: bool


@dataclass
class Whims:
    """What strikes next, and what was taken by whom: shared by server and gateway."""

    kinds: tuple[str, ...]
    share: float
    seed: int
    # What chance does not bring comes all the same: each kind once. "killed" means: accepted, and then every worker dies before it can hear of it.
    kill: Callable[[], None] = lambda: None
    calm: bool = False  # nothing by chance any more
    struck: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    taken: dict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.left = list(self.kinds)

    def strike(self, recipient: str) -> str:
        """Choose what befalls this message: "" for nothing. Each kind comes once before chance decides."""
        with self.lock:
            if self.of[recipient] >= WHIMS_EACH:
                return ""
            if not self.left and (self.calm or self.chance.random() > self.share):
                return ""
            kind = self.left.pop() if self.left else self.chance.choice(self.kinds)
            self.of[recipient] += 1
            self.struck[kind] += 1
            return kind

    def take(self, name: str, *, heard: bool) -> None:
        with self.lock:
            self.taken[name].append(Taken(time.monotonic(), heard))


class MailServer:
    """A mail server by aiosmtpd; `whims.taken` is by Message-ID."""

    KINDS = ("refused", "turned down", "stalled", "stalled after taking", "hung up", "hung up after taking", "killed")

    def __init__(self, *, share: float, seed: int) -> None:
        self.whims = Whims(self.KINDS, share, seed)
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  (aiosmtpd's name)
        envelope.whim = self.whims.strike(address)
        if envelope.whim == "refused":
            return "451 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        found = re.search(rb"(?im)^Message-ID:\s*(\S+)", envelope.content)
        assert found
        name, whim = found[1].decode(), envelope.whim
        if whim == "turned down":
            return "451 not now"
        if whim in ("stalled", "hung up"):
            return await self._leave(server, whim)
        self.whims.take(name, heard=not whim)
        if whim == "killed":
            self.whims.kill()
        elif whim:
            return await self._leave(server, whim)
        return "250 OK"

    async def _leave(self, server, whim: str) -> str:
        if whim.startswith("stalled"):
            await asyncio.sleep(STALL_SECONDS)
        else:
            server.transport.abort()
            await asyncio.sleep(0)
        return "421 gone"

    def __enter__(self) -> Self:
        self.controller.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.controller.stop()


class Gateway:
    """A gateway for texts over HTTP; `whims.taken` is by number."""

    KINDS = ("error", "stalled", "stalled after taking", "hung up", "hung up after taking", "killed")

    def __init__(self, *, share: float, seed: int) -> None:
        self.whims = whims = Whims(self.KINDS, share, seed)

        class Texts(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                (number,) = parse_qs(body.decode())["To"]
                whim = whims.strike(number)
                if whim in ("", "killed") or whim.endswith("after taking"):
                    whims.take(number, heard=not whim)
                if whim == "killed":
                    whims.kill()
                elif whim.startswith("stalled"):
                    time.sleep(STALL_SECONDS)
                if whim.startswith(("hung up", "stalled")):  # who is slow to give up must not hear of it, either
                    self.close_connection = True
                    return
                self.send_response(500 if whim == "error" else 201)
                self.end_headers()

            def handle(self) -> None:
                # Who asked may have been killed, or have given up.
                with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                    super().handle()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Texts)
        self.port = self.server.server_address[1]

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.server.shutdown()
        self.server.server_close()
