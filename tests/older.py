"""An older clinic, for the test of upgrades: `python -m tests.older write`, then `... read`, each in a process of its own.

`write` brings an empty database to the first migration of each app and writes rows as that version did. `read` does
what `make run` does before it starts the programs, then looks at the rows through the models and pages of today, and
prints what it found as JSON.
"""

import json
import os
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

OURS = ("clinic", "intake", "booking")
START = datetime(2031, 11, 25, 18, tzinfo=UTC)
THEIR_WORDS = "My knee 🦵 hurts – since Tuesday"
ANSWERS = {"visit_reason": "new_pain", "pain_areas": ["low_back"], "sys_fever": "not_sure"}
PASSWORD = "of an older version"


def write() -> None:
    """Migrate to the first version and fill it."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    # In order: to name 0001 after 0002 would mean to go back.
    first = sorted(key for key in graph.nodes if key[0] in OURS and graph.nodes[key].initial)
    others = [key for key in graph.leaf_nodes() if key[0] not in OURS]
    executor.migrate(others + first)
    fill(executor.loader.project_state(others + first).apps)


def fill(apps: Any) -> None:
    """Write rows in the tables of that version, and nothing that has come since."""

    def make(label: str, **values: Any) -> Any:
        return apps.get_model(label).objects.create(**values)

    from django.contrib.auth.hashers import make_password

    start = START
    make("clinic.Clinic", pk=1, name="Old Hill Physical Therapy", short_name="Old Hill", time_zone="America/Anchorage")
    user = make(
        "clinic.User",
        username="olga",
        password=make_password(PASSWORD),
        is_staff=True,
        is_superuser=True,
        is_active=True,
    )
    place = make(
        "clinic.Location",
        name="Midtown",
        slug="midtown",
        street="1 A St",
        city="Anchorage",
        state="AK",
        postal_code="99503",
    )
    person = make("clinic.Practitioner", given_name="Dana", family_name="Reyes", slug="dana", user=user)
    service = make(
        "clinic.Service", name="First visit", slug="first-visit", category="physical_therapy", new_patients=False
    )
    for mode in ("in_clinic", "mobile", "telehealth"):
        make("clinic.ServiceMode", service=service, mode=mode, duration_minutes=60)
    make("clinic.Payer", name="Denali Medicaid", kind="medicaid")
    make("clinic.ZonePostalCode", zone=make("clinic.TravelZone", name="East"), code="99504")
    make("booking.WorkingHours", practitioner=person, location=place, weekday=1, starts="08:00", ends="17:00")
    patient = make(
        "clinic.Patient",
        given_name="Zoë",
        family_name="O’Quendo",
        birth_date=date(1984, 3, 14),
        phone="+19075550118",
        access_needs=THEIR_WORDS,
    )
    make(
        "clinic.Message",
        kind="booked",
        channel="email",
        subject_uid=uuid.uuid4(),
        to="zoe@runner.example",
        state="sent",
        planned_at=start,
        text=THEIR_WORDS,
    )
    make(
        "intake.Request",
        submission=uuid.uuid4(),
        kind="question",
        name="Zoë",
        phone="+19075550118",
        text=THEIR_WORDS,
        due_at=start,
        created_at=start,
    )
    screening = make(
        "intake.Screening",
        submission=uuid.uuid4(),
        questionnaire="intake-1",
        state="finished",
        answers=ANSWERS,
        patient=patient,
        started_at=start - timedelta(days=2),
        saved_at=start - timedelta(days=2),
        finished_at=start - timedelta(days=2),
    )
    outcome = make(
        "intake.Outcome",
        screening=screening,
        level="unsure",
        staff_level="unsure",
        klass="unsure",
        booking="held",
        call_due="same_working_day",
        call_due_at=start - timedelta(days=1),
        ruleset="1",
        questionnaire="intake-1",
        not_sure=["sys_fever"],
        answers=ANSWERS,
        created_at=start - timedelta(days=2),
    )
    make(
        "intake.Finding",
        outcome=outcome,
        rule="N02",
        level="unsure",
        klass="unsure",
        strength="C",
        points_to="warning sign not ruled out",
        answers={"sys_fever": "not_sure"},
    )
    times = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
    times |= {"busy_from": times["starts_at"], "busy_until": times["ends_at"]}
    visit = make(
        "booking.Appointment",
        submission=uuid.uuid4(),
        block=make("booking.Block", kind="visit", state="booked", practitioner=person, **times),
        patient=patient,
        service=service,
        mode="in_clinic",
        location=place,
        time_zone="America/Anchorage",
        wall_time="2031-11-25 09:00",
        price=190,
        currency="USD",
        access_notes=THEIR_WORDS,
        cancel_reason=THEIR_WORDS,
        created_at=start - timedelta(days=3),
    )
    shared = {"kind": "busy", "overlap": True, "overlap_reason": THEIR_WORDS, "practitioner": person}
    make("booking.Block", state="booked", **shared, **times)
    details = {"mode": "in_clinic", "why": THEIR_WORDS}
    make("booking.AppointmentEvent", appointment=visit, at=start, act="booked", sequence=0, details=details)
    elsewhere = {
        "mobile": {"address": "7310 Boundary Avenue, Anchorage 99504"},
        "telehealth": {"state_then": "AK"},
    }
    for days, (mode, values) in enumerate(elsewhere.items(), start=1):
        later = {name: at + timedelta(days=days) for name, at in times.items()}
        make(
            "booking.Appointment",
            submission=uuid.uuid4(),
            block=make("booking.Block", kind="visit", state="booked", practitioner=person, **later),
            patient=patient,
            service=service,
            mode=mode,
            time_zone="America/Anchorage",
            wall_time=f"2031-11-{25 + days} 09:00",
            price=200,
            currency="USD",
            created_at=start - timedelta(days=3),
            **values,
        )


def read() -> None:
    """Prepare as `make run` does, and print what today's version makes of the rows."""
    from django.db import IntegrityError, transaction
    from django.test import Client
    from django.urls import reverse

    from booking.models import Appointment, Block
    from clinic.management.commands.serve import Command
    from clinic.models import Clinic, Message, Patient, Payer, ServiceMode, User
    from intake.models import Request, Screening

    said = Command()._prepare(demo=True)
    visits = {visit.mode: visit for visit in Appointment.objects.select_related("block__location", "block__zone")}
    screening, visit = Screening.objects.get(), visits["in_clinic"]
    found: dict[str, Any] = {
        "demo": "loaded" in said,
        "clinic": Clinic.get().name,
        "patients": [patient.name for patient in Patient.objects.all()],
        "words": [
            Patient.objects.get().access_needs,
            Message.objects.get().text,
            Request.objects.get().text,
            visit.access_notes,
            visit.cancel_reason,
            visit.events.get().why,
            Block.objects.get(overlap=True).overlap_reason,
        ],
        "in_clear": [
            row
            for table, column in (
                ("appointment", "cancel_reason"),
                ("appointmentevent", "why"),
                ("appointmentevent", "details"),
                ("block", "overlap_reason"),
            )
            for row in _stored(table, column)
            if THEIR_WORDS[:7] in row
        ],
        "answers": screening.answers,
        "findings": [found.rule for found in screening.outcomes.get().findings.all()],
        "visit": [visit.block.starts_at.isoformat(), str(visit.price)],
        "where": {mode: str(row.block.location or row.block.zone) for mode, row in visits.items()},
        "gives": all(row.block.offer == ServiceMode.objects.get(mode=mode) for mode, row in visits.items()),
        "for_new": ServiceMode.objects.filter(new_patients=True).count(),
        "no_fees": list(Payer.objects.filter(no_fees=True).values_list("name", flat=True)),
    }
    rival = Block(kind="busy", state="booked", practitioner=visit.block.practitioner)
    for name in ("starts_at", "ends_at", "busy_from", "busy_until"):
        setattr(rival, name, getattr(visit.block, name))
    try:
        with transaction.atomic():
            rival.save()
        found["guarded"] = False
    except IntegrityError:
        found["guarded"] = True
    client = Client(HTTP_HOST="localhost")
    found["login"] = client.login(username="olga", password=PASSWORD)
    client.force_login(User.objects.get())
    pages = {
        "board": f"{reverse('admin:index')}?day=2031-11-25",
        "patient": reverse("admin:patient", args=[visit.patient.uid]),
        "brief": reverse("admin:brief", args=[screening.uid]),
        "visits": reverse("admin:booking_appointment_changelist"),
        "home": reverse("home"),
    }
    found["pages"] = {name: client.get(path).status_code for name, path in pages.items()}
    print(json.dumps(found))


def _stored(table: str, column: str) -> list[str]:
    """Return what the database itself holds."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM booking_{table}")
        return [str(value) for (value,) in cursor.fetchall()]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    django.setup()
    {"write": write, "read": read}[sys.argv[1]]()
