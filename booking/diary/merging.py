"""What a merge of two patients does to their visits: they follow all levels from then on, and go back as they were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from booking import unscreened
from booking.diary.holding import TO_COME, close_call, follow_level, hold_for, release_after
from booking.diary.locks import lock_appointment
from booking.models import Appointment
from clinic import calls
from clinic.models import Call, Patient, PatientMerge
from intake.gate import standing, still_to_call


def follow(merge: PatientMerge, now: datetime) -> list[list[Any]]:
    """Let the visits to come follow the levels of both records; return those that changed, as they were before.

    One call is about all that is on hold, so that of the old record ends.
    """
    was = _states(merge.kept, now)
    calls.close_for(subject_uid=merge.gone.uid, reason=Call.Reason.HELD, outcome=Call.Outcome.ANSWERED, now=now)
    follow_level(patient=merge.kept, now=now)
    changed = _states(merge.kept, now)
    return [[pk, *before] for pk, before in was.items() if changed.get(pk) != before]


def against(merge: PatientMerge) -> str:
    """Say that a visit was booked since which rests on what would go back."""
    visits, screenings = merge.moved.get("booking.Appointment", []), merge.moved.get("intake.Screening", [])
    requests = merge.moved.get("intake.Request", [])
    rests = Q(screening__in=screenings) | Q(request__in=requests)
    mixed = Appointment.objects.filter(rests, patient=merge.kept_id, created_at__gt=merge.at).exclude(pk__in=visits)
    return _("A visit was booked since that rests on what would go back.") if mixed.exists() else ""


def back(merge: PatientMerge, notes: Sequence[Sequence[Any]] | None, now: datetime) -> None:
    """Let visits go on that only the other record's level held, and have each record's follow its own again."""
    released = []
    for pk, hold, flag, screening in notes or []:
        visit = lock_appointment(pk)
        if visit.block.state not in TO_COME:
            continue
        if (visit.flag, visit.screening_id) != (flag, screening):
            visit.flag, visit.screening_id = flag, screening
            visit.save(update_fields=["flag", "screening"])
            if flag == unscreened.FLAG:
                unscreened.call_before(appointment=visit, now=now)
        if visit.hold and hold and visit.hold != hold:
            visit.hold = hold
            visit.save(update_fields=["hold"])
        if visit.hold and not hold and not _own_hold(visit):
            released.append(visit)
    release_after(released, by=merge.undone_by, now=now)
    for patient in (merge.kept, merge.gone):
        follow_level(patient=patient, now=now)
        close_call(patient, now=now)


def _own_hold(visit: Appointment) -> bool:
    outcome = standing(patient=visit.patient)
    return still_to_call(patient=visit.patient) or bool(outcome and hold_for(outcome.booking, visit.mode))


def _states(patient: Patient, now: datetime) -> dict[int, list[Any]]:
    visits = Appointment.objects.filter(patient=patient, block__state__in=TO_COME, block__ends_at__gt=now)
    return {pk: rest for pk, *rest in visits.order_by("pk").values_list("pk", "hold", "flag", "screening")}
