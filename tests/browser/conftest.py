"""The browser of the browser tests. Every test in this folder needs Chromium and the live server."""

import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.watched import ARGUMENTS, LONGEST_WAIT, Live, Profiles
from tests.needs import find_chromium

HERE = Path(__file__).parent
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.chromium)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, and Django then takes all our code for asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=LONGEST_WAIT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS, timeout=3 * LONGEST_WAIT)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profiles(browser, live_server) -> Profiles:
    return Profiles(browser, live_server.url)


@pytest.fixture
def live(profiles, settings, request) -> Iterator[Live]:
    """Give a browser at the live site; fail afterwards for anything that it complained of."""
    settings.SITE_URL = profiles.url
    live = Live(profiles)
    yield live
    if failed := request.node.stash.get(FAILED, False):
        keep_pictures(live, request.node.nodeid)
    live.close(failed=failed)
    if complaints := live.unforgiven():
        pytest.fail("The browser complained:\n" + "\n".join(dict.fromkeys(complaints)), pytrace=False)


def keep_pictures(live: Live, nodeid: str) -> None:
    """Save what a failed test saw in var/test/pictures/."""
    folder = HERE.parent.parent / "var" / "test" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", nodeid.removeprefix("tests/browser/"))
    pages = [page for context in live.contexts for page in context.pages]
    for number, page in enumerate(pages, 1):
        page.screenshot(path=folder / f"{name}-{number}.png", full_page=True)
