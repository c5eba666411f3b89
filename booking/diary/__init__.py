"""The diary's acts: the only code that writes blocks, appointments and their events.

Each act is one transaction. It takes its locks in one order (`booking.diary.locks`), asks the slot engine under the
locks, and writes the block, the appointment, what happened, the audit event and the messages together, or nothing.
Should two get past the locks all the same, the database's own rules on `Block` let one of them through.
"""

from booking.diary.bookings import book
from booking.diary.cancels import cancel
from booking.diary.confirms import confirm, unconfirm
from booking.diary.fees import late_fee, no_show_fee, waive
from booking.diary.holding import follow_call, follow_level, keep
from booking.diary.holds import expire_holds, hold, release
from booking.diary.joins import cannot_join, join, send_link
from booking.diary.lateness import Told, affected, run_late
from booking.diary.modes import change_mode
from booking.diary.moves import move
from booking.diary.states import arrive, no_show, seen, undo
from booking.diary.undoing import undo_cancel
from booking.diary.walk_ins import walk_in
from booking.errors import (
    AdultNeeded,
    Costs,
    DiaryError,
    NotAgreed,
    NotCleared,
    NotLicensed,
    NotYours,
    OutsideArea,
    PatientBusy,
    PriceChanged,
    SlotRefused,
    SlotTaken,
    TooMany,
    TooOften,
    TryAgain,
    WrongState,
)

__all__ = [
    "AdultNeeded",
    "Costs",
    "DiaryError",
    "NotAgreed",
    "NotCleared",
    "NotLicensed",
    "NotYours",
    "OutsideArea",
    "PatientBusy",
    "PriceChanged",
    "SlotRefused",
    "SlotTaken",
    "Told",
    "TooMany",
    "TooOften",
    "TryAgain",
    "WrongState",
    "affected",
    "arrive",
    "book",
    "cancel",
    "cannot_join",
    "change_mode",
    "confirm",
    "expire_holds",
    "follow_call",
    "follow_level",
    "hold",
    "join",
    "keep",
    "late_fee",
    "move",
    "no_show",
    "no_show_fee",
    "release",
    "run_late",
    "seen",
    "send_link",
    "unconfirm",
    "undo",
    "undo_cancel",
    "waive",
    "walk_in",
]
