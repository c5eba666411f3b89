"""Queries whose text is put together once.

Django builds the text of a query anew each time it is asked, which takes several times as long as its answer. What a
booking or a search asks every time is written as a function that gives a queryset, as always, and marked `@prepared`:

    @prepared
    def closed_on(*, day: date) -> QuerySet[Closure]:
        return Closure.objects.filter(first_day__lte=day, last_day__gte=day)

    closed_on(day=today)  # a list

The function runs once for each shape of its arguments, with stand-ins in place of the values; Django's own text is kept
and only the values change. So the body must not look into its arguments: no arithmetic, no comparing; one that does is
asked as it is. A list may be
given after `__in`, and has a text for each length; None, True and False are handed on as they are. Only where it
counts: an ordinary query is easier to read, and can be narrowed by who calls it.
"""

import re
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.expressions import BaseExpression

from clinic.statements import send

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
R = TypeVar("R")

_SETS = (set, frozenset)
_LISTS = (list, tuple)
# Values that every database takes as they are.
_PLAIN = (int, str)
# Constants that stand the same in the text of a query as they are: codes, states, kinds.
_CODE = re.compile(r"[A-Za-z0-9_]*")


def prepared(
    query: Callable[P, "QuerySet[M, R]"], *, each_text: Callable[[str], None] | None = None
) -> Callable[P, list[R]]:
    """Make a function with keywords only, that gives a queryset, into one that gives its rows.

    `each_text` is shown each text once, before it is asked.
    """
    texts: dict[Any, _Text | None] = {}

    @wraps(query)
    def rows(*args: P.args, **given: P.kwargs) -> list[R]:
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, _SETS) else value for name, value in given.items()
        }
        shape = tuple([(name, _shape(value)) for name, value in values.items()])
        if shape not in texts:
            made = _Text.like(lambda given: query(*args, **given), values)
            if each_text is not None:
                each_text(made.sql if made else str(query(*args, **values).query))
            texts[shape] = made
        text = texts[shape]
        return list(query(*args, **values)) if text is None else text.rows(values)

    return rows


def keep_related(row: Model, name: str, found: Sequence[Model]) -> None:
    """Let `row.name.all()` give what was found already, as after `prefetch_related`; it is how others point to the row."""
    back: Any = row._meta.get_field(name).remote_field
    for other in found:
        setattr(other, back.name, row)
    related = getattr(row, name).all()
    related._result_cache, related._prefetch_done = list(found), True
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = related


class IPAddress(str):
    """The text of an address, for a column of addresses: PostgreSQL takes it as something else than text."""

    __slots__ = ()


class _StandIn(BaseExpression):
    """Stands for a value that is given later, or for a list of so many."""

    def __init__(self, name: str, count: int | None = None) -> None:
        super().__init__()
        self.name, self.count = name, count

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        if self.count is None:
            return "%s", [_Value(self.name)]
        return f"({', '.join(['%s'] * self.count)})", [_Value(self.name, place) for place in range(self.count)]


@dataclass(frozen=True, slots=True)
class _Value:
    """Where a value goes among the parameters; of a list, the one at `place`."""

    name: str
    place: int | None = None

    def of(self, given: Mapping[str, Any], connection: Any) -> Any:
        """Give the value as the database takes it."""
        value = given[self.name] if self.place is None else given[self.name][self.place]
        if type(value) in _PLAIN:
            return value
        if isinstance(value, IPAddress):
            return connection.ops.adapt_ipaddressfield_value(value)
        if isinstance(value, uuid.UUID):
            return value if connection.features.has_native_uuid_field else value.hex
        return connection.ops.adapt_unknown_value(value)


