"""Who comes without a booking and is seen now."""

import uuid
from datetime import datetime

from booking.diary.bookings import book
from booking.diary.locks import act
from booking.diary.states import arrive
from booking.models import Appointment, Block
from clinic.models import Location, Mode, Patient, Practitioner, Service, User
from intake.models import Screening


def walk_in(
    *,
    submission: uuid.UUID,
    patient: Patient,
    service: Service,
    start: datetime,
    practitioner: Practitioner,
    location: Location,
    screening: Screening | None = None,
    flag: str = "",
    by: User,
    override_reason: str = "",
    overlap_reason: str = "",
    now: datetime,
) -> Appointment:
    """Book a visit at the clinic for somebody who is here, write that they have arrived, and return it.

    As `diary.book` for staff, with its errors, under the same locks. Notice and the minutes at which visits start do
    not bind it; every other rule does, unless it is gone over with a reason. The same `submission` returns the visit
    that it made before, as it is by now.
    """
    with act():
        visit = book(
            submission=submission,
            patient=patient,
            service=service,
            mode=Mode.IN_CLINIC,
            start=start,
            practitioner=practitioner,
            location=location,
            screening=screening,
            source=Appointment.Source.WALK_IN,
            flag=flag,
            by=by,
            override_reason=override_reason,
            overlap_reason=overlap_reason,
            now=now,
        )
        if visit.block.state != Block.State.BOOKED:
            return visit
        return arrive(appointment=visit, by=by, now=now)
