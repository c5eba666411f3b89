"""Tables of the diary, a file per subject."""

from booking.models.appointments import Appointment, AppointmentEvent, AppointmentQuerySet
from booking.models.blocks import LIVE, LONGEST, Block
from booking.models.busy import OwnCalendar
from booking.models.fees import Fee
from booking.models.video import VideoJoin
from booking.models.working_hours import TimeOff, WorkingHours

__all__ = [
    "LIVE",
    "LONGEST",
    "Appointment",
    "AppointmentEvent",
    "AppointmentQuerySet",
    "Block",
    "Fee",
    "OwnCalendar",
    "TimeOff",
    "VideoJoin",
    "WorkingHours",
]
