"""Say of the blocks that are there where they take place, as far as that is known; the rest is judged with care."""

import re
from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from clinic.crypto import CannotDecrypt

_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\b")


def fill(apps: Any, _editor: Any) -> None:
    """Take the location from the room, the visit or the working hours, and the zone from the address."""
    _locations(apps)
    _zones(apps)


def _locations(apps: Any) -> None:
    block, room = apps.get_model("booking", "Block"), apps.get_model("clinic", "Room")
    visits, hours = apps.get_model("booking", "Appointment"), apps.get_model("booking", "WorkingHours")
    of_room = Subquery(room.objects.filter(pk=OuterRef("room_id")).values("location_id")[:1])
    block.objects.filter(room__isnull=False).update(location_id=of_room)
    of_visit = Subquery(visits.objects.filter(block_id=OuterRef("pk")).values("location_id")[:1])
    here = block.objects.filter(location__isnull=True, appointment__location__isnull=False)
    here.update(location_id=of_visit)
    works_at = defaultdict(set)
    for person, location in hours.objects.values_list("practitioner_id", "location_id").distinct().order_by():
        works_at[person].add(location)
    for person, locations in works_at.items():
        if len(locations) == 1:
            by_video = block.objects.filter(practitioner_id=person, location=None, appointment__mode="telehealth")
            by_video.update(location_id=locations.pop())


def _zones(apps: Any) -> None:
    """Read the postal codes of home visits from yesterday on: on those before no road depends any more.

    The fee stays nothing: what was shown when they were booked is not known.
    """
    codes = dict(apps.get_model("clinic", "ZonePostalCode").objects.values_list("code", "zone_id"))
    visits = apps.get_model("booking", "Appointment")
    at_home = visits.objects.filter(mode="mobile", block__ends_at__gt=timezone.now() - timedelta(days=1))
    for pk in list(at_home.values_list("pk", flat=True)):
        try:
            visit = visits.objects.select_related("block").get(pk=pk)
        except CannotDecrypt:
            continue
        found = [codes[code] for code in _ZIP.findall(visit.address) if code in codes]
        if found:
            visit.zone_id = visit.block.zone_id = found[-1]
            visit.save(update_fields=["zone"])
            visit.block.save(update_fields=["zone"])


class Migration(migrations.Migration):
    """Rows only: in one transaction with the new columns PostgreSQL would refuse it."""

    dependencies = [("booking", "0004_where_it_takes_place")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
