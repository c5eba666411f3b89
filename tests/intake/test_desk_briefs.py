"""The list of briefs and the PT's page: who opens it how, reading, deciding; every look is on record."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent, Call
from intake.gate import Answer, gate_for_patient
from intake.models import BriefRead, Finding, Outcome
from tests.desk import staff, unknown_targets, words
from tests.factories import (
    NOW,
    make_call,
    make_clinic,
    make_location,
    make_outcome,
    make_patient,
    make_screening,
    make_service,
)

pytestmark = pytest.mark.django_db
LIST = "/desk/briefs/"


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_location()
    return make_clinic()


@pytest.fixture
def dana():
    return staff("pt", first_name="Dana", last_name="Reyes")


def path(outcome: Outcome, what: str = "brief") -> str:
    return reverse(f"admin:{what}", args=[outcome.screening.uid])


def opened(client, outcome: Outcome):
    """The brief, after saying that one covers."""
    return client.post(path(outcome), follow=True)


# ---------------------------------------------------------------- the list


def test_list_has_the_unread_first_and_of_those_the_first_due(dana):
    read = make_outcome(patient=make_patient(given_name="Read"))
    BriefRead.objects.create(outcome=read, screening=read.screening, by=dana.user, at=NOW)
    make_outcome(patient=make_patient(given_name="Calm"))
    make_outcome(patient=make_patient(given_name="Later"), level="unsure", call_due_at=NOW + timedelta(hours=9))
    make_outcome(patient=make_patient(given_name="Now"), level="emergency", call_due_at=NOW + timedelta(minutes=9))
    text = words(dana.get(LIST))
    places = [text.index(f"{name} Oquendo") for name in ("Now", "Later", "Calm", "Read")]
    assert places == sorted(places)
    assert "3 unread." in text


def test_list_can_leave_out_what_was_read(dana):
    read = make_outcome(patient=make_patient(given_name="Read"))
    BriefRead.objects.create(outcome=read, screening=read.screening, by=dana.user, at=NOW)
    make_outcome(patient=make_patient(given_name="Calm"))
    text = words(dana.get(LIST, {"show": "unread"}))
    assert "Calm Oquendo" in text
    assert "Read Oquendo" not in text


def test_newer_outcome_of_a_screening_that_was_read_is_unread_again(dana):
    old = make_outcome(current=False)
    BriefRead.objects.create(outcome=old, screening=old.screening, by=dana.user, at=NOW)
    make_outcome(screening=old.screening, level="emergency")
    assert "1 unread." in words(dana.get(LIST))


def test_list_shows_no_answers(dana):
    outcome = make_outcome(level="refer", klass="structural")
    Finding.objects.create(
        outcome=outcome, rule="R01", level="refer", klass="structural", strength="B", points_to="nerve"
    )
    page = dana.get(LIST).content.decode()
    assert "Low back" not in page
    assert "nerve" not in page


def test_list_asks_for_as_much_with_three_rows_as_with_one(dana, django_assert_num_queries):
    def fill() -> None:
        outcome = make_outcome()
        BriefRead.objects.create(outcome=outcome, screening=outcome.screening, by=dana.user, at=NOW)

    fill()
    with CaptureQueriesContext(connection) as one:
        dana.get(LIST)
    fill()
    fill()
    with django_assert_num_queries(len(one)):
        dana.get(LIST)


@pytest.mark.parametrize("query", ["?p=x", "?p=-1", "?p=99999999999999", "?show=%00"])
def test_hostile_addresses_show_the_list(dana, query):
    make_outcome()
    assert dana.get(LIST + query).status_code == 200


def test_menu_counts_what_is_unread(dana):
    make_outcome()
    assert '<b class="n">1</b>' in dana.get(LIST).content.decode()


# ---------------------------------------------------------------- opening


def test_covering_pt_opens_with_one_tap_and_it_is_kept(dana):
    outcome = make_outcome()
    first = dana.get(path(outcome))
    assert "Open as a covering PT?" in words(first)
    assert "Low back" not in words(first)
    page = opened(dana, outcome)
    assert "Low back" in words(page)
    acts = AuditEvent.objects.filter(actor=dana.user).order_by("id").values_list("act", "details")
    assert list(acts) == [("brief.opened", {"why": "covering"}), ("brief.seen", {})]


def test_each_look_at_the_brief_is_in_the_audit_a_superusers_too():
    root = staff("", is_superuser=True)
    outcome = make_outcome()
    opened(root, outcome)
    root.get(path(outcome))
    assert AuditEvent.objects.filter(act="brief.seen", subject_uid=outcome.screening.uid, actor=root.user).count() == 2


def test_brief_of_staff_or_vip_asks_for_a_reason(dana):
    outcome = make_outcome(patient=make_patient(sensitive=True))
    assert "Why do you open this brief?" in words(dana.get(path(outcome)))
    assert "Say why you open it." in words(opened(dana, outcome))
    page = dana.post(path(outcome), {"why": "call"}, follow=True)
    assert "Low back" in words(page)
    assert AuditEvent.objects.get(act="brief.opened").details == {"why": "call"}


def test_looking_is_never_a_read(dana):
    outcome = make_outcome()
    opened(dana, outcome)
    assert not BriefRead.objects.exists()


def test_screening_that_is_not_finished_shows_no_answers(dana):
    screening = make_screening(state="started", finished_at=None)
    page = dana.post(reverse("admin:brief", args=[screening.uid]), follow=True)
    assert "has started the form and not finished it" in words(page)
    assert "Low back" not in words(page)


def test_brief_that_is_not_there_is_not_found(dana):
    assert dana.get(reverse("admin:brief", args=[uuid.uuid4()])).status_code == 404


# ---------------------------------------------------------------- the page


def test_page_tells_level_due_time_respondent_and_interpreter(dana):
    patient = make_patient(interpreter=True, spoken_language="Spanish")
    screening = make_screening(patient=patient, respondent="guardian", respondent_name="Marta Fisk", language="es")
    outcome = make_outcome(screening=screening, level="unsure", call_due_at=NOW + timedelta(hours=2))
    page = opened(dana, outcome)
    text = words(page)
    assert "Unsure Booking: held until a PT has called." in text
    assert "Call by Tue 24 Nov, 11:40 am" in text
    assert "by a parent or guardian (Marta Fisk)" in text
    assert "Interpreter: Spanish" in text
    assert "Form in: es" in text
    assert unknown_targets(page) == set()


def test_page_shows_the_level_that_counts_for_staff_and_that_of_the_rules(dana):
    outcome = make_outcome(level="unsure", staff_level="emergency")
    assert "Emergency (by the rules: Unsure)" in words(opened(dana, outcome))


def test_page_links_to_other_screenings_of_the_patient(dana):
    outcome = make_outcome()
    other = make_outcome(patient=outcome.screening.patient, level="refer")
    assert path(other) in opened(dana, outcome).content.decode()


# ---------------------------------------------------------------- reading


def test_mark_as_read_says_by_whom_and_when(dana):
    outcome = make_outcome()
    opened(dana, outcome)
    page = dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid}, follow=True)
    read = BriefRead.objects.get()
    assert (read.by, read.at, read.outcome) == (dana.user, NOW, outcome)
    assert "Read by Dana Reyes, Tue 24 Nov, 9:40 am" in words(page)
    assert "Mark as read" not in words(page)


def test_marking_twice_keeps_the_first_time(dana, monkeypatch):
    outcome = make_outcome()
    dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid})
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=1))
    dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid})
    assert BriefRead.objects.get().at == NOW


def test_each_pt_reads_for_themselves(dana):
    outcome = make_outcome()
    dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid})
    jun = staff("pt", first_name="Jun", last_name="Park")
    assert "Mark as read" in words(opened(jun, outcome))


def test_old_page_does_not_mark_a_newer_outcome_as_read(dana):
    old = make_outcome(current=False)
    make_outcome(screening=old.screening, level="emergency")
    page = dana.post(path(old, "brief-read"), {"outcome": old.uid}, follow=True)
    assert not BriefRead.objects.exists()
    assert "There is a newer outcome." in words(page)


@pytest.mark.parametrize("outcome_uid", ["", "x", "\x00", "0f0e7a52-8a0f-4993-9ba8-e22922245dd9"])
def test_tampered_reads_are_not_found(dana, outcome_uid):
    outcome = make_outcome()
    assert dana.post(path(outcome, "brief-read"), {"outcome": outcome_uid}).status_code == 404


# ---------------------------------------------------------------- deciding


def test_pt_lowers_the_level_after_the_call_and_booking_opens(dana):
    outcome = make_outcome(level="unsure")
    patient = outcome.screening.patient
    call = make_call(reason="unsure", subject_uid=outcome.screening.uid, patient=patient, for_pt=True)
    opened(dana, outcome)
    page = dana.post(
        path(outcome, "brief-decide"), {"level": "mechanical", "reason": "Clear on the phone."}, follow=True
    )
    assert "The level is now: Mechanical." in words(page)
    assert "Decided by Dana Reyes" in words(page)
    call.refresh_from_db()
    assert call.state == Call.State.DONE
    gate = gate_for_patient(patient=patient, service=make_service(), mode="in_clinic", now=NOW)
    assert gate.answer == Answer.OPEN


def test_decision_needs_a_reason_and_a_level(dana):
    outcome = make_outcome(level="unsure")
    opened(dana, outcome)
    page = dana.post(path(outcome, "brief-decide"), {"level": "cured", "reason": " "})
    assert page.status_code == 200
    assert "Pick one of the levels." in words(page)
    assert "Say why." in words(page)
    assert Outcome.objects.count() == 1


def test_what_a_pt_decided_counts_as_read(dana):
    outcome = make_outcome(level="unsure")
    dana.post(path(outcome, "brief-decide"), {"level": "refer", "reason": "Needs an exam."})
    assert "0 unread." in words(dana.get(LIST))
