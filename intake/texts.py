"""Texts from patients: what each means, and what follows. Nothing that somebody writes to us is lost.

STOP, START and HELP are taken care of at once; C confirms a visit; words that worry us have a PT call now; everything
else is a call for the desk, with the words in its encrypted note.
"""

import logging
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clinic import alerts, audit, calls, opening, outbox, phones, registry, texting
from clinic.models import Call, Clinic, Patient
from intake import promises
from intake.models import ReceivedText
from intake.screening import watchlist

logger = logging.getLogger(__name__)
Did = ReceivedText.Did
Follow = Callable[..., tuple[ReceivedText.Did, str]]
CONFIRM = "confirm"
LONGEST = 1600  # what a gateway joins into one text
# Two machines that answer each other never stop. What is urgent, STOP and START are answered always.
MOST_ANSWERS_AN_HOUR = 6
_MAY_GO_UNANSWERED = (Did.QUEUE, Did.HELP)

# The words that 47 CFR 64.1200(a)(10) names, and how people put them; in Spanish too.
_STOP = frozenset({"stop", "stopall", "stop all", "quit", "end", "revoke", "cancel", "unsubscribe"}) | {
    *("opt out", "optout", "please stop", "stop texting", "stop texting me", "no more texts"),
    *("alto", "parar", "basta", "no mas", "no mas mensajes"),
}
_START = frozenset({"start", "unstop"})
_HELP = frozenset({"help", "info", "ayuda"})
_CONFIRM = frozenset({"c", "confirm", "confirmed", "yes", "y", "ok", "okay", "si", "confirmo"})


@dataclass(frozen=True)
class _Sender:
    """Who sent a text, as far as a number tells: several people may share one."""

    number: str
    patient: Patient | None
    name: str
    language: str


def receive(*, gateway_id: str, number: str, text: str, now: datetime) -> ReceivedText:
    """Keep a text and do what it asks for; return the row with what is to be answered ("" for nothing).

    The gateway's own number for it makes a second delivery return the first. `number` is in E.164.
    """
    if before := ReceivedText.objects.filter(gateway_id=gateway_id).first():
        return before
    sender, words = _sender(number), text.replace("\x00", "")[:LONGEST]
    try:
        return _keep(_follow, sender, words, gateway_id=gateway_id, now=now)
    except IntegrityError:
        # Delivered twice at once: the other was faster, and all of this is undone.
        if done := ReceivedText.objects.filter(gateway_id=gateway_id).first():
            return done
    except Exception as error:  # noqa: BLE001  (whatever is wrong with what should follow, a person hears of it)
        logger.error("a text could not be followed: %s", type(error).__name__)  # noqa: TRY400  (its words stay out)
    return _keep(_give_to_desk, sender, words, gateway_id=gateway_id, now=now)


def _keep(follow: Follow, sender: _Sender, words: str, *, gateway_id: str, now: datetime) -> ReceivedText:
    """Do what a text asks for and write both down, or nothing of it."""
    with transaction.atomic(), translation.override(sender.language):
        uid = uuid.uuid4()
        did, answer = follow(sender, words, uid, now=now)
        if did in _MAY_GO_UNANSWERED and _are_many(sender.number, now):
            answer = ""
        row = ReceivedText.objects.create(
            uid=uid,
            gateway_id=gateway_id,
            number=sender.number,
            patient=sender.patient,
            text=words,
            did=did,
            answer=answer,
            at=now,
        )
        texting.note_answer(number=sender.number, now=now)
        audit.record(act="text.received", subject_uid=row.uid, details={"did": str(did)}, now=now)
        return row


def _follow(sender: _Sender, words: str, uid: uuid.UUID, *, now: datetime) -> tuple[Did, str]:
    said, clinic = _said(words), Clinic.get()
    reach_us = {"name": clinic.short_name, "phone": phones.show(clinic.phone)}
    if said in _STOP:
        texting.stop(number=sender.number, now=now)
        if said == "cancel":  # some mean the visit
            _queue(sender, words, uid, now=now)
        return Did.STOPPED, _("%(name)s: you get no more texts. To change or cancel a visit call %(phone)s.") % reach_us
    hits = watchlist.scan(words)
    if hits:
        return _worry(sender, words, uid, hits, clinic, now=now)
    if said in _START:
        texting.start(number=sender.number, now=now)
        return Did.STARTED, _("%(name)s: you get our texts again. Answer STOP to end them.") % reach_us
    if said in _HELP:
        return Did.HELP, _(
            "%(name)s: call us at %(phone)s, in an emergency %(number)s. Answer STOP to get no more texts."
        ) % (reach_us | {"number": clinic.emergency_number})
    if said in _CONFIRM and (told := _confirmed(sender.number, now)):
        return Did.CONFIRMED, told
    return _give_to_desk(sender, words, uid, now=now)


