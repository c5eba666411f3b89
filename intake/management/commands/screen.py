"""Judge answer sets from a file or from standard input, without the website and without the database."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intake.questionnaire import current
from intake.screening import explain, records


class Command(BaseCommand):
    """`manage.py screen`: JSON lines of answers in, JSON lines of outcomes out."""

    help = "Judge answer sets, one JSON line each: {'id': ..., 'answers': {...}}. Writes nothing to the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a file and --explain."""
        parser.add_argument("file", nargs="?", default="-", help="a file of JSON lines; - or none: standard input")
        parser.add_argument("--explain", action="store_true", help="print it for a person to read")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge each line as it comes; a line that cannot be judged says so, and the rest goes on."""
        if options["file"] == "-":
            self._screen(sys.stdin.buffer, explained=options["explain"])
            return
        try:
            with Path(options["file"]).open("rb") as lines:
                self._screen(lines, explained=options["explain"])
        except OSError as problem:
            raise CommandError(f"{options['file']} can't be read: {problem.strerror}") from problem

    def _screen(self, lines: Iterable[bytes], *, explained: bool) -> None:
        form = current()
        for line in lines:
            if not line.strip():
                continue
            try:
                record_id, answers = records.read(line.decode("utf-8", "replace"), form)
            except records.BadRecord as problem:
                self.stdout.write(json.dumps({"id": problem.id, "error": str(problem)}))
                continue
            result = records.judge(answers, form)
            if explained:
                self.stdout.write(explain.explain(record_id, result, answers, form))
            else:
                self.stdout.write(json.dumps(records.dump(record_id, result)))
