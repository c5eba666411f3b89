"""What follows a visit, or comes before one with old answers: each planned once, by a look over the diary every hour.

A visit that was given: our thanks the day after, and weeks later the question how it is, where the service asks it. A
visit to come whose patient was last asked too long ago: the questions again. Each says nothing any more once it no
longer holds (`booking.follow_up_letters`). The ledger is the outbox itself.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from booking.models import Appointment, Block
from booking.reminder_times import BEFORE_NIGHT, before
from booking.unscreened import FLAG
from clinic import outbox, recipients
from clinic.models import Clinic, Message
from clinic.quiet import Night, evening_before, morning_after
from intake import gate
from intake.models import BookingGate
from intake.workflow import CHECK_AGAIN

THANKS, ASK_AGAIN, ASK_LATER = "after_visit", "ask_again", "ask_later"
KINDS = (THANKS, ASK_AGAIN, ASK_LATER)
# A visit that is written as given later than this is not thanked for any more.
THANKS_WITHIN = timedelta(days=3)
# Who comes twice a week is thanked, and asked again, only so often.
THANKED_LATELY = timedelta(days=14)
ASKED_LATELY = timedelta(days=5)
# Questions that come so shortly before the visit are asked there.
_LATEST = timedelta(hours=4)
# How long what could not leave on time still makes sense.
_GOOD_FOR = {THANKS: timedelta(days=2), ASK_LATER: timedelta(days=7)}
_OPEN = (BookingGate.OPEN, BookingGate.CONSULT_FLAGGED)
_DUE = (Message.State.PLANNED, Message.State.SENDING, Message.State.SENT)


def plan(*, now: datetime) -> int:
    """Plan what has come to follow a visit, or to come before one, since the last look; return how many messages."""
    clinic = Clinic.get()
    return _plan_thanks(clinic, now) + _plan_later(clinic, now) + _plan_again(clinic, now)


def is_old(visit: Appointment) -> datetime | None:
    """Return when the patient was last asked, if that will be too long ago on the day of the visit; else None.

    Nobody who was never asked: their visit is flagged, and its reminders ask.
    """
    asked_at = gate.last_asked(patient_id=visit.patient_id)
    good_for = timedelta(days=max(visit.service.check_valid_days, 1))
    return asked_at if asked_at and asked_at < visit.block.starts_at - good_for else None


def may_follow(visit: Appointment) -> bool:
    """Say whether a visit was given and nothing is held back since: else a PT's word goes first."""
    if visit.block.state != Block.State.SEEN or gate.still_to_call(patient=visit.patient):
        return False
    stands = gate.standing(patient=visit.patient)
    return stands is None or stands.booking in _OPEN


def next_visit(visit: Appointment, *, now: datetime) -> Appointment | None:
    """Return the patient's next visit to come, if there is one."""
    coming = Appointment.objects.filter(patient=visit.patient_id, block__state=Block.State.BOOKED, hold="")
    return coming.filter(block__starts_at__gt=now).select_related("block").order_by("block__starts_at").first()


def lately(visit: Appointment, kind: str, *, since: datetime) -> bool:
    """Say whether the patient has had, or will have, a message of a kind about another visit since then."""
    others = Message.objects.filter(patient=visit.patient_id, kind=kind, state__in=_DUE, planned_at__gt=since)
    return others.exclude(subject_uid=visit.uid).exists()


def _plan_thanks(clinic: Clinic, now: datetime) -> int:
    if not clinic.thank_hours:
        return 0
    after = timedelta(hours=clinic.thank_hours)
    given = _given(THANKS).filter(block__ends_at__gt=now - after - THANKS_WITHIN)
    return sum(_follow(visit, THANKS, visit.block.ends_at + after, clinic, now=now) for visit in given)


