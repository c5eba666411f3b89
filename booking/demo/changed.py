"""Icy roads: somebody has changed a visit at the clinic to video by link, and the desk one by video to the clinic."""

from datetime import datetime, timedelta

from booking import diary
from booking.demo.house import House
from booking.models import Appointment, Block
from clinic.models import Mode


def change_some(made: House, *, now: datetime) -> None:
    """Change a visit to come each way: the first that can be had the other way at its own time."""
    jo = made.users["jo"]
    _change(Mode.IN_CLINIC, Mode.TELEHEALTH, {"state_then": "AK", "time_zone": "America/Anchorage"}, now=now)
    _change(Mode.TELEHEALTH, Mode.IN_CLINIC, {"location": made.midtown, "by": jo}, now=now)


def _change(before: Mode, after: Mode, given: dict[str, object], *, now: datetime) -> None:
    # Not those of the next days: they are what the board shows.
    coming = Appointment.objects.filter(
        mode=before, hold="", block__state=Block.State.BOOKED, block__starts_at__gt=now + timedelta(days=2)
    ).exclude(events__act="mode_changed")
    for visit in coming.select_related("block__practitioner").order_by("block__starts_at"):
        try:
            diary.change_mode(
                appointment=visit,
                mode=after,
                practitioner=visit.block.practitioner,
                now=now - timedelta(minutes=50),
                **given,  # type: ignore[arg-type]
            )
        except diary.DiaryError:
            continue
        return
