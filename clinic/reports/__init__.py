"""What a report is made of: what it found in a sentence, a chart, the table behind it, how it was counted. Pure."""

from clinic.reports.shares import ENOUGH, in_ten, percent, share
from clinic.reports.values import Cell, Fact, Report, Table

__all__ = ["ENOUGH", "Cell", "Fact", "Report", "Table", "in_ten", "percent", "share"]
