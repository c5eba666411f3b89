"""How those on duty are told at once that a call is waiting; who is next when nobody takes it. Who is: `clinic.duty`.

An alert never ends with nobody: where nobody is on duty, or nobody can be told, or nobody takes the call from the
second in line either, all managers are told, and the clinic's own address; the owners of the site where no manager has one.
"""

import logging
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse

from clinic import audit, calls, duty, links, outbox, phones, recipients, registry, sms, wording
from clinic.letters import Letter, render_for
from clinic.models import Call, Clinic, Message, User

logger = logging.getLogger(__name__)

# Calls for which the people on duty are alerted.
ALERTED = (Call.Reason.EMERGENCY, Call.Reason.URGENT, Call.Reason.ALERT)
# An alert that could not leave for this long tells nothing new; the queue has long been red, and a new one is written.
STALE_AFTER = timedelta(hours=4)
# An alert that failed or came too late is written anew after this long, as long as the call waits.
AGAIN_AFTER = timedelta(hours=1)


def alert(*, call: Call, now: datetime) -> list[Message]:
    """Tell those first in line now, by e-mail and text, that a call is due; return the messages.

    Nobody on duty: all managers are told, and `escalate` alerts whoever comes on duty first. Each person is told of a
    call once, and again when it has come back unmade.
    """
    people = duty.people(now, second=False) or duty.people(now, second=True)
    with transaction.atomic():
        row = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        messages = [message for user in people for message in _tell(row, user, now=now)]
        return messages or _tell_managers(row, now=now)


def escalate(*, now: datetime) -> int:
    """Alert who has come on duty since, and pass on what nobody has in hand; return how many were passed on.

    `Clinic.page_second_minutes` after the first alert to a person on duty the second in line is told, and after as
    long again all managers. Where nobody is on duty (any more), managers are told at once. A call that is claimed and
    silent past its time (`calls.in_hand_until`) goes to everybody on duty at once.
    """
    waiting = list(Call.objects.open().filter(reason__in=ALERTED, created_at__lte=now).select_related("claimed_by"))
    if not waiting:
        return 0
    line = Line(duty.people(now, second=False), duty.people(now, second=True), _page_second_after())
    return sum(_escalate_apart(call, line, now=now) for call in waiting)


@dataclass(frozen=True)
class Line:
    """Who is on duty, first and second in line, and how long each of them has."""

    first: list[User]
    second: list[User]
    after: timedelta


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


def _page_second_after() -> timedelta:
    return timedelta(minutes=Clinic.get().page_second_minutes)


def _escalate_apart(waiting: Call, line: Line, *, now: datetime) -> bool:
    try:
        return not in_hand(waiting, now) and _escalate(waiting, line, now=now)
    except Exception as error:  # noqa: BLE001  (what is wrong with one call must not keep the others from being heard of)
        where = "".join(traceback.format_tb(error.__traceback__)[-4:])  # the places, not the error's own words
        logger.error("call %s cannot be passed on: %s\n%s", waiting.uid, type(error).__name__, where)  # noqa: TRY400
        return False


def _escalate(waiting: Call, line: Line, *, now: datetime) -> bool:
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
            call.save(update_fields=["alerted_from", "escalated_at"])
        if not line.first and not line.second:
            return _to_managers(call, now=now)
        told = [message for user in line.first for message in _tell(call, user, now=now)]
        lately = bool(told) and min(_written_at(message) for message in told) > now - line.after
        if lately and not fell_silent and call.escalated_at is None:
            return False
        beyond = [message for user in line.second for message in _tell(call, user, now=now)]
        if call.escalated_at is not None:  # passed on before: who came on duty since was told
            return now >= call.escalated_at + line.after and _to_managers(call, now=now)
        if not beyond:
            _tell_managers(call, now=now)
        call.escalated_at = now
        call.save(update_fields=["escalated_at"])
        audit.record(act="call.escalated", subject_uid=call.uid, now=now)
        return True


def _to_managers(call: Call, *, now: datetime) -> bool:
    """Tell the managers of a call, once in each round; say whether anybody was told now."""
    fresh = any(message.planned_at == now for message in _tell_managers(call, now=now))
    if fresh:
        audit.record(act="call.escalated", subject_uid=call.uid, now=now)
    return fresh


def _tell(call: Call, user: User, *, now: datetime) -> list[Message]:
    """Write the alert to one person by each way there is, once in each round."""
    messages = _post(call, Message.Channel.EMAIL, user.email, login=user, now=now)
    if sms.has_route():
        messages += _post(call, Message.Channel.SMS, user.phone, login=user, now=now)
    return messages


def _written_at(message: Message) -> datetime:
    """Return when an alert was written: the time it is planned for moves with each try that fails."""
    return message.not_after - STALE_AFTER if message.not_after else message.planned_at


def _is_lost(message: Message, now: datetime) -> bool:
    """Say whether an alert told nobody, for long enough to try anew: a mail server or a worker that stood still is back."""
    gone = message.state in (Message.State.FAILED, Message.State.DROPPED)
    return gone and _written_at(message) <= now - AGAIN_AFTER


def _tell_managers(call: Call, *, now: datetime) -> list[Message]:
    """Write the alert to all managers, to the owners of the site where none of them can be told, and to the clinic."""
    told = [message for user in duty.managers() for message in _tell(call, user, now=now)]
    told = told or [message for user in duty.owners() for message in _tell(call, user, now=now)]
    told += _post(call, Message.Channel.EMAIL, Clinic.get().email, login=None, now=now)
    if not told:
        logger.error("call %s waits and nobody can be alerted: no login and no clinic has an address", call.uid)
    return told


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
        row
        for row in before
        if (row.channel, row.to) == (channel, to)
        and (since is None or row.planned_at >= since)
        and not _is_lost(row, now)
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
