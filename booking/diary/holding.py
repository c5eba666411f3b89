"""Visits that wait for a PT: a level that came after the booking holds them, and only a PT lets them go on.

The time stays taken. What holds what follows the gate: nothing may be booked, so every visit waits; an exam in person
only, so visits by video wait (clinical.md 1 and 10).
"""

from datetime import datetime, timedelta

from booking.diary.locks import act_for, lock_appointment
from booking.diary.records import CONFIRMED, ON_HOLD, record, tell
from booking.errors import NotYours, WrongState
from booking.models import Appointment, Block
from booking.reminders import remind
from booking.unscreened import FLAG as UNSCREENED
from clinic import calls, opening, outbox
from clinic.models import Call, Mode, Patient, User
from intake.gate import Answer, gate_for_patient, standing, still_to_call
from intake.models import BookingGate, Outcome

Hold = Appointment.Hold
TO_COME = (Block.State.BOOKED, Block.State.ARRIVED)
_FLAGGED = "consult_flagged"
# When no call about the level is due any more, a PT decides about the visit within this many opening minutes.
DECIDE_MINUTES = 240


def follow_level(*, patient: Patient, decided: bool = False, by: User | None = None, now: datetime) -> int:
    """Put the patient's visits to come on hold, or let them go on, as their level says; return how many are on hold.

    Call it in the transaction that wrote the level, the patient locked. A check alone never ends a hold: that takes
    a PT (`decided`) who has decided all that holds, and has nobody left to call about it.
    """
    outcome = standing(patient=patient)
    if outcome is None:
        return 0
    free = decided and not still_to_call(patient=patient)
    waiting = Appointment.objects.filter(patient=patient, block__state__in=TO_COME, block__ends_at__gt=now)
    visits = [lock_appointment(pk) for pk in waiting.order_by("pk").values_list("pk", flat=True)]
    changed: dict[str, list[Appointment]] = {ON_HOLD: [], CONFIRMED: []}
    for visit in visits:
        _settle_flag(visit, outcome, decided=decided, now=now)
        if visit.hold == Hold.TALK and not free:
            continue
        wanted = _wanted(visit, outcome, decided=decided)
        if wanted and visit.hold != wanted:
            changed[ON_HOLD] += [] if visit.hold else [visit]
            _put(visit, wanted, by=by, now=now)
        elif not wanted and free and visit.hold:
            _let_go(visit, "released", by=by, now=now)
            changed[CONFIRMED].append(visit)
    for kind, which in changed.items():
        _say(which, kind, now=now)
    held = [visit for visit in visits if visit.hold]
    _see_to_call(patient, held, outcome, now=now)
    return len(held)


def keep(*, appointment: Appointment, by: User, is_pt: bool, now: datetime) -> Appointment:
    """Let a visit on hold take place as booked, whatever the level, and tell the patient; return it.

    It was the PT's to decide; another outcome holds it again. Raises NotYours for anybody but a PT, WrongState for a
    visit that is not to come.
    """
    if not is_pt:
        raise NotYours
    with act_for(appointment.patient_id):
        visit = lock_appointment(appointment.pk)
        if not visit.hold:
            return visit
        if visit.block.state not in TO_COME:
            raise WrongState
        visit.kept_at = now
        _let_go(visit, "kept", by=by, now=now)
        _say([visit], CONFIRMED, now=now)
        close_call(visit.patient, now=now)
        return visit


def follow_mode(*, visit: Appointment, by: User | None, now: datetime) -> None:
    """Let a visit go on that waited only because it was by video, now that it is in person and nothing else holds it.

    No decision of a PT is passed over: a level that asks for an exam in person asks for no more than that. Call it in
    the transaction that changed the mode, the patient locked.
    """
    if visit.hold != Hold.IN_PERSON:
        return
    outcome = standing(patient=visit.patient)
    if outcome is None or still_to_call(patient=visit.patient) or hold_for(outcome.booking, visit.mode):
        return
    _let_go(visit, "released", by=by, now=now)
    close_call(visit.patient, now=now)


def follow_call(*, call: Call, now: datetime) -> None:
    """Ask again when the call about visits on hold was finished and nothing was decided."""
    if call.reason != Call.Reason.HELD or call.patient is None:
        return
    outcome, held = standing(patient=call.patient), _on_hold(call.patient, now)
    if outcome is not None and held:
        _see_to_call(call.patient, held, outcome, now=now)


