import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clinic import links
from clinic.models import AuditEvent
from intake import results, workflow
from intake.models import Outcome, Screening
from tests.factories import NOW, make_clinic, make_location, make_patient, make_user
from tests.intake.checking import BORN, fill_in, finished, save, start

pytestmark = pytest.mark.django_db
RULE_IDS = re.compile(r"\b[EURNM][0-9]{2}\b")


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def browser(screening: Screening) -> Client:
    """A browser that holds a check."""
    client = Client()
    client.get(links.make(row=screening, purpose="check"))
    born = screening.patient.birth_date
    parts = {"month": born.month, "day": born.day, "year": born.year}
    client.post("/check/resume/", {"birth_date_asked": "1"} | {f"birth_date_{k}": str(v) for k, v in parts.items()})
    return client


def text_of(response) -> str:
    without = re.sub(r"<(head|footer)>?.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without)).replace(" .", ".")


def page_of(screening: Screening) -> str:
    response = browser(screening).get("/check/result/")
    assert response.status_code == 200
    return text_of(response)


def shown(outcome: Outcome, *, now=NOW) -> results.Shown:
    made = results.shown(Screening.objects.get(pk=outcome.screening_id), now=now)
    assert made is not None
    return made


def decide(screening, level):
    by = make_user()
    return workflow.decide(screening=screening, level=level, reason="Talked.", by=by, is_pt=True, now=timezone.now())


def emergency(**values) -> Screening:
    answers = values.pop("answers", {"em_collapse": "yes"})
    return save(start(**values), "P1", **answers)


def saddle(**values) -> Screening:
    return fill_in(start(**values), pain_areas=["low_back", "buttock"], ces_bladder="new")


# ---------------------------------------------------------------- emergency


def test_emergency_page_says_what_to_do_and_what_to_say():
    text = page_of(saddle())
    assert "Get care now" in text
    assert "Go to the nearest emergency room now, or call 911" in text
    assert "Do not drive yourself" in text
    assert "“I have trouble with peeing, or with feeling it (new in the last 2 weeks)." in text
    assert "It hurts here: low back and buttock." in text
    assert "Ask if you need a scan today" in text
    assert "This does not mean something bad has been found" in text


def test_emergency_page_has_nothing_else_on_it():
    page = browser(emergency()).get("/check/result/").content.decode()
    assert 'class="masthead"' not in page
    assert 'class="site-foot"' not in page
    assert "/book/" not in page
    assert "/ask/" not in page
    assert page.count('class="call" href="tel:911"') == 1


def test_emergency_page_repeats_each_answer_with_a_way_to_take_it_back():
    page = browser(saddle()).get("/check/result/").content.decode()
    assert page.count("I tapped this by mistake") == 1
    assert 'name="question" value="ces_bladder"' in page
    assert "Yes, new in the last 2 weeks:" in page


def test_emergency_page_says_when_a_pt_calls_and_on_which_number():
    screening = emergency()
    outcome = screening.outcome
    page = shown(outcome)
    assert page.due_words == "today by 9:55 am"
    assert page.phone == "907-555-0118"
    assert page.zone_words == "Anchorage time"
    assert page.closed_until == ""


def test_emergency_at_night_says_until_when_we_are_closed():
    night = NOW.replace(hour=9)  # midnight in Anchorage
    page = shown(save(start(now=night), "P1", em_collapse="yes", now=night).outcome, now=night)
    assert page.closed_until == "8:00 am"
    assert page.due_words == "today by 8:15 am"


def test_emergency_page_never_shows_a_number_from_our_records(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_patient(birth_date=BORN, email="ana@runner.example", phone="+19075550100")
    screening = emergency(phone="")
    assert screening.phone == "+19075550100"
    text = page_of(screening)
    assert "0100" not in text
    assert "You gave us no phone number" in text


def test_overdue_call_is_owned_up_to():
    outcome = emergency().outcome
    late = shown(outcome, now=outcome.call_due_at + timedelta(minutes=1))
    assert (late.overdue, late.due_words) == (True, "")


def test_words_of_who_speaks_for_another():
    screening = emergency(respondent="guardian", respondent_name="Marta", birth_date=NOW.date().replace(year=2012))
    assert shown(screening.outcome).say.startswith("I come with Ana, who has a blackout")


def test_private_answer_is_said_to_an_adult_alone():
    answers = {"sex_at_birth": "male", "pain_areas": ["hip_groin"], "testicle_pain": "sudden"}
    adult = shown(fill_in(start(), **answers).outcome)
    assert [told.question_id for told in adult.told] == ["testicle_pain"]
    assert not adult.hides_private


@pytest.mark.parametrize(
    "who",
    [
        {"respondent": "helper", "respondent_name": "Sam"},
        {"respondent": "guardian", "respondent_name": "Marta", "birth_date": NOW.date().replace(year=2012)},
        {"birth_date": NOW.date().replace(year=2012)},
    ],
)
def test_private_answer_is_kept_from_others_and_from_minors_pages(who):
    answers = {"sex_at_birth": "male", "pain_areas": ["hip_groin"], "testicle_pain": "sudden"}
    screening = fill_in(start(**who), **answers)
    page = shown(screening.outcome)
    assert page.told == []
    assert page.hides_private
    assert "testicle" not in page.say
    text = page_of(screening)
    assert "testicle" not in text
    assert "speak with the doctor alone" in text


@pytest.mark.first_case
@pytest.mark.parametrize("level", ["emergency", "urgent", "refer", "unsure", "mechanical"])
def test_no_page_of_a_child_shows_a_private_answer(level):
    """Whatever the level: the result, the page for the doctor, the answers, and the pages after the result."""
    child = {"respondent": "guardian", "respondent_name": "Marta", "birth_date": NOW.date().replace(year=2009)}
    private = {"hx_ivdu": "yes", "testicle_pain": "gradual", "ces_sexual": "worse"}
    screening = finished(patient=child, sex_at_birth="male", pain_areas=["low_back", "hip_groin"], **private).screening
    decide(screening, level)
    client = browser(screening)
    for path in ("/check/result/", "/check/show/", "/check/more/1/", "/check/more/3/"):
        text = text_of(client.get(path, follow=True))
        for word in ("testicle", "injected", "sexual"):
            assert word not in text.lower(), path


def test_page_for_the_doctor_shows_the_answers_and_no_finding():
    response = browser(saddle()).get("/check/show/")
    text = text_of(response)
    assert "Hard to start to pee" in text
    assert "Yes, new in the last 2 weeks" in text
    assert "Ana Oquendo" in text
    assert "cauda" not in text.lower()
    assert not RULE_IDS.search(text)
    # What was answered no is not on it.
    assert "Chest pain" not in text


def test_page_for_the_doctor_is_logged_as_seen():
    browser(saddle()).get("/check/show/")
    assert AuditEvent.objects.filter(act="screening.answers_shown").count() == 1


def test_page_for_the_doctor_is_only_for_those_sent_to_one():
    outcome = finished()
    assert browser(outcome.screening).get("/check/show/")["Location"] == "/check/result/"


# ---------------------------------------------------------------- a mistaken tap


def test_mistake_asks_the_question_again():
    screening = saddle()
    client = browser(screening)
    response = client.post("/check/mistake/", {"question": "ces_bladder", "row": str(screening.uid)})
    assert response["Location"] == "/check/5/#q_ces_bladder"
    page = client.get("/check/5/").content.decode()
    assert "get care now still holds" in page
    assert 'name="ces_bladder" value="new" checked' not in page


@pytest.mark.parametrize("question", ["em_collapse", "age_years", "", "x\x00", "E08"])
def test_mistake_refuses_what_did_not_lead_there(question):
    assert browser(saddle()).post("/check/mistake/", {"question": question}).status_code == 404


def test_mistake_twice_goes_on_where_the_first_one_led():
    client = browser(saddle())
    for _ in range(2):
        location = client.post("/check/mistake/", {"question": "ces_bladder"})["Location"]
    assert location == "/check/5/"


def test_mistake_mended_ends_unsure_and_held():
    screening = saddle()
    client = browser(screening)
    client.post("/check/mistake/", {"question": "ces_bladder"})
    fill_in(Screening.objects.get(), ces_bladder="no")
    assert client.post("/check/answers/")["Location"] == "/check/result/"
    text = text_of(client.get("/check/result/"))
    assert "A PT will call you" in text
    assert "book now" not in text


def test_mistake_is_of_no_use_after_a_pt_decided():
    screening = saddle()
    decide(screening, "emergency")
    client = browser(screening)
    assert "by mistake" not in text_of(client.get("/check/result/"))
    assert client.post("/check/mistake/", {"question": "ces_bladder"})["Location"] == "/check/result/"


# ---------------------------------------------------------------- the other levels


def test_unsure_page_says_when_a_pt_calls():
    page = shown(finished(em_collapse="not_sure"))
    assert (page.due_words, page.closed_until) == ("today by 4:30 pm", "")


def test_page_promises_no_call_that_nobody_makes_once_a_pt_has_left_it_unsure():
    outcome = finished(em_collapse="not_sure")
    workflow.decide(screening=outcome.screening, level="unsure", reason="Talked.", by=make_user(), is_pt=True, now=NOW)
    page = page_of(outcome.screening)
    assert "Talk with us first" in page
    assert "To go on, call us: 907-555-0142" in page
    assert "A PT calls you" not in page
    assert "A PT will call you" not in page


def test_unsure_page_out_of_hours_says_so_and_what_to_do():
    saturday = NOW + timedelta(days=4)
    outcome = finished(now=saturday, em_collapse="not_sure")
    page = shown(outcome, now=saturday)
    assert page.closed_until == "Monday 30 November, 8:00 am"
    assert page.due_words == "by Monday 30 November, 4:30 pm"


def test_unsure_page_offers_no_booking():
    text = page_of(finished(em_collapse="not_sure").screening)
    assert "A PT will call you" in text
    assert "No running and no heavy lifting" in text
    assert "See free times" not in text


def test_mechanical_page_opens_booking():
    text = page_of(finished().screening)
    assert "You can book now" in text
    assert "Your answers fit a problem that physical therapy often helps" in text
    assert "You may run if the pain stays at 3 of 10" in text


def test_visit_without_a_pain_is_not_told_of_one():
    text = page_of(finished(patient={"reason": "massage"}, pain_areas=["none"]).screening)
    assert "You can book now" in text
    assert "fit a problem" not in text
    assert "You may run" not in text


def test_urgent_page_sends_to_a_doctor_today():
    screening = finished().screening
    decide(screening, "urgent")
    text = page_of(screening)
    assert "See a doctor today" in text
    assert "If you can’t be seen today, or you get worse, go to an emergency room" in text
    assert "Show this to the doctor" in text


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ("", "See a doctor first"),
        ("physician", "See a doctor first"),
        ("obstetric", "See your pregnancy doctor or midwife first"),
        ("spine", "See a spine specialist first"),
        ("sports", "See a sports doctor first"),
        ("rheumatology", "See a joint specialist (rheumatologist) first"),
        ("pt_evaluation", "See a PT in person"),
    ],
)
def test_refer_page_names_whom_to_see_first(contact, words):
    screening = finished().screening
    outcome = decide(screening, "refer")
    Outcome.objects.filter(pk=outcome.pk).update(first_contact=contact)
    text = page_of(screening)
    assert words in text
    assert "Get checked first" in text


