"""A visit as the board and the lists of a day show it: its state, its chips, how it is reached by video."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from booking import video
from booking.desk import shared
from booking.desk.drives import NO_DRIVES, Drives
from booking.diary.records import LATE
from booking.models import Appointment, AppointmentEvent, Block
from clinic import recipients, wording
from clinic.models import Mode
from clinic.spans import Span
from intake.desk.states import Chip, ScreeningState


@dataclass(frozen=True)
class Visit:
    """An appointment of the day with what the desk may see of its patient's screening."""

    appointment: Appointment
    state: ScreeningState
    # Of a visit by video whose patient has joined.
    waiting_since: datetime | None = None
    shares: tuple[Block, ...] = ()
    drives: Drives = NO_DRIVES
    # Of a visit by video: when the link to it last left, and whether somebody has to tell them how to join.
    link_sent_at: datetime | None = None
    needs_telling: bool = False
    # What the patient was told last of our running late.
    late: str = ""

    @property
    def block(self) -> Block:
        """Return its block."""
        return self.appointment.block

    @property
    def span(self) -> Span:
        """Return the time of the visit itself."""
        return Span(self.block.starts_at, self.block.ends_at)

    @property
    def chips(self) -> list[Chip]:
        """Return the chips of the card: the screening's, while the visit is still to come, and an interpreter."""
        if self.block.state == Block.State.NO_SHOW:
            return []
        patient = self.appointment.patient
        chips = [] if self.block.state == Block.State.SEEN and not self.state.unread else list(self.state.chips)
        if self.block.state != Block.State.SEEN:
            chips = [*hold_chips(self.appointment), *chips]
        if self.waiting_since:
            chips = [waiting_chip(self.waiting_since), *chips]
        if self.shares:
            chips = [Chip("amber", "overlap", _("Shared time")), *chips]
        if self.needs_telling and self.block.state == Block.State.BOOKED:
            chips.append(Chip("amber", "phone", _("Tell them how to join")))
        if self.late and self.block.state == Block.State.BOOKED:
            chips.append(Chip("", "clock", self.late))
        if patient.no_contact:
            chips = [Chip("red", "no", _("Do not contact")), *chips]
        if patient.interpreter:
            chips.append(Chip("", "talk", patient.spoken_language or "Interpreter"))
        return chips

    @property
    def notes(self) -> list[str]:
        """Return what stands on paper of it: what has to be done, and no level of a screening."""
        if self.block.state in (Block.State.SEEN, Block.State.NO_SHOW):
            return []
        patient, state = self.appointment.patient, self.state
        said = [chip.words for chip in hold_chips(self.appointment)]
        said += [_("Call first")] if state.call_first else []
        said += [_("Not screened")] if state.outcome is None else []
        said += [_("Brief unread")] if state.unread else []
        said += [_("Unconfirmed")] if self.is_unconfirmed else []
        said += [_("Do not contact")] if patient.no_contact else []
        said += [_("Tell them how to join")] if self.needs_telling else []
        said += [_("Interpreter: %(language)s") % {"language": patient.spoken_language}] if patient.interpreter else []
        return [*said, self.shared_words] if self.shares else said

    @property
    def shared_words(self) -> str:
        """Say with whom the time or the room is shared on purpose, and why; "" for a time of its own."""
        return shared.in_words(self.block, self.shares)

    @property
    def is_unconfirmed(self) -> bool:
        """Say whether it is still to come and nobody has said that the patient comes."""
        return self.block.state == Block.State.BOOKED and self.appointment.confirmed_at is None

    @property
    def state_words(self) -> str:
        """Return its state in a word, as the card has it."""
        if self.block.state == Block.State.BOOKED:
            return _("Unconfirmed") if self.is_unconfirmed else _("Confirmed")
        return str(self.block.get_state_display()).capitalize()

    @property
    def can_send_link(self) -> bool:
        """Say whether the link to a visit by video may be sent once more; the act looks again."""
        return (
            self.has_room
            and not self.appointment.hold
            and self.block.state in (Block.State.BOOKED, Block.State.ARRIVED)
        )

    @property
    def has_room(self) -> bool:
        """Say whether it takes place in a room of its own, by video."""
        return self.appointment.mode == Mode.TELEHEALTH and video.has_rooms()


def needs_telling(visit: Appointment, *, stopped: bool) -> bool:
    """Say whether a patient has to be told how to join: no room, or no way to write the link. `stopped` is of texts."""
    if visit.mode != Mode.TELEHEALTH:
        return False
    stops = {visit.patient.phone} if stopped else set()
    return not video.has_rooms() or not recipients.ways_to_write(visit.patient, stopped=stops)


def happened(visits: Iterable[Appointment]) -> tuple[dict[int, datetime], dict[int, str]]:
    """Return by the key of a visit since when its patient waits by video, and what they were told of our running late.

    Of the time that the visit has now: what was before a move is left out. One query.
    """
    by_key = {visit.pk: visit for visit in visits}
    waiting: dict[int, datetime] = {}
    late: dict[int, str] = {}
    events = AppointmentEvent.objects.filter(appointment__in=by_key, act__in=(LATE, Block.State.ARRIVED, "joined"))
    for event in events.order_by("pk"):
        visit, kept = by_key[event.appointment_id], event.details
        if event.act == LATE and kept.get("of") == visit.block.starts_at.isoformat():
            words = _("Told: %(minutes)d min late") if kept.get("ways") else _("Call: %(minutes)d min late")
            late[visit.pk] = words % {"minutes": kept["minutes"]}
        by_video = visit.mode == Mode.TELEHEALTH and visit.block.state == Block.State.ARRIVED
        if by_video and kept.get("join") and event.at >= video.opens_at(visit):
            waiting.setdefault(visit.pk, event.at)
    return waiting, late


def waiting_chip(since: datetime) -> Chip:
    """Return the chip of a patient who has joined by video: for the desk the state alone."""
    at = wording.clock(timezone.localtime(since))
    return Chip("ok", "telehealth", _("In the waiting room since %(at)s") % {"at": at})


def hold_chips(visit: Appointment) -> list[Chip]:
    """Return the chip of a visit on hold: in a word, with a shape of its own."""
    words = {Appointment.Hold.TALK: _("On hold: a PT decides"), Appointment.Hold.IN_PERSON: _("On hold: not by video")}
    return [Chip("red", "hold", words[Appointment.Hold(visit.hold)])] if visit.hold else []
