import time
import uuid
from datetime import date, timedelta

import pytest
from django.db import transaction

from clinic import patients
from clinic.models import AuditEvent, Consent, Patient
from tests.factories import NOW, make_patient
from tests.threads import run_at_once

pytestmark = pytest.mark.django_db
BORN = date(1984, 3, 14)


def attach(**values) -> Patient:
    defaults = {
        "given_name": "Ana",
        "family_name": "Oquendo",
        "birth_date": BORN,
        "phone": "+19075550118",
        "email": "ana@runner.example",
        "now": NOW,
    }
    return patients.attach(**{**defaults, **values})


@pytest.fixture
def ana() -> Patient:
    return make_patient(phone="+19075550118", email="ana@runner.example", birth_date=BORN)


# ---------------------------------------------------------------- attach


def test_attach_makes_who_is_new():
    patient = attach(preferred_name="Anita", texts_ok=True, language="en", city="Anchorage", state="AK")
    patient.refresh_from_db()
    assert (patient.given_name, patient.family_name, patient.birth_date) == ("Ana", "Oquendo", BORN)
    assert (patient.preferred_name, patient.texts_ok, patient.city) == ("Anita", True, "Anchorage")
    assert AuditEvent.objects.get().act == "patient.created"


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"email": ""},
        {"phone": ""},
        {"email": "new@runner.example"},
        {"phone": "+19075550999"},
        {"email": "ANA@Runner.example", "phone": ""},
        {"family_name": "OQUENDO"},
        {"family_name": "Óquendo"},
        {"family_name": " oquendo "},
        {"given_name": "ÁNA"},
        {"given_name": "Anabel"},
    ],
)
def test_attach_finds_who_comes_back(ana, same):
    assert attach(**same) == ana
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"birth_date": BORN + timedelta(days=1)},
        {"family_name": "Oquendez"},
        {"given_name": "Rosa"},  # a twin, who shares all the rest
        {"phone": "+19075550999", "email": "other@runner.example"},
    ],
)
def test_attach_keeps_others_apart(ana, other):
    assert attach(**other) != ana


def test_attach_changes_nothing_of_who_is_found(ana):
    before = Patient.objects.filter(pk=ana.pk).values().get()
    attach(phone="+19075550999", given_name="Anabel", language="es", texts_ok=True, city="Juneau", interpreter=True)
    assert Patient.objects.filter(pk=ana.pk).values().get() == before
    assert not AuditEvent.objects.exists()


def test_attach_adds_no_address_where_there_was_none():
    known = make_patient(phone="+19075550118", email="", birth_date=BORN)
    assert attach() == known
    known.refresh_from_db()
    assert known.email == ""


def test_attach_finds_by_the_preferred_name():
    known = make_patient(given_name="Roberta", preferred_name="Bob", phone="+19075550118", birth_date=BORN)
    assert attach(given_name="Bob") == known


def test_attach_takes_the_oldest_of_two(ana):
    make_patient(phone="+19075550118", email="ana@runner.example", birth_date=BORN)
    assert attach() == ana


def test_attach_follows_who_was_merged(ana):
    last = make_patient(family_name="Married")
    middle = make_patient(merged_into=last)
    Patient.objects.filter(pk=ana.pk).update(merged_into=middle)
    assert attach() == last


@pytest.mark.parametrize("family_name", ["O'Neil", "O’Neil", "o neil".replace(" ", ""), "ONEIL"])
def test_attach_reads_over_apostrophes(family_name):
    known = make_patient(family_name="O'Neil", phone="+19075550118", birth_date=BORN)
    assert attach(family_name=family_name) == known


@pytest.mark.parametrize(("stored", "typed"), [("Nuñez-Díaz", "nunez diaz"), ("Straße", "STRASSE"), ("محمد", "محمد")])
def test_attach_reads_over_accents_hyphens_and_case(stored, typed):
    known = make_patient(family_name=stored, phone="+19075550118", birth_date=BORN)
    assert attach(family_name=typed) == known


def test_attach_without_any_way_to_reach_is_refused():
    with pytest.raises(ValueError, match="phone number or an e-mail"):
        attach(phone="", email="")


def test_attach_takes_odd_names_as_they_are():
    for number, name in enumerate(("🏃", "'", "ΣΊΣΥΦΟΣ", "W" * 80)):
        first = attach(given_name=name, family_name=name, phone=f"+1907555{number:04d}", email="")
        assert attach(given_name=name, family_name=name, phone=f"+1907555{number:04d}", email="") == first


def look_then_make(_number: int) -> None:
    """The way that must not be taken: look for the person, then make them."""
    with transaction.atomic():
        if not Patient.objects.filter(family_name="Oquendo", birth_date=BORN).exists():
            run_at_once.meet()
            time.sleep(0.05)
            make_patient(phone="+19075550118", birth_date=BORN)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_looking_first_would_make_a_patient_several_times():
    run_at_once(look_then_make, 4)
    assert Patient.objects.count() > 1


@pytest.mark.django_db(transaction=True)
def test_attach_by_eight_at_once_makes_one_patient():
    found = run_at_once(lambda _number: attach().pk, 8)
    assert len(set(found)) == 1
    assert Patient.objects.count() == 1


# ---------------------------------------------------------------- consents


def test_record_consents_writes_each_with_its_version():
    patient, uid = make_patient(), uuid.uuid4()
    patients.record_consents(
        subject_uid=uid,
        texts={"contact": "2026-11", "texts": "1"},
        language="en",
        patient=patient,
        given_by="guardian",
        now=NOW,
    )
    assert [
        (row.kind, row.text_version, row.patient, row.given_by, row.given_at) for row in Consent.objects.order_by("id")
    ] == [
        ("contact", "2026-11", patient, "guardian", NOW),
        ("texts", "1", patient, "guardian", NOW),
    ]


def test_record_consents_twice_changes_nothing():
    uid = uuid.uuid4()
    patients.record_consents(subject_uid=uid, texts={"contact": "1"}, language="en", now=NOW)
    patients.record_consents(subject_uid=uid, texts={"contact": "1"}, language="es", now=NOW + timedelta(days=1))
    assert (Consent.objects.get().language, Consent.objects.get().given_at) == ("en", NOW)


def test_record_consents_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="selling"):
        patients.record_consents(subject_uid=uuid.uuid4(), texts={"selling": "1"}, language="en", now=NOW)
