"""A small clinic for the tests of the diary: one location with rooms, two PTs, one service in three modes."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from booking import diary
from booking.availability import Slot
from booking.models import Appointment
from clinic.models import Location, Patient, Practitioner, Room, Service, TravelZone, ZonePostalCode
from tests.factories import (
    make_clinic,
    make_licence,
    make_location,
    make_patient,
    make_practitioner,
    make_room,
    make_service,
    make_service_mode,
    make_working_hours,
)

# The day after `factories.NOW`.
WEDNESDAY = date(2026, 11, 25)


@dataclass
class House:
    """What a test refers to. Everybody works Monday to Friday, 8:00 to 12:00, in every mode."""

    location: Location
    rooms: list[Room]
    dana: Practitioner
    jun: Practitioner
    service: Service

    def slot(self, wall: str = "09:00", *, mode: str = "in_clinic", **values: Any) -> Slot:
        where = self.location.pk if mode == "in_clinic" else None
        return Slot(local(wall), **{"practitioner_id": self.dana.pk, "location_id": where, "mode": mode, **values})

    def booking(self, wall: str = "09:00", *, mode: str = "in_clinic", **values: Any) -> dict[str, Any]:
        """The arguments of a booking, without `now`."""
        defaults: dict[str, Any] = {
            "submission": uuid.uuid4(),
            "service": self.service,
            "mode": mode,
            "start": local(wall),
            "practitioner": self.dana,
            "location": self.location if mode == "in_clinic" else None,
        }
        if mode == "telehealth":
            defaults |= {"state_then": "AK", "time_zone": "America/Anchorage"}
        if mode == "mobile":
            defaults |= {"address": "7310 Boundary Avenue", "postal_code": "99504"}
        if "patient" not in values:
            values["patient"] = make_patient()
        return {**defaults, **values}

    def book(self, wall: str = "09:00", *, now: datetime, **values: Any) -> Appointment:
        return diary.book(**self.booking(wall, **values), now=now)


def make_house(*, rooms: int = 2, **offers: Any) -> House:
    """Build it; `offers` are values for the service in all of its modes."""
    make_clinic()
    location = make_location(name="Midtown clinic")
    dana, jun = make_practitioner(position=1), make_practitioner(given_name="Jun", family_name="Park", position=2)
    service = make_service(modes=())
    for mode in ("in_clinic", "mobile", "telehealth"):
        make_service_mode(
            service=service,
            mode=mode,
            practitioners=(dana, jun),
            **{"buffer_after_minutes": 0, "room_kind": "treatment" if mode == "in_clinic" else "", **offers},
        )
    for person in (dana, jun):
        make_licence(person)
        make_working_hours(person, location)
    ZonePostalCode.objects.create(zone=TravelZone.objects.create(name="East"), code="99504")
    return House(location, [make_room(location) for _ in range(rooms)], dana, jun, service)


def local(wall: str, day: date = WEDNESDAY, zone: str = "America/Anchorage") -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), ZoneInfo(zone)).astimezone(UTC)


def other_patient(**values: Any) -> Patient:
    return make_patient(given_name="Casey", family_name="Ahtuangaruak", **values)
