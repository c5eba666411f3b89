"""Plain makers of rows with boring defaults; give what a test is about, leave the rest."""

import itertools
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from booking.models import WorkingHours
from clinic.models import (
    Call,
    Clinic,
    DutyShift,
    Licence,
    Location,
    Message,
    OpeningHours,
    Patient,
    Practitioner,
    Room,
    Service,
    ServiceMode,
    StandIn,
    User,
)
from intake.models import Guide, GuideRequest, Outcome, Request, Screening
from intake.screening import RULESET

# A Tuesday, 9:40 in the morning in Anchorage, where the demo clinic is open from 8:00 to 12:00 and 13:00 to 16:30.
NOW = datetime(2026, 11, 24, 18, 40, tzinfo=UTC)

_count = itertools.count(1)


def make_clinic(**values: Any) -> Clinic:
    """The one clinic; values change the row that is there."""
    defaults: dict[str, Any] = {
        "name": "Sidehill Physical Therapy",
        "short_name": "Sidehill",
        "phone": "+19075550142",
        "email": "desk@sidehill.example",
        "time_zone": "America/Anchorage",
        # Roads are in the tests that are about them.
        "road_minutes": 0,
        # So are reminders: elsewhere a visit has the letters of what was done with it.
        "remind_early_hours": 0,
        "remind_day_hours": 0,
        "remind_soon_hours": 0,
    }
    return Clinic.objects.update_or_create(pk=1, defaults={**defaults, **values})[0]


def make_location(*, open_hours: bool = True, **values: Any) -> Location:
    """A location, open weekdays 8:00 to 12:00 and 13:00 to 16:30 unless told otherwise."""
    number = next(_count)
    defaults: dict[str, Any] = {
        "name": f"Midtown {number}",
        "slug": f"midtown-{number}",
        "street": "2100 Birchline Ave, Suite 140",
        "city": "Anchorage",
        "state": "AK",
        "postal_code": "99503",
    }
    location = Location.objects.create(**{**defaults, **values})
    if open_hours:
        for weekday in range(5):
            for opens, closes in ((time(8), time(12)), (time(13), time(16, 30))):
                OpeningHours.objects.create(location=location, weekday=weekday, opens=opens, closes=closes)
    return location


def make_user(**values: Any) -> User:
    """A login of staff with e-mail and phone; `groups` are names."""
    number = next(_count)
    groups = values.pop("groups", ())
    defaults: dict[str, Any] = {
        "username": f"staff{number}",
        "password": "not a secret",
        "email": f"staff{number}@sidehill.example",
        "phone": f"+1907555{number % 10000:04d}",
        "first_name": "Jo",
        "last_name": "Bennett",
        "is_staff": True,
    }
    user = User.objects.create_user(**{**defaults, **values})
    user.groups.set(user.groups.model.objects.filter(name__in=groups))
    return user


def make_patient(**values: Any) -> Patient:
    """A patient with e-mail and phone."""
    number = next(_count)
    defaults: dict[str, Any] = {
        "given_name": "Ana",
        "family_name": "Oquendo",
        "birth_date": date(1984, 3, 14),
        "phone": f"+1907444{number % 10000:04d}",
        "email": f"ana{number}@runner.example",
    }
    return Patient.objects.create(**{**defaults, **values})


def make_message(**values: Any) -> Message:
    """A message that is due now."""
    defaults: dict[str, Any] = {
        "kind": "test",
        "channel": "email",
        "subject_uid": uuid.uuid4(),
        "to": "ana@runner.example",
        "planned_at": NOW,
    }
    return Message.objects.create(**{**defaults, **values})


def make_call(**values: Any) -> Call:
    """An open call, due in two hours."""
    defaults: dict[str, Any] = {
        "reason": "question",
        "subject_uid": uuid.uuid4(),
        "name": "Ana Oquendo",
        "phone": "+19075550118",
        "due_at": NOW + timedelta(hours=2),
        "created_at": NOW,
    }
    return Call.objects.create(**{**defaults, **values})


def make_duty(**values: Any) -> DutyShift:
    """A shift on Tuesday from 8:00 to 17:00."""
    if "user" not in values:
        values["user"] = make_user()
    return DutyShift.objects.create(**{"weekday": 1, "starts": time(8), "ends": time(17), **values})


def make_stand_in(**values: Any) -> StandIn:
    """Somebody is away on Tuesday 24 November, and nobody stands in."""
    if "user" not in values:
        values["user"] = make_user()
    day = date(2026, 11, 24)
    return StandIn.objects.create(**{"first_day": day, "last_day": values.get("first_day", day), **values})


def make_practitioner(**values: Any) -> Practitioner:
    """A practitioner who sees patients, without a login."""
    number = next(_count)
    defaults: dict[str, Any] = {
        "given_name": "Dana",
        "family_name": f"Reyes {number}",
        "slug": f"dana-{number}",
        "credentials": "DPT",
    }
    return Practitioner.objects.create(**{**defaults, **values})


