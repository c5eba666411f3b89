"""`make shots`: walk through the demo clinic in a browser and keep pictures of it in docs/shots/.

The demo is made for this in a folder that is thrown away, and shown by the web server that also serves patients.
"""

import os
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import walking
from tests.browser.walking import Visitor
from tests.browser.watched import ARGUMENTS
from tests.needs import find_chromium
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "shots"
# All of them together, so that a clone stays small.
MOST_BYTES = 2_000_000
PHONE, DESK = (390, 800), (1280, 860)
# Of the telephone: enough for a screen of fine dots at the width that the README shows.
DOTS = 1.25
# As long as a computer that does much else may take to start a web server.
LONGEST_START = 60
PASSWORD = "stridewell-demo"  # what `make run` prints

CLEAR = Visitor("Noor", "Haddad", date(1990, 2, 11), email="noor.haddad@example.com")
EMERGENCY = Visitor(
    "Vera",
    "Olsen",
    date(1971, 7, 3),
    email="vera.olsen@example.com",
    spots=("low_back",),
    answers={"ces_bladder": "new", "leg_pain_extent": "below_knee"},
)


def main() -> int:
    """Take all pictures; return 1 if they are too large together."""
    if not find_chromium():
        sys.exit("This needs Chromium or Chrome; STRIDEWELL_CHROMIUM may name one.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as url:
        day = open_day()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            take_patient(browser, url)
            take_staff(browser, url, day)
            browser.close()
    sizes = {path.name: path.stat().st_size for path in sorted(FOLDER.glob("*.png"))}
    for name, size in sizes.items():
        print(f"  {name:<28}{size / 1000:>8.0f} kB")
    print(f"  {'all':<28}{sum(sizes.values()) / 1000:>8.0f} kB")
    return int(sum(sizes.values()) > MOST_BYTES)


# ---------------------------------------------------------------- what is shown


def take_patient(browser: Browser, url: str) -> None:
    """The way of a patient from the home page to a visit, on a telephone."""
    page = new_page(browser, url, PHONE)
    page.goto("/")
    keep(page, "home")
    page.get_by_role("main").get_by_role("link", name="Start the check").click()
    walking.begin(page, CLEAR)
    walking.fill_in(page, CLEAR, look=keep_some)
    page.get_by_role("button", name="Send my answers").click()
    keep(page, "result")
    page.get_by_role("main").get_by_role("link", name="See free times").click()
    page.get_by_role("main").get_by_role("link", name="First visit").click()
    keep(page, "times")
    walking.pick_first_time(page)
    page.get_by_label("I agree to what cancelling late").check()
    page.get_by_label("I have read the privacy notice").check()
    page.get_by_role("button", name="Book this visit").click()
    keep(page, "booked")
    page.get_by_role("link", name="Change or cancel").click()
    page.get_by_role("link", name="Change how we meet").click()
    keep(page, "ways")

    page = new_page(browser, url, PHONE)
    page.goto("/check/")
    walking.begin(page, EMERGENCY)
    walking.fill_in(page, EMERGENCY)
    keep(page, "emergency")


def keep_some(page: Page) -> None:
    """Keep a page of questions, and the drawing with a place tapped."""
    if "/check/1/" in page.url:
        keep(page, "question")
    elif page.locator(".chart").count():
        knee = page.locator(".front-view .area.knee-l").first  # on the drawing itself, as a thumb does
        knee.click()
        keep(page, "body-chart")
        knee.click()


def take_staff(browser: Browser, url: str, day: date) -> None:
    """What the desk and a PT see."""
    page = new_page(browser, url, DESK)
    walking.sign_in(page, "jo", PASSWORD)
    page.goto(f"/desk/?day={day.isoformat()}")
    keep(page, "desk-today")
    page.goto("/desk/calls/")
    page.get_by_role("link", name="Ana Iglesias").click()
    page.get_by_role("button", name="Claim this call").click()
    keep(page, "desk-calls")
    page.goto(f"/desk/find-slot/?day={day.isoformat()}")
    keep(page, "desk-find-slot")
    page.goto(f"/desk/week/?day={day.isoformat()}")
    keep(page, "desk-week")
    page.goto("/desk/reports/")
    keep(page, "desk-reports")

    page = new_page(browser, url, DESK)
    walking.sign_in(page, "dana", PASSWORD)
    page.get_by_role("link", name="Screenings").first.click()
    page.get_by_role("link", name="Emmett Kallas").click()
    if page.get_by_role("button", name="I am covering").count():
        page.get_by_role("button", name="I am covering").click()
    keep(page, "brief")


def open_day() -> date:
    """Today at the clinic, or the next day on which it is open."""
    from clinic import opening

    hours = opening.hours_for()
    today = hours.local(datetime.now().astimezone()).date()
    closed = {c.first + timedelta(days=n) for c in hours.closures for n in range((c.last - c.first).days + 1)}
    open_weekdays = {stretch.weekday for stretch in hours.weekly}
    days = (today + timedelta(days=n) for n in range(60))
    return next(day for day in days if day.weekday() in open_weekdays and day not in closed)


# ---------------------------------------------------------------- how


@contextmanager
def demo() -> Iterator[str]:
    """Serve a demo clinic of our own; gives its address. Nothing of the user's database or folder is touched."""
    with tempfile.TemporaryDirectory(prefix="stridewell-shots-") as folder:
        port = free_port()
        url = f"http://localhost:{port}"
        for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SMS_URL"):
            os.environ.pop(f"{name}_FILE", None)
            os.environ[name] = ""
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "STRIDEWELL_DEMO": "1",
            "STRIDEWELL_VAR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/stridewell.sqlite3",
            "PORT": str(port),
            "SITE_URL": url,
            "LOG_LEVEL": "WARNING",
        }
        prepare(Path(folder))
        log = Path(folder) / "web.log"
        command = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        command += ["--blocking-threads", "1", "--no-ws", "--log-level", "warning", "clinic.wsgi:application"]
        with log.open("w") as out:
            server = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stdout=out, stderr=out)
            try:
                wait_for(url, server, log)
                yield url
            finally:
                server.terminate()
                server.wait()


