import re
import uuid
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from clinic.models import Consent, Patient
from intake.forms.check_begin import BeginForm
from intake.models import Screening
from tests.factories import NOW, make_clinic, make_location, make_patient
from tests.intake.checking import fill_in, p0, start

pytestmark = pytest.mark.django_db
MINOR = {"birth_date_year": str(timezone.now().year - 15)}


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def errors(**changes):
    form = BeginForm(p0(**changes), now=timezone.now())
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


# ---------------------------------------------------------------- the form


def test_begin_form_gives_the_contact():
    form = BeginForm(p0(preferred_name="Anita", spoken="Spanish", texts_ok="on"), now=timezone.now())
    assert form.is_valid(), form.errors
    contact = form.contact()
    assert (contact.given_name, contact.preferred_name, contact.birth_date) == ("Ana", "Anita", date(1992, 3, 14))
    assert (contact.phone, contact.texts_ok, contact.state) == ("+19075550118", True, "AK")
    # Whoever writes a language wants an interpreter.
    assert (contact.spoken_language, contact.interpreter) == ("Spanish", True)


@pytest.mark.parametrize(
    "field", ["visit_reason", "answered_by", "given_name", "family_name", "city", "state", "read_ok"]
)
def test_begin_form_wants(field):
    assert list(errors(**{field: ...})) == [field]


def test_begin_form_wants_a_birth_date():
    left_out = {"birth_date_month": ..., "birth_date_day": ..., "birth_date_year": ...}
    assert list(errors(**left_out)) == ["birth_date"]


def test_begin_form_wants_a_phone_number_and_takes_an_email_address():
    assert errors(email=...) == {}
    assert list(errors(phone=...)) == ["phone"]


def test_begin_form_refuses_the_clinics_own_number():
    assert errors(phone="907-555-0142") == {"phone": ["That is our own number. Give another one."]}


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"visit_reason": "fun"}, "visit_reason"),
        ({"answered_by": "staff"}, "answered_by"),
        ({"answered_by": "robot"}, "answered_by"),
        ({"state": "XX"}, "state"),
        ({"given_name": "A\x00na"}, "given_name"),
        ({"family_name": "x" * 81}, "family_name"),
        ({"city": "y" * 81}, "city"),
        ({"city": "Anchor\x00age"}, "city"),
        ({"phone": "12"}, "phone"),
        ({"email": "ana@"}, "email"),
        ({"email": "ana@runner.example\nBcc: all@runner.example"}, "email"),
        ({"birth_date_month": "2", "birth_date_day": "31"}, "birth_date"),
        ({"birth_date_year": "2090"}, "birth_date"),
        ({"birth_date_year": "1890"}, "birth_date"),
        ({"interpreter": "on"}, "spoken"),
        ({"answered_by": "guardian"}, "respondent_name"),
        ({"answered_by": "helper"}, "respondent_name"),
    ],
)
def test_begin_form_refuses(changes, field):
    assert list(errors(**changes)) == [field]


@pytest.mark.parametrize("name", ["Ana 🏃", "يوسف", "O’Brien-Nuñez", "Li"])
def test_begin_form_takes_names_as_they_are(name):
    assert errors(given_name=name, family_name=name) == {}


def test_begin_form_leaves_out_who_answers_for_themselves():
    form = BeginForm(p0(respondent_name="Somebody", relation="Me"), now=timezone.now())
    assert form.is_valid()
    assert (form.contact().respondent_name, form.contact().respondent_relation) == ("", "")


def test_outside_the_country_is_no_state():
    form = BeginForm(p0(state="other"), now=timezone.now())
    assert form.is_valid()
    assert form.contact().state == ""


def test_states_of_the_clinic_come_first():
    choices = BeginForm(now=timezone.now()).fields["state"].choices
    assert [code for code, _name in choices][:3] == ["", "AK", "AL"]


# ---------------------------------------------------------------- under 18


def test_minor_is_asked_for_an_adult():
    assert list(errors(**MINOR)) == ["alone"]
    assert list(errors(**MINOR, answered_by="helper", respondent_name="Sam")) == ["alone"]


def test_minor_with_a_guardian_goes_on():
    assert errors(**MINOR, answered_by="guardian", respondent_name="Marta Fisk") == {}


def test_minor_whom_no_adult_can_help_goes_on_alone():
    assert errors(**MINOR, alone="on") == {}


def test_adult_is_not_asked_for_an_adult():
    assert "alone" not in BeginForm(p0(), now=timezone.now()).fields


@pytest.mark.parametrize(("day", "asked"), [("24", []), ("25", ["alone"])])
def test_eighteenth_birthday_makes_an_adult(day, asked):
    born = {"birth_date_month": "11", "birth_date_day": day, "birth_date_year": "2008"}
    assert list(BeginForm(p0(**born), now=NOW).errors) == asked


def test_note_for_a_minor_tells_what_to_do_in_an_emergency(client):
    page = client.post("/check/begin/", p0(**MINOR)).content.decode()
    assert "Please ask a parent or guardian" in page
    assert 'href="tel:911"' in page
    assert 'name="alone"' in page


