"""Who is on duty, and how they are told at once that a call is waiting; who is next when nobody takes it."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from clinic import audit, links, outbox, phones, registry, sms, wording
from clinic.letters import Letter, render_for
from clinic.models import Call, Clinic, DutyShift, Message, User

logger = logging.getLogger(__name__)

# Calls for which the people on duty are alerted.
ALERTED = (Call.Reason.EMERGENCY, Call.Reason.URGENT, Call.Reason.ALERT)
ESCALATE_AFTER = timedelta(minutes=10)
# An alert that could not leave for this long tells nothing new; the queue has long been red.
STALE_AFTER = timedelta(hours=4)


def on_duty(now: datetime) -> list[User]:
    """Return who is on duty at a moment by the roster, which is in the clinic's zone: the first in line first."""
    zone = Clinic.objects.values_list("time_zone", flat=True).first()
    if zone is None:
        return []  # not set up yet
    shifts = _shifts(now.astimezone(ZoneInfo(zone)))
    return list(dict.fromkeys(shift.user for shift in shifts.order_by("second", "starts", "id")))


def alert(*, call: Call, now: datetime) -> list[Message]:
    """Tell those first in line now, by e-mail and text, that a call is due; return the messages.

    Nobody on duty: the letter goes to the clinic's own address, and `escalate_unclaimed` alerts whoever comes on duty
    first. Each person is told of a call once.
    """
    people = _line(now, second=False) or _line(now, second=True)
    with transaction.atomic():
        messages = [message for user in people for message in _tell(call, user, now=now)]
        return messages or _tell_clinic(call, now=now)


def escalate_unclaimed(*, now: datetime) -> int:
    """Alert who has come on duty since, and pass to the second in line, once, what nobody has claimed; return how many.

    The ten minutes count from the first alert to a person on duty: at night there is none.
    """
    first, second = _line(now, second=False), _line(now, second=True)
    if not first and not second:
        return 0
    passed_on = 0
    waiting = Call.objects.open().filter(reason__in=ALERTED, claimed_by__isnull=True, escalated_at__isnull=True)
    for call in waiting.filter(created_at__lte=now):
        told = [message for user in first for message in _tell(call, user, now=now)]
        if told and min(message.planned_at for message in told) > now - ESCALATE_AFTER:
            continue
        if Call.objects.filter(pk=call.pk, claimed_by__isnull=True, escalated_at__isnull=True).update(escalated_at=now):
            passed_on += 1
            for user in second:
                _tell(call, user, now=now)
            if not second:
                _tell_clinic(call, now=now)
            audit.record(act="call.escalated", subject_uid=call.uid, now=now)
    return passed_on


@registry.letter(outbox.ALERT)
def render_alert(message: Message, now: datetime) -> Letter | None:
    """Write the alert, unless somebody is on the call by now. It names nobody and says nothing of why."""
    call = Call.objects.filter(uid=message.subject_uid, state=Call.State.OPEN, claimed_by__isnull=True).first()
    if call is None:
        return None
    zone = ZoneInfo(Clinic.get().time_zone)
    due, local = call.due_at.astimezone(zone), now.astimezone(zone)
    context = {
        "due": wording.clock(due) if due.date() == local.date() else wording.moment(due),
        "late": call.due_at < now,
        "button_url": links.absolute(queue_path()),
    }
    return render_for(message, "call_alert", context)


def queue_path() -> str:
    """Return the path of the call queue, or of the desk while no app has registered the queue."""
    return reverse("admin:calls") if "calls" in registry.desk_pages else reverse("admin:index")


def _line(now: datetime, *, second: bool) -> list[User]:
    shifts = _shifts(now.astimezone(ZoneInfo(Clinic.get().time_zone))).filter(second=second)
    return list(dict.fromkeys(shift.user for shift in shifts.order_by("starts", "id")))


def _shifts(local: datetime) -> QuerySet[DutyShift]:
    """Return the shifts at a moment on the clinic's clock."""
    shifts = DutyShift.objects.filter(weekday=local.weekday(), starts__lte=local.time(), ends__gt=local.time())
    return shifts.filter(user__is_active=True).select_related("user")


def _tell(call: Call, user: User, *, now: datetime) -> list[Message]:
    """Write the alert to one person by each way there is; the outbox keeps it at one each."""
    messages = _post(call, Message.Channel.EMAIL, user.email, sequence=user.pk, now=now)
    if sms.has_route():
        messages += _post(call, Message.Channel.SMS, user.phone, sequence=user.pk, now=now)
    return messages


def _tell_clinic(call: Call, *, now: datetime) -> list[Message]:
    return _post(call, Message.Channel.EMAIL, Clinic.get().email, sequence=0, now=now)


def _post(call: Call, channel: str, to: str, *, sequence: int, now: datetime) -> list[Message]:
    """Write one alert. A wrong address in somebody's login must not stop the others, nor the screening that alerts."""
    if channel == Message.Channel.SMS and to:
        try:
            to = phones.read(to)
        except phones.NotAPhoneNumber:
            to = ""
    if not to:
        return []
    try:
        message = outbox.post(
            kind=outbox.ALERT,
            channel=channel,
            subject_uid=call.uid,
            sequence=sequence,
            to=to,
            planned_at=now,
            not_after=now + STALE_AFTER,
        )
    except outbox.BadRecipient:
        logger.error("login %s has an address for alerts that nothing can be sent to", sequence)  # noqa: TRY400
        return []
    return [message]
