"""Look the diary over by hand, after an update of the time-zone data for example."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking import recheck


class Command(BaseCommand):
    """`manage.py recheck`: exit code 1 if there is something to look at."""

    help = "List visits whose wall time is no longer as told, and overlaps without a reason. Writes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each, without a patient in it."""
        found = recheck.lines(now=timezone.now())
        for line in found:
            self.stdout.write(line)
        if found:
            raise SystemExit(1)
        self.stdout.write("All coming visits are at the time that was told, and nothing overlaps without a reason.")
