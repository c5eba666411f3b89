import re
import time
from datetime import timedelta

import pytest
from django.test import Client

from clinic import links
from clinic.models import Call
from intake import questionnaire as questionnaires
from intake.gate import current_screening
from intake.models import Outcome, Screening
from tests.factories import make_clinic, make_location, make_service
from tests.intake.checking import p0, page_data

pytestmark = pytest.mark.django_db
P1 = {
    "em_chest_breath": "no",
    "em_collapse": "no",
    "em_sudden_tearing": "no",
    "em_stroke_signs": "no",
    "em_limb_tight": "no",
    "em_dark_urine": "no",
    "em_cannot_walk": "no",
}


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


@pytest.fixture
def ana(client) -> Client:
    """A browser past page P0."""
    client.post("/check/begin/", p0())
    return client


def row() -> Screening:
    return Screening.objects.get()


def number(page_id: str) -> int:
    return questionnaires.current().page_order[page_id]


def answer(client, page_id, **changes):
    """Send one page, all clear but for the changes."""
    return client.post(f"/check/{number(page_id)}/", page_data(row(), page_id, **changes))


def answer_until(client, last, **changes):
    """Send pages one after the other until `last` comes next."""
    form = questionnaires.current()
    while (page := form.first_page(row().answers)) and page.id != last:
        given = {key: value for key, value in changes.items() if form.question(key).page_id == page.id}
        response = answer(client, page.id, **given)
        assert response.status_code == 302, page.id
    return response


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# ---------------------------------------------------------------- a page


def test_page_asks_its_questions_with_nothing_ticked(ana):
    page = ana.get("/check/1/").content.decode()
    assert page.count('name="em_') == 7 * 4 - 1  # standing and walking is about now: no "longer ago"
    assert " checked" not in page
    assert "Step 1 of" in page
    assert 'href="tel:911"' in page
    assert 'href="/interpreter/"' in page
    assert "None of these are true" in page


def test_enter_never_means_none_of_these(ana):
    page = ana.get("/check/1/").content.decode()
    form = page[page.index("<form") :]
    first = re.search(r"<button[^>]*>", form)
    assert first is not None
    assert "name=" not in first.group()


def test_page_has_no_inline_style_or_script(ana):
    for page_id in ("P1", "P3"):
        if page_id == "P3":
            answer_until(ana, "P3")
        page = ana.get(f"/check/{number(page_id)}/").content.decode()
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*src=)", page)
        assert " onclick" not in page


def test_page_saves_and_goes_on(ana):
    response = ana.post("/check/1/", P1)
    assert (response.status_code, response["Location"]) == (302, "/check/2/")
    assert row().answers["em_collapse"] == "no"


def test_none_of_these_answers_the_rows_left_empty(ana):
    assert (
        ana.post("/check/1/", {"none": "1", "em_collapse": "not_sure", "seen": "em_collapse"})["Location"]
        == "/check/2/"
    )
    answers = row().answers
    assert (answers["em_collapse"], answers["em_dark_urine"]) == ("not_sure", "no")


def test_answers_given_are_shown_again(ana):
    ana.post("/check/1/", P1 | {"em_collapse": "older"})
    page = ana.get("/check/1/").content.decode()
    assert page.count(" checked") == 7
    assert 'value="older" checked' in page


def test_child_is_spoken_of_to_a_guardian(client):
    client.post("/check/begin/", p0(birth_date_year="2011", answered_by="guardian", respondent_name="Marta Fisk"))
    assert "when your child breathes in" in text_of(client.get("/check/1/"))


# ---------------------------------------------------------------- a second look, once


def test_row_left_empty_is_pointed_out_once(ana):
    left = {key: value for key, value in P1.items() if key != "em_collapse"}
    first = ana.post("/check/1/", left)
    assert first.status_code == 200
    assert "No answer yet" in text_of(first)
    assert row().answers["em_collapse"] is None
    assert ana.post("/check/1/", left)["Location"] == "/check/2/"


