"""How the desk tells time: ages, and how soon something is due. Pure."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def age_on(birth_date: date, on: date) -> int:
    """Return the age in whole years on a day."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def due_words(at: datetime, now: datetime) -> dict[str, Any]:
    """Say how soon something is due: `words`, `late`, and a `tone` (red once late, amber in the last hour)."""
    late = at < now
    left = now - at if late else at - now
    words = _("Overdue %(span)s") if late else _("In %(span)s")
    tone = "red" if late else "amber" if left <= HOUR else ""
    return {"words": words % {"span": span_words(left)}, "late": late, "tone": tone}


def span_words(span: timedelta) -> str:
    """Say how long a span is, as people do: "8 min", "4 h 40 min", "1 day 17 h", "9 days"; less than a minute is "1 min"."""
    minutes = max(1, int(span.total_seconds() // 60))
    if span < HOUR:
        return _("%(minutes)d min") % {"minutes": minutes}
    if span < DAY:
        hours, rest = divmod(minutes, 60)
        if not rest:
            return _("%(hours)d h") % {"hours": hours}
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    days, rest = divmod(minutes // 60, 24)
    words = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    return _("%(words)s %(hours)d h") % {"words": words, "hours": rest} if rest and days < 7 else words
