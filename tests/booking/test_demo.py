"""The demo clinic: loads into an empty database through the real acts, and shows something of everything."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from booking import outside, video
from booking.availability import Reason
from booking.demo import build, people
from booking.models import Appointment, AppointmentEvent, Block, Fee
from booking.schedule import why_not
from clinic import duplicates, roads
from clinic.models import (
    Call,
    Closure,
    Message,
    Mode,
    OpeningHours,
    Patient,
    PatientMerge,
    Practitioner,
    Service,
    TravelZone,
)
from intake.models import Guide, Level, Outcome, Request, Screening
from tests.factories import make_clinic

# A Tuesday, 10:52 in Anchorage.
NOW = datetime(2026, 11, 24, 19, 52, tzinfo=UTC)


@pytest.mark.django_db
def test_demo_shows_every_level_mode_and_request_kind_and_a_day_under_way():
    build.demo(now=NOW)
    assert levels_of(people.CLEAR) == [Level.MECHANICAL] * len(people.CLEAR)
    assert levels_of(people.NOT_CLEAR) == [Level.UNSURE, Level.URGENT, Level.REFER]
    assert levels_of(people.EMERGENCY) == [Level.EMERGENCY]
    assert set(Appointment.objects.values_list("mode", flat=True)) == set(Mode.values)
    changed = AppointmentEvent.objects.filter(act="mode_changed").values_list("by_label", "details__mode")
    assert set(changed) == {("patient", "telehealth"), ("staff", "in_clinic")}
    assert set(Request.objects.values_list("kind", flat=True)) == set(Request.Kind.values)
    assert Guide.objects.count() == 2
    assert duplicates.newest_pairs()
    assert PatientMerge.objects.get().undo_until > NOW
    assert Patient.objects.filter(no_contact="asked").count() == 1
    marked = Patient.objects.get(sensitive=True)
    assert marked.appointments.filter(block__starts_at__gt=NOW, block__state=Block.State.BOOKED).exists()
    assert Call.objects.open().exists()
    assert Screening.objects.filter(state=Screening.State.STARTED).count() == 1
    assert not Message.objects.filter(state=Message.State.PLANNED, planned_at__lt=NOW - timedelta(days=1)).exists()
    today = Block.objects.filter(starts_at__gte=NOW - timedelta(hours=4), starts_at__lt=NOW + timedelta(hours=8))
    assert {Block.State.SEEN, Block.State.BOOKED} <= set(today.values_list("state", flat=True))
    late = Fee.objects.filter(kind="late_cancel")
    assert all(late.filter(waived_at__isnull=owed).exists() for owed in (True, False))
    coming = Appointment.objects.filter(block__state=Block.State.BOOKED, block__starts_at__gt=NOW)
    assert {True, False} == {visit.confirmed_at is None for visit in coming}
    assert not Appointment.objects.filter(confirmed_at__lt=F("created_at")).exists()
    soon = Appointment.objects.filter(mode="telehealth", block__in=today, block__starts_at__gt=NOW).select_related(
        "block"
    )
    assert len(video.waiting_since(soon)) == 1
    mine = soon.get(block__practitioner__slug="dana", source=Appointment.Source.DESK, block__state=Block.State.BOOKED)
    assert mine.block.starts_at - NOW < timedelta(minutes=90)
    assert Message.objects.filter(subject_uid=mine.uid, state=Message.State.PLANNED).exists()
    assert {Reason.AWAY} == {reason for found in outside.visits_outside(now=NOW) for reason in found.reasons}
    walked_in = Appointment.objects.get(source=Appointment.Source.WALK_IN)
    assert walked_in.block.state in {Block.State.ARRIVED, Block.State.SEEN}
    assert Block.objects.get(overlap=True).overlap_reason.startswith("Training partners")
    assert OpeningHours.objects.filter(walk_in_only=True).exists()
    assert Closure.objects.filter(public_holiday=True, reason="Thanksgiving Day", first_day="2026-11-26").exists()


@pytest.mark.once
@pytest.mark.django_db
def test_demo_hides_a_home_visit_because_of_the_road_and_says_so():
    build.demo(now=NOW)
    service, tomasi = Service.objects.get(slug="first-visit"), Practitioner.objects.get(slug="tomasi")
    homes = Block.objects.filter(zone__isnull=False, practitioner=tomasi, starts_at__gt=NOW, state=Block.State.BOOKED)
    assert len({block.zone for block in homes}) > 1
    hidden = [
        block.busy_until
        for block in homes
        for zone in TravelZone.objects.all()
        if Reason.ROAD
        in why_not(
            service=service,
            mode="mobile",
            start=block.busy_until + timedelta(minutes=5),
            practitioner=tomasi,
            zone=zone,
            now=NOW,
        )
    ]
    assert hidden
    assert roads.load().missing == []


def levels_of(persons: list[people.Person]) -> list[str]:
    levels = dict(Outcome.objects.values_list("screening__patient__email", "level"))
    return [levels[person.email] for person in persons]


@pytest.mark.django_db
def test_demo_command_leaves_a_filled_database_alone():
    make_clinic()
    call_command("demo", if_empty=True)
    assert not Patient.objects.exists()
    with pytest.raises(CommandError):
        call_command("demo")