def _are_many(number: str, now: datetime) -> bool:
    """Say whether a number has had as many of our answers lately as a person asks for."""
    lately = ReceivedText.objects.filter(number=number, did__in=_MAY_GO_UNANSWERED, at__gt=now - timedelta(hours=1))
    return lately.count() >= MOST_ANSWERS_AN_HOUR


def _give_to_desk(sender: _Sender, words: str, uid: uuid.UUID, *, now: datetime) -> tuple[Did, str]:
    _queue(sender, words, uid, now=now)
    if texting.is_stopped(sender.number):
        return Did.QUEUE, ""
    return Did.QUEUE, _("Thank you. We read this in our opening hours. In an emergency call %(number)s.") % {
        "number": Clinic.get().emergency_number
    }


def _confirmed(number: str, now: datetime) -> str:
    answer = registry.text_answers.get(CONFIRM)
    return answer(number, now) if answer else ""


def _worry(
    sender: _Sender, words: str, uid: uuid.UUID, hits: watchlist.Hits, clinic: Clinic, *, now: datetime
) -> tuple[Did, str]:
    """Have a PT call: now, with an alert, for emergency and crisis words; today for health words (clinical.md N04)."""
    hours, pressing = opening.hours_for(), bool(hits.emergency or hits.crisis)
    reason = Call.Reason.ALERT if pressing else Call.Reason.UNSURE
    call = calls.open_call(
        reason=reason,
        subject_uid=_subject(sender, uid, reason),
        due_at=opening.due_after(minutes=clinic.emergency_call_minutes, now=now, hours=hours)
        if pressing
        else promises.end_of_working_day(hours, now),
        name=sender.name,
        phone=sender.number,
        patient=sender.patient,
        for_pt=True,
        note=f"Sent by text: {words}",
        now=now,
    )
    if not pressing:
        return Did.ALERT, _("Thank you. We call you today. If it gets worse call %(number)s.") % {
            "number": clinic.emergency_number
        }
    alerts.alert(call=call, now=now)
    if hits.emergency and sender.patient:
        # An alert holds no booking back, this does (as in `booking.watched`).
        calls.open_call(
            reason=Call.Reason.UNSURE,
            subject_uid=call.subject_uid,
            due_at=call.due_at,
            name=call.name,
            phone=call.phone,
            patient=sender.patient,
            for_pt=True,
            now=now,
        )
    if hits.crisis and not hits.emergency:
        return Did.ALERT, _("Please call or text %(number)s now: somebody is there at any hour. We call you too.") % {
            "number": clinic.crisis_number
        }
    return Did.ALERT, _("This can be an emergency. Call %(number)s now. Do not wait for our call.") % {
        "number": clinic.emergency_number
    }


def _queue(sender: _Sender, words: str, uid: uuid.UUID, *, now: datetime) -> None:
    calls.open_call(
        reason=Call.Reason.TEXT,
        subject_uid=_subject(sender, uid, Call.Reason.TEXT),
        due_at=opening.due_after(minutes=outbox.CALL_MINUTES, now=now),
        name=sender.name,
        phone=sender.number,
        patient=sender.patient,
        note=f"Sent by text: {words}",
        now=now,
    )


def _subject(sender: _Sender, uid: uuid.UUID, reason: str) -> uuid.UUID:
    """Return what the call is about: the patient; for a number we do not know the call that it has, else this text.

    A second text is one more note on that call: whoever is on duty is rung for each call once, and no stranger can
    have them rung a thousand times.
    """
    if sender.patient:
        return sender.patient.uid
    known = Call.objects.open().filter(phone=sender.number, patient=None, reason=reason).first()
    return known.subject_uid if known else uid


def _sender(number: str) -> _Sender:
    people = list(Patient.objects.current().filter(phone=number).order_by("id")[:5])
    if not people:
        return _Sender(number, None, phones.show(number), "en")
    name = ", ".join(person.name for person in people)
    return _Sender(number, people[0] if len(people) == 1 else None, name, people[0].language)


def _said(words: str) -> str:
    """Return what was written as it is compared: lower case, without accents and signs."""
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", watchlist.normalise(words)).split())