def test_exam_by_a_pt_is_due_within_five_working_days_any_other_within_two_weeks():
    outcome = finished()
    outcome.first_contact = "pt_evaluation"
    made = results.Shown(outcome.screening, outcome, NOW, "en")
    # From Tuesday 24 November, Thanksgiving not being a closure here.
    assert made.see_by.isoformat() == "2026-12-01"
    outcome.first_contact = "spine"
    assert results.Shown(outcome.screening, outcome, NOW, "en").see_by.isoformat() == "2026-12-08"


@pytest.mark.parametrize("older", [{}, {"leg_numb": "yes"}])
@pytest.mark.parametrize(
    "newer",
    [{"ces_saddle": "new"}, {"sys_fever": "yes"}, {"em_collapse": "not_sure"}],
    ids=["emergency", "urgent", "unsure"],
)
def test_older_result_never_says_that_they_can_book_beside_a_newer_one_that_closes(older, newer):
    first = finished(**older).screening
    assert "Talk with us first" not in page_of(first)
    later = NOW + timedelta(minutes=5)
    second = fill_in(start(now=later), now=later, **newer)
    if second.state == Screening.State.STARTED:
        workflow.finish(screening=second, now=later)
    page = page_of(first)
    assert "Talk with us first" in page
    assert not any(words in page for words in ("You can book now", "See free times", "Book an exam", "You may run"))
    assert not any(words in page for words in ("emergency room now", "See a doctor today", "A PT calls you"))


