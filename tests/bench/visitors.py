"""Patients on the way to a booking: a check done an hour ago, and the cookie of the browser that did it."""

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpResponse

from clinic import links
from intake.models import Screening
from tests import factories
from tests.bench.crowd import Crowd

# Any 32 letters and digits will do: a browser sends back the cookie that it was given.
TOKEN = "a1b2c3d4" * 4


def checked(here: Crowd) -> Screening:
    """Somebody new, all clear."""
    number = uuid.uuid4().hex[:12]
    patient = factories.make_patient(family_name=f"Oquendo {number}", email=f"{number}@runner.example")
    ago = here.now - timedelta(hours=1)
    screening = factories.make_screening(
        patient=patient,
        contact={"name": "Casey Tran", "email": patient.email, "phone": patient.phone},
        place_state="AK",
        time_zone="America/Anchorage",
        started_at=ago,
        saved_at=ago,
        finished_at=ago,
    )
    factories.make_outcome(screening=screening, created_at=ago)
    return screening


def cookies(row: Any, purpose: str = "check") -> dict[str, str]:
    """What the browser sends that holds a row: the pass, and the token of its forms."""
    response = HttpResponse()
    links.remember(response, row=row, purpose=purpose, birth_date_given=True)
    return {"csrftoken": TOKEN} | {name: morsel.value for name, morsel in response.cookies.items()}
