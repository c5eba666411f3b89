"""The plain writing of a guide: a few marks at the starts of lines, nothing that could turn into markup. Pure.

`# ` is a heading, `## ` a smaller one, `- ` an item of a list, `> ` a box for what cannot wait; all else is paragraphs,
split by empty lines. Names in braces ({CLINIC_PHONE}) are filled in, so that a guide never tells an old number.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

Kind = Literal["heading", "subheading", "paragraph", "list", "box"]
_MARKS: tuple[tuple[str, Kind], ...] = (
    ("## ", "subheading"),
    ("# ", "heading"),
    ("- ", "list"),
    ("> ", "box"),
)
# Stands for the safety net, one item for each sign.
SIGNS = "{SIGNS}"


@dataclass(frozen=True)
class Piece:
    """A heading, a paragraph, a list (its items) or a box (the pieces inside it)."""

    kind: Kind
    text: str = ""
    items: tuple[str, ...] = ()
    inside: "tuple[Piece, ...]" = field(default=())


def read(body: str, names: Mapping[str, str], signs: Iterable[str] = ()) -> list[Piece]:
    """Return the pieces of a guide with `names` (without braces) filled in and `signs` put where {SIGNS} stands.

    Any text is read: what has no mark is a paragraph, and a name that is not known stays as it was written.
    """
    filled = body.replace(f"> {SIGNS}", "\n".join(f"> - {sign}" for sign in signs))
    for name, value in names.items():
        filled = filled.replace("{" + name + "}", value)
    return list(_pieces(line.strip() for line in filled.splitlines()))


def _pieces(lines: Iterable[str]) -> Iterator[Piece]:
    for kind, group in groupby(lines, key=_kind):
        texts = [_unmarked(line, kind) for line in group]
        if kind == "list":
            yield Piece("list", items=tuple(texts))
        elif kind == "box":
            yield Piece("box", inside=tuple(_pieces(texts)))
        elif kind == "paragraph":
            yield Piece("paragraph", text=" ".join(texts))
        elif kind is not None:
            yield from (Piece(kind, text=text) for text in texts)


def _kind(line: str) -> Kind | None:
    if not line:
        return None
    return next((kind for mark, kind in _MARKS if line.startswith(mark)), "paragraph")


def _unmarked(line: str, kind: Kind | None) -> str:
    mark = next((mark for mark, marked in _MARKS if marked == kind), "")
    return line[len(mark) :].strip()