def _plan_later(clinic: Clinic, now: datetime) -> int:
    # Planned in the last week before it is due: until then most patients have been here again.
    soon = now + timedelta(days=7)
    year = timedelta(days=380)
    given = _given(ASK_LATER).filter(service__ask_later_weeks__gt=0, block__ends_at__gt=now - year)
    planned = 0
    for visit in given.exclude(Exists(_later_visit())):
        at = before(visit.block.ends_at, -7 * 24 * visit.service.ask_later_weeks, visit.time_zone)
        if now - _GOOD_FOR[ASK_LATER] < at < soon:
            planned += _follow(visit, ASK_LATER, at, clinic, now=now)
    return planned


def _plan_again(clinic: Clinic, now: datetime) -> int:
    if not clinic.ask_again_hours:
        return 0
    first, last = now + _LATEST, now + timedelta(hours=clinic.ask_again_hours, days=1)
    coming = _without(ASK_AGAIN).filter(
        block__state=Block.State.BOOKED, hold="", block__starts_at__gt=first, block__starts_at__lt=last
    )
    night, planned = _night(clinic), 0
    for visit in coming.exclude(flag=FLAG).order_by("block__starts_at"):
        if is_old(visit) is None or _asked_otherwise(visit):
            continue
        zone, start = visit.time_zone, visit.block.starts_at
        at = evening_before(before(start, clinic.ask_again_hours, zone), zone, night, early=BEFORE_NIGHT)
        at = at if at > now else morning_after(now, zone, night)
        if at < start - _LATEST:
            planned += _post(visit, ASK_AGAIN, at=at, not_after=start - _LATEST, ways=_ways(visit))
    return planned


def _asked_otherwise(visit: Appointment) -> bool:
    """Say whether the patient is asked again anyway: about another visit these days, or each week."""
    start = visit.block.starts_at
    weekly = Message.objects.filter(patient=visit.patient_id, kind=CHECK_AGAIN, state__in=_DUE)
    weekly = weekly.filter(planned_at__gt=start - timedelta(days=7), planned_at__lt=start)
    return lately(visit, ASK_AGAIN, since=start - ASKED_LATELY) or weekly.exists()


def _follow(visit: Appointment, kind: str, at: datetime, clinic: Clinic, *, now: datetime) -> int:
    """Plan a message after a visit, never at night, by one way: e-mail where there is one."""
    not_after = max(at, now) + _GOOD_FOR[kind]
    at = morning_after(max(at, now), visit.time_zone, _night(clinic))
    return _post(visit, kind, at=at, not_after=not_after, ways=_ways(visit)[:1])


def _post(visit: Appointment, kind: str, *, at: datetime, not_after: datetime, ways: list[tuple[str, str]]) -> int:
    for channel, to in ways:
        outbox.post(
            kind=kind,
            channel=channel,
            subject_uid=visit.uid,
            sequence=visit.sequence,
            to=to,
            language=visit.patient.language,
            patient=visit.patient,
            planned_at=at,
            not_after=not_after,
        )
    return len(ways)


def _given(kind: str) -> "QuerySet[Appointment]":
    return _without(kind).filter(block__state=Block.State.SEEN)


def _without(kind: str) -> "QuerySet[Appointment]":
    """Return the visits that have no message of a kind yet."""
    has = Message.objects.filter(subject_uid=OuterRef("uid"), sequence=OuterRef("sequence"), kind=kind)
    return Appointment.objects.exclude(Exists(has)).select_related("block", "service", "patient")


def _later_visit() -> "QuerySet[Appointment]":
    """Return a patient's visits after one, given or to come."""
    later = Q(block__state__in=(Block.State.BOOKED, Block.State.ARRIVED, Block.State.SEEN))
    same = Appointment.objects.filter(later, patient=OuterRef("patient"))
    return same.filter(block__starts_at__gt=OuterRef("block__starts_at"))


def _ways(visit: Appointment) -> list[tuple[str, str]]:
    return recipients.ways_to_write(visit.patient)


def _night(clinic: Clinic) -> Night:
    return Night(clinic.night_from, clinic.night_until)