def test_plainer_words_are_offered_once(ana):
    unsure = P1 | {"em_collapse": "not_sure"}
    first = ana.post("/check/1/", unsure)
    assert "In other words: Passing out means" in text_of(first)
    assert row().answers["em_collapse"] == "not_sure"
    assert ana.post("/check/1/", unsure)["Location"] == "/check/2/"


def test_plainer_words_that_were_seen_are_not_offered_again(ana):
    unsure = P1 | {"em_collapse": "not_sure", "seen": "em_collapse"}
    assert ana.post("/check/1/", unsure)["Location"] == "/check/2/"


def test_question_that_an_answer_opens_is_asked_on_the_page_again(ana):
    answer_until(ana, "P2")
    response = ana.post(f"/check/{number('P2')}/", {"sex_at_birth": "female", "pregnancy_status": "pregnant"})
    assert response.status_code == 200
    page = response.content.decode()
    assert "Your answers open a question" in page
    opened = page[page.index('id="q_preg_warning"') - 300 : page.index('id="q_preg_warning"') + 200]
    assert " hidden" not in opened
    assert "preg_warning" not in row().answers


def test_question_that_was_open_already_is_not_asked_again(ana):
    answer_until(ana, "P2")
    data = {"sex_at_birth": "female", "pregnancy_status": "pregnant", "seen": "preg_warning-open"}
    first = ana.post(f"/check/{number('P2')}/", data)
    assert "No answer yet" in text_of(first)
    assert ana.post(f"/check/{number('P2')}/", data)["Location"] == f"/check/{number('P3')}/"


def test_closed_question_is_hidden_with_what_opens_it(ana):
    answer_until(ana, "P2")
    page = ana.get(f"/check/{number('P2')}/").content.decode()
    tag = re.search(r'<fieldset[^>]*id="q_preg_warning"[^>]*>', page)
    assert tag is not None
    assert " hidden" in tag.group()
    assert "pregnancy_status" in tag.group()


def test_second_step_opens_without_an_error(ana):
    answer_until(ana, "P5")
    data = page_data(row(), "P5", pain_areas=["low_back"]) | {"ces_bladder": "yes"}
    data.pop("ces_bladder-when", None)
    first = ana.post(f"/check/{number('P5')}/", data)
    assert "Tell us when it began" in text_of(first)
    assert "error-summary" not in first.content.decode()
    again = ana.post(f"/check/{number('P5')}/", data | {"seen": "ces_bladder-when"})
    assert "error-summary-title" in again.content.decode()


def test_required_row_left_empty_is_an_error_with_a_link_to_it(ana):
    answer_until(ana, "P5")
    data = page_data(row(), "P5")
    data.pop("ces_saddle")
    page = ana.post(f"/check/{number('P5')}/", data).content.decode()
    assert "<title>Error:" in page
    assert 'href="#id_ces_saddle_yes"' in page
    assert "around your bottom or private parts: Please answer this question." in page
    assert 'id="id_ces_saddle_yes"' in page


# ---------------------------------------------------------------- emergencies


def test_emergency_ends_the_form_at_once(ana):
    response = ana.post("/check/1/", {"em_chest_breath": "yes"})
    assert response["Location"] == "/check/result/"
    assert "Get care now" in text_of(ana.get("/check/result/"))


def test_emergency_beside_errors_ends_the_form_at_once(ana):
    assert ana.post("/check/1/", {"em_chest_breath": "yes", "em_collapse": "tampered"})["Location"] == "/check/result/"
    assert Outcome.objects.get().level == "emergency"


def test_emergency_of_several_pages_ends_the_form_where_it_shows(ana):
    answer_until(ana, "P6")
    data = page_data(row(), "P6") | {
        "leg_weak": "major",
        "leg_numb": "yes",
        "leg_neuro_side": "both",
        "neuro_trend": "worse",
    }
    assert ana.post(f"/check/{number('P6')}/", data)["Location"] == "/check/result/"


def test_emergency_of_a_browser_that_was_forgotten_is_still_shown(ana):
    ana.cookies.clear()
    response = ana.post("/check/1/", {"em_chest_breath": "yes"})
    assert response.status_code == 200
    assert "Get care now" in text_of(response)
    assert row().outcome is None


