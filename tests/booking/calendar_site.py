"""A server on this machine that gives a calendar file, and misbehaves as told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site(ThreadingHTTPServer):
    """What it gives, and what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = b""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.drips = False
        self.promises_more = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/private-key/basic.ics"


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        site = self.server
        site.asked.append(dict(self.headers))
        unchanged = "ETag" in site.headers and self.headers.get("If-None-Match") == site.headers["ETag"]
        self.send_response(304 if unchanged else site.status)
        for name, value in site.headers.items():
            self.send_header(name, value)
        if not unchanged:
            self.send_header("Content-Length", str(len(site.body) + (100 if site.promises_more else 0)))
        self.end_headers()
        if unchanged:
            return
        if not site.drips:
            self.wfile.write(site.body)
            return
        for _byte in site.body:
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def calendar_site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
