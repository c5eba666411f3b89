"""A browser at the live site that holds everything it hears against the test: console, policy, strangers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, JSHandle, Page, Request, Response, WebError

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
# The rules whose answer hangs on light or dark, and on the width of the window; all others read the same document.
COLOURS = ("color-contrast", "link-in-text-block")
LAYOUT = ("target-size", "scrollable-region-focusable")
WIDTHS = (320, 360, 1280)
# Milliseconds. What comes at once on an idle machine may take half a minute where four browsers share a processor.
LONGEST_WAIT = 60_000
# For each element what its contrast hangs on: whether it is seen, how large its words are, and what is painted behind.
# Colours are two thirds of what axe costs: at a second width it reads again only those that this tells apart.
SEEN_AS = """() => {
    const seen = new Map();
    for (const one of document.querySelectorAll("*")) {
        const style = getComputedStyle(one), box = one.getBoundingClientRect(), size = parseFloat(style.fontSize);
        const plain = style.backgroundColor === "rgba(0, 0, 0, 0)" && style.backgroundImage === "none";
        const ground = (seen.get(one.parentElement)?.ground ?? "") + (plain && style.opacity === "1" ? ""
            : `${style.backgroundColor} ${style.backgroundImage} ${style.opacity};`);
        const shown = style.visibility === "visible" && box.width > 1 && box.height > 1;
        const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        seen.set(one, { ground, look: shown && `${style.color} ${large} ${style.textDecorationLine} ${ground}` });
    }
    return seen;
}"""
# axe-core reads each colour of each element anew, by a library of all colour spaces: here each is read once.
AXE = f"""{AXE_SCRIPT}
(() => {{
    const colour = axe.commons.color.Color.prototype, read = colour.parseString, known = new Map();
    colour.parseString = function (words) {{
        if (!known.has(words)) {{
            const {{ r, g, b, alpha }} = read.call(this, words);
            known.set(words, {{ r, g, b, alpha }});
        }}
        return Object.assign(this, known.get(words));
    }};
}})()"""
# A colour on its way from light to dark is neither.
RUN_AXE = f"""async ({{ options, unlike }}) => {{
    document.getAnimations().forEach((animation) => animation.finish());
    let where = document;
    if (unlike) {{
        const fresh = [...({SEEN_AS})()].filter(([one, {{ look }}]) => look && look !== unlike.get(one)?.look);
        if (!fresh.length) return [];
        where = {{ include: fresh.map(([one]) => one) }};
    }}
    return (await axe.run(where, options)).violations;
}}"""


class Profile:
    """A browser profile with one page. It is wiped and lent again: a new one costs more than most tests do with it."""

    def __init__(self, browser: Browser, url: str, *, javascript: bool) -> None:
        self.url = url
        self.javascript = javascript
        self.context = browser.new_context(
            base_url=url,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            locale="en-US",
            timezone_id="America/Anchorage",
        )
        self.context.set_default_timeout(LONGEST_WAIT)
        self.page = self.context.new_page()

    def wipe(self) -> None:
        """Leave the page, and forget what a test left: its cookies, what it stored, what it was allowed."""
        for other in self.context.pages:
            if other != self.page:
                other.close()
        self.page.goto(f"{self.url}/static/mark.svg")  # a blank page would be another site, with a process of its own
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.mouse.move(0, 0)
        self.context.clear_cookies()
        self.context.clear_permissions()


class Profiles:
    """The profiles of one browser at one site: those that no test uses now."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self._free: list[Profile] = []

    def lend(self, *, javascript: bool) -> Profile:
        """Return a profile that knows nothing of our site but its style sheets: of those, what came back last."""
        for profile in reversed(self._free):
            if profile.javascript == javascript:
                self._free.remove(profile)
                return profile
        return self.make(javascript=javascript)

    def make(self, *, javascript: bool) -> Profile:
        """Return a profile that is new."""
        return Profile(self.browser, self.url, javascript=javascript)

    def take_back(self, profile: Profile) -> None:
        """Wipe a profile for the next test."""
        profile.wipe()
        self._free.append(profile)


