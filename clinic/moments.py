"""Times that a query reads by the hundred, as values that are cheap to read; each is made a datetime once.

Of a search's hundreds of rows most tell the same few times, and those of the search before. Django, or the driver of
PostgreSQL in Python, takes more time to make each a datetime anew than to fetch it.

    rows.annotate(begins=Moment("starts_at")).values_list("pk", "begins")
    [(pk, moment(begins)) for pk, begins in rows]
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Func, TextField


class Moment(Func):
    """A time of the database as text (SQLite), or as seconds since 1970 (PostgreSQL, however it writes times)."""

    template = "CAST(%(expressions)s AS text)"
    arity = 1
    output_field = TextField()  # for which Django converts nothing

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Give seconds: a double holds the microseconds of any year that we allow."""
        return super().as_sql(
            compiler, connection, template="EXTRACT(EPOCH FROM %(expressions)s)::double precision", **more
        )


@lru_cache(maxsize=8192)
def moment(value: str | float) -> datetime:
    """Return the time in UTC that a `Moment` stands for, exact to the microsecond."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return datetime.fromtimestamp(value, UTC)
