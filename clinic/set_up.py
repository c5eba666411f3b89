"""What the clinic has set up is asked once, and then kept in the process until any of it changes: it is never out of date.

Services, people, places, rooms, hours, closures, roads and licences are asked for by every search and every booking, and
hardly ever change. Each of their tables declares `MarksSetUp`, so that each change gives the set-up a new mark, drawn by
chance, in the same transaction. Rows that were found under a mark are therefore still those in the database while the
mark that is read there is the same. How this was shown, and what it gains: docs/decisions/0046.

    @kept                      # `prepared`, and kept
    def active_places() -> QuerySet[Location]:
        return Location.objects.filter(active=True)

    with look():               # the mark is read once, by the first question
        active_places()        # asked, or as it was found by any request before

Outside a look a kept query is asked as it is. A look is one request that changes nothing of the set-up, or one act: it
never lasts longer, and nothing within it may write to these tables (the suite refuses it). An act that waits for locks
looks again once it has them (`look_again`), so that it decides on what is true under them.

The mark is read before the rows, and read once more, after them, before others may have them: what is kept under a mark
is just what stood in the database under it, and not what a transaction has seen that was taken back. A database without
the mark's row is asked each time. Rows are handed out as copies: nobody changes another's.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.signals import post_migrate

from clinic.marks import MARKS, MarksSetUp
from clinic.prepared import prepared
from clinic.statements import send

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
R = TypeVar("R")

# Each is the answer to a question with its arguments. What anybody can ask, such as for a slug, cannot fill the memory.
MOST_KEPT = 500
READ_MARK = f"SELECT mark FROM {MARKS} WHERE id = 1"  # noqa: S608  (a name of ours)
_NOT_READ = object()
_CAN_CHANGE, _NO_KEYS = (list, dict), (list, set)

# For the test that asks each of them.
KEPT: list[Callable[..., list[Any]]] = []


@dataclass(frozen=True)
class _Known:
    """What was found under a mark."""

    mark: Any
    found: Mapping[Any, Any]


_newest = _Known(None, {})


class _Look:
    """One request's, or one act's, look at the set-up."""

    def __init__(self) -> None:
        self.must_read = True
        self.known = _Known(None, {})
        self.learnt: dict[Any, Any] = {}

    def go_by(self, mark: Any) -> None:
        """Go by a mark that was just read."""
        if mark != self.known.mark:
            self.known, self.learnt = _newest if _newest.mark == mark else _Known(mark, {}), {}
        self.must_read = False

    def find(self, key: Any, ask: Callable[[], Any]) -> Any:
        """Give what is known under a key, or ask."""
        if self.must_read:
            self.go_by(_read())
        found = self.known.found.get(key)
        if found is None:
            found = self.learnt.get(key)
        if found is None:
            found = ask()
            if self.known.mark is not None:
                self.learnt[key] = found
        return found

    def tell(self) -> None:
        """Let others have what was learnt, if the mark is still the same."""
        global _newest  # noqa: PLW0603  (a memory of this process is what this is)
        mark = self.known.mark
        if not self.learnt or connection.needs_rollback or _read() != mark:
            return
        before = _newest.found if _newest.mark == mark else self.known.found
        _newest = _Known(mark, {**before, **self.learnt} if len(before) < MOST_KEPT else self.learnt)


_look: ContextVar[_Look | None] = ContextVar("look", default=None)


def kept(query: Callable[P, "QuerySet[M, R]"]) -> Callable[P, list[R]]:
    """Make a function with keywords only, that gives a queryset of the set-up, into one that gives its rows.

    As `prepared`. It raises ImproperlyConfigured if it reads a table that does not declare `MarksSetUp`, and TypeError
    for values that could be changed by one who has them: the others would have them too.
    """
    asked = prepared(query, each_text=_must_be_set_up)

    @wraps(query)
    def rows(*args: P.args, **given: P.kwargs) -> list[R]:
        look = _look.get()
        if look is None:
            return asked(*args, **given)
        found = look.find(_key(rows, given), lambda: _shared(asked(*args, **given)))
        return [_copy(row) if isinstance(row, Model) else row for row in found]

    KEPT.append(rows)
    return rows


def worked_out(work: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function with keywords only makes of kept rows: a value that nobody changes who has it.

    It raises ImproperlyConfigured if it asks for anything else.
    """

    @wraps(work)
    def value(*args: P.args, **given: P.kwargs) -> R:
        look = _look.get()
        if look is None:
            return work(*args, **given)

        def make() -> R:
            with connection.execute_wrapper(_only_set_up):
                return work(*args, **given)

        found: R = look.find(_key(value, given), make)
        return found

    return value


