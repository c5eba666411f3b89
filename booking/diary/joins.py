"""A patient comes to a visit by video: who they are reached by, where they are, and that we may treat them there."""

import uuid
from datetime import datetime

from booking import video, watched
from booking.diary.locks import act, lock_appointment
from booking.diary.records import JOIN, record
from booking.errors import AdultNeeded, NotAgreed, NotLicensed, TooOften, WrongState
from booking.models import Appointment, Block, VideoJoin
from clinic import calls, outbox, recipients
from clinic.models import Call, Consent, Message, User
from clinic.patients import record_consents
from clinic.states import STATES

# A bad connection makes somebody join a few times; whoever does it more often fills our tables.
MOST = 20


def join(
    *,
    submission: uuid.UUID,
    appointment: Appointment,
    address: str,
    state: str,
    phone: str,
    contact_name: str,
    contact_phone: str,
    adult_name: str = "",
    agreed: bool = False,
    now: datetime,
) -> VideoJoin:
    """Let the patient into the waiting room, and write what they say; a visit that was booked has then arrived.

    `address` is where they are now and `state` its two letters, `phone` the number to call back. `adult_name` is who
    is in the room with a minor; `agreed` that they agree to a visit by video, which is asked once for each visit. The
    same `submission` returns the row that it made before.

    Raises WrongState unless the room is open (`video.door`), NotLicensed, AdultNeeded, NotAgreed, TooOften, TryAgain.
    """
    with act():
        visit = lock_appointment(appointment.pk)
        done = VideoJoin.objects.filter(submission=submission).first()
        if done is not None and done.appointment_id == visit.pk:
            return done
        if done is not None or video.door(visit, now=now) != video.Door.OPEN:
            raise WrongState
        if visit.joins.count() >= MOST:
            raise TooOften
        minor = video.is_minor(visit)
        _check(visit, state=state, adult_name=adult_name if minor else "", minor=minor, agreed=agreed, now=now)
        row = VideoJoin.objects.create(
            submission=submission,
            appointment=visit,
            at=now,
            address=address,
            state=state,
            phone=phone,
            contact_name=contact_name,
            contact_phone=contact_phone,
            minor=minor,
            adult_name=adult_name if minor else "",
            adult_here=minor,
        )
        if agreed:
            record_consents(
                subject_uid=visit.uid,
                texts={Consent.Kind.TELEHEALTH: video.CONSENT_VERSION},
                language=visit.patient.language,
                patient=visit.patient,
                given_by="adult in the room" if minor else "self",
                now=now,
            )
        _arrive(visit, row, now=now)
        calls.close_for(subject_uid=visit.uid, reason=Call.Reason.VIDEO, outcome=Call.Outcome.ANSWERED, now=now)
        words = [address, contact_name, row.adult_name]
        watched.watch(words=words, patient=visit.patient, subject_uid=visit.uid, phone=phone, now=now)
        return row


def cannot_join(*, appointment: Appointment, address: str, state: str, phone: str, now: datetime) -> Call:
    """Have the desk call somebody whom we may not treat by video where they are now: before the start, or at once.

    The call keeps a note of each place, but no more than somebody may join.
    """
    patient = appointment.patient
    waiting = Call.objects.open().filter(subject_uid=appointment.uid, reason=Call.Reason.VIDEO).first()
    if waiting is not None and waiting.notes.filter(by=None).count() >= MOST:
        return waiting
    place = STATES.get(state, "outside the United States")
    return calls.open_call(
        reason=Call.Reason.VIDEO,
        subject_uid=appointment.uid,
        due_at=max(now, appointment.block.starts_at),
        name=patient.name,
        phone=phone or patient.phone,
        patient=patient,
        note=f"Wants to join and is in {place}, where {appointment.block.practitioner} holds no license: {address}",
        now=now,
    )


def send_link(*, appointment: Appointment, by: User, now: datetime) -> int:
    """Send the patient the link to a visit by video once more; return in how many ways.

    Raises WrongState for a visit whose room will not open any more, or is shut.
    """
    with act():
        visit = lock_appointment(appointment.pk)
        if video.door(visit, now=now) not in (video.Door.EARLY, video.Door.OPEN):
            raise WrongState
        ways = recipients.ways_to_write(visit.patient)
        # Each time is a letter of its own: the one before may be what got lost.
        number = Message.objects.filter(subject_uid=visit.uid, kind=JOIN).count() + 1
        for channel, to in ways:
            outbox.post(
                kind=JOIN,
                channel=channel,
                subject_uid=visit.uid,
                sequence=number,
                to=to,
                language=visit.patient.language,
                patient=visit.patient,
                planned_at=now,
                not_after=video.closes_at(visit),
            )
        record(visit, "link_sent", by=by, details={"ways": len(ways)}, now=now)
        return len(ways)


def _check(visit: Appointment, *, state: str, adult_name: str, minor: bool, agreed: bool, now: datetime) -> None:
    if not video.is_licensed(visit, state, now=now):
        raise NotLicensed
    if minor and not adult_name:
        raise AdultNeeded
    if not agreed and not video.has_agreed(visit):
        raise NotAgreed


def _arrive(visit: Appointment, row: VideoJoin, *, now: datetime) -> None:
    """Write that they are here: the first time as the desk does, so that the desk can take it back."""
    was = visit.block.state
    if was != Block.State.BOOKED:
        record(visit, "joined", by=None, details={"join": str(row.uid)}, now=now)
        return
    visit.block.state = Block.State.ARRIVED
    visit.block.save(update_fields=["state"])
    record(visit, Block.State.ARRIVED, by=None, details={"from": was, "join": str(row.uid)}, now=now)
