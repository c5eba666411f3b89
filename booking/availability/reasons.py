"""Why a time is not offered, each reason with words for patients and staff. Pure."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reason(StrEnum):
    """One rule that a time breaks; a time that breaks none is offered."""

    MODE = "mode"
    NOT_ONLINE = "not_online"
    NEW_PATIENT = "new_patient"
    LICENCE = "licence"
    CLOSED = "closed"
    NOT_WORKING = "not_working"
    BREAK = "break"
    WALK_IN = "walk_in"
    AWAY = "away"
    BUSY_ELSEWHERE = "busy_elsewhere"
    OFF_GRID = "off_grid"
    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    DAY_FULL = "day_full"
    TAKEN = "taken"
    NO_ROOM = "no_room"
    ROAD = "road"


# Somebody else has the time: only a deliberate overlap with a reason goes over these.
CLASHES = frozenset({Reason.TAKEN, Reason.NO_ROOM})
# Others were faster: a patient who picked such a time is told that it has just gone, and shown the next ones.
GONE = CLASHES | {Reason.DAY_FULL, Reason.ROAD}
# Nobody may go over these: without a licence in the patient's state a visit by video is against the law.
HARD = frozenset({Reason.LICENCE})

_WORDS: dict[Reason, Promise] = {
    Reason.MODE: _("This kind of visit is not offered this way or with this person."),
    Reason.NOT_ONLINE: _("This kind of visit cannot be booked online. Please call us."),
    Reason.NEW_PATIENT: _("This kind of visit is for people who have been here before."),
    Reason.LICENCE: _("No license for the state the patient will be in on that day."),
    Reason.CLOSED: _("We are closed on that day."),
    Reason.NOT_WORKING: _("Outside this person's working hours for this kind of visit."),
    Reason.BREAK: _("This person has a break then."),
    Reason.WALK_IN: _("That time is kept for people who walk in."),
    Reason.AWAY: _("This person is away then."),
    Reason.BUSY_ELSEWHERE: _("This person is busy then, says their own calendar."),
    Reason.OFF_GRID: _("Visits do not start at that minute."),
    Reason.PAST: _("That time has passed."),
    Reason.NOTICE: _("That is too soon for this kind of visit."),
    Reason.HORIZON: _("That is too far ahead to book yet."),
    Reason.DAY_FULL: _("This person has as many visits of this kind on that day as the limit allows."),
    Reason.TAKEN: _("That time is taken."),
    Reason.NO_ROOM: _("No room is free then."),
    Reason.ROAD: _("The road before or after leaves too little time."),
}


def in_words(reason: Reason) -> str:
    """Say a reason in the language of the reader."""
    return str(_WORDS[reason])
