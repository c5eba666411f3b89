"""Finding patients, and a patient's page at the desk."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import audit
from clinic.desk.patients import MOST_ENTRIES
from clinic.models import AuditEvent, Patient
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_call, make_clinic, make_message, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_clinic()


@pytest.fixture
def jo():
    return staff("desk")


def page_of(client, patient: Patient):
    return client.get(reverse("admin:patient", args=[patient.uid]))


@pytest.mark.parametrize("query", ["oquen", "Ana Oquendo", "3/14/1984", "907 444 0199", "ANA@RUNNER.EXAMPLE"])
def test_patient_is_found_by_name_phone_birth_date_and_mail(jo, query):
    make_patient(phone="+19074440199", email="ana@runner.example")
    make_patient(given_name="Bea", family_name="Tallman", birth_date="1990-01-01", email="bea@runner.example")
    text = words(jo.get("/desk/patients/", {"q": query}, follow=True))
    assert "Ana Oquendo" in text
    assert "Bea Tallman" not in text


@pytest.mark.parametrize("query", ["\x00", "%", "' OR 1=1 --", "🏃" * 200, "x" * 5000, "99999999999999999999"])
def test_hostile_queries_find_nobody(jo, query):
    make_patient()
    page = jo.get("/desk/patients/", {"q": query})
    assert page.status_code == 200
    assert "Ana Oquendo" not in words(page)


def test_search_is_audited_by_number_not_by_what_was_typed(jo):
    make_patient()
    jo.get("/desk/patients/", {"q": "oquendo"})
    event = AuditEvent.objects.get(act="patients.found")
    assert (event.actor, event.details) == (jo.user, {"number": 1})


def test_list_asks_for_as_much_with_three_patients_as_with_one(jo, django_assert_num_queries):
    make_patient()
    with CaptureQueriesContext(connection) as one:
        jo.get("/desk/patients/", {"q": "oquend"})
    make_patient()
    make_patient()
    with django_assert_num_queries(len(one)):
        assert words(jo.get("/desk/patients/", {"q": "oquend"})).count("Ana Oquendo") == 3


def test_one_who_is_meant_beyond_doubt_is_opened_at_once(jo):
    ana = make_patient(phone="+19074440199")
    page = reverse("admin:patient", args=[ana.uid])
    assert jo.get("/desk/patients/", {"q": "Oquendo Ana"})["Location"] == page
    assert jo.get("/desk/patients/", {"q": "0199"}).status_code == 200
    make_patient(given_name="Anna")
    assert jo.get("/desk/patients/", {"q": "Oquendo Ana"}).status_code == 200


def test_page_shows_contact_and_what_happened(jo):
    patient = make_patient(phone="+19075550118", email="ana@runner.example", texts_ok=True)
    make_message(patient=patient, state="sent", sent_at=NOW, title="Your visit on Tue 24 Nov, 9:40 am")
    make_call(patient=patient, due_at=NOW - timedelta(hours=1))
    page = page_of(jo, patient)
    text = words(page)
    assert "Ana Oquendo born 14 Mar 1984, 42" in text
    assert "907-555-0118 (texts are fine), ana@runner.example" in text
    assert "E-mail sent Your visit on Tue 24 Nov, 9:40 am" in text
    assert "To call: Question for a PT" in text
    assert unknown_targets(page) == set()


def test_page_asks_for_as_much_with_three_entries_as_with_one(jo, django_assert_num_queries):
    patient = make_patient()

    def fill() -> None:
        make_message(patient=patient, state="sent", sent_at=NOW)
        make_call(patient=patient)

    fill()
    with CaptureQueriesContext(connection) as one:
        page_of(jo, patient)
    fill()
    fill()
    with django_assert_num_queries(len(one)):
        page_of(jo, patient)


def test_each_look_is_in_the_audit(jo):
    patient = make_patient()
    page_of(jo, patient)
    assert AuditEvent.objects.filter(act="patient.seen", subject_uid=patient.uid, actor=jo.user).count() == 1


def test_superusers_looks_are_in_the_audit_too():
    root = staff("", is_superuser=True)
    patient = make_patient()
    page_of(root, patient)
    root.get(reverse("admin:clinic_patient_change", args=[patient.pk]))
    assert list(
        AuditEvent.objects.filter(subject_uid=patient.uid, actor=root.user).order_by("id").values_list("act", flat=True)
    ) == ["patient.seen", "record.seen"]


def test_record_of_staff_or_vip_asks_why_and_keeps_the_reason(jo):
    patient = make_patient(sensitive=True)
    page = page_of(jo, patient)
    assert "Why do you open this record?" in words(page)
    assert patient.phone not in page.content.decode()
    assert not AuditEvent.objects.filter(act="patient.seen").exists()
    address = reverse("admin:patient", args=[patient.uid])
    assert "Say why you open it." in words(jo.post(address, {}))
    assert "Pick one of the reasons." in words(jo.post(address, {"why": "curious"}))
    shown = jo.post(address, {"why": "call"}, follow=True)
    assert "born 14 Mar 1984" in words(shown)
    assert AuditEvent.objects.get(act="patient.opened").details == {"why": "call"}


def test_reason_is_asked_once_a_shift_and_of_each_person(jo, monkeypatch):
    patient = make_patient(sensitive=True)
    jo.post(reverse("admin:patient", args=[patient.uid]), {"why": "call"})
    assert "born 14 Mar" in words(page_of(jo, patient))
    assert "Why do you open" in words(page_of(staff("desk"), patient))
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=10, minutes=1))
    assert "Why do you open" in words(page_of(jo, patient))


def test_lists_do_not_tell_how_to_reach_staff_and_vips(jo):
    make_patient(sensitive=True, phone="+19075550118", email="vip@runner.example")
    for page in (jo.get("/desk/patients/", {"q": "oquend"}), jo.get(reverse("admin:clinic_patient_changelist"))):
        assert "opens with a reason" in words(page)
        assert "vip@runner.example" not in page.content.decode()
        assert not any(number in page.content.decode() for number in ("555-0118", "5550118"))


def test_list_says_so_of_who_was_never_here_and_says_nothing_of_staff_and_vips(jo):
    make_patient(email="")
    make_patient(given_name="Anatol", sensitive=True)
    page = jo.get("/desk/patients/", {"q": "Oquendo"}).content.decode()
    assert re.findall(r'<td data-label="Last visit">([^<]*)</td>', page) == ["none yet", ""]
    assert page.count('<td data-label="E-mail"></td>') == 2  # the style sheet hides what is empty on a phone


def test_typing_the_address_of_the_admin_form_does_not_get_around_the_reason(jo):
    patient = make_patient(sensitive=True)
    answer = jo.get(reverse("admin:clinic_patient_change", args=[patient.pk]))
    assert answer["Location"] == reverse("admin:patient", args=[patient.uid])


def test_merged_patient_leads_to_the_one_that_counts(jo):
    kept = make_patient()
    merged = make_patient(merged_into=kept)
    assert page_of(jo, merged)["Location"] == reverse("admin:patient", args=[kept.uid])


def test_desk_edits_contact_data_and_only_the_fields_go_to_the_audit(jo):
    patient = make_patient(email="old@runner.example")
    address = reverse("admin:clinic_patient_change", args=[patient.pk])
    form = jo.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    data = {key: value for key, value in data.items() if value is not False}
    answer = jo.post(address, {**data, "email": "new@runner.example"})
    assert answer["Location"] == reverse("admin:patient", args=[patient.uid])
    patient.refresh_from_db()
    assert patient.email == "new@runner.example"
    event = AuditEvent.objects.get(act="record.changed", subject_uid=patient.uid)
    assert event.details["fields"] == ["email"]
    assert "runner" not in str(event.details)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("given_name", "A\x00na", "Take out the characters that do not print."),
        ("given_name", "x" * 81, "Use at most 80 characters."),
        ("family_name", "", "Give the family name."),
        ("phone", "12", "Give a phone number with 10 digits"),
        ("email", "no address", "Give an e-mail address like"),
        ("birth_date", "2030-01-01", "Check the date of birth."),
        ("birth_date", "31 February", "Enter a valid date."),
        ("time_zone", "Mars/Olympus", "is not a time zone"),
        ("city", "a\x00", "Null characters are not allowed."),
    ],
)
def test_hostile_contact_data_get_a_message(jo, field, value, message):
    patient = make_patient()
    address = reverse("admin:clinic_patient_change", args=[patient.pk])
    form = jo.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    page = jo.post(address, {**data, field: value})
    assert page.status_code == 200
    assert message in words(page)


def test_taking_away_both_phone_and_mail_gets_the_constraints_message(jo):
    patient = make_patient()
    address = reverse("admin:clinic_patient_change", args=[patient.pk])
    form = jo.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    page = jo.post(address, {**data, "phone": "", "email": ""})
    assert "Give a phone number or an e-mail address." in words(page)


# ---------------------------------------------------------------- timeline


def test_timeline_says_what_became_of_each_message(jo):
    patient = make_patient()
    make_message(patient=patient, planned_at=NOW + timedelta(days=1))
    make_message(patient=patient, state="sent", sent_at=NOW - timedelta(hours=1))
    make_message(patient=patient, state="sent", sent_at=NOW - timedelta(hours=2), delivered_at=NOW)
    make_message(patient=patient, state="failed", planned_at=NOW - timedelta(hours=3))
    make_message(patient=patient, state="dropped", planned_at=NOW - timedelta(hours=4))
    page = page_of(jo, patient).content.decode()
    assert re.findall(r"<b>E-mail (\w+)", page) == ["planned", "sent", "delivered", "failed"]


def test_timeline_is_cut_down_to_one_kind(jo):
    patient = make_patient()
    make_message(patient=patient, state="sent", sent_at=NOW)
    make_call(patient=patient)
    address = reverse("admin:patient", args=[patient.uid])
    text = words(jo.get(address, {"show": "calls"}))
    assert ("To call:" in text, "E-mail sent" in text) == (True, False)
    assert "Nothing of this kind." in words(jo.get(address, {"show": "visits"}))
    assert "E-mail sent" in words(jo.get(address, {"show": "nonsense"}))


def test_timeline_goes_back_page_by_page_and_loses_nothing(jo):
    patient = make_patient()
    for number in range(MOST_ENTRIES + 10):
        at = NOW - timedelta(minutes=number // 3)  # three at each moment
        make_message(patient=patient, state="sent", sent_at=at, title=f"Letter {number}.")
    seen: list[str] = []
    address = f"{reverse('admin:patient', args=[patient.uid])}?show=messages"
    for _page in range(2):
        page = jo.get(address)
        seen += re.findall(r"<p>(Letter \d+)", page.content.decode())
        older = re.search(r'href="(\?[^"]+)" rel="next"', page.content.decode())
        if older:
            address = reverse("admin:patient", args=[patient.uid]) + older[1].replace("&amp;", "&")
    assert older is None
    assert sorted(seen) == sorted(f"Letter {number}" for number in range(MOST_ENTRIES + 10))


@pytest.mark.parametrize("before", ["x", "2026-11-24", "0001-01-01T00:00:00+23:59", "9" * 500, "\x00"])
def test_timeline_reads_nonsense_as_no_page(jo, before):
    patient = make_patient()
    assert jo.get(reverse("admin:patient", args=[patient.uid]), {"before": before}).status_code == 200


def test_timeline_says_which_fields_were_changed_by_whom_and_not_what_they_say(jo):
    patient = make_patient()
    audit.record(
        act="record.changed", subject_uid=patient.uid, actor=jo.user, details={"fields": ["phone", "email"]}, now=NOW
    )
    assert "Record changed phone, e-mail. By Jo Bennett" in words(page_of(jo, patient))
