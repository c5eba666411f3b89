"""Where the apps register what the clinic package shows or runs without naming them.

Each app calls these in its `registrations` module, which its `AppConfig.ready()` imports.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from clinic.letters import Letter
    from clinic.models import Message, User

Renderer = Callable[["Message", datetime], "Letter | None"]
R = TypeVar("R", bound=Renderer)


@dataclass(frozen=True)
class DeskPage:
    """A page of the front desk inside the admin: its path below the admin's root and who may open it."""

    path: str
    name: str
    view: "Callable[..., HttpResponseBase]"
    permission: str
    label: str = ""
    icon: str = ""
    tab: bool = False
    position: int = 100
    # Number shown beside the label (calls open, screenings unread), or None for none.
    count: "Callable[[User, datetime], int | None] | None" = None


@dataclass(frozen=True)
class LinkPurpose:
    """What a patient's link of one purpose opens, and for how long."""

    purpose: str
    model: str
    target: "Callable[[Any], str]"
    max_age: timedelta
    asks_birth_date: bool = False


letters: dict[str, Renderer] = {}
desk_pages: dict[str, DeskPage] = {}
link_purposes: dict[str, LinkPurpose] = {}
home_panels: "dict[str, Callable[[HttpRequest, datetime], str]]" = {}
patient_sections: "dict[str, Callable[[Model, User, datetime], list[dict[str, Any]]]]" = {}
health_checks: dict[str, Callable[[datetime], str]] = {}


def letter(kind: str) -> Callable[[R], R]:
    """Register the renderer of a kind of message; it returns None when the letter no longer makes sense."""

    def register(render: R) -> R:
        if kind in letters:
            raise ValueError(f"A second renderer for {kind}.")
        letters[kind] = render
        return render

    return register


def desk_page(page: DeskPage) -> None:
    """Add a page to the admin site; `admin:<name>` is its address. The page named "today" is the admin's index."""
    desk_pages[page.name] = page


def link_purpose(purpose: LinkPurpose) -> None:
    """Say what links of a purpose open."""
    link_purposes[purpose.purpose] = purpose


def home_panel(name: str, render: "Callable[[HttpRequest, datetime], str]") -> None:
    """Add a part to the public home page; it returns safe HTML, or an empty string for nothing."""
    home_panels[name] = render


def patient_section(name: str, entries: "Callable[[Model, User, datetime], list[dict[str, Any]]]") -> None:
    """Add entries (at, icon, title, text, url) to the timeline of a patient at the desk."""
    patient_sections[name] = entries


def health_check(name: str, check: Callable[[datetime], str]) -> None:
    """Add a check of the running system; it returns an empty string when all is well, else what is wrong."""
    health_checks[name] = check