# ---------------------------------------------------------------- the page


def test_begin_page_asks_why_first_and_ticks_nothing(client):
    page = client.get("/check/begin/", follow=True).content.decode()
    names = re.findall(r'<input type="(?!hidden)[a-z]+" name="([a-z_]+)"', page)
    assert names[0] == "visit_reason"
    assert " checked" not in page
    assert "not a diagnosis or medical advice" in page
    assert "around the clock" in page


def test_begin_makes_a_check_and_goes_to_the_first_page(client):
    response = client.post("/check/begin/", p0())
    assert (response.status_code, response["Location"]) == (302, "/check/1/")
    assert client.get("/check/1/").status_code == 200
    assert Consent.objects.filter(kind="disclaimer", text_version="check-2").count() == 1


def test_begin_twice_makes_one_check(client):
    data = p0()
    first, second = client.post("/check/begin/", data), client.post("/check/begin/", data)
    assert (first["Location"], second["Location"]) == ("/check/1/", "/check/1/")
    assert (Screening.objects.count(), Patient.objects.count()) == (1, 1)


def test_begin_keeps_what_was_typed_beside_an_error(client):
    response = client.post("/check/begin/", p0(city=...))
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error:" in page
    assert 'value="Oquendo"' in page
    assert Screening.objects.count() == 0


def test_begin_with_a_broken_submission_is_a_new_check(client):
    assert client.post("/check/begin/", p0(submission="x\x00")).status_code == 302


def test_begin_shows_nothing_of_a_patient_we_know(client):
    make_patient(
        birth_date=date(1992, 3, 14), email="ana@runner.example", phone="+19075550100", preferred_name="Juanita"
    )
    client.post("/check/begin/", p0())
    pages = client.get("/check/begin/?change=1").content.decode() + client.get("/check/1/").content.decode()
    assert not any(number in pages for number in ("555-0100", "5550100"))
    assert "Juanita" not in pages


def test_begin_corrects_what_was_given(client):
    client.post("/check/begin/", p0())
    page = client.get("/check/begin/?change=1").content.decode()
    assert 'value="907-555-0118"' in page
    submission = Screening.objects.get().submission
    assert str(submission) in page
    client.post("/check/begin/?change=1", p0(submission=str(submission), phone="907-555-0199"))
    assert Screening.objects.get().contact["phone"] == "+19075550199"


def test_private_answers_are_asked_anew_when_page_p0_says_that_an_adult_answers_alone():
    """A guardian who changes who answers, and the year of birth, does not read what the child said alone."""
    submission = uuid.uuid4()
    screening = start(
        submission=submission, birth_date=date(2011, 3, 14), respondent="guardian", respondent_name="Marta Fisk"
    )
    fill_in(screening, pain_areas=["low_back"], hx_ivdu="yes", em_collapse="not_sure")
    corrected = start(submission=submission, birth_date=date(1980, 3, 14))
    assert corrected.pk == screening.pk
    assert "hx_ivdu" not in corrected.answers
    assert corrected.answers["em_collapse"] == "not_sure"
    assert "P7" not in corrected.pages_done


def test_somebody_elses_check_cannot_be_corrected_from_a_bare_address(client):
    client.post("/check/begin/", p0())
    client.cookies.clear()
    page = client.get("/check/begin/?change=1", follow=True).content.decode()
    assert "Oquendo" not in page


def test_coming_back_to_page_p0_corrects_the_check_just_begun(client):
    address = client.get("/check/begin/")["Location"]
    page = client.get(address).content.decode()
    submission = re.search(r'name="submission" value="([0-9a-f-]+)"', page).group(1)
    assert submission in address
    client.post(address, p0(submission=submission))
    again = client.get(address).content.decode()
    assert 'value="907-555-0118"' in again
    assert submission in again
    client.post(address, p0(submission=submission, phone="907-555-0199"))
    assert Screening.objects.get().contact["phone"] == "+19075550199"


def test_another_browser_with_the_same_address_begins_a_check_of_its_own(client):
    address = client.get("/check/begin/")["Location"]
    submission = address.partition("s=")[2]
    client.post(address, p0(submission=submission))
    other = Client()
    assert "Oquendo" not in other.get(address).content.decode()
    other.post(address, p0(submission=submission, phone="907-555-0199"))
    assert sorted(row.contact["phone"] for row in Screening.objects.all()) == ["+19075550118", "+19075550199"]


@pytest.mark.parametrize("address", ["?s=nonsense", "?s=%00", "?s=" + "x" * 5000, ""])
def test_address_without_a_submission_is_given_one(client, address):
    assert re.fullmatch(r"/check/begin/\?s=[0-9a-f-]{36}", client.get(f"/check/begin/{address}")["Location"])


def test_begin_of_a_guessed_submission_shows_nothing_of_it(client):
    assert client.post("/check/begin/", p0(submission=str(uuid.uuid4()))).status_code == 302
