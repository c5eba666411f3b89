"""Counts how often people come to the public pages from outside: a number a day, and nothing about anybody.

A page that one of our own pages led to is no arrival: browsers tell us so in the referrer, which our pages allow for our
own site. What is counted stands in the memory of the process and is written now and then after an answer has left, so
that no patient waits for it; a process that is killed takes the last seconds of it along.
"""

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction
from django.db.models import F

from clinic.models import Arrival, Clinic

logger = logging.getLogger(__name__)

WRITE_EVERY_SECONDS = 10.0
QUARTER = timedelta(minutes=15)
_ROBOT = re.compile(r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|headless|scan", re.IGNORECASE)
_SEARCH = re.compile(r"(^|\.)(google|bing|duckduckgo|yahoo|ecosia|startpage|qwant|yandex|baidu|brave)\.")
_SOCIAL = re.compile(
    r"(^|\.)(facebook|instagram|strava|reddit|twitter|linkedin|tiktok|youtube|nextdoor|t|x)\.(com|co)$"
)
_lock = threading.Lock()
_counted: Counter[tuple[datetime, str]] = Counter()
_written_at = 0.0


def origin_of(headers: Mapping[str, str], own_host: str) -> str | None:
    """Say where an arrival comes from; None for what is none: our own links, robots, pages fetched ahead."""
    agent = headers.get("User-Agent", "")
    ahead = headers.get("Sec-Purpose", "") or headers.get("Purpose", "")
    if not agent or _ROBOT.search(agent) or "prefetch" in ahead:
        return None
    try:
        parts = urlsplit(headers.get("Referer", ""))
        host = (parts.hostname or "").lower()
    except ValueError:
        return str(Arrival.Origin.DIRECT)
    if parts.netloc and parts.netloc.rpartition("@")[2].lower() == own_host.lower():
        return None
    if not host:
        return str(Arrival.Origin.DIRECT)
    if _SEARCH.search(host):
        return str(Arrival.Origin.SEARCH)
    return str(Arrival.Origin.SOCIAL if _SOCIAL.search(host) else Arrival.Origin.SITE)


def note(origin: str, *, now: datetime) -> None:
    """Count one arrival. Nothing is written yet."""
    at = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    with _lock:
        _counted[at, origin] += 1


def write_now_and_then(**_signal: object) -> None:
    """Write what was counted, if that was last done some seconds ago; Django calls it after each answer."""
    global _written_at  # noqa: PLW0603  (one number for the whole process)
    if _counted and time.monotonic() - _written_at > WRITE_EVERY_SECONDS:
        _written_at = time.monotonic()
        write()


def write() -> None:
    """Write what was counted, all or nothing. A database that does not take it now gets it later."""
    with _lock:
        taken = dict(_counted)
        _counted.clear()
    try:
        zone = ZoneInfo(Clinic.objects.values_list("time_zone", flat=True).first() or "UTC")
        days: Counter[tuple[date, str]] = Counter()
        for (at, origin), number in taken.items():
            days[at.astimezone(zone).date(), origin] += number
        with transaction.atomic():
            for (day, origin), number in days.items():
                row, _made = Arrival.objects.get_or_create(day=day, origin=origin)
                Arrival.objects.filter(pk=row.pk).update(number=F("number") + number)
    except DatabaseError as error:
        logger.warning("arrivals could not be written: %s", type(error).__name__)
        with _lock:
            _counted.update(taken)
