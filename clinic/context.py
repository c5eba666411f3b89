"""What every public page shows: the clinic, whether it is open, and its news. Read only when a template asks."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from clinic import wording
from clinic.hours import Hours
from clinic.models import Clinic
from clinic.opening import hours_for


@dataclass(frozen=True)
class Site:
    """The clinic's row and hours as this process last read them; `read_at` is monotonic, in seconds."""

    clinic: Clinic
    hours: Hours
    read_at: float
    drawn: dict[tuple[object, ...], str] = field(default_factory=dict)

    def drawn_once(self, draw: Callable[[], str], *what: object) -> str:
        """Return a part of a page that shows nothing but this and `what`: drawn anew when the clinic is read anew."""
        if what not in self.drawn:
            if len(self.drawn) >= MOST_DRAWN:  # addresses of pages are among `what`, and anybody may type some
                self.drawn.clear()
            self.drawn[what] = draw()
        return self.drawn[what]


MOST_DRAWN = 200
_last: Site | None = None


def site(request: HttpRequest) -> Mapping[str, object]:  # noqa: ARG001
    """Give templates `clinic`, `open_line`, `open_hours`, `notice` and `look`; a page that shows none of them asks for nothing.

    Three queries, at most every SITE_SECONDS in each process, so that what a manager changes shows within that time.
    """
    now = timezone.now()
    here = cache(current)
    return {
        "here": SimpleLazyObject(here),  # for `frame`
        "clinic": SimpleLazyObject(lambda: here().clinic),
        "open_line": SimpleLazyObject(lambda: wording.open_line(here().hours, now)),
        "open_hours": SimpleLazyObject(lambda: wording.weekly(here().hours.weekly)),
        "look": SimpleLazyObject(lambda: look(here().clinic)),
        "notice": SimpleLazyObject(lambda: news(here().clinic, here().hours.local(now))),
    }


def news(clinic: Clinic, local_now: datetime) -> str:
    """Return the clinic's news, or nothing when it is past its last day."""
    if clinic.notice_until and clinic.notice_until < local_now.date():
        return ""
    return clinic.notice


def look(clinic: Clinic) -> str:
    """Return the address of the stylesheet with the clinic's own colours, or nothing for the colours of site.css."""
    brand, accent = (colour.removeprefix("#").lower() for colour in (clinic.brand_colour, clinic.accent_colour))
    ours = Clinic()
    if (brand, accent) == (ours.brand_colour[1:].lower(), ours.accent_colour[1:].lower()):
        return ""
    return reverse("look", args=[brand, accent])


def remembered() -> Clinic | None:
    """Return the clinic as this process last read it, without the database, for pages of a site in trouble."""
    return _last.clinic if _last else None


def forget() -> None:
    """Read the clinic anew for the next page that shows it."""
    global _last  # noqa: PLW0603
    _last = None


def current() -> Site:
    """Return the clinic and its hours, read anew when what this process has is older than SITE_SECONDS."""
    global _last  # noqa: PLW0603  (a memory of this process is what this is)
    clock = time.monotonic()
    if _last is None or clock - _last.read_at >= settings.SITE_SECONDS:
        clinic = Clinic.objects.filter(pk=1).first() or Clinic(name="Stridewell", short_name="Stridewell")
        hours = hours_for() if clinic.phone else Hours(zone=clinic.time_zone, weekly=())
        _last = Site(clinic, hours, clock)
    return _last
