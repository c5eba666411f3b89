"""The slot engine: working hours less closures, time off and what is taken. Values in, values out; no database.

The same core lists times, checks a booking and says why a time is not offered, so that a listed time can be booked and
no other. `booking.schedule` fills a `Calendar` from the database and calls it.
"""

from booking.availability.engine import (
    fallen_out,
    first_free,
    free_rooms,
    free_slots,
    least_to_do,
    lightest,
    nearest,
    place_of,
    refusal,
    well_formed,
)
from booking.availability.reasons import CLASHES, GONE, HARD, Reason, in_words
from booking.availability.roads import Roads, Site, Stay
from booking.availability.values import Calendar, Elsewhere, Person, Place, RoomUse, Rules, Shift, Slot

__all__ = [
    "CLASHES",
    "GONE",
    "HARD",
    "Calendar",
    "Elsewhere",
    "Person",
    "Place",
    "Reason",
    "Roads",
    "RoomUse",
    "Rules",
    "Shift",
    "Site",
    "Slot",
    "Stay",
    "fallen_out",
    "first_free",
    "free_rooms",
    "free_slots",
    "in_words",
    "least_to_do",
    "lightest",
    "nearest",
    "place_of",
    "refusal",
    "well_formed",
]
