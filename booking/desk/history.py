"""What happened to a visit, in plain words: each act with who, when and why. For its page and the patient's timeline."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.availability import Reason, in_words
from booking.models import Appointment, AppointmentEvent, Block, Fee
from clinic import wording
from clinic.models import Mode, Patient, Practitioner, User
from clinic.window import Window

ICONS = {
    "booked": "calendar",
    "confirmed": "confirmed",
    "unconfirmed": "unconfirmed",
    "on_hold": "hold",
    "released": "calendar",
    "kept": "calendar",
    "moved": "calendar",
    "mode_changed": "calendar",
    "cancel_undone": "calendar",
    "undone": "calendar",
    "arrived": "arrived",
    "seen": "seen",
    "no_show": "no_show",
    "fee_recorded": "money",
    "fee_taken_back": "money",
    "fee_waived": "money",
    "joined": "telehealth",
    "link_sent": "mail",
    "late": "clock",
}
WORDS = {
    "booked": gettext_lazy("Booked"),
    "confirmed": gettext_lazy("Confirmed"),
    "unconfirmed": gettext_lazy("Confirming taken back"),
    "moved": gettext_lazy("Moved"),
    "mode_changed": gettext_lazy("Takes place another way"),
    "cancelled": gettext_lazy("Cancelled"),
    "cancel_undone": gettext_lazy("Cancel taken back"),
    "arrived": gettext_lazy("Arrived"),
    "seen": gettext_lazy("Seen"),
    "no_show": gettext_lazy("No-show"),
    "undone": gettext_lazy("Taken back"),
    "on_hold": gettext_lazy("Put on hold"),
    "released": gettext_lazy("No longer on hold"),
    "kept": gettext_lazy("Kept by a PT"),
    "fee_recorded": gettext_lazy("Fee recorded"),
    "fee_taken_back": gettext_lazy("Fee taken back"),
    "fee_waived": gettext_lazy("Fee waived"),
    "joined": gettext_lazy("Joined by video again"),
    "link_sent": gettext_lazy("Link sent again"),
    "late": gettext_lazy("Told that we run late"),
}
# After these a visit stands somewhere else, and the details say where.
_PLACES = ("booked", "moved", "mode_changed")
# Written when a level came or went: nobody did it to this visit by hand.
_BY_LEVEL = frozenset({"on_hold", "released"})


@dataclass(frozen=True)
class Entry:
    """One act: when, what, by whom, what of, and why."""

    at: datetime
    icon: str
    title: str
    who: str
    what: str
    why: str


def of_visit(visit: Appointment) -> list[tuple[date, list[Entry]]]:
    """Return everything that happened to a visit, the newest first, by day on the clinic's clock."""
    events = list(visit.events.select_related("by").order_by("-id"))
    people = {row.pk: row.name for row in Practitioner.objects.filter(pk__in=_people_in(events))}
    entries = [_entry(event, visit, people) for event in events]
    return [(day, list(rows)) for day, rows in groupby(entries, key=lambda entry: timezone.localdate(entry.at))]


