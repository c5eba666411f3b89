"""Checks that were begun and left: asking once to finish them, and judging what was answered until then."""

import logging
import traceback
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from clinic import links, outbox, recipients, registry
from clinic.letters import Letter, render_for
from clinic.models import AuditEvent, Clinic, Message
from clinic.quiet import Night, morning_after
from intake import gate, workflow
from intake.check_letters import READERS, called
from intake.models import Outcome, Screening
from intake.workflow.telling import LEFT_AFTER

logger = logging.getLogger(__name__)

KIND = "check_finish"
# After this long the answers are of another time.
NOT_AFTER = timedelta(days=3)
# A sign is not left lying because the worker stood still for days.
JUDGED_FOR = timedelta(days=14)


def ask(*, now: datetime) -> int:
    """Plan the messages about checks that were left long enough ago; return how many."""
    clinic = Clinic.get()
    if not clinic.unfinished_hours:
        return 0
    left = now - timedelta(hours=clinic.unfinished_hours)
    has = Message.objects.filter(subject_uid=OuterRef("uid"), kind=KIND)
    rows = Screening.objects.filter(state=Screening.State.STARTED, saved_at__lte=left, saved_at__gt=now - NOT_AFTER)
    rows = rows.exclude(Exists(has)).exclude(respondent=Screening.Respondent.STAFF).select_related("patient")
    rows = rows.filter(typed_by__isnull=True)  # about those on the phone a call is in the queue
    night = Night(clinic.night_from, clinic.night_until)
    return sum(_plan(row, morning_after(now, _zone(row, clinic), night)) for row in rows if _wanted(row))


def leave_silent(*, now: datetime) -> int:
    """Judge the checks that lie still, on the phone as if whoever typed had said that they stopped; return how many.

    Else a sign that asks for a call would lie there with nobody told: a browser was closed, or the call about the form
    ended in the queue. Each is judged once after the last page that was saved; one that cannot be stops no other.
    """
    judged = AuditEvent.objects.filter(
        act="screening.left_off", subject_uid=OuterRef("uid"), at__gte=OuterRef("saved_at")
    )
    quiet = Screening.objects.filter(state=Screening.State.STARTED)
    quiet = quiet.filter(saved_at__lte=now - LEFT_AFTER, saved_at__gt=now - JUDGED_FOR).exclude(Exists(judged))
    return sum(_judge(row, now) for row in quiet.select_related("typed_by", "patient"))


def _judge(row: Screening, now: datetime) -> bool:
    try:
        if row.typed_by is None:
            workflow.judge_silent(screening=row, now=now)
        else:
            workflow.leave_off(screening=row, by=row.typed_by, now=now)
    except workflow.AlreadyFinished:
        return False
    except Exception as error:  # noqa: BLE001  (what is wrong with one must not keep the others lying)
        where = "".join(traceback.format_tb(error.__traceback__)[-4:])  # the places, not the error's own words
        logger.error("check %s that was left cannot be judged: %s\n%s", row.uid, type(error).__name__, where)  # noqa: TRY400
        return False
    return True


@registry.letter(KIND, readers=READERS)
def check_finish(message: Message, now: datetime) -> Letter | None:
    """Send the way back; nothing once it is finished, or under way again, or somebody has to call."""
    row = Screening.objects.filter(uid=message.subject_uid, state=Screening.State.STARTED).first()
    if row is None or row.saved_at > now - timedelta(hours=1) or not _wanted(row):
        return None
    context = {"hello": called(row), "button_url": links.absolute(links.make(row=row, purpose=gate.PURPOSE))}
    return render_for(message, KIND, context)


def _wanted(row: Screening) -> bool:
    """Say whether nothing newer is known of the patient, and nobody has to call: then a letter would be the wrong word."""
    newer = Outcome.objects.filter(screening__patient=row.patient_id, created_at__gt=row.started_at)
    return not newer.exists() and not gate.still_to_call(patient=row.patient)


def _plan(row: Screening, at: datetime) -> int:
    ways = recipients.ways_to_write(row.patient)
    for channel, to in ways:
        outbox.post(
            kind=KIND,
            channel=channel,
            subject_uid=row.uid,
            to=to,
            language=row.language,
            patient=row.patient,
            planned_at=at,
            not_after=row.saved_at + NOT_AFTER,
        )
    return len(ways)


def _zone(row: Screening, clinic: Clinic) -> str:
    return str(ZoneInfo(row.time_zone or clinic.time_zone))