def make_service(*, modes: tuple[str, ...] = ("in_clinic",), **values: Any) -> Service:
    """A service that can be booked, in each of the modes for an hour at 190; see `make_service_mode`."""
    number = next(_count)
    defaults: dict[str, Any] = {
        "name": f"First visit {number}",
        "slug": f"first-visit-{number}",
        "category": "physical_therapy",
    }
    service = Service.objects.create(**{**defaults, **values})
    for mode in modes:
        make_service_mode(service=service, mode=mode)
    return service


def make_service_mode(*, practitioners: tuple[Practitioner, ...] = (), **values: Any) -> ServiceMode:
    """A service in one mode, with whom."""
    if "service" not in values:
        values["service"] = make_service(modes=())
    defaults: dict[str, Any] = {"mode": "in_clinic", "duration_minutes": 60, "price": Decimal(190)}
    row = ServiceMode.objects.create(**{**defaults, **values})
    row.practitioners.set(practitioners)
    return row


def make_licence(practitioner: Practitioner, **values: Any) -> Licence:
    """A licence for Alaska without an end."""
    return Licence.objects.create(**{"practitioner": practitioner, "state": "AK", **values})


def make_room(location: Location, **values: Any) -> Room:
    """A treatment room."""
    return Room.objects.create(**{"name": f"Room {next(_count)}", "location": location, **values})


def make_working_hours(practitioner: Practitioner, location: Location, **values: Any) -> list[WorkingHours]:
    """Monday to Friday from 8:00 to 12:00, in every mode; `weekdays` gives other days."""
    weekdays = values.pop("weekdays", range(5))
    defaults: dict[str, Any] = {"starts": time(8), "ends": time(12)}
    return [
        WorkingHours.objects.create(
            practitioner=practitioner, location=location, weekday=weekday, **{**defaults, **values}
        )
        for weekday in weekdays
    ]


def make_request(**values: Any) -> Request:
    """A question that waits for an answer until tomorrow."""
    defaults: dict[str, Any] = {
        "submission": uuid.uuid4(),
        "kind": "question",
        "name": "Casey Tran",
        "phone": "+19075550118",
        "email": "casey@runner.example",
        "text": "May I run on a sore heel?",
        "details": {"answer_by": "email"},
        "due_at": NOW + timedelta(days=1),
        "created_at": NOW,
    }
    return Request.objects.create(**{**defaults, **values})


def make_guide(**values: Any) -> Guide:
    """A short guide on offer."""
    number = next(_count)
    defaults: dict[str, Any] = {
        "slug": f"guide-{number}",
        "title": f"Guide {number}",
        "summary": "Good advice. 1 page, free.",
        "body": "# First\n\nRead this.\n\n- one\n- two",
    }
    return Guide.objects.create(**{**defaults, **values})


def make_guide_request(**values: Any) -> GuideRequest:
    """Somebody asked for a guide."""
    defaults: dict[str, Any] = {
        "submission": uuid.uuid4(),
        "email": "casey@runner.example",
        "created_at": NOW,
    }
    if "guide" not in values:
        values["guide"] = make_guide()
    return GuideRequest.objects.create(**{**defaults, **values})


# What a level leaves open to book unless a rule says more.
_BOOKING = {
    "emergency": "not_offered",
    "urgent": "after_medical_review",
    "refer": "consult_flagged",
    "unsure": "held",
    "mechanical": "open",
}


def make_screening(**values: Any) -> Screening:
    """A finished screening without an outcome; see `make_outcome`."""
    if "patient" not in values:
        values["patient"] = make_patient()
    defaults: dict[str, Any] = {
        "submission": uuid.uuid4(),
        "questionnaire": "intake-1",
        "state": "finished",
        "answers": {"visit_reason": "new_pain", "pain_areas": ["low_back"]},
        "started_at": NOW - timedelta(hours=2),
        "saved_at": NOW - timedelta(hours=1),
        "finished_at": NOW - timedelta(hours=1),
    }
    return Screening.objects.create(**{**defaults, **values})


def make_outcome(*, level: str = "mechanical", **values: Any) -> Outcome:
    """The outcome of a screening, an hour ago; `patient` makes the screening too."""
    if "screening" not in values:
        given = {"patient": values.pop("patient")} if "patient" in values else {}
        values["screening"] = make_screening(**given)
    defaults: dict[str, Any] = {
        "level": level,
        "staff_level": level,
        "klass": "mechanical",
        "booking": _BOOKING[level],
        "ruleset": RULESET,
        "questionnaire": values["screening"].questionnaire,
        "answers": values["screening"].answers,
        "created_at": NOW - timedelta(hours=1),
    }
    defaults["full_at"] = values.get("created_at", defaults["created_at"])
    return Outcome.objects.create(**{**defaults, **values})
