"""The four request forms with good and bad input."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from clinic.models import OpeningHours, Payer
from intake.forms.requests import CallForm, CostForm, QuestionForm, TeamForm
from tests.factories import NOW, make_clinic, make_location, make_service

pytestmark = pytest.mark.django_db
WHO = {"name": "Casey Tran", "phone": "907-555-0118", "email": "casey@runner.example", "contact_ok": "on"}
GOOD = {
    CallForm: {**WHO, "text": "Outer knee", "how_long": "w2_6"},
    QuestionForm: {**WHO, "text": "May I run?", "answer_by": "email"},
    CostForm: {**WHO, "service": "not_sure", "mode": "any", "payer": "self"},
    TeamForm: {**WHO, "group": "Ridge Runners", "dates": "May", "size": "12", "ages": "14 to 18"},
}
FORMS = list(GOOD)


@pytest.fixture(autouse=True)
def clinic():
    make_location()
    return make_clinic()


def fill(form, **values):
    """The form with good values but for those given; None takes a value away."""
    data = {key: value for key, value in {**GOOD[form], **values}.items() if value is not None}
    filled = form(data, now=NOW)
    filled.full_clean()
    return filled


def errors(form) -> dict[str, list[str]]:
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


@pytest.mark.parametrize("form", FORMS)
def test_form_accepts_what_is_good(form):
    submission = uuid.uuid4()
    filled = fill(form, submission=str(submission))
    assert errors(filled) == {}
    asked = filled.asked()
    assert (asked["submission"], asked["name"], asked["phone"], asked["email"], asked["texts_ok"]) == (
        submission,
        "Casey Tran",
        "+19075550118",
        "casey@runner.example",
        False,
    )


def test_forms_give_the_details_of_their_kind():
    assert fill(CallForm).asked()["details"] == {"how_long": "w2_6", "windows": []}
    assert fill(QuestionForm).asked()["details"] == {"answer_by": "email"}
    assert fill(CostForm, days=["0", "4"]).asked()["details"] == {
        "service": "",
        "mode": "",
        "payer": "self",
        "days": [0, 4],
    }
    assert fill(TeamForm).asked()["details"] == {
        "group": "Ridge Runners",
        "dates": "May",
        "size": 12,
        "ages": "14 to 18",
    }


# ---------------------------------------------------------------- who, and how to reach them


@pytest.mark.parametrize("form", FORMS)
def test_form_needs_a_name_consent_and_a_way_to_answer(form):
    found = errors(fill(form, name=None, contact_ok=None, phone=None, email=None))
    way = {"phone": ["Give a phone number or an e-mail address, so that we can answer."]}
    if form is QuestionForm:  # which of the two is known: only that is asked for
        way = {"email": ["Give an e-mail address for the answer."]}
    assert found == {"name": ["Give a name."], "contact_ok": ["Tick the box so that we may contact you."]} | way


@pytest.mark.parametrize("form", FORMS)
def test_form_refuses_the_clinics_own_number(form):
    assert errors(fill(form, phone="907-555-0142")) == {"phone": ["That is our own number. Give another one."]}


@pytest.mark.parametrize("form", [CallForm, CostForm, TeamForm])
def test_form_is_content_with_phone_or_email(form):
    assert errors(fill(form, email=None)) == {}
    assert errors(fill(form, phone=None)) == {}


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("(907) 555-0118", "+19075550118"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+52 55 1234 5678", "+525512345678"),
        ("٩٠٧٥٥٥٠١١٨", "+19075550118"),
    ],
)
def test_form_takes_phone_numbers_of_any_country(phone, kept):
    form = fill(CallForm, phone=phone)
    assert (errors(form), form.cleaned_data.get("phone")) == ({}, kept)


@pytest.mark.parametrize("phone", ["907-555-01", "call me", "1", "9" * 41, "907555\x000118", "+1907555\n0118"])
def test_form_refuses_what_is_no_phone_number(phone):
    assert list(errors(fill(CallForm, phone=phone))) == ["phone"]


@pytest.mark.parametrize(
    "email", ["casey", "casey@", "a@b@c.example", "casey@x.example\nBcc: all@x.example", "c\x00@x.example", "c" * 300]
)
def test_form_refuses_what_is_no_email_address(email):
    assert list(errors(fill(CallForm, email=email))) == ["email"]


@pytest.mark.parametrize(
    "name", ["Casey\r\nBcc: all@x.example", "Casey\x00Tran", "x" * 121, "https://spam.example", "\u202etxet"]
)
def test_form_refuses_names_that_could_do_harm(name):
    assert list(errors(fill(CallForm, name=name))) == ["name"]


@pytest.mark.parametrize("name", ["نور الهدى", "שירה כהן", "Zoë 🏃‍♀️ O’Brien", "王小明", "Ŋaliq"])
def test_form_takes_names_of_any_script(name):
    form = fill(CallForm, name=name)
    assert (errors(form), form.cleaned_data.get("name")) == ({}, name)


def test_form_asks_for_a_number_when_texts_are_wished():
    found = errors(fill(CallForm, phone=None, texts_ok="on"))
    assert found == {"phone": ["Give a phone number for texts, or take the tick for texts away."]}


def test_form_offers_no_texts_without_a_gateway(settings):
    settings.SMS_URL = settings.MESSAGE_FOLDER = ""
    form = fill(CallForm, texts_ok="on")
    assert (errors(form), "texts_ok" in form.fields, form.asked()["texts_ok"]) == ({}, False, False)


def test_form_asks_which_language_the_interpreter_speaks():
    assert errors(fill(CallForm, interpreter="on")) == {"spoken": ["Write which language you speak."]}
    assert fill(CallForm, interpreter="on", spoken="Samoan").asked()["interpreter"] == "Samoan"
    assert fill(CallForm, spoken="Yup’ik").asked()["interpreter"] == "Yup’ik"


@pytest.mark.parametrize("form", FORMS)
def test_form_refuses_over_long_text_and_keeps_it(form):
    long = "pain " * 2000
    filled = fill(form, text=long)
    assert list(errors(filled)) == ["text"]
    assert long.strip() in str(filled["text"])


@pytest.mark.parametrize("form", FORMS)
def test_form_refuses_nul_and_takes_emoji_and_lines(form):
    assert list(errors(fill(form, text="sore\x00heel"))) == ["text"]
    filled = fill(form, text="Sore 😣\r\nheel <script>")
    assert (errors(filled), filled.cleaned_data["text"]) == ({}, "Sore 😣\nheel <script>")


@pytest.mark.parametrize("submission", ["", "garbage", "\x00", "x" * 500])
def test_form_takes_a_broken_submission_for_a_new_one(submission):
    assert isinstance(fill(CallForm, submission=submission).asked()["submission"], uuid.UUID)


# ---------------------------------------------------------------- a call


def test_call_form_offers_windows_by_day():
    form = CallForm(now=NOW)
    days = [(day, [str(box.choice_label) for box in boxes]) for day, boxes in form.window_days()]
    assert days[:2] == [
        ("Tuesday 24 November", ["10 am to noon", "1 to 3 pm", "3 to 4:30 pm"]),
        ("Wednesday 25 November", ["8 to 10 am", "10 am to noon", "1 to 3 pm", "3 to 4:30 pm"]),
    ]
    assert len(days) == 5


def test_call_form_gives_the_windows_that_were_picked():
    form = CallForm(now=NOW)
    picked = [value for _day, boxes in form.window_days() for value in [boxes[0].data["value"]]][:2]
    spans = fill(CallForm, when=picked).asked()["details"]["windows"]
    assert spans == [
        ["2026-11-24T19:00:00+00:00", "2026-11-24T21:00:00+00:00"],
        ["2026-11-25T17:00:00+00:00", "2026-11-25T19:00:00+00:00"],
    ]


def test_call_form_refuses_a_window_that_was_never_offered():
    for when in (["20261125T0300Z-20261125T0500Z"], ["tomorrow"], ["\x00"], [f"window {n}" for n in range(50)]):
        assert errors(fill(CallForm, when=when)) == {
            "when": ["One of the times you picked has passed. Look at the times again."]
        }


def test_call_form_says_when_a_window_has_passed_and_keeps_the_others():
    form = CallForm(now=NOW)
    values = [box.data["value"] for _day, boxes in form.window_days() for box in boxes]
    data = {**GOOD[CallForm], "when": [values[0], values[4]]}
    late = CallForm(data, now=NOW + timedelta(hours=2))
    assert list(errors(late)) == ["when"]
    assert [box.data["value"] for _day, boxes in late.window_days() for box in boxes if box.data["selected"]] == [
        values[4]
    ]


def test_call_form_takes_all_windows():
    form = CallForm(now=NOW)
    values = [box.data["value"] for _day, boxes in form.window_days() for box in boxes]
    assert len(fill(CallForm, when=values).asked()["details"]["windows"]) == len(values)


def test_call_form_without_opening_hours_asks_for_no_window():
    OpeningHours.objects.all().delete()
    form = fill(CallForm)
    assert (errors(form), form.window_days()) == ({}, [])


def test_call_form_refuses_a_duration_that_was_never_offered():
    assert list(errors(fill(CallForm, how_long="forever"))) == ["how_long"]


# ---------------------------------------------------------------- a question, a price, a team


def test_question_form_needs_the_address_that_the_answer_goes_to():
    assert errors(fill(QuestionForm, email=None)) == {"email": ["Give an e-mail address for the answer."]}
    assert errors(fill(QuestionForm, answer_by="phone", phone=None)) == {
        "phone": ["Give a phone number for the answer."]
    }


def test_question_form_needs_a_question_and_a_known_way():
    assert errors(fill(QuestionForm, text="  \n ", answer_by="pigeon")) == {
        "text": ["Write your question."],
        "answer_by": ["Pick how we shall answer: by e-mail or by phone."],
    }


def test_cost_form_offers_services_plans_and_open_days():
    service = make_service(name="First visit")
    make_service(name="Gone", active=False)
    Payer.objects.create(name="Aurora Health Plan")
    Payer.objects.create(name="Pays alone", kind="self")
    fields: Any = CostForm(now=NOW).fields
    choices = {name: list(fields[name].choices) for name in ("service", "payer", "days")}
    assert [name for name, _label in choices["service"]] == ["", service.slug, "not_sure"]
    assert [name for name, _label in choices["payer"]] == [
        "",
        "self",
        "Aurora Health Plan",
        "other",
        "not_sure",
    ]
    assert [str(label) for _day, label in choices["days"]] == [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
    ]


def test_cost_form_refuses_what_was_never_offered():
    tampered = fill(CostForm, service="brain-surgery", mode="moon", payer="Somebody else", days=["6"])
    assert sorted(errors(tampered)) == ["days", "mode", "payer", "service"]


def test_cost_form_says_where_a_service_is_offered():
    service = make_service(modes=("in_clinic", "mobile"))
    form = fill(CostForm, service=service.slug, mode="telehealth")
    assert errors(form) == {"mode": ["This is offered here: At the clinic and At your home."]}
    assert errors(fill(CostForm, service=service.slug, mode="mobile")) == {}


def test_cost_form_needs_service_mode_and_payer():
    assert errors(fill(CostForm, service=None, mode=None, payer=None)) == {
        "service": ["Pick one of the services."],
        "mode": ["Pick where."],
        "payer": ["Pick who pays."],
    }


@pytest.mark.first_case
@pytest.mark.parametrize("size", ["0", "1001", "a dozen", "-3", "1e9", "9" * 5000, "3.5", "\x00"])
def test_team_form_refuses_what_is_no_size(size):
    assert list(errors(fill(TeamForm, size=size))) == ["size"]


def test_team_form_needs_who_when_and_how_many():
    found = errors(fill(TeamForm, group=None, dates=None, size=None, ages=None))
    assert list(found) == ["group", "dates", "size", "ages"]


@pytest.mark.parametrize("form", FORMS)
def test_form_fields_stand_in_the_summary_as_on_the_page(form):
    shown = [pointer.name for pointer in form(now=NOW).helper.layout.get_field_names()]
    assert [name for name in form(now=NOW).fields if name != "submission"] == shown
