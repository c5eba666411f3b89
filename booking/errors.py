"""What can go wrong in the diary, each with words for the person who asked."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from booking.availability import Reason, in_words
from booking.models import Appointment
from intake.gate import Gate


class DiaryError(Exception):
    """An act was not done, and nothing was changed; `message` says why."""

    message: str | Promise = ""

    def __init__(self, message: str | Promise = "") -> None:
        self.message = message or self.message
        super().__init__(str(self.message))


class SlotTaken(DiaryError):
    """Somebody else has the time, its last room, or got it a moment earlier."""

    message = _("That time has just gone.")


class Unseen(SlotTaken):
    """Only the database saw who has it: they wrote past the locks, after the act had looked."""


class SlotRefused(DiaryError):
    """The time is not offered; `reasons` say why."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(in_words(reason) for reason in self.reasons))


class WrongState(DiaryError):
    """The visit is not in a state in which this can be done."""

    message = _("That cannot be done with this visit any more.")


class PatientBusy(DiaryError):
    """The patient has another visit at that time: `appointment`."""

    message = _("You already have a visit at that time.")

    def __init__(self, appointment: Appointment) -> None:
        self.appointment = appointment
        super().__init__()


class TooMany(DiaryError):
    """The patient has booked as many visits to come as one may book online: `appointments`."""

    message = _("Please call us to book more visits.")

    def __init__(self, appointments: Iterable[Appointment]) -> None:
        self.appointments = tuple(appointments)
        super().__init__()


class NotCleared(DiaryError):
    """What the patient's newest check says, or a call still to be made, forbids booking online: `gate` says which."""

    message = _("Please talk to us before you book.")

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        super().__init__()


class NotYours(DiaryError):
    """Only a PT decides about a visit on hold."""

    message = _("Only a PT can let this visit take place.")


class NotLicensed(DiaryError):
    """The practitioner may not treat somebody by video who is there now."""

    message = _("We may not treat you by video where you are now.")


class AdultNeeded(DiaryError):
    """Somebody under 18 has a visit by video only with an adult in the room."""

    message = _("Somebody under 18 needs an adult in the room.")


class TooOften(DiaryError):
    """Somebody has joined one visit by video more often than any trouble explains."""

    message = _("Please call us: we help you to join.")


class NotAgreed(DiaryError):
    """Nobody has agreed to a visit by video yet."""

    message = _("Agree to a visit by video first.")


class OutsideArea(DiaryError):
    """We make no home visits at that postal code."""

    message = _("We do not make home visits there. A visit by video may suit you.")


class PriceChanged(DiaryError):
    """The visit costs something else than the patient was told."""

    message = _("The price has changed. Nothing was changed: please look at it once more.")


class Costs(DiaryError):
    """Cancelling costs the patient `fee`, which is more than they were shown."""

    message = _("Cancelling now costs a fee. Please read what it costs and press the button again.")

    def __init__(self, fee: Decimal) -> None:
        self.fee = fee
        super().__init__()


class TryAgain(DiaryError):
    """The diary was busy for too long."""

    message = _("We are very busy right now. Nothing was changed. Please try again in a moment.")
