"""How a line of the log is written: without the tokens of patients' links or the rows of a database, and refusals in one."""

import logging
import re

from django.core.exceptions import PermissionDenied, SuspiciousOperation

# Whatever follows /l/ in an address, and a token where it was pasted to somewhere else (its purpose, the uid of its
# row in 22 characters, its version and signature: `clinic.links`). It is looked for where a word begins and nowhere
# inside one: else an address of sixty thousand letters, which anybody may send, takes seconds to write down.
_TOKEN = re.compile(r"""(?i)(?<=/l/)[^\s"'][^\n"']*|(?<!\w)\w+~[\w-]{22}~[^\s"']*""")
# PostgreSQL tells with a refusal what the row holds ("Failing row contains (...)", "Key (email)=(...)") or the value.
# What is in a row may have lines of its own, so it ends where a traceback goes on. Celery writes such words on one line.
_ROW = re.compile(
    r"(?ms)^(?:DETAIL|CONTEXT):  .*?(?=^Traceback \(most|^The above exception was|^During handling of the|\Z)"
    r"|\\n(?:DETAIL|CONTEXT):  [^\n]*"
)


class Line(logging.Formatter):
    """One record as text, its traceback included, with tokens and rows cut out and the id of its request."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text: "Not Found: /l/... 7f1d6a52...". The same id is in the audit (`clinic.middleware.RequestId`)."""
        text = _ROW.sub("...\n", _TOKEN.sub("...", super().format(record))).rstrip("\n")
        line, newline, rest = text.partition("\n")
        mark = getattr(getattr(record, "request", None), "id", "")
        return f"{line} {mark}".rstrip() + newline + rest


class Refusals(logging.Filter):
    """Let a refused request be one line: whoever sends thousands must not fill the disk with where we refused them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback out of a refusal; every record is written."""
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied | SuspiciousOperation):
            record.exc_info = record.exc_text = None
        return True
