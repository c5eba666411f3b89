"""Tables of the intake, a file per subject."""

from intake.models.guides import Guide, GuideRequest
from intake.models.handovers import HandOver
from intake.models.requests import Request
from intake.models.screenings import BookingGate, BriefRead, CallDue, Clearance, Finding, Level, Outcome, Screening
from intake.models.texts import ReceivedText

__all__ = [
    "BookingGate",
    "BriefRead",
    "CallDue",
    "Clearance",
    "Finding",
    "Guide",
    "GuideRequest",
    "HandOver",
    "Level",
    "Outcome",
    "ReceivedText",
    "Request",
    "Screening",
]