def test_emergency_from_a_second_tab_after_the_end_is_never_lost(ana):
    answer_until(ana, None)
    ana.post("/check/answers/")
    assert row().outcome.level == "mechanical"
    assert ana.post("/check/1/", {"em_collapse": "yes"})["Location"] == "/check/result/"
    assert row().outcome.level == "emergency"
    assert Call.objects.get().reason == "emergency"


# ---------------------------------------------------------------- the order


def test_page_ahead_leads_back_to_where_one_is(ana):
    assert ana.get(f"/check/{number('P8')}/")["Location"] == "/check/1/"
    assert ana.get("/check/answers/")["Location"] == "/check/1/"
    assert ana.get("/check/result/")["Location"] == "/check/1/"
    assert ana.post("/check/answers/")["Location"] == "/check/1/"


def test_page_sent_ahead_is_kept_and_leads_back(ana):
    response = ana.post(f"/check/{number('P7')}/", {"sys_fever": "no"})
    assert response.status_code in (200, 302)
    assert row().answers["sys_fever"] == "no"
    ana.post("/check/1/", P1)
    assert row().answers["sys_fever"] == "no"


def test_page_that_does_not_concern_the_patient_leads_on(ana):
    answer_until(ana, None, pain_areas=["neck"])
    assert ana.get(f"/check/{number('P9')}/")["Location"] == "/check/answers/"


def test_earlier_page_can_be_changed_and_leads_straight_back(ana):
    answer_until(ana, "P6")
    assert ana.get(f"/check/{number('P2')}/").status_code == 200
    assert ana.post("/check/1/", P1)["Location"] == f"/check/{number('P6')}/"


def test_finished_check_leads_to_its_result(ana):
    answer_until(ana, None)
    ana.post("/check/answers/")
    assert ana.get("/check/3/")["Location"] == "/check/result/"
    assert ana.post("/check/2/", {"sex_at_birth": "male"})["Location"] == "/check/result/"
    assert ana.get("/check/answers/")["Location"] == "/check/result/"
    assert row().answers["sex_at_birth"] == "female"


@pytest.mark.parametrize("path", ["/check/0/", "/check/99/", "/check/999999999999999999999/"])
def test_page_that_does_not_exist_is_not_found(ana, path):
    assert ana.get(path).status_code == 404
    assert ana.post(path).status_code == 404


# ---------------------------------------------------------------- hostile input


@pytest.mark.parametrize(
    "data",
    [
        {"em_collapse": "tampered"},
        {"em_collapse": ["yes", "no"]},
        {"em_collapse": "no\x00"},
        {"em_collapse": "x" * 100_000},
        {"em_collapse": "😀"},
        {"none": ["1", "\x00"]},
        {"seen": ["\x00", "em_collapse", "x" * 10_000]},
        {"row": "not a uid"},
        {"pain_areas": "low_back"},
        {"age_years": "200", "answered_by": "staff"},
        {},
    ],
)
def test_tampered_page_does_no_harm(ana, data):
    age = row().answers["age_years"]
    response = ana.post("/check/1/", data)
    assert response.status_code in (200, 302, 422)
    assert row().outcome is None
    assert row().answers["age_years"] == age
    assert "pain_areas" not in row().answers


@pytest.mark.parametrize(
    "data",
    [
        {"pain_areas": ["low_back", "tampered"]},
        {"pain_areas": ["none"]},
        {"pain_areas": []},
        {"pain_areas": ["low_back\x00"]},
    ],
)
def test_tampered_drawing_is_refused_with_a_message(ana, data):
    answer_until(ana, "P3")
    response = ana.post(f"/check/{number('P3')}/", data)
    assert response.status_code == 422
    assert "error-summary-title" in response.content.decode()
    assert "pain_areas" not in row().answers


