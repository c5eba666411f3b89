"""How a line of the log is written: without the tokens of patients' links."""

import logging
import re

# Whatever follows /l/ in an address, and a token where it was pasted to somewhere else (its purpose, the uid of its
# row in 22 characters, its version and signature: `clinic.links`).
_TOKEN = re.compile(r"""(?i)(?<=/l/)[^\s"'][^\n"']*|\w+~[\w-]{22}~[^\s"']*""")


class Line(logging.Formatter):
    """One record as text, its traceback included, with tokens cut out."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text: "Not Found: /l/..."."""
        return _TOKEN.sub("...", super().format(record))
