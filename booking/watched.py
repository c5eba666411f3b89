"""What patients type with a visit: notes for a home visit, the reason for cancelling. Free text anywhere is watched.

A hit of the watch lists shows what to do at once and has a PT call (clinical.md 10; N04), as in `intake.requests`. It
changes no visit: words in a note for the driver are no answers to a check. But nothing more is booked online before a PT
has called about words of an emergency or of an illness.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import QueryDict

from clinic import alerts, calls, opening
from clinic.models import Call, Clinic, Patient
from intake import promises
from intake.screening import watchlist

# More than any form takes; what is longer was made to keep us busy.
LONGEST = 4000
# Which words to show, as an address says it: a number, because addresses say nothing about health.
_SHOWN = {("emergency",): "1", ("crisis",): "2", ("emergency", "crisis"): "3"}


def scan(words: Iterable[str]) -> tuple[str, ...]:
    """Return for which lists words must be shown at once: "emergency", "crisis"."""
    text = "\n".join(words)
    if not text.strip():
        return ()
    hits = watchlist.scan(text)
    return tuple(kind for kind in ("emergency", "crisis") if getattr(hits, kind))


def number_of(shown: tuple[str, ...]) -> str:
    """Return what an address says of the words to show; "" for none."""
    return _SHOWN.get(shown, "")


def read_number(number: str) -> tuple[str, ...]:
    """Return the words to show from an address; none for nonsense."""
    return next((shown for shown, sign in _SHOWN.items() if sign == number), ())


def watch_lost(
    sent: QueryDict,
    fields: Iterable[str],
    *,
    patient: Patient,
    subject_uid: uuid.UUID,
    phone: str = "",
    now: datetime,
) -> tuple[str, ...]:
    """Watch what was sent and is kept nowhere: a wrong form, a time lost. Return which words must be shown at once."""
    words = [sent.get(name, "")[:LONGEST] for name in fields]
    shown = scan(words)
    if shown:
        watch(words=words, patient=patient, subject_uid=subject_uid, phone=phone, now=now)
    return shown


def watch(
    *, words: Iterable[str], patient: Patient, subject_uid: uuid.UUID, phone: str = "", now: datetime
) -> Call | None:
    """Have a PT call if words worry us: now, with an alert, for emergency and crisis words; today for health words.

    The call keeps what was typed in its encrypted note. `phone` is the number typed at the check; the record's is
    called without one.
    """
    text = "\n".join(word for word in words if word)
    hits = watchlist.scan(text) if text.strip() else None  # a visit at the clinic comes without a word
    if not hits:
        return None
    pressing, hours = hits.emergency or hits.crisis, opening.hours_for()
    minutes = Clinic.get().emergency_call_minutes
    due_at = opening.due_after(minutes=minutes, now=now, hours=hours)
    about: dict[str, Any] = {
        "subject_uid": subject_uid,
        "name": patient.name,
        "phone": phone or patient.phone,
        "patient": patient,
        "for_pt": True,
        "note": f"Typed with a visit: {text}",
        "now": now,
    }
    if not pressing:
        return calls.open_call(reason=Call.Reason.UNSURE, due_at=promises.end_of_working_day(hours, now), **about)
    call = calls.open_call(reason=Call.Reason.ALERT, due_at=due_at, **about)
    alerts.alert(call=call, now=now)
    if hits.emergency:
        # An alert holds nothing back, since words of despair have no level; this does, until a PT has called.
        calls.open_call(reason=Call.Reason.UNSURE, due_at=due_at, **about)
    return call