@contextmanager
def look(mark: Any = _NOT_READ) -> Iterator[None]:
    """Look at the set-up, as a block or as a decorator; `mark` is what READ_MARK gave a moment ago, if it was asked."""
    one = _Look()
    if mark is not _NOT_READ:
        one.go_by(mark)
    before, token = _look.get(), _look.set(one)
    try:
        yield
        one.tell()
    finally:
        _look.reset(token)
        if before is not None:  # a request whose act has waited for locks
            before.must_read = True


def look_again(mark: Any) -> None:
    """Have the look that is going on go by what READ_MARK gives now that the locks are held that it waited for."""
    one = _look.get()
    if one is not None:
        one.go_by(mark)


def is_looking() -> bool:
    """Say whether a look is going on, in which nothing may change the set-up."""
    return _look.get() is not None


def forget() -> None:
    """Ask everything anew, for who measures how long that takes."""
    global _newest  # noqa: PLW0603
    _newest = _Known(None, {})


def mark_after_migrate(app: AppConfig) -> None:
    """Have the set-up get a new mark each time `migrate` has run: triggers do not see tables being built anew."""

    def run(apps: Any = apps, using: str = DEFAULT_DB_ALIAS, **_more: Any) -> None:
        try:
            marks = apps.get_model("clinic", "SetUpMark")
        except LookupError:  # migrated to a version that had none
            return
        marks.objects.using(using).update_or_create(pk=1, defaults={"mark": uuid.uuid4()})

    post_migrate.connect(run, sender=app, weak=False, dispatch_uid=f"{app.label}.set_up")


def _read() -> Any:
    return next((mark for (mark,) in send(READ_MARK)), None)


def _key(what: Any, given: Mapping[str, Any]) -> Any:
    return (what, *[(name, tuple(one) if type(one) in _NO_KEYS else one) for name, one in given.items()])


def _shared(rows: list[R]) -> list[R]:
    """Return rows that several will have; raise TypeError for lists and dictionaries. Rows of models are copied."""
    hash(tuple(rows))
    return rows


def _must_be_set_up(sql: str) -> None:
    """Raise ImproperlyConfigured unless each table in the text of a query says when it has changed."""
    named = set(re.findall(r'"(\w+)"', sql))
    for model in apps.get_models(include_auto_created=True):
        rules = model._meta.constraints
        if model._meta.db_table in named and not any(isinstance(rule, MarksSetUp) for rule in rules):
            raise ImproperlyConfigured(f"{model._meta.label} does not declare MarksSetUp: it cannot be kept.")


def _only_set_up(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
    _must_be_set_up(sql)
    return execute(sql, params, many, context)


def _copy(row: Any) -> Any:
    """Copy a row as the database gave it, with the rows that came with it."""
    copy = row.__class__.__new__(row.__class__)
    for name, value in row.__dict__.items():
        copy.__dict__[name] = deepcopy(value) if type(value) in _CAN_CHANGE else value
    state = copy._state = ModelState()
    state.adding, state.db = False, row._state.db
    if "fields_cache" in row._state.__dict__:
        cached = row._state.fields_cache.items()
        state.fields_cache = {name: _copy(one) if isinstance(one, Model) else one for name, one in cached}
    return copy