def test_older_result_of_a_patient_whom_a_pt_let_go_on_says_it_again():
    first = finished().screening
    later = NOW + timedelta(minutes=5)
    second = fill_in(start(now=later), now=later, sys_fever="yes")
    workflow.finish(screening=second, now=later)
    decide(second, "mechanical")
    assert "You can book now" in page_of(first)


def test_page_follows_what_a_pt_decides():
    screening = finished(em_collapse="not_sure").screening
    assert "A PT will call you" in page_of(screening)
    decide(screening, "mechanical")
    assert "You can book now" in page_of(screening)


@pytest.mark.first_case
@pytest.mark.parametrize("level", ["urgent", "refer", "unsure", "mechanical"])
def test_every_result_has_the_safety_net_and_the_limits(level):
    screening = finished().screening
    decide(screening, level)
    text = page_of(screening)
    assert "Signs that cannot wait" in text
    assert "New or worse since you answered?" in text
    assert "It is not a diagnosis or medical advice" in text
    assert not RULE_IDS.search(text)


@pytest.mark.first_case
@pytest.mark.parametrize("level", ["emergency", "urgent", "refer", "unsure", "mechanical"])
def test_no_result_points_to_a_cause(level):
    outcome = finished(em_collapse="not_sure")
    decide(outcome.screening, level)
    text = page_of(outcome.screening).lower()
    for finding in outcome.findings.all():
        assert finding.points_to not in text
    for word in ("you have a ", "ruled out", "nothing serious", "you are safe"):
        assert word not in text