@pytest.mark.parametrize(
    ("text", "kept"),
    [("Hi 🏃 <b>there</b>", True), ("مرحبا", True), ("a\x00b", False), ("x" * 2001, False)],
)
def test_free_text_is_kept_or_refused_with_a_message(ana, text, kept):
    answer_until(ana, "P13")
    response = ana.post(f"/check/{number('P13')}/", {"free_text": text})
    assert response.status_code == (302 if kept else 422)
    assert (row().answers.get("free_text") == text) is kept


def test_text_that_is_sent_fifty_times_is_read_once(ana):
    answer_until(ana, "P13")
    ligature = "\ufdfa" * 4_000  # eighteen letters each, once it is taken apart
    started = time.process_time()
    response = ana.post(f"/check/{number('P13')}/", {"free_text": ["I want to die", *[ligature] * 50]})
    assert time.process_time() - started < 3
    assert response.status_code == 422
    assert "988" in response.content.decode()


def test_text_is_never_taken_for_html(ana):
    answer_until(ana, "P13")
    ana.post(f"/check/{number('P13')}/", {"free_text": "<script>alert(1)</script></textarea>"})
    assert "<script>alert" not in ana.get(f"/check/{number('P13')}/").content.decode()
    assert "<script>alert" not in ana.get("/check/answers/").content.decode()


def test_post_without_a_token_is_refused():
    client = Client(enforce_csrf_checks=True)
    assert client.post("/check/1/", P1).status_code == 403


@pytest.mark.parametrize("path", ["/check/", "/check/resume/", "/check/result/", "/check/show/"])
def test_get_pages_refuse_to_be_sent_to(ana, path):
    assert ana.post(path).status_code == 405


def test_mistake_cannot_be_made_by_following_a_link(ana):
    assert ana.get("/check/mistake/").status_code == 405


# ---------------------------------------------------------------- whose check it is


@pytest.mark.parametrize("path", ["/check/1/", "/check/answers/", "/check/result/", "/check/show/", "/check/resume/"])
def test_stranger_is_sent_to_the_start(client, path):
    response = client.get(path, follow=True)
    assert response.redirect_chain[-1][0] == "/check/"
    assert "could not find your check" in text_of(response)


def test_tab_of_another_check_saves_nothing_here(ana):
    other = row()
    ana.post("/check/begin/", p0(given_name="Ben", email="ben@runner.example", phone="907-555-0177"))
    response = ana.post("/check/1/", P1 | {"row": str(other.uid)})
    assert response["Location"] == "/check/"
    assert not any("em_collapse" in screening.answers for screening in Screening.objects.all())


def test_link_asks_for_the_birth_date_and_goes_on(ana):
    answer_until(ana, "P3")
    link = links.make(row=row(), purpose="check")
    client = Client()
    landed = client.get(link, follow=True)
    assert "First, your date of birth" in text_of(landed)
    wrong = {"birth_date_asked": "1", "birth_date_month": "1", "birth_date_day": "1", "birth_date_year": "1990"}
    assert "not the date of birth" in text_of(client.post("/check/resume/", wrong))
    assert client.get(f"/check/{number('P3')}/").content.decode().count("birth_date") > 0
    right = wrong | {"birth_date_month": "3", "birth_date_day": "14", "birth_date_year": "1992"}
    response = client.post("/check/resume/", right, follow=True)
    assert response.redirect_chain[-1][0] == f"/check/{number('P3')}/"


def test_page_sent_before_the_birth_date_is_judged(ana):
    client = Client()
    client.get(links.make(row=row(), purpose="check"))
    shown = text_of(client.post("/check/1/", {"em_chest_breath": "yes"}))
    assert "Get care now" in shown
    assert "We could not save this page" in shown
    calm = text_of(client.post("/check/1/", {"em_chest_breath": "no"}))
    assert "First, your date of birth" in calm
    assert "We did not save the page you just sent" in calm
    assert "em_chest_breath" not in row().answers


