"""A browser on the way to a booking: its check, its addresses, and what it sends."""

import gzip
import re
import uuid
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from booking.models import Appointment
from booking.picked import button, write_start
from clinic import links
from clinic.models import Patient
from intake.models import Screening
from tests.booking.house import WEDNESDAY, House, local
from tests.factories import NOW, make_outcome, make_patient, make_screening

WHERE = {
    "in_clinic": {"place": "{place}"},
    "mobile": {"zip": "99504"},
    "telehealth": {"state": "AK", "zone": "America/Anchorage"},
}
ADDRESS = {"street": "7310 Boundary Avenue", "city": "Anchorage", "access_notes": "Dog: side gate."}


def holds(client: Client, row: Any, purpose: str) -> None:
    """Let a browser hold a row, as if it had just made it or opened its link."""
    response = HttpResponse()
    links.remember(response, row=row, purpose=purpose, birth_date_given=True)
    for name, morsel in response.cookies.items():
        client.cookies[name] = morsel.value


def checked(client: Client, *, patient: Patient | None = None, level: str = "mechanical", **outcome: Any) -> Screening:
    """Let a browser have filled in the check an hour before NOW."""
    patient = patient or make_patient()
    typed = {"name": "Casey Tran", "email": "casey@runner.example", "phone": "+19075550118", "texts_ok": True}
    screening = make_screening(patient=patient, contact=typed, place_state="AK", time_zone="America/Anchorage")
    make_outcome(screening=screening, level=level, **outcome)
    holds(client, screening, "check")
    return screening


def times_url(house: House, mode: str = "in_clinic", **query: str) -> str:
    where = {} if mode == "in_clinic" else WHERE[mode]
    return f"/book/{house.service.slug}/?{urlencode({'mode': mode, **where, **query})}"


def slot_value(house: House, wall: str = "09:00", *, mode: str = "in_clinic", day: date = WEDNESDAY) -> str:
    return button(local(wall, day), house.dana.slug, house.location.slug if mode == "in_clinic" else "")


def check_url(
    house: House, wall: str = "09:00", *, mode: str = "in_clinic", day: date = WEDNESDAY, **query: str
) -> str:
    where = {name: value.format(place=house.location.slug) for name, value in WHERE[mode].items()}
    place = {"place": where.pop("place")} if mode == "in_clinic" else {}
    query = {"mode": mode, **place, "with": house.dana.slug, **where, "start": write_start(local(wall, day)), **query}
    return f"/book/{house.service.slug}/check/?{urlencode({name: value for name, value in query.items() if value})}"


def answers(mode: str = "in_clinic", **values: Any) -> dict[str, Any]:
    """What the last page is sent with; None leaves a field out."""
    sent: dict[str, Any] = {"submission": str(uuid.uuid4()), "agree": "on"}
    if mode == "mobile":
        sent |= ADDRESS
    if mode == "telehealth":
        sent["telehealth"] = "on"
    return {name: value for name, value in (sent | values).items() if value is not None}


def visit_link(visit: Appointment) -> str:
    return links.make(row=visit, purpose="visit")


def text(response: Any) -> str:
    """The words of a page."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)
    html = main.group(0) if main else response.content.decode()
    return re.sub(r" (?=[.,])", "", " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()))


def anonymous(response: Any) -> str:
    """A page without what differs from one showing to the next."""
    html = re.sub(r'name="(csrfmiddlewaretoken|submission|row)" value="[^"]*"', r'name="\1"', response.content.decode())
    return re.sub(r'(name="(?:csrfmiddlewaretoken|submission|row)")[^>]*', r"\1", html)


def buttons(response: Any) -> list[str]:
    """What the buttons of the times say, each once, in order."""
    return list(dict.fromkeys(re.findall(r'name="slot" value="([^"]*)"', response.content.decode())))


def weight(response: Any) -> int:
    """The bytes that go over the line."""
    return len(gzip.compress(response.content, 6))


def later(**delta: float) -> datetime:
    return NOW + timedelta(**delta)