def prepare(folder: Path) -> None:
    """Fill the folder with a migrated database, the demo clinic and the static files."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from clinic import outbox

    if Path(settings.DATABASES["default"]["NAME"]).parent != folder:  # a .env file may have words of its own
        sys.exit("The database is not the throw-away one; nothing was done.")
    print("Making a demo clinic ...")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("demo", stdout=StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    outbox.deliver_due(now=timezone.now(), limit=1_000)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the web server answers; leave with what it said if it does not."""
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    sys.exit(f"The web server does not answer:\n{log.read_text()}")


def new_page(browser: Browser, url: str, size: tuple[int, int]) -> Page:
    """A page of a person of their own."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=DOTS if size == PHONE else 1,
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="America/Anchorage",
    )
    context.set_default_timeout(15_000)
    return context.new_page()


def keep(page: Page, name: str) -> None:
    """Keep what the window shows."""
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    (FOLDER / f"{name}.png").write_bytes(squeeze(page.screenshot(animations="disabled")))


def squeeze(png: bytes) -> bytes:
    """Pack the picture's data again as tightly as zlib can; the browser packs for speed."""
    head, body, tail, place = png[:8], b"", b"", 8
    before = b""
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        chunk = png[place : place + length + 12]
        if kind == b"IDAT":
            body += chunk[8:-4]
        elif body:
            tail += chunk
        else:
            before += chunk
        place += length + 12
    packed = zlib.compress(zlib.decompress(body), 9)
    data = b"IDAT" + packed
    return head + before + struct.pack(">I", len(packed)) + data + struct.pack(">I", zlib.crc32(data)) + tail


if __name__ == "__main__":
    sys.exit(main())