@dataclass(frozen=True)
class _Text:
    """The text of a query, and what Django makes rows of."""

    queryset: Any
    using: str
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    converters: Any

    @classmethod
    def like(cls, query: Callable[[Mapping[str, Any]], Any], given: Mapping[str, Any]) -> "_Text | None":
        """Return the text of a query; None, with a warning, of one that looks into its arguments: it is asked plainly."""
        try:
            text = cls.of(query({name: _stand_in(name, value) for name, value in given.items()}))
        except Exception as error:  # noqa: BLE001  (whatever a body does with a stand-in: the plain query works)
            why = type(error).__name__
        else:
            if text.is_of(query(given), given):
                return text.with_constants()
            why = "another text"
        # An error in the suite, where all warnings are.
        warnings.warn(f"A query cannot be prepared, and is slower for it: {why} of {sorted(given)}", stacklevel=3)
        return None

    @classmethod
    def of(cls, queryset: Any) -> "_Text":
        compiler = queryset.query.get_compiler(queryset.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # of an empty list
            return cls(queryset, queryset.db, None, "", (), None)
        fields = [column[0] for column in compiler.select[: compiler.col_count]]
        return cls(queryset, queryset.db, compiler, sql, tuple(params), tuple(compiler.get_converters(fields).items()))

    def is_of(self, plain: Any, given: Mapping[str, Any]) -> bool:
        """Say whether this is the query that Django makes of the values themselves."""
        try:
            sql, params = plain.query.get_compiler(plain.db).as_sql()
        except EmptyResultSet:
            sql, params = "", ()
        same = sql.replace("(%s)", "%s") == self.sql.replace("(%s)", "%s")
        return same and tuple(params) == self._params(given, connections[plain.db])

    def with_constants(self) -> "_Text":
        """Return the text with the codes in it that are always the same.

        A database that keeps a plan for all values of a parameter can use an index on rows of one state only so.
        """
        if "%%" in self.sql:
            return self
        first, *rest = self.sql.split("%s")
        written, left = [first], []
        for param, after in zip(self.params, rest, strict=True):
            word = f"'{param}'" if isinstance(param, str) and _CODE.fullmatch(param) else None
            written += [word or "%s", after]
            left += [] if word else [param]
        return replace(self, sql="".join(written), params=tuple(left))

    def rows(self, given: Mapping[str, Any]) -> list[Any]:
        """Ask, and give the rows."""
        if not self.sql:
            return []
        connection = connections[self.using]
        found = send(self.sql, self._params(given, connection), using=self.using)
        return list(self.queryset._iterable_class(_Answer(self, found, connection))) if found else []

    def _params(self, given: Mapping[str, Any], connection: Any) -> tuple[Any, ...]:
        return tuple([one.of(given, connection) if type(one) is _Value else one for one in self.params])


class _Answer:
    """What was found, in place of the queryset, the query and the compiler that Django's makers of rows ask for it."""

    def __init__(self, text: _Text, found: list[Any], connection: Any) -> None:
        self.text, self.found, self.connection = text, found, connection
        self.query = self
        self.db, self.model, self._fields = text.using, text.queryset.model, text.queryset._fields
        self._known_related_objects: dict[Any, Any] = {}
        compiler = text.compiler
        self.select, self.klass_info = compiler.select, compiler.klass_info
        self.annotation_col_map = compiler.annotation_col_map

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> "_Answer":
        return self

    def execute_sql(self, *_args: Any, **_kwargs: Any) -> "_Answer":
        return self

    def results_iter(self, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
        """Give the rows with their values as the models have them."""
        width = self.text.compiler.col_count
        for row in self.found:
            values = list(row[:width])
            for column, (converters, expression) in self.text.converters:
                value = values[column]
                for convert in converters:
                    value = convert(value, expression, self.connection)
                values[column] = value
            yield tuple(values)


def _shape(value: Any) -> Any:
    """Say what of an argument changes the text of a query."""
    if value is None or isinstance(value, bool):
        return value
    return len(value) if isinstance(value, _LISTS) else "value"


def _stand_in(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, _LISTS):
        return _StandIn(name, len(value)) if value else []
    return _StandIn(name)
