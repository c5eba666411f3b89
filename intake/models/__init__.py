"""Tables of the intake, a file per subject."""

from intake.models.guides import Guide, GuideRequest
from intake.models.requests import Request
from intake.models.screenings import BookingGate, BriefRead, CallDue, Finding, Level, Outcome, Screening

__all__ = [
    "BookingGate",
    "BriefRead",
    "CallDue",
    "Finding",
    "Guide",
    "GuideRequest",
    "Level",
    "Outcome",
    "Request",
    "Screening",
]