class Live:
    """The live site in a browser: `open` pages, check them, and at the end answer for what the browser said.

    Any console message (a refused inline style is one), script error, 5xx answer or request to
    another host fails the test, but for what `forgive` names.
    """

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles
        self.url = profiles.url
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []
        self.borrowed: list[Profile] = []
        self._forgiven: list[re.Pattern[str]] = []

    def page(
        self, *, width: int = 1280, javascript: bool = True, dark: bool = False, user: Any = None, new: bool = False
    ) -> Page:
        """Return a page of a clean browser profile, signed in as a staff `user` if one is given.

        Paths are relative to the site: `page.goto("/book/")`. Two pages from two calls are two people. With `new` the
        browser has never been here: to weigh what it loads, or to give it routes, listeners and scripts of one's own.
        """
        if new:
            profile = self.profiles.make(javascript=javascript)
        else:
            profile = self.profiles.lend(javascript=javascript)
            self.borrowed.append(profile)
        context, page = profile.context, profile.page
        _resize(page, width)
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        for event, listener in self._listeners().items():
            context.on(event, listener)
        self.contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.url}])
        return page

    def open(self, path: str, **how: Any) -> Page:
        """Return a new page (see `page`) at `path`."""
        page = self.page(**how)
        page.goto(path)
        return page

    def forgive(self, pattern: str) -> None:
        """Let messages that match a regular expression pass: a test that asks for a page that is not there hears of it."""
        self._forgiven.append(re.compile(pattern))

    def look(self, page: Page, *, without: tuple[str, ...] = (), widths: tuple[int, ...] = WIDTHS) -> None:
        """Fail if the page is not accessible or does not fit: at each of the widths, light and dark.

        At the end of the widths that is nearer, all of axe runs in the light, and the rules of colours in the dark. At
        the other end the rules of the layout run again, and in the dark and in the light those of colours, on what is
        not seen there as it was before.
        """
        came = page.viewport_size["width"]
        near, far = sorted((widths[0], widths[-1]), key=lambda width: abs(width - came))
        _resize(page, near)
        self.fits(page)
        self.axe(page, without=without)
        in_light = page.evaluate_handle(SEEN_AS)
        page.emulate_media(color_scheme="dark")
        self._axe(page, _only(COLOURS, without))
        in_dark = page.evaluate_handle(SEEN_AS)
        _resize(page, far)
        self.fits(page)
        self._axe(page, _only(LAYOUT, without))
        self._axe(page, _only(COLOURS, without), unlike=in_dark)
        page.emulate_media(color_scheme="light")
        self._axe(page, _only(COLOURS, without), unlike=in_light)
        for width in (*(width for width in widths if width not in (near, far, came)), came):
            _resize(page, width)
            self.fits(page)

    def axe(self, page: Page, *, without: tuple[str, ...] = ()) -> None:
        """Fail if axe-core finds anything against WCAG 2.2 AA or its best practices, but for the rules in `without`."""
        _settle(page)
        if not page.evaluate("typeof axe !== 'undefined'"):
            page.evaluate(AXE)
        rules = {"runOnly": {"type": "tag", "values": RULES}, "rules": {rule: {"enabled": False} for rule in without}}
        self._axe(page, rules)

    def _axe(self, page: Page, rules: dict[str, Any], *, unlike: JSHandle | None = None) -> None:
        """Run rules on the whole page, or on what is not seen as in `unlike`."""
        # Its preloading is for sound and pictures that move; it copies style sheets inline, which the policy refuses.
        options = {**rules, "resultTypes": ["violations"], "preload": False}
        found = page.evaluate(RUN_AXE, {"options": options, "unlike": unlike})
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

    def close(self, *, failed: bool = False) -> None:
        """Leave every page; what a failed test used is used no more."""
        for profile in [] if failed else self.borrowed:
            self.profiles.take_back(profile)
            self.contexts.remove(profile.context)
            for event, listener in self._listeners().items():
                profile.context.remove_listener(event, listener)
        for context in self.contexts:
            context.close()

    def _listeners(self) -> dict[Any, Any]:
        return {"console": self._hear, "weberror": self._hear_error, "request": self._watch, "response": self._judge}

    def _hear(self, message: ConsoleMessage) -> None:
        self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _hear_error(self, error: WebError) -> None:
        self.complaints.append(f"script error: {error.error}")

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
