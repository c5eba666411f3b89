"""What a page weighs as it comes over the line, with all that it brings."""

import gzip
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Response

LONGEST_TIMES = 600


def weighed(page: Page) -> dict[str, int]:
    """Weigh each answer that the page gets from now on, by its address; 0 as long as its body is not there."""
    sizes: dict[str, int] = {}

    def take(answer: Response) -> None:
        sizes[answer.url] = 0
        sizes[answer.url] = _weigh(answer)

    page.on("response", take)
    return sizes


def settle(page: Page, sizes: dict[str, int]) -> None:
    """Wait until nothing more comes, and all that came is weighed."""
    page.wait_for_load_state("networkidle")
    for _ in range(LONGEST_TIMES):
        if sizes and all(sizes.values()):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not all came: {sizes}")


def _weigh(answer: Response) -> int:
    """Return the bytes of an answer as a server sends them: text compressed, faces and pictures as they are."""
    path = urlsplit(answer.url).path
    # What the browser has kept has no body of its own.
    found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
    body = Path(str(found)).read_bytes() if found else answer.body()
    return len(body) if path.endswith((".woff2", ".png", ".ico")) else len(gzip.compress(body))
