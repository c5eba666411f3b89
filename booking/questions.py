"""Asking the questions before a visit that was booked without them: in the message that says that it is booked."""

from datetime import datetime

from booking.diary.records import BOOKED
from booking.models import Appointment
from clinic import audit
from clinic.models import Message, User
from clinic.saying_more import say_more
from intake.invitations import invite
from intake.models import Screening

# In the context of that message: it leads to the questions, too.
ASKS = "asks"


def ask(*, appointment: Appointment, by: User | None = None, now: datetime) -> None:
    """Send the way to the questions, unless the patient has begun them: then the way back is on its way already.

    It goes with the message about the booking, or by one of its own where that has left, or there is none, as when
    somebody walks in.
    """
    begun = appointment.screening
    if begun is not None and begun.state == Screening.State.STARTED:
        return
    told = Message.objects.filter(subject_uid=appointment.uid, kind=BOOKED)
    if any(row.context.get(ASKS) for row in told):
        return
    patient = appointment.patient
    if say_more(subject_uid=appointment.uid, kind=BOOKED, context={ASKS: True}):
        audit.record(act="screening.invited", subject_uid=patient.uid, actor=by, now=now)
    else:
        invite(patient=patient, by=by, now=now)
