"""A stretch of a long list that is read backwards in time, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Window:
    """What happened before a moment (None: all), the newest first, and how much of it is wanted at most."""

    before: datetime | None = None
    most: int = 100

    def of(self, rows: QuerySet[M], at: str) -> list[M]:
        """Return the rows in the window by their column `at`."""
        if self.before is not None:
            rows = rows.filter(**{f"{at}__lt": self.before})
        return list(rows.order_by(f"-{at}", "-pk")[: self.most])


def page_of(entries: Sequence[dict[str, Any]], size: int) -> tuple[list[dict[str, Any]], datetime | None]:
    """Return a page of entries, the newest first, and before which moment the next one begins (None: there is none).

    What happened at the same moment stays on one page: the next begins strictly before it.
    """
    newest = sorted(entries, key=lambda entry: entry["at"], reverse=True)
    if len(newest) <= size:
        return newest, None
    end = size
    while end and newest[end]["at"] == newest[end - 1]["at"]:
        end -= 1
    end = end or len(newest)  # all at one moment
    return newest[:end], newest[end - 1]["at"]
