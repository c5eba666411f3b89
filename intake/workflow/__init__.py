"""The only writer of screenings: start, save a page, finish, mend a mistaken tap, add after the result, read, decide.

A screening is saved after each page, and the emergency rules run on what was answered, valid or not complete, before
anything else is looked at. An emergency ends the form at once. What the rules make of the answers is written once, as
an `Outcome` with its `Finding`s, and never worked out again.
"""

from intake.workflow.again import ask_again
from intake.workflow.answering import finish, judge_silent, leave_off, reopen, save_after_result, save_page, tapped
from intake.workflow.clearing import clear
from intake.workflow.deciding import decide, mark_read, stamp
from intake.workflow.errors import (
    AlreadyFinished,
    CannotAskAgain,
    NewerOutcome,
    NotAllowed,
    NotFinished,
    NothingToClear,
    WrongDay,
)
from intake.workflow.starting import Contact, age_on, start
from intake.workflow.telling import CHECK_AGAIN, CHECK_RESULT, CHECK_SAVED

__all__ = [
    "CHECK_AGAIN",
    "CHECK_RESULT",
    "CHECK_SAVED",
    "AlreadyFinished",
    "CannotAskAgain",
    "Contact",
    "NewerOutcome",
    "NotAllowed",
    "NotFinished",
    "NothingToClear",
    "WrongDay",
    "age_on",
    "ask_again",
    "clear",
    "decide",
    "finish",
    "judge_silent",
    "leave_off",
    "mark_read",
    "reopen",
    "save_after_result",
    "save_page",
    "stamp",
    "start",
    "tapped",
]
