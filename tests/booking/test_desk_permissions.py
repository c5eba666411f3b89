"""Who may open what at the desk: by menu and by typing the address, for each group, page and record."""

import re
import uuid

import pytest
from django.contrib import admin
from django.urls import reverse

from clinic import registry
from clinic.permissions import GROUPS
from tests.desk import links, staff
from tests.factories import (
    NOW,
    make_call,
    make_clinic,
    make_outcome,
    make_patient,
    make_practitioner,
    make_request,
)

pytestmark = pytest.mark.django_db

ALL = {"desk", "pt", "manager"}
DESK = {"desk", "manager"}
PAGES = {
    "today": ALL,
    "calls": ALL,
    "call": ALL,
    "call-act": ALL,
    "patients": ALL,
    "patient": ALL,
    "briefs": {"pt"},
    "brief": {"pt"},
    "brief-pdf": {"pt"},
    "brief-text": {"pt"},
    "brief-read": {"pt"},
    "brief-decide": {"pt"},
    "brief-clear": {"pt"},
    "brief-answers": {"pt"},
    "roads": {"manager"},
    "holidays": {"manager"},
    "reports": DESK,
    "report-file": DESK,
    "lists": {"manager"},
    "list": {"manager"},
    "list-state": {"manager"},
    "list-file": {"manager"},
    "busy-calendars": {"manager"},
    "busy-calendar": {"pt", "manager"},
    "outside-hours": DESK,
    "fresh": ALL,
    "week": ALL,
    "day-sheet": ALL,
    "late": ALL,
    "write": ALL,
    "duty": {"manager"},
    "duty-stand-in": {"manager"},
    "duty-stand-in-remove": {"manager"},
    "texts": {"manager"},
    "text": {"manager"},
    "text-preview": {"manager"},
    "text-shipped": {"manager"},
    "visit-take-back": DESK,
    "first-run": {"manager"},
    "first-run-act": {"manager"},
    "same": DESK,
    "compare": DESK,
    "merge-undo": DESK,
    "contact": DESK,
    "consent-withdraw": DESK,
    "emergency": ALL,
    "hand-over": ALL,
    "phone-begin": ALL,
    "phone-page": ALL,
    "phone-last": ALL,
    "phone-stop": ALL,
    "phone-result": ALL,
    "own-feed": {"pt"},
    "rules": {"pt", "manager"},
    "questionnaire": {"pt", "manager"},
    "raise-level": ALL,
    "answer": ALL,
    "send-screening": ALL,
    "find-slot": DESK,
    "why-not": DESK,
    "walk-in": DESK,
    "book": DESK,
    "visit": ALL,
    "fee-waive": DESK,
    "visit-act": DESK,
    "visit-move": DESK,
    "visit-mode": DESK,
    "visit-cancel": DESK,
    "visit-keep": {"pt"},
    "visit-video": {"pt"},
    "visit-link": ALL,
}
# Records that a group finds in its menu; the rest is not even named there.
RECORDS = {
    "desk": {
        *("clinic.patient", "clinic.call", "clinic.message", "clinic.consent"),
        *("intake.request", "intake.guide", "intake.guiderequest", "intake.receivedtext"),
        *("booking.appointment", "booking.block", "booking.workinghours", "booking.timeoff", "booking.fee"),
    },
    "pt": {
        *("clinic.patient", "clinic.call", "intake.request", "intake.screening", "intake.outcome"),
        *("intake.finding", "intake.briefread", "intake.clearance"),
    },
    "manager": {
        *("clinic.clinic", "clinic.location", "clinic.room", "clinic.closure", "clinic.travelzone", "clinic.service"),
        *("clinic.payer", "clinic.practitioner", "clinic.dutyshift", "clinic.patient", "clinic.call", "clinic.user"),
        *("clinic.message", "clinic.consent", "clinic.auditevent", "clinic.linktry"),
        *("intake.guide", "intake.request", "intake.guiderequest", "intake.receivedtext"),
        *("intake.screening", "intake.outcome"),
        *("intake.briefread", "booking.workinghours", "booking.timeoff", "booking.appointment", "booking.block"),
        "booking.fee",
    },
}


@pytest.fixture(autouse=True)
def clinic():
    return make_clinic()


def address(name: str) -> str:
    page = registry.desk_pages[name]
    if name == "today":
        return reverse("admin:index")
    given = {"kind": "booked", "channel": "email", "language": "en", "number": 1}
    return reverse(
        f"admin:{name}",
        kwargs={key: given.get(key, uuid.uuid4()) for key in re.findall(r"<(?:\w+:)?(\w+)>", page.path)},
    )


def test_every_page_of_the_desk_is_in_this_table():
    assert set(PAGES) == set(registry.desk_pages)


