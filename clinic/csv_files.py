"""Files that spreadsheets open: UTF-8 with a mark that says so, and no cell that a spreadsheet would run. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

# Excel takes a file without it for one in the code page of its country.
MARK = "\ufeff"
TYPE = "text/csv; charset=utf-8"
# What makes a spreadsheet take a cell for a formula, the wide forms of East Asian keyboards included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")  # noqa: RUF001


def cell(value: Any, zone: ZoneInfo | None = None) -> str | int | float:
    """Return a value as it stands in a file: times as ISO 8601 with their distance from UTC, text without its teeth.

    Text that a spreadsheet would run begins with an apostrophe, as spreadsheets themselves mark text. Numbers stay.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone or UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = "".join(" " if sign in "\r\n\t\v\f" else sign for sign in str(value) if sign != "\x00")
    # Spreadsheets pass over blanks before a formula, and so do we; a tab that began the text is a blank by now.
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or str(value).startswith(_FORMULA) else text


def lines(rows: Iterable[Sequence[Any]], zone: ZoneInfo | None = None) -> str:
    """Return rows as the text of a file."""
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\r\n").writerows([cell(value, zone) for value in row] for row in rows)
    return sheet.getvalue()


def stream(head: Sequence[Any], rows: Iterable[Sequence[Any]], zone: ZoneInfo | None = None) -> Iterator[str]:
    """Give a whole file piece by piece."""
    yield MARK + lines([head])
    for row in rows:
        yield lines([row], zone)
