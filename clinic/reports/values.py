"""A report as a page, a file and a test read it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.charts import Chart

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers behind a chart. A cell without a value is one that there are too few for."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def lined_up(self) -> list[list[tuple[Cell, bool]]]:
        """Return the rows with, for each cell, whether its column is one of words."""
        words = [any(isinstance(row[place], str) for row in self.rows) for place in range(len(self.head))]
        return [list(zip(row, words, strict=True)) for row in (self.head, *self.rows)]


@dataclass(frozen=True, slots=True)
class Fact:
    """The one number of a report that heads the page: what it is, its value, and of how many."""

    label: str
    value: str
    small: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: `finding` in a sentence, `note` what else matters, `counted` how it was counted."""

    finding: str
    note: str
    counted: str
    table: Table
    chart: Chart | None = None
    fact: Fact | None = None