def release_after(visits: list[Appointment], *, by: User | None, now: datetime) -> None:
    """Let visits go on that nothing of their patient's holds any more, and tell the patients; they are locked."""
    for visit in visits:
        _let_go(visit, "released", by=by, now=now)
    for patient in {visit.patient_id for visit in visits}:
        _say([visit for visit in visits if visit.patient_id == patient], CONFIRMED, now=now)


def hold_for(booking: str, mode: str) -> str:
    """Return how a booking gate holds a visit in a mode; "" when it does not."""
    if booking in (BookingGate.NOT_OFFERED, BookingGate.AFTER_MEDICAL_REVIEW, BookingGate.HELD):
        return Hold.TALK
    if booking == BookingGate.CONSULT_FLAGGED and mode == Mode.TELEHEALTH:
        return Hold.IN_PERSON
    return ""


def _wanted(visit: Appointment, outcome: Outcome, *, decided: bool) -> str:
    """Return how a visit is to be held; one that a PT has kept only by what was written since."""
    if visit.kept_at is None:
        return hold_for(outcome.booking, visit.mode)
    since = standing(patient=visit.patient, after=visit.kept_at)
    # A PT who has kept this visit and then writes the level down has not changed their mind, but for an emergency.
    if since is None or (decided and since.booking != BookingGate.NOT_OFFERED):
        return ""
    return hold_for(since.booking, visit.mode)


def close_call(patient: Patient, *, now: datetime) -> None:
    """End the call about a patient's visits on hold once none is left."""
    if not _on_hold(patient, now):
        calls.close_for(subject_uid=patient.uid, reason=Call.Reason.HELD, outcome=Call.Outcome.ANSWERED, now=now)


def _on_hold(patient: Patient, now: datetime) -> list[Appointment]:
    visits = Appointment.objects.filter(patient=patient, block__state__in=TO_COME, block__ends_at__gt=now)
    return list(visits.exclude(hold="").select_related("block"))


def _put(visit: Appointment, hold: str, *, by: User | None, now: datetime) -> None:
    visit.hold, visit.held_at, visit.kept_at = hold, now, None
    visit.save(update_fields=["hold", "held_at", "kept_at"])
    record(visit, "on_hold", by=by, details={"hold": hold}, now=now)


def _let_go(visit: Appointment, how: str, *, by: User | None, now: datetime) -> None:
    visit.hold, visit.held_at = "", None
    visit.save(update_fields=["hold", "held_at", "kept_at"])
    record(visit, how, by=by, now=now)


def _say(visits: list[Appointment], kind: str, *, now: datetime) -> None:
    """Tell the patient once, about the first of these visits; the letter speaks of the others. No older one says otherwise."""
    for visit in visits:
        outbox.drop(subject_uid=visit.uid, now=now)
    first = None
    if visits:
        first = min(visits, key=lambda visit: visit.block.starts_at)
        first.sequence += 1
        first.save(update_fields=["sequence"])
        tell(first, kind, now=now)
    if kind == CONFIRMED:
        for visit in visits:
            if visit is not first:  # whom `tell` has reminded of already
                remind(visit, now=now)


def _settle_flag(visit: Appointment, outcome: Outcome, *, decided: bool, now: datetime) -> None:
    """Flag a visit as its gate would now; one that was booked before the check is screened once the check is enough."""
    flag = _FLAGGED if outcome.booking == BookingGate.CONSULT_FLAGGED else ""
    if visit.flag == UNSCREENED:
        gate = gate_for_patient(patient=visit.patient, service=visit.service, mode=visit.mode, now=now)
        if gate.answer == Answer.CHECK_FIRST or gate.unscreened:
            return
        calls.close_for(subject_uid=visit.uid, reason=Call.Reason.UNSCREENED, outcome=Call.Outcome.ANSWERED, now=now)
        visit.screening = outcome.screening
    elif flag == visit.flag or not (flag or decided):
        return
    visit.flag = flag
    visit.save(update_fields=["flag", "screening"])


def _see_to_call(patient: Patient, held: list[Appointment], outcome: Outcome, *, now: datetime) -> None:
    """Have a PT decide about what is on hold: by when the call about the level is due, and before the first visit."""
    if not held:
        close_call(patient, now=now)
        return
    first = min(visit.block.starts_at for visit in held)
    due_at = outcome.call_due_at
    if due_at is None or due_at <= now:
        due_at = opening.due_after(minutes=DECIDE_MINUTES, now=now)
    calls.open_call(
        reason=Call.Reason.HELD,
        subject_uid=patient.uid,
        due_at=max(now, min(due_at, first - timedelta(hours=1))),
        name=patient.name,
        phone=outcome.screening.phone or patient.phone,
        patient=patient,
        for_pt=True,
        now=now,
    )