# ---------------------------------------------------------------- words that worry


def test_words_of_despair_show_the_crisis_line():
    text = page_of(finished(free_text="I want to end my life").screening)
    assert "Talk to someone now" in text
    assert "call or text 988" in text
    assert "You can book now" in text


def test_words_of_despair_show_the_crisis_line_beside_an_emergency():
    screening = finished(free_text="I want to end my life").screening
    save(screening, "P1", em_collapse="yes")
    text = page_of(screening)
    assert "Get care now" in text
    assert "call or text 988" in text


def test_words_of_an_emergency_show_its_words():
    text = page_of(finished(free_text="since Monday I can't pee").screening)
    assert "Get care now" in text
    assert "A PT will call you" in text


def test_page_has_one_main_heading():
    for outcome in (finished(), finished(free_text="since Monday I can't pee, I want to end my life")):
        page = browser(outcome.screening).get("/check/result/").content.decode()
        assert page.count("<h1") == 1


# ---------------------------------------------------------------- who sees it


def test_result_is_logged_as_seen():
    browser(finished().screening).get("/check/result/")
    assert AuditEvent.objects.filter(act="screening.result_seen").count() == 1


def test_result_by_link_asks_for_the_birth_date_first():
    client = Client()
    client.get(links.make(row=finished().screening, purpose="check"))
    response = client.get("/check/result/")
    assert "First, your date of birth" in text_of(response)
    assert "You can book now" not in text_of(response)


def test_result_is_never_cached():
    assert browser(finished().screening).get("/check/result/")["Cache-Control"] == "no-store"


# ---------------------------------------------------------------- a browser that goes round


@pytest.mark.parametrize("page", ["/check/", "/check/result/"])
def test_answers_are_taken_off_a_browser_that_is_somebody_elses(page):
    client = browser(finished().screening)
    assert 'action="/check/leave/"' in client.get(page).content.decode()
    answer = client.post("/check/leave/", follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "This browser no longer shows your answers." in text_of(answer)
    assert not client.cookies["link_check"].value
    assert client.get("/check/result/").url == "/check/"
    assert "You have finished a check" not in text_of(client.get("/check/"))


def test_leaving_takes_away_all_that_a_browser_may_open(client):
    for purpose in ("check", "visit", "answer"):
        client.cookies[links.cookie_name(purpose)] = "x"
    answer = client.post("/check/leave/")
    assert {name for name, cookie in answer.cookies.items() if cookie["max-age"] == 0} == {
        "link_check",
        "link_visit",
        "link_answer",
    }


def test_look_at_the_way_out_takes_nothing_away():
    client = browser(finished().screening)
    assert client.get("/check/leave/").status_code == 405
    assert client.get("/check/result/").status_code == 200


def test_start_without_a_check_offers_no_way_out(client):
    assert "/check/leave/" not in client.get("/check/").content.decode()