def visits_of(patient: Patient, _user: User, _now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return what happened to the patient's visits, for the timeline."""
    found = AppointmentEvent.objects.filter(appointment__patient=patient).select_related(
        "appointment__service", "appointment__block__practitioner", "by"
    )
    events = window.of(found, "at")
    moves = AppointmentEvent.objects.filter(appointment__in={event.appointment_id for event in events}, act__in=_PLACES)
    placed = list(moves.only("appointment_id", "details").order_by("id"))
    people = {row.pk: row.name for row in Practitioner.objects.filter(pk__in=_people_in(placed))}
    return [_row(event, _kept_then(event, placed), people) for event in events]


def _kept_then(event: AppointmentEvent, placed: Iterable[AppointmentEvent]) -> Mapping[str, Any]:
    """Return what was kept of where the visit stood right after an event."""
    ours = (one for one in placed if one.appointment_id == event.appointment_id and one.pk <= event.pk)
    newest = max(ours, key=lambda one: one.pk, default=None)
    return newest.details if newest else {}


def _row(event: AppointmentEvent, then: Mapping[str, Any], people: Mapping[int, str]) -> dict[str, Any]:
    visit = event.appointment
    entry = _entry(event, visit, people)
    # Not where it stands now: a visit that was moved twice would seem to have been booked for its last time.
    at = _moment(then.get("start")) or wording.moment(timezone.localtime(visit.block.starts_at))
    who = people.get(then.get("practitioner") or 0) or visit.block.practitioner.name
    was = f", {_was(event.details)}" if event.act in _PLACES and _was(event.details) else ""
    money = f"{entry.what}. " if event.act in ("fee_recorded", "fee_waived") else ""
    way = f"{_label(Mode, event.details.get('mode'))}. " if event.act == "mode_changed" else ""
    text = f"{money}{way}{visit.service}, {at}, {who}{was}. " + _("By %(who)s") % {"who": entry.who}
    return {
        "at": event.at,
        "icon": entry.icon,
        "tone": "red" if event.act in ("no_show", "cancelled") else "",
        "title": entry.title,
        "text": f"{text}: {entry.why}" if entry.why else text,
        "url": reverse("admin:visit", args=[visit.uid]),
    }


def _entry(event: AppointmentEvent, visit: Appointment, people: Mapping[int, str]) -> Entry:
    return Entry(
        at=event.at,
        icon=ICONS.get(event.act, "cancelled"),
        title=str(WORDS.get(event.act, event.act)),
        who=_who(event),
        what=_what(event, visit, people),
        # Events of an older version have no reason of their own.
        why=event.why or (visit.cancel_reason if event.act == "cancelled" else ""),
    )


def _who(event: AppointmentEvent) -> str:
    if event.by:
        return event.by.display_name
    return _("a check") if event.act in _BY_LEVEL else _("the patient")


def _what(event: AppointmentEvent, visit: Appointment, people: Mapping[int, str]) -> str:
    """Say what the details of an event mean; "" for nothing worth a word."""
    kept: Mapping[str, Any] = event.details
    said: list[str] = []
    if event.act in _PLACES:
        said += _place(kept, people)
    if event.act == "mode_changed" and kept.get("from_price") not in (None, kept.get("price")):
        costs = {name: wording.money(Decimal(str(kept[name])), visit.currency) for name in ("price", "from_price")}
        said.append(_("%(price)s instead of %(from_price)s") % costs)
    if event.act in ("fee_recorded", "fee_waived"):
        amount = wording.money(Decimal(str(kept.get("amount", "0"))), visit.currency)
        said.append(_("%(amount)s, %(kind)s") % {"amount": amount, "kind": _label(Fee.Kind, kept.get("fee"))})
    if event.act == "late":
        said.append(_("about %(minutes)d minutes") % {"minutes": kept.get("minutes", 0)})
        said += [] if kept.get("ways") else [_("by a call, which was opened")]
    if event.act == "undone":
        said.append(_("it was: %(state)s") % {"state": _label(Block.State, kept.get("from"))})
    if kept.get("left"):
        said.append(_("joined by video and left before being seen"))
    if kept.get("on_hold"):
        said.append(_("it was on hold"))
    against = [in_words(Reason(code)) for code in kept.get("passed_over", []) if code in list(Reason)]
    if against:
        said.append(_("against the rule: %(rules)s") % {"rules": " ".join(str(words) for words in against)})
    return ", ".join(said)


def _place(kept: Mapping[str, Any], people: Mapping[int, str]) -> list[str]:
    """Say to when, with whom and how, and from when and how it was."""
    to = [_moment(kept.get("start")), people.get(kept.get("practitioner") or 0, ""), _label(Mode, kept.get("mode"))]
    said = [", ".join(part for part in to if part), _was(kept)]
    return [part for part in said if part]


def _was(kept: Mapping[str, Any]) -> str:
    """Say from when and how it was; "" where nothing is kept of it."""
    was = [part for part in (_moment(kept.get("from")), _label(Mode, kept.get("from_mode"))) if part]
    return _("instead of %(was)s") % {"was": ", ".join(was)} if was else ""


def _moment(text: Any) -> str:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    return wording.moment(timezone.localtime(at)) if at.tzinfo else ""


def _label(choices: Any, code: Any) -> str:
    return str(choices(code).label) if code in choices.values else ""


def _people_in(events: Iterable[AppointmentEvent]) -> set[int]:
    return {key for event in events if isinstance(key := event.details.get("practitioner"), int)}
