"""A service with a rule on late fees, and a visit booked under it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from booking.models import Appointment, Fee
from booking.terms import terms_of
from clinic.models import Service
from tests.booking.house import House
from tests.factories import NOW

RULE: dict[str, Any] = {"late_hours": 4, "late_fee": Decimal(40), "no_show_fee": Decimal(75)}


def set_rule(service: Service, **values: Any) -> Service:
    """Give a service the rule: late from 4 hours before, $40, and $75 for not coming."""
    for name, value in (RULE | values).items():
        setattr(service, name, value)
    service.save()
    return service


def book_under_rule(house: House, wall: str = "09:00", *, now: datetime = NOW, **values: Any) -> Appointment:
    """Book a visit whose patient has accepted the rule of the service."""
    if not house.service.late_fee:
        set_rule(house.service)
    return house.book(wall, terms=terms_of(house.service), now=now, **values)


def fees(visit: Appointment) -> list[tuple[str, str, str]]:
    """Kind, amount and what became of each fee of a visit."""
    rows = Fee.objects.filter(appointment=visit).order_by("pk")
    return [
        (row.kind, str(row.amount), "waived" if row.waived_at else "taken back" if row.taken_back_at else "owed")
        for row in rows
    ]
