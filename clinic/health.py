"""Whether the running system is well: for monitors at /health/, which get words and no data."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import kept, registry
from clinic.alerts import ALERTED, in_hand
from clinic.models import Call, Message

# How late a thing may be before a person has to look.
LATE_MESSAGE = timedelta(minutes=15)
LATE_CALL = timedelta(minutes=10)
LATE_BEAT = timedelta(minutes=3)
_BEAT = "stridewell.beat"
# When this process started (`ClinicConfig.ready` imports the module): the worker starts beside it and has as long to
# be heard of, so that a monitor is quiet while all of it is started, also in the morning after.
STARTED = timezone.now()


def beat(*, now: datetime) -> None:
    """Leave the sign that beat and a worker are alive. A dead cache must not stop what the worker does besides."""
    kept.keep(_BEAT, now.isoformat(), seconds=None)


def report(*, now: datetime) -> dict[str, str]:
    """Return for each check an empty string, or what is wrong; a check that cannot be made is wrong."""
    checks: dict[str, Callable[[datetime], str]] = {
        "database": _database,
        "messages": _messages,
        "calls": _calls,
        "worker": _worker,
        **registry.health_checks,
    }
    found = {}
    for name, check in checks.items():
        try:
            found[name] = check(now)
        except Exception as error:  # noqa: BLE001  (a check that cannot be made is an answer too)
            found[name] = f"no answer: {type(error).__name__}"
    return found


@require_safe
def page(_request: HttpRequest) -> JsonResponse:
    """Answer a monitor: 200 when all is well, 503 when something is not; which check failed, but no data."""
    found = report(now=timezone.now())
    checks = {name: "failed" if wrong else "ok" for name, wrong in found.items()}
    well = not any(found.values())
    return JsonResponse({"status": "ok" if well else "failed", "checks": checks}, status=200 if well else 503)


def _database(_now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _messages(now: datetime) -> str:
    planned = Message.objects.filter(state=Message.State.PLANNED, attempts=0, planned_at__lt=now - LATE_MESSAGE)
    return "messages are not leaving" if planned.exists() else ""


def _calls(now: datetime) -> str:
    late = Call.objects.overdue(now - LATE_CALL).filter(reason__in=ALERTED).select_related("claimed_by")
    return "" if all(in_hand(call, now) for call in late) else "an alerted call has not been made"


def _worker(now: datetime) -> str:
    told = cache.get(_BEAT)
    heard = max(datetime.fromisoformat(told), STARTED) if told else STARTED
    if now - heard > LATE_BEAT:
        return "the worker has not been heard of"
    return ""
