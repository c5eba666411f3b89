"""A PT whose own calendar is read: it keeps some late afternoons free of visits."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.models import Block, OwnCalendar, TimeOff
from clinic.models import Practitioner

# Where nobody answers, ever; so the demo does not ask there either.
ADDRESS = "https://calendar.example/jun/busy.ics"
NEVER = timedelta(days=3650)


def read(person: Practitioner, today: date, zone: ZoneInfo, *, now: datetime) -> None:
    """Write what the calendar said twenty minutes ago: an hour on some days, where no visit is."""
    at = now - timedelta(minutes=20)
    OwnCalendar.objects.create(practitioner=person, address=ADDRESS, next_at=now + NEVER, read_at=at, whole_at=at)
    for offset in range(0, 12, 2):
        start = datetime.combine(today + timedelta(days=offset), time(15, 30), zone)
        end = start + timedelta(hours=1)
        if not Block.objects.filter(practitioner=person, busy_from__lt=end, busy_until__gt=start).exists():
            TimeOff.objects.create(practitioner=person, starts_at=start, ends_at=end, imported=True)
