"""New rows whose INSERT is put together once.

Django builds the text of an INSERT anew for each row, and that takes about as long as the database needs for it. The
rows that every booking leaves are written with `insert` in place of `save` or `create`, and with `insert_all` in place
of `bulk_create`:

    visit = insert(Appointment(block=block, patient=patient))

Django's own text is kept, for each model and number of rows, and each value goes the way that `save` sends it: through
its field's `pre_save` and `get_db_prep_save`, which is not asked for values of types that it leaves as they are. What
both do not do: call the model's own `save`, as `bulk_create` does not either, and take an expression for a value. A
model that needs more than one plain INSERT (receivers of signals, a parent, a key of its own) is written by
`bulk_create` or `save`. Only where it counts: others are written as always.

    with together():
        visit = insert(Appointment(block=insert(block), patient=patient))
        insert(AppointmentEvent(appointment=visit))

What is written in the block goes to the database at its end: on PostgreSQL as one statement, which spares it the way
for each row. Until then rows have no key, and others may point to them all the same.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from django.db import connections, router, transaction
from django.db.models import Model
from django.db.models.signals import post_save, pre_save

from clinic.insert_texts import Text, text_for
from clinic.statements import send

M = TypeVar("M", bound=Model)

# Of a statement with more psycopg makes PostgreSQL's form anew each time; of one with 4,096 characters, too.
MOST_VALUES = 50
# Which columns are empty makes another text of the same rows.
MOST_TEXTS = 500


def insert(row: M) -> M:
    """Write a row that is new, and return it with its key. Raises ValueError for one that is not new."""
    return insert_all([row])[0]


def insert_all(rows: Sequence[M], *, ignore_conflicts: bool = False) -> Sequence[M]:
    """Write rows of one model that are new, in one statement, and return them.

    With `ignore_conflicts` a row that is there already stays as it is, and none learns its key.
    Raises ValueError for rows that are not new.
    """
    if not rows:
        return rows
    model = type(rows[0])
    if any(type(row) is not model or not row._state.adding or row.pk is not None for row in rows):
        raise ValueError("Only new rows of one model are inserted.")
    using = router.db_for_write(model, instance=rows[0])
    text = text_for(model, using, len(rows), ignore_conflicts)
    if text is None or _is_listened_to(model):
        _write_waiting()  # it may point to what has waited
        return _plainly(rows, ignore_conflicts)
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append(_Part(text, rows))
    else:
        _write([_Part(text, rows)])
    return rows


@contextmanager
def together() -> Iterator[None]:
    """Write what is inserted in the block at its end, in its order; nothing of it if the block raises.

    ValueError is raised at the end for a row that is not new by then or is written twice, and for one that points to a
    row which is neither saved nor written before it. What else is asked or written in the block goes to the database before them.
    """
    if _waiting.get() is not None:  # the end of the outer one is theirs
        yield
        return
    token = _waiting.set([])
    try:
        yield
        _write_waiting()
    finally:
        _waiting.reset(token)


@dataclass(frozen=True)
class _Part:
    """Rows of one model that are to be written, by their text."""

    text: Text
    rows: Sequence[Model]


_waiting: ContextVar[list[_Part] | None] = ContextVar("waiting", default=None)


def _write_waiting() -> None:
    """Write what has waited until now."""
    waiting = _waiting.get()
    if waiting:
        parts, waiting[:] = list(waiting), []
        _write(parts)


def _write(parts: Sequence[_Part]) -> None:
    rows = [row for part in parts for row in part.rows]
    if len({id(row) for row in rows}) < len(rows) or any(not row._state.adding or row.pk is not None for row in rows):
        raise ValueError("Only new rows are inserted, each once.")
    if len(parts) > 1 and connections[parts[0].text.using].vendor == "postgresql":
        _write_joined(parts)
        return
    for part in parts:
        _point(part.rows)
        text = part.text
        _tell(part, _put(text.using, text.sql, tuple(text.values(part.rows)), gives_rows=text.returning))


def _write_joined(parts: Sequence[_Part]) -> None:
    """Write them in as few statements as can be: another one begins where it must or grows too long."""
    batch: list[_Piece] = []
    for part in parts:
        piece = _Piece.of(part, batch) if _fits(part, batch) else None
        if batch and (piece is None or _count([*batch, piece]) > MOST_VALUES):
            _write_at_once(batch)
            batch, piece = [], piece if piece and not piece.pointing else None
        batch.append(piece or _Piece.of(part, []))
    _write_at_once(batch)


def _fits(part: _Part, batch: Sequence["_Piece"]) -> bool:
    """Say whether it goes to the same database and points to nothing that must be written first."""
    known = _known(batch)
    same = all(piece.part.text.using == part.text.using for piece in batch)
    return same and all(id(target) in known for row in part.rows for _field, target in _unsaved(row))


def _known(pieces: Sequence["_Piece"]) -> dict[int, int]:
    """Give which piece writes a row that others of the statement may point to."""
    alone = ((number, piece.part) for number, piece in enumerate(pieces) if len(piece.part.rows) == 1)
    return {id(part.rows[0]): number for number, part in alone if part.text.returning}


@dataclass(frozen=True)
class _Piece:
    """A part of one statement: what stands in its text already, by place, and the other values."""

    part: _Part
    written: dict[int, str]
    values: list[Any]
    pointing: bool  # to rows of this statement

    @classmethod
    def of(cls, part: _Part, before: Sequence["_Piece"]) -> "_Piece":
        """Make one that may point to rows of the pieces before it in the same statement."""
        known = _known(before)
        written: dict[int, str] = {}
        values: list[Any] = []
        place, pointing = 0, False
        for row in part.rows:
            ends = {field.attname: known[id(target)] for field, target in _unsaved(row) if id(target) in known}
            keys = {name: f"(SELECT key FROM w{number})" for name, number in ends.items()}  # noqa: S608
            pointing = pointing or bool(ends)
            _point([row], but=ends)
            connection = connections[part.text.using]
            for column in part.text.columns:
                value = column.value(row, connection)
                text = keys.get(column.name)
                if text or value is None or value == "":
                    written[place] = text or ("NULL" if value is None else "''")
                else:
                    values.append(value)
                place += 1
        return cls(part, written, values, pointing)

    @property
    def key(self) -> Any:
        return self.part.text.sql, *self.written.items()


def _count(pieces: Sequence[_Piece]) -> int:
    return sum(len(piece.values) for piece in pieces)


def _unsaved(row: Model) -> Iterator[tuple[Any, Model]]:
    """Give the fields by which a row points to others that are not written yet, with these."""
    for field in _unknown(row):
        target = row._state.fields_cache[field.name]
        if target.pk is None:
            yield field, target


def _write_at_once(pieces: Sequence[_Piece]) -> None:
    """Write them in one statement."""
    key = tuple(piece.key for piece in pieces)
    sql = _joined.get(key)
    if sql is None:
        if len(_joined) >= MOST_TEXTS:
            _joined.clear()
        sql = _joined[key] = _join(pieces)
    found = _put(pieces[0].part.text.using, sql, [value for piece in pieces for value in piece.values])
    for number, piece in enumerate(pieces):
        _tell(piece.part, [(key,) for written, key in found if written == number])
    for piece in pieces:
        if piece.pointing:
            _point(piece.part.rows)


def _join(pieces: Sequence[_Piece]) -> str:
    """Put INSERTs together into one statement, which gives the number of each with its keys."""
    writes, keys = [], []
    for number, piece in enumerate(pieces):
        first, *rest = piece.part.text.sql.split("%s")
        values = (piece.written.get(place, "%s") for place in range(len(rest)))
        sql = "".join(chain((first,), *zip(values, rest, strict=True)))
        if piece.part.text.returning:
            keys.append(f"SELECT {number}, key FROM w{number}")  # noqa: S608  (numbers)
        writes.append(f"w{number} {'(key) ' if piece.part.text.returning else ''}AS ({sql})")
    return f"WITH {', '.join(writes)} {' UNION ALL '.join(keys) or 'SELECT 0, 0 WHERE false'}"


def _put(using: str, sql: str, values: Sequence[Any], *, gives_rows: bool = True) -> Sequence[Any]:
    """Send it, and give what comes back."""
    with transaction.mark_for_rollback_on_error(using):
        return send(sql, values, gives_rows=gives_rows, using=using)


def _point(rows: Sequence[Model], *, but: Collection[str] = ()) -> None:
    """Give rows the keys that they do not know yet of those that they point to, but for some columns.

    Raises ValueError, as `save` does, where these have none.
    """
    for row in rows:
        fields = [field for field in _unknown(row) if field.attname not in but]
        if fields:
            row._prepare_related_fields_for_save(operation_name="save", fields=fields)  # type: ignore[attr-defined]


def _unknown(row: Model) -> Iterator[Any]:
    """Give the fields by which a row points to others without knowing their key; the rest needs no preparing."""
    for name, target in row._state.fields_cache.items():
        if isinstance(target, Model):
            field: Any = row._meta.get_field(name)
            if field.concrete and (row.__dict__[field.attname] is None or target.pk is None):
                yield field


def _tell(part: _Part, keys: Sequence[tuple[Any]]) -> None:
    """Tell rows that are written now their keys and where they are."""
    for row, (key,) in zip(part.rows, keys, strict=False):
        row.pk = key
    for row in part.rows:
        row._state.adding, row._state.db = False, part.text.using


_joined: dict[Any, str] = {}


def _is_listened_to(model: type[Model]) -> bool:
    return pre_save.has_listeners(model) or post_save.has_listeners(model)


def _plainly(rows: Sequence[M], ignore_conflicts: bool) -> Sequence[M]:
    if ignore_conflicts:
        return type(rows[0])._default_manager.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        row.save(force_insert=True)
    return rows
