"""A browser at the live site that holds everything it hears against the test: console, policy, strangers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

ARGUMENTS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# The rules whose answer hangs on the width of the window and on light or dark; all others read the same document.
DRAWN = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
WIDTHS = (320, 360, 1280)


class Live:
    """The live site in a browser: `open` pages, check them, and at the end answer for what the browser said.

    Any console message (a refused inline style is one), script error, 5xx answer or request to
    another host fails the test, but for what `forgive` names.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []
        self._forgiven: list[re.Pattern[str]] = []

    def page(self, *, width: int = 1280, javascript: bool = True, dark: bool = False, user: Any = None) -> Page:
        """Return a page of a fresh browser profile, signed in as a staff `user` if one is given.

        Paths are relative to the site: `page.goto("/book/")`. Two pages from two calls are two people.
        """
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-US",
            timezone_id="America/Anchorage",
        )
        context.set_default_timeout(10_000)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("request", self._watch)
        context.on("response", self._judge)
        self.contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.url}])
        return context.new_page()

    def open(self, path: str, **how: Any) -> Page:
        """Return a new page (see `page`) at `path`."""
        page = self.page(**how)
        page.goto(path)
        return page

    def forgive(self, pattern: str) -> None:
        """Let messages that match a regular expression pass: a test that asks for a page that is not there hears of it."""
        self._forgiven.append(re.compile(pattern))

    def look(
        self, page: Page, *, without: tuple[str, ...] = (), preload: bool = True, widths: tuple[int, ...] = WIDTHS
    ) -> None:
        """Fail if the page is not accessible or does not fit: at each of the widths, light and dark.

        All of axe runs once, at the width the page came with; at the outer widths the rules that see the drawing run
        again, light at the narrow end and dark at the wide one.
        """
        came = page.viewport_size
        self.axe(page, without=without, preload=preload)
        for width in widths:
            _resize(page, width)
            self.fits(page)
        self._axe(page, _only(DRAWN, without), preload)
        page.emulate_media(color_scheme="dark")
        self._axe(page, _only(DRAWN, without), preload)
        _resize(page, widths[0])
        self._axe(page, _only(DRAWN, without), preload)
        page.emulate_media(color_scheme="light")
        if came:
            page.set_viewport_size(came)

    def axe(self, page: Page, *, without: tuple[str, ...] = (), preload: bool = True) -> None:
        """Fail if axe-core finds anything against WCAG 2.2 AA or its best practices, but for the rules in `without`.

        `preload` is off for pages whose style sheets import others: axe copies those into inline styles, which the
        policy refuses.
        """
        _settle(page)
        if not page.evaluate("typeof axe !== 'undefined'"):
            page.evaluate(AXE_SCRIPT)
        rules = {"runOnly": {"type": "tag", "values": RULES}, "rules": {rule: {"enabled": False} for rule in without}}
        self._axe(page, rules, preload)

    def _axe(self, page: Page, rules: dict[str, Any], preload: bool) -> None:
        options = {**rules, "resultTypes": ["violations"], "preload": preload}
        # A colour on its way from light to dark is neither.
        page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
        found = page.evaluate(f"axe.run(document, {json.dumps(options)})")["violations"]
        if found:
            where = f"{page.url} {page.viewport_size}"
            pytest.fail(f"axe at {where}:\n" + "\n".join(_lines(found)), pytrace=False)

    def fits(self, page: Page) -> None:
        """Fail if the page is wider than its window, naming what sticks out."""
        _settle(page)
        wide = page.evaluate(
            """() => {
                const width = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= width) return null;
                return [...document.body.querySelectorAll("*")]
                    .filter((element) => element.getBoundingClientRect().right > width + 1
                        || element.scrollWidth > width)
                    .slice(0, 5)
                    .map((element) => element.outerHTML.slice(0, 120));
            }"""
        )
        if wide is not None:
            pytest.fail(f"{page.url} scrolls sideways at {page.viewport_size}: {wide}", pytrace=False)

    def unforgiven(self) -> list[str]:
        """Return what the browser complained of and no `forgive` named."""
        return [line for line in self.complaints if not any(pattern.search(line) for pattern in self._forgiven)]

    def close(self) -> None:
        """Close every page."""
        for context in self.contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:", "about:")):
            self.complaints.append(f"request to another host: {request.url}")

    def _judge(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"status {response.status}: {response.url}")


def _settle(page: Page) -> None:
    page.locator("body").wait_for()  # a click returns before the next page has one
    page.wait_for_load_state()  # and the words may be there before their style is


def _only(rules: tuple[str, ...], without: tuple[str, ...]) -> dict[str, Any]:
    return {"runOnly": {"type": "rule", "values": [rule for rule in rules if rule not in without]}}


def _resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


def _lines(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        yield f"{violation['id']} ({violation['impact']}): {violation['help']}"
        for node in violation["nodes"][:5]:
            yield f"    {' '.join(map(str, node['target']))}: {node['html'][:160]}"
            yield f"        {node['failureSummary'].splitlines()[-1].strip()}"
