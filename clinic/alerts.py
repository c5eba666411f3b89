"""Who is on duty, and how they are told at once that a call is waiting; who is next when nobody takes it."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from clinic import audit, calls, links, outbox, phones, recipients, registry, sms, wording
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

    Nobody on duty: the letter goes to the clinic's own address, and `escalate` alerts whoever comes on duty first.
    Each person is told of a call once, and again when it has come back unmade.
    """
    people = _line(now, second=False) or _line(now, second=True)
    with transaction.atomic():
        row = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        messages = [message for user in people for message in _tell(row, user, now=now)]
        return messages or _tell_clinic(row, now=now)


def escalate(*, now: datetime) -> int:
    """Alert who has come on duty since, and pass to the second in line what nobody has in hand; return how many.

    The ten minutes count from the first alert to a person on duty: at night there is none. A call that is claimed and
    silent past its time (`calls.in_hand_until`) goes to everybody on duty at once.
    """
    first, second = _line(now, second=False), _line(now, second=True)
    if not first and not second:
        return 0
    waiting = Call.objects.open().filter(reason__in=ALERTED, created_at__lte=now).select_related("claimed_by")
    return sum(_escalate(call, first, second, now=now) for call in waiting if not in_hand(call, now))


def in_hand(call: Call, now: datetime) -> bool:
    """Say whether somebody who may finish the call has it in hand now, so that nobody else need be told."""
    until = calls.in_hand_until(call)
    return until is not None and now < until


@registry.letter(outbox.ALERT)
def render_alert(message: Message, now: datetime) -> Letter | None:
    """Write the alert, unless somebody has the call in hand by now. It names nobody and says nothing of why."""
    call = Call.objects.filter(uid=message.subject_uid, state=Call.State.OPEN).select_related("claimed_by").first()
    if call is None or in_hand(call, now):
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


def _escalate(waiting: Call, first: list[User], second: list[User], *, now: datetime) -> bool:
    """Tell of one call whoever has not been told yet; say whether it was passed on now."""
    with transaction.atomic():
        locked = Call.objects.select_for_update(of=("self",)).select_related("claimed_by")
        call = locked.filter(pk=waiting.pk, state=Call.State.OPEN).first()
        if call is None or in_hand(call, now):
            return False
        silent_since = calls.in_hand_until(call) if call.claimed_by else None
        fell_silent = silent_since is not None and (call.alerted_from is None or call.alerted_from < silent_since)
        if fell_silent:
            call.alerted_from, call.escalated_at = now, None
        told = [message for user in first for message in _tell(call, user, now=now)]
        lately = bool(told) and min(message.planned_at for message in told) > now - ESCALATE_AFTER
        if lately and not fell_silent and call.escalated_at is None:
            return False
        beyond = [message for user in second for message in _tell(call, user, now=now)]
        if call.escalated_at is not None:
            return False  # passed on before: only who came on duty since was told
        if not beyond:
            _tell_clinic(call, now=now)
        call.escalated_at = now
        call.save(update_fields=["alerted_from", "escalated_at"])
        audit.record(act="call.escalated", subject_uid=call.uid, now=now)
        return True


def _tell(call: Call, user: User, *, now: datetime) -> list[Message]:
    """Write the alert to one person by each way there is, once in each round."""
    messages = _post(call, Message.Channel.EMAIL, user.email, login=user, now=now)
    if sms.has_route():
        messages += _post(call, Message.Channel.SMS, user.phone, login=user, now=now)
    return messages


def _tell_clinic(call: Call, *, now: datetime) -> list[Message]:
    return _post(call, Message.Channel.EMAIL, Clinic.get().email, login=None, now=now)


def _post(call: Call, channel: str, to: str, *, login: User | None, now: datetime) -> list[Message]:
    """Write one alert, or find that of this round; the call is locked, so that two workers do not write two.

    A wrong address in somebody's login must not stop the others, nor the screening that alerts.
    """
    if channel == Message.Channel.SMS and to:
        try:
            to = phones.read(to)
        except phones.NotAPhoneNumber:
            to = ""
    if not to:
        return []
    before = list(Message.objects.filter(subject_uid=call.uid, kind=outbox.ALERT))
    since = call.alerted_from
    told = [
        row for row in before if (row.channel, row.to) == (channel, to) and (since is None or row.planned_at >= since)
    ]
    if told:
        return told
    try:
        message = outbox.post(
            kind=outbox.ALERT,
            channel=channel,
            subject_uid=call.uid,
            sequence=max((row.sequence for row in before), default=0) + 1,
            to=to,
            planned_at=now,
            not_after=now + STALE_AFTER,
        )
    except recipients.BadRecipient:
        logger.error("login %s has an address for alerts that nothing can be sent to", login and login.pk)  # noqa: TRY400
        return []
    return [message]