def test_wrong_birth_dates_are_limited(ana):
    client = Client()
    client.get(links.make(row=row(), purpose="check"))
    wrong = {"birth_date_asked": "1", "birth_date_month": "1", "birth_date_day": "1", "birth_date_year": "1990"}
    statuses = [client.post("/check/resume/", wrong).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_browser_that_has_still_to_give_the_birth_date_holds_no_screening(ana, rf):
    client = Client()
    client.get(links.make(row=row(), purpose="check"))
    request = rf.get("/")
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    assert current_screening(request) is None


def test_browser_that_filled_in_the_check_holds_its_screening(ana, rf):
    request = rf.get("/")
    request.COOKIES = {name: morsel.value for name, morsel in ana.cookies.items()}
    assert current_screening(request) == row()


def test_browser_without_a_cookie_holds_no_screening(rf):
    assert current_screening(rf.get("/")) is None


def test_revoked_link_opens_nothing(ana):
    link = links.make(row=row(), purpose="check")
    links.revoke(row=row())
    assert Client().get(link).status_code == 404
    assert ana.get("/check/1/")["Location"] == "/check/"


def test_link_works_for_thirty_days(ana, monkeypatch):
    link = links.make(row=row(), purpose="check")
    made = time.time()
    monkeypatch.setattr(time, "time", lambda: made + timedelta(days=29, hours=23).total_seconds())
    assert Client().get(link).status_code == 302
    monkeypatch.setattr(time, "time", lambda: made + timedelta(days=30, minutes=1).total_seconds())
    assert Client().get(link).status_code == 404


def test_browser_forgets_after_two_hours_without_an_answer(ana, monkeypatch):
    last = time.time()
    monkeypatch.setattr(time, "time", lambda: last + timedelta(minutes=119).total_seconds())
    assert ana.get("/check/1/").status_code == 200
    monkeypatch.setattr(time, "time", lambda: last + timedelta(minutes=240).total_seconds())
    response = ana.post("/check/1/", P1)
    assert response["Location"] == "/check/"
    assert "em_collapse" not in row().answers


def test_link_to_something_else_does_not_open_the_check(ana):
    visit_like = links.make(row=row(), purpose="check").replace("check~", "visit~")
    assert Client().get(visit_like).status_code == 404


@pytest.mark.parametrize("link", ["/l/check~x~1.sig/", "/l/nothing/", "/l/check/"])
def test_tampered_link_opens_nothing(client, link):
    assert client.get(link).status_code == 404


# ---------------------------------------------------------------- start and wish


def test_start_page_offers_to_go_on(ana):
    assert "You have a check under way" in text_of(ana.get("/check/"))
    assert ana.get("/check/resume/")["Location"] == "/check/1/"


def test_start_page_offers_the_result_of_a_finished_check(ana):
    answer_until(ana, None)
    ana.post("/check/answers/")
    assert "See your result" in text_of(ana.get("/check/"))
    assert ana.get("/check/resume/")["Location"] == "/check/result/"


def test_service_that_was_wanted_is_remembered_for_the_button(ana):
    make_service(slug="sports-massage")
    ana.get("/check/?for=sports-massage")
    assert "check_for" in ana.cookies


@pytest.mark.parametrize("slug", ["nothing", "", "x" * 500, "a\x00b", "../admin"])
def test_service_that_is_none_is_not_remembered(ana, slug):
    assert ana.get("/check/", {"for": slug}).status_code == 200
    assert "check_for" not in ana.cookies


# ---------------------------------------------------------------- the look over the answers


def test_review_shows_answers_in_words_with_ways_to_change_them(ana):
    answer_until(ana, None)
    page = ana.get("/check/answers/")
    text = text_of(page)
    assert "2 weeks or more, up to 6" in text
    assert "907-555-0118" in text
    assert "You said no to" in text
    assert f'href="/check/{number("P4")}/#q_duration_band"' in page.content.decode()
    assert 'href="/check/begin/?change=1"' in page.content.decode()


def test_review_keeps_private_answers_off(ana):
    answer_until(ana, None, menses="stopped_3m")
    text = text_of(ana.get("/check/answers/"))
    assert "Gone for 3 months" not in text
    assert "Drugs injected" not in text
    assert "sexual" not in text
    assert text.count("Private answers") == 3


def test_review_points_out_what_has_no_answer(ana):
    form = questionnaires.current()
    while page := form.first_page(row().answers):
        data = page_data(row(), page.id)
        data.pop("duration_band", None)
        ana.post(f"/check/{number(page.id)}/", data)
    text = text_of(ana.get("/check/answers/"))
    assert "One question has no answer" in text
    assert "No answer" in text


# ---------------------------------------------------------------- private answers


def minor(client, **who) -> Client:
    """A browser on its way through the check of a boy of fifteen with a sore groin."""
    born = {f"birth_date_{part}": value for part, value in (("month", "3"), ("day", "14"), ("year", "2011"))}
    client.post("/check/begin/", p0(**{**born, "answered_by": "guardian", "respondent_name": "Marta", **who}))
    answer_until(client, "P8", sex_at_birth="male", pain_areas=["groin-l"], hx_ivdu="yes", testicle_pain="prefer_not")
    return client


def test_private_answer_of_a_minor_is_not_shown_again(client):
    page = minor(client).get(f"/check/{number('P7')}/").content.decode()
    assert row().answers["hx_ivdu"] == "yes"
    assert page.count("You have answered this in private") == 2
    for name in ("hx_ivdu", "testicle_pain"):
        assert not re.search(rf'name="{name}" value="\w+" checked', page)
    assert 'name="sys_fever" value="no" checked' in page


def test_private_answer_of_a_minor_stays_when_the_page_is_sent_again(client):
    client = minor(client)
    data = page_data(row(), "P7")
    del data["hx_ivdu"], data["testicle_pain"]
    client.post(f"/check/{number('P7')}/", data | {"hx_cancer": "no"})
    assert (row().answers["hx_ivdu"], row().answers["testicle_pain"]) == ("yes", "prefer_not")


def test_private_answer_of_a_minor_is_kept_from_none_of_these(client):
    client = minor(client)
    client.post(f"/check/{number('P7')}/", {"none": "1"})
    assert row().answers["hx_ivdu"] == "yes"


def test_private_answer_of_a_minor_can_be_changed(client):
    client = minor(client)
    data = page_data(row(), "P7") | {"hx_ivdu": "no", "testicle_pain": "no"}
    client.post(f"/check/{number('P7')}/", data)
    assert (row().answers["hx_ivdu"], row().answers["testicle_pain"]) == ("no", "no")


def test_private_answer_in_two_steps_stays_when_the_page_is_sent_again(client):
    born = {"birth_date_month": "3", "birth_date_day": "14", "birth_date_year": "2009"}
    client.post("/check/begin/", p0(**born, answered_by="guardian", respondent_name="Marta"))
    answer_until(client, "P6", pain_areas=["low_back"], ces_sexual="worse")
    data = {key: value for key, value in page_data(row(), "P5").items() if not key.startswith("ces_sexual")}
    client.post(f"/check/{number('P5')}/", data)
    assert row().answers["ces_sexual"] == "worse"


def test_adult_who_answers_alone_sees_private_answers_again(ana):
    answer_until(ana, "P8", hx_ivdu="yes")
    page = ana.get(f"/check/{number('P7')}/").content.decode()
    assert 'name="hx_ivdu" value="yes" checked' in page
    assert "in private" not in page


def test_private_questions_of_minors_offer_not_to_say():
    for question in questionnaires.current().questions.values():
        if question.private:
            assert "prefer_not" in question.codes, question.id


def test_send_judges_and_leads_to_the_result(ana):
    answer_until(ana, None)
    assert ana.post("/check/answers/")["Location"] == "/check/result/"
    assert ana.post("/check/answers/")["Location"] == "/check/result/"
    assert Outcome.objects.count() == 1


def test_page_costs_the_same_whatever_was_answered(ana, django_assert_num_queries):
    with django_assert_num_queries(6):
        ana.get("/check/1/")
    answer_until(ana, "P10")
    with django_assert_num_queries(6):
        ana.get(f"/check/{number('P9')}/")
