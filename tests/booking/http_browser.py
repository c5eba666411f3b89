"""A browser without a screen, over a real connection: cookies, the form's token, and what it was answered."""

import http.client
import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse

from clinic import links

TRIES = 100


@dataclass
class Answer:
    status: int
    location: str
    body: str


@dataclass
class HttpBrowser:
    """Talks to the server at `url`; each call is a connection of its own, as from a phone."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def hold(self, row: Any, purpose: str) -> None:
        """Let it hold a row, as if it had just made it."""
        response = HttpResponse()
        links.remember(response, row=row, purpose=purpose, birth_date_given=True)
        self.cookies |= {name: morsel.value for name, morsel in response.cookies.items()}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, token: str, **values: str) -> Answer:
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **values}))

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        for _ in range(TRIES):
            try:
                return self._ask_once(method, path, body)
            except (ConnectionResetError, ConnectionRefusedError):
                # The queue of connections was full; nothing of this one was read.
                time.sleep(0.2)
        raise ConnectionError(f"{self.url} takes no connection")

    def _ask_once(self, method: str, path: str, body: str | None) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for header in response.headers.get_all("Set-Cookie") or []:
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
            return Answer(response.status, response.getheader("Location") or "", response.read().decode())
        finally:
            connection.close()


def token_of(answer: Answer) -> str:
    """The token of a page's form."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.body)
    assert found, answer.body[:500]
    return found.group(1)
