"""Fetches a file from an address that a person typed in, without letting that address reach what only we can reach.

Only https, only machines that the whole net can reach: the name is looked up once, each answer is judged, and the very
address that was judged is called, so that a second answer to the same question cannot lead elsewhere. A redirect is a
new address and judged as one. Size and time are limited, the time for slow drops as well.

`settings.CALENDARS_FROM_ANYWHERE` lets tests call a server on this machine, without encryption.
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

MOST_BYTES = 5_000_000
MOST_SECONDS = 20.0
STEP_SECONDS = 8.0
MOST_REDIRECTS = 3
MOST_ADDRESS = 2_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOST = re.compile(r"[a-z0-9_.:-]{1,253}", re.IGNORECASE)
# What a header of ours may hold; what a server gave us goes back to it.
_HEADER = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,199}")


class BadAddress(Exception):
    """Not an https address, or it leads to a place that is not for everybody."""


class NoAnswer(Exception):
    """Nobody answers there, or too slowly."""


class Refused(Exception):
    """The server says that there is nothing, or not for us."""


class TooLarge(Exception):
    """More than any calendar is."""


@dataclass(frozen=True)
class Fetched:
    """What came: the file, or None where it is unchanged; and by which marks to ask next time."""

    data: bytes | None
    etag: str = ""
    changed: str = ""


def tidy(address: str) -> str:
    """Return an address as it is fetched: that of a subscription (webcal) is https. Raises BadAddress."""
    text = address.strip()
    if text.lower().startswith(("webcal://", "webcals://")):
        text = "https://" + text.partition("://")[2]
    _split(text)
    return text


def fetch(address: str, *, etag: str = "", changed: str = "") -> Fetched:
    """Get a file, or hear that it is unchanged. Raises BadAddress, NoAnswer, Refused, TooLarge."""
    deadline = time.monotonic() + MOST_SECONDS
    asked = {"If-None-Match": etag, "If-Modified-Since": changed}
    headers = {name: value for name, value in asked.items() if _HEADER.fullmatch(value)}
    for _hop in range(MOST_REDIRECTS + 1):
        with _answer(address, headers, deadline) as response:
            if response.status in _REDIRECTS:
                address = urljoin(address, response.getheader("Location", ""))
                continue
            if response.status == 304 and headers:
                return Fetched(None, etag, changed)
            if response.status != 200 or response.getheader("Content-Encoding", "identity").lower() != "identity":
                raise Refused
            data = _body(response, deadline)
            return Fetched(data, _mark(response, "ETag", 200), _mark(response, "Last-Modified", 60))
    raise Refused


@contextlib.contextmanager
def _answer(address: str, headers: dict[str, str], deadline: float) -> Iterator[http.client.HTTPResponse]:
    """Ask for an address; whatever goes wrong on the way is NoAnswer."""
    parts = _split(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection: http.client.HTTPConnection | None = None
    watch: threading.Timer | None = None
    try:
        connection = _connected(parts, port, deadline)
        # A server that drops a byte now and then never meets a time-out of its own.
        watch = threading.Timer(max(0.1, deadline - time.monotonic()), _hang_up, [connection.sock])
        watch.daemon = True
        watch.start()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        accepted = {"Accept": "text/calendar", "Accept-Encoding": "identity", "User-Agent": "Stridewell"}
        connection.request("GET", target, headers={**accepted, **headers})
        yield connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        if watch is not None:
            watch.cancel()
        if connection is not None:
            connection.close()


def _connected(parts: SplitResult, port: int, deadline: float) -> http.client.HTTPConnection:
    """Open a connection to an address of the host that has been judged, and to no other."""
    host = parts.hostname or ""
    wait = max(0.1, min(STEP_SECONDS, deadline - time.monotonic()))
    plain = socket.create_connection((_public(host, port), port), timeout=wait)
    connection = http.client.HTTPConnection(host, port)
    try:
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        else:
            connection.sock = plain
    except BaseException:
        plain.close()
        raise
    return connection


def _public(host: str, port: int) -> str:
    """Look a host up and return an address of it. Raises BadAddress if any answer is not for the whole net."""
    found = [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found:
        raise NoAnswer
    if not _from_anywhere() and not all(is_public(one) for one in found):
        raise BadAddress
    return found[0]


def is_public(address: str) -> bool:
    """Say whether the whole net can reach an IP address; those that stand for another are judged by that one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:  # given up long ago, and used inside houses still
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        fits = parts.scheme == "https" or (parts.scheme == "http" and _from_anywhere())
        fits = fits and bool(_HOST.fullmatch(parts.hostname or "")) and parts.username is None and parts.port != 0
    except ValueError:
        raise BadAddress from None
    if not fits or len(address) > MOST_ADDRESS or not address.isascii() or not address.isprintable() or " " in address:
        raise BadAddress
    return parts


def _body(response: http.client.HTTPResponse, deadline: float) -> bytes:
    pieces, size = [], 0
    while piece := response.read1(65_536):
        size += len(piece)
        if size > MOST_BYTES:
            raise TooLarge
        if time.monotonic() > deadline:
            raise NoAnswer
        pieces.append(piece)
    if response.length:  # it promised more than came: half a calendar would free the rest
        raise NoAnswer
    return b"".join(pieces)


def _mark(response: http.client.HTTPResponse, name: str, most: int) -> str:
    value = response.getheader(name, "")
    return value if len(value) <= most and _HEADER.fullmatch(value) else ""


def _hang_up(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _from_anywhere() -> bool:
    return bool(getattr(settings, "CALENDARS_FROM_ANYWHERE", False))
