"""The questions on the patient's own phone at the desk: a short code, good for minutes and one check."""

from datetime import timedelta

import pytest
import segno
from django.test import Client
from django.utils import timezone

from clinic.models import AuditEvent, Patient
from intake import handovers
from intake.models import HandOver, Screening
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_location, make_patient
from tests.intake.checking import BORN, p0

pytestmark = pytest.mark.django_db
HERE = "/here/"


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_location()
    return make_clinic()


@pytest.fixture
def ana():
    return make_patient(given_name="Ana", family_name="Oquendo-Lund", birth_date=BORN, phone="+19075550100")


@pytest.fixture
def code(ana):
    jo = staff("desk")
    page = jo.post(f"/desk/patients/{ana.uid}/on-their-phone/", follow=True)
    row = HandOver.objects.get()
    assert f"{row.code[:3]} {row.code[3:]}" in words(page)
    assert AuditEvent.objects.filter(act="screening.handed_over", subject_uid=ana.uid, actor=jo.user).exists()
    return row.code


def test_code_makes_the_check_the_patients_though_they_write_themselves_otherwise(client, ana, code):
    page = client.post(HERE, {"code": f" {code[:3].lower()} {code[3:]} "}, follow=True)
    assert page.redirect_chain[-1][0] == "/check/"
    assert "Oquendo" not in page.content.decode()
    client.post("/check/begin/", p0(family_name="Oquendo", phone="907-555-0177"))
    assert Screening.objects.get().patient == ana == Patient.objects.get()
    assert HandOver.objects.get().begun_at == NOW


def test_check_stays_the_patients_when_a_number_is_mended(client, ana, code):
    client.post(HERE, {"code": code})
    typed = p0(family_name="Oquendo", phone="907-555-0177")
    client.post("/check/begin/", typed)
    client.post("/check/begin/?change", {**typed, "phone": "907-555-0178"})
    row = Screening.objects.get()
    assert (row.patient, row.phone) == (ana, "+19075550178")


def test_picture_at_the_desk_carries_address_and_code(client, ana, code):
    page = staff("desk").get(f"/desk/patients/{ana.uid}/on-their-phone/").content.decode()
    drawn = segno.make_qr(f"http://testserver/here/?code={code}", error="m").svg_inline(omitsize=True)
    assert drawn[drawn.index('d="') : drawn.index('"/>')] in page
    assert f'value="{code}"' in client.get(f"{HERE}?code={code}").content.decode()


def test_code_with_another_birth_date_is_somebody_else(client, ana, code):
    client.post(HERE, {"code": code})
    client.post("/check/begin/", p0(birth_date_year="1970"))
    assert Screening.objects.get().patient != ana


def test_code_opens_one_check_and_for_minutes_only(client, code, monkeypatch):
    client.post(HERE, {"code": code})
    client.post("/check/begin/", p0())
    assert Client().post(HERE, {"code": code}).status_code == 422
    row = handovers.hand_over(patient=Patient.objects.get(), by=staff("desk").user, now=NOW)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=15))
    assert "or not any more" in words(Client().post(HERE, {"code": row.code}))


def test_new_code_ends_the_one_before(ana, code, monkeypatch):
    later = NOW + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    handovers.hand_over(patient=ana, by=staff("desk").user, now=later)
    assert Client().post(HERE, {"code": code}).status_code == 422


def test_code_on_a_tablet_forgets_the_check_of_whoever_had_it_before(client, code):
    client.post("/check/begin/", p0(given_name="Bea", family_name="Tallman"))
    assert client.get("/check/1/").status_code == 200
    client.post(HERE, {"code": code})
    assert client.get("/check/1/").status_code == 302


@pytest.mark.parametrize("given", ["", "\x00", "ABCDEF", "🦵" * 5, "A" * 5000])
def test_wrong_codes_say_so(client, given):
    page = client.post(HERE, {"code": given})
    assert page.status_code == 422
    assert unknown_targets(page) == set()


def test_codes_cannot_be_guessed_at_length(client):
    for _number in range(100):
        assert client.post(HERE, {"code": "222222"}).status_code == 422
    assert client.post(HERE, {"code": "222222"}).status_code == 429


def test_tampered_cookie_is_no_error(client, ana):
    client.cookies[handovers.COOKIE] = "x" * 300
    assert client.post("/check/begin/", p0()).status_code == 302
    client.cookies[handovers.COOKIE] = "x:y:z"
    assert client.post("/check/begin/", p0(given_name="Bea")).status_code == 302
