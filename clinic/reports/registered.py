"""Where the apps register their reports, and the lists that may be taken away; clinic names neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from clinic.periods import Period
from clinic.reports.values import Report


@dataclass(frozen=True)
class ReportKind:
    """A report of the desk: who may see it, and how it is made: `make(period, now=...)`."""

    name: str
    label: str | Promise
    make: Callable[..., Report]
    permission: str = "clinic.see_reports"
    position: int = 100


@dataclass(frozen=True)
class ListKind:
    """A list that may be taken away as a file.

    `count(period)` says how many rows it has; `rows(period, after=pk)` gives each with its key, in the order of keys, from
    the one after `after` on, so that a worker can go on where another was killed.
    """

    name: str
    label: str | Promise
    head: tuple[str | Promise, ...]
    count: Callable[[Period], int]
    rows: Callable[..., Iterator[tuple[int, Sequence[Any]]]]
    permission: str = "clinic.take_lists"
    position: int = 100


reports: dict[str, ReportKind] = {}
lists: dict[str, ListKind] = {}
# Public pages, by the names of their addresses, at which people arrive: there they are counted.
entry_pages: set[str] = set()


def report(kind: ReportKind) -> None:
    """Add a report to the desk."""
    reports[kind.name] = kind


def list_kind(kind: ListKind) -> None:
    """Add a list that staff with its permission may take away as a file."""
    lists[kind.name] = kind


def entry_page(*names: str) -> None:
    """Say at which public pages people arrive."""
    entry_pages.update(names)