@pytest.mark.first_case("name")
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", PAGES)
def test_page_opens_only_to_its_groups_when_the_address_is_typed(name, group):
    answer = staff(group).get(address(name))
    if name == "today" or group in PAGES[name]:
        # Nothing of that uid is there, or the page takes posts only: but this person may ask.
        assert answer.status_code in {200, 302, 404, 405}
    else:
        assert answer.status_code == 403


@pytest.mark.first_case
@pytest.mark.parametrize("name", PAGES)
def test_post_is_refused_like_the_page(name):
    for group in set(GROUPS) - PAGES[name]:
        assert staff(group).post(address(name)).status_code == 403


@pytest.mark.first_case
@pytest.mark.parametrize("name", PAGES)
def test_anonymous_visitors_are_sent_to_the_login(client, name):
    answer = client.get(address(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


@pytest.mark.first_case
@pytest.mark.parametrize("name", PAGES)
def test_logins_without_a_group_see_no_page(name):
    if name != "today":  # there they get the empty index of records
        assert staff("").get(address(name)).status_code == 403


@pytest.mark.parametrize("group", GROUPS)
def test_menu_names_the_pages_of_the_group_and_no_others(group):
    shown = links(staff(group).get(reverse("admin:patients")))
    labelled = {name for name, page in registry.desk_pages.items() if page.label}
    assert {name for name in labelled if address(name) in shown} == {name for name in labelled if group in PAGES[name]}


@pytest.mark.parametrize("group", GROUPS)
def test_menu_names_the_records_of_the_group_and_no_others(group):
    shown = links(staff(group).get(reverse("admin:records")))
    models = {model._meta.label_lower: model for model in admin.site._registry}
    lists = {name: reverse(f"admin:{name.replace('.', '_')}_changelist") for name in models}
    assert {name for name, path in lists.items() if path in shown} == RECORDS[group]


@pytest.mark.parametrize("group", GROUPS)
def test_record_list_opens_only_to_its_groups_when_the_address_is_typed(group):
    client = staff(group)
    opened = set()
    for model in admin.site._registry:
        answer = client.get(reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"))
        if answer.status_code in {200, 302}:
            opened.add(model._meta.label_lower)
        else:
            assert answer.status_code == 403
    assert opened == RECORDS[group]


def test_the_desk_never_gets_at_answers_by_any_address():
    outcome = make_outcome(level="refer")
    uid = outcome.screening.uid
    client = staff("desk")
    for path in (
        reverse("admin:brief", args=[uid]),
        reverse("admin:brief-pdf", args=[uid]),
        reverse("admin:brief-text", args=[uid]),
        reverse("admin:intake_screening_change", args=[outcome.screening.pk]),
        reverse("admin:intake_outcome_change", args=[outcome.pk]),
        reverse("admin:intake_screening_history", args=[outcome.screening.pk]),
        reverse("admin:intake_outcome_changelist"),
        reverse("admin:intake_finding_changelist"),
    ):
        assert client.get(path).status_code == 403, path
    assert client.post(reverse("admin:brief-read", args=[uid]), {"outcome": outcome.uid}).status_code == 403
    assert outcome.screening.reads.count() == 0


def test_managers_see_that_there_is_an_outcome_but_not_what_it_rests_on():
    outcome = make_outcome(level="refer", klass="structural", not_sure=["sys_fever"], reason="Sore knee on the phone.")
    page = staff("manager").get(reverse("admin:intake_outcome_change", args=[outcome.pk])).content.decode()
    assert "Refer" in page
    for word in ("structural", "sys_fever", "Sore knee"):
        assert word not in page


def test_pt_who_types_the_address_of_a_colleagues_board_gets_the_own_list():
    client = staff("pt")
    make_practitioner(user=client.user)
    assert "Your day:" in client.get(reverse("admin:index") + "?day=2026-11-24").content.decode()


def test_desk_sees_requests_words_and_pts_answer_questions():
    row = make_request(text="May I run on a sore heel?")
    call = make_call(subject_uid=row.uid, due_at=NOW)
    for group, answers in (("desk", False), ("pt", True), ("manager", False)):
        page = staff(group).get(reverse("admin:call", args=[call.uid])).content.decode()
        assert "May I run on a sore heel?" in page
        assert ("Send the answer" in page) is answers
        assert staff(group).get(reverse("admin:answer", args=[row.uid])).status_code == (200 if answers else 403)


def test_only_those_who_may_change_patients_find_the_edit_link():
    patient = make_patient()
    edit = reverse("admin:clinic_patient_change", args=[patient.pk])
    assert edit in links(staff("desk").get(reverse("admin:patient", args=[patient.uid])))
    assert edit not in links(staff("pt").get(reverse("admin:patient", args=[patient.uid])))
    assert b"_save" not in staff("pt").get(edit).content
