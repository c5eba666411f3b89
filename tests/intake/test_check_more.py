"""The optional pages after the result, and what words written there set off."""

from datetime import date

import pytest
from django.test import Client

from clinic import links, registry
from clinic.models import AuditEvent, Call, Message
from intake import afterwards, results, workflow
from intake.models import Level, Outcome, Screening
from intake.questionnaire import CleanedPage, current
from intake.questionnaire.errors import UnknownPage
from intake.screening.factors import FACTORS
from tests.factories import NOW, make_clinic, make_location, make_user
from tests.intake.checking import finished, save, start
from tests.intake.test_check_results import browser, page_of, shown, text_of

pytestmark = pytest.mark.django_db
TRAINING, OUTLOOK, GOALS = "/check/more/1/", "/check/more/2/", "/check/more/3/"


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def add(screening: Screening, page: str = "P14", **answers) -> Screening:
    cleaned = CleanedPage(answers=answers)
    return workflow.save_after_result(screening=screening, page_id=page, cleaned=cleaned, now=NOW)


def calls() -> list[str]:
    return sorted(Call.objects.values_list("reason", flat=True))


def decided(level: str, **answers) -> Screening:
    screening = finished(**answers).screening
    workflow.decide(screening=screening, level=level, reason="Talked.", by=make_user(), is_pt=True, now=NOW)
    return screening


# ---------------------------------------------------------------- the pages


@pytest.mark.parametrize(
    "answers", [{}, {"em_collapse": "not_sure"}, {"leg_numb": "yes"}, {"dvt_swelling": "yes", "pain_areas": ["calf"]}]
)
def test_pages_are_offered_at_every_level_but_emergency(answers):
    outcome = finished(**answers)
    assert outcome.level != Level.EMERGENCY
    page = browser(outcome.screening).get("/check/result/").content.decode()
    assert f'href="{TRAINING}"' in page
    assert f'href="{GOALS}"' in page


def test_pages_are_not_there_in_an_emergency():
    screening = save(start(), "P1", em_collapse="yes")
    client = browser(screening)
    assert "/check/more/" not in client.get("/check/result/").content.decode()
    for path in ("/check/more/", GOALS):
        assert client.get(path)["Location"] == "/check/result/"
    assert client.post(GOALS, {"goal_text": "Run"})["Location"] == "/check/result/"
    assert "goal_text" not in Screening.objects.get().answers


def test_pages_are_not_there_before_the_result():
    screening = start()
    client = browser(screening)
    assert client.get(GOALS)["Location"] == "/check/1/"
    assert client.post(GOALS, {"goal_text": "Run"})["Location"] == "/check/1/"
    assert "goal_text" not in Screening.objects.get().answers


def test_pages_follow_each_other_and_end_at_the_result():
    client = browser(finished().screening)
    assert client.get("/check/more/")["Location"] == TRAINING
    assert client.post(TRAINING, {"warmup": "rarely"})["Location"] == OUTLOOK
    assert client.post(OUTLOOK, {"out_worry": "8"})["Location"] == GOALS
    response = client.post(GOALS, {"goal_text": "Mount Marathon", "prior_tx": ["rest", "meds"]}, follow=True)
    assert "Your PT reads this before your visit" in text_of(response)
    answers = Screening.objects.get().answers
    assert (answers["warmup"], answers["out_worry"], answers["goal_text"]) == ("rarely", 8, "Mount Marathon")
    assert answers["prior_tx"] == ["meds", "rest"]


def test_page_may_be_skipped_and_left_empty():
    client = browser(finished().screening)
    assert f'href="{OUTLOOK}">Skip this page' in client.get(TRAINING).content.decode()
    assert client.post(TRAINING, {})["Location"] == OUTLOOK
    assert Outcome.objects.count() == 1


def test_going_on_later_begins_at_the_first_page_that_was_not_filled_in():
    client = browser(finished().screening)
    client.post(TRAINING, {"warmup": "rarely"})
    assert client.get("/check/more/")["Location"] == OUTLOOK
    page = text_of(client.get("/check/result/"))
    assert "Your week Saved. You may change it. Worries and hopes Not filled in yet" in page


def test_answers_are_shown_again_and_may_be_changed():
    client = browser(finished().screening)
    client.post(GOALS, {"goal_text": "Run <b>far</b>"})
    page = client.get(GOALS).content.decode()
    assert ">Run &lt;b&gt;far&lt;/b&gt;</textarea>" in page
    client.post(GOALS, {"goal_text": ""})
    assert Screening.objects.get().answers["goal_text"] is None


def test_link_back_leads_through_the_pages_to_the_result():
    client = browser(finished().screening)
    assert 'class="back" href="/check/more/1/"' in client.get(OUTLOOK).content.decode()
    assert 'class="back" href="/check/result/"' in client.get(TRAINING).content.decode()


def test_runner_pages_ask_others_only_what_concerns_them():
    page = browser(finished(runner="no").screening).get(TRAINING).content.decode()
    assert 'name="sit_hours"' in page
    assert 'name="shoe_miles"' not in page


def test_visit_without_a_pain_is_not_asked_how_they_see_the_pain():
    screening = finished(patient={"reason": "massage"}, pain_areas=["none"]).screening
    client = browser(screening)
    assert client.get(OUTLOOK).status_code == 404
    assert client.post(TRAINING, {})["Location"] == GOALS


def test_child_is_spoken_of_to_a_guardian():
    born = NOW.date().replace(year=2011)
    screening = finished(patient={"respondent": "guardian", "respondent_name": "Marta", "birth_date": born}).screening
    assert "How worried is your child about this pain?" in text_of(browser(screening).get(OUTLOOK))


@pytest.mark.parametrize("path", ["/check/more/0/", "/check/more/4/", "/check/more/99999999999/"])
def test_page_that_does_not_exist_is_not_found(path):
    assert browser(finished().screening).get(path).status_code == 404


@pytest.mark.parametrize("number", [13, 14, 15])
def test_pages_after_the_result_are_none_of_the_way_to_it(number):
    assert browser(start()).get(f"/check/{number}/").status_code == 404


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"goal_text": "x" * 1001}, None),
        ({"goal_text": "a\x00b"}, None),
        ({"goal_text": ["one", "two"]}, None),
        ({"goal_ability": "11"}, None),
        ({"goal_ability": "1" * 5000}, None),
        ({"prior_tx": ["none", "rest"]}, None),
        ({"prior_tx": "../etc"}, None),
    ],
)
def test_tampered_page_is_refused_with_a_message(data, kept):
    client = browser(finished().screening)
    response = client.post(GOALS, data)
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()
    assert Screening.objects.get().answers.get(next(iter(data))) is kept


def test_fields_of_other_pages_are_not_taken():
    client = browser(finished().screening)
    client.post(GOALS, {"goal_text": "Run", "em_collapse": "yes", "out_mood": "yes", "runner": "no"})
    answers = Screening.objects.get().answers
    assert (answers["em_collapse"], answers["runner"], answers.get("out_mood")) == ("no", "yes", None)


def test_stranger_is_sent_to_the_start():
    for path in ("/check/more/", GOALS):
        assert Client().get(path)["Location"] == "/check/"


def test_pages_ask_for_the_birth_date_where_the_link_was_opened():
    screening = finished().screening
    browser_of_a_stranger = Client()
    browser_of_a_stranger.get(links.make(row=screening, purpose="check"))
    assert "First, your date of birth" in text_of(browser_of_a_stranger.get(GOALS))


def test_page_costs_the_same_whatever_was_answered(django_assert_num_queries):
    client = browser(finished().screening)
    with django_assert_num_queries(6):
        client.get(GOALS)
    client.post(GOALS, {"goal_text": "Run", "medicines": "None"})
    with django_assert_num_queries(6):
        client.get(GOALS)


# ---------------------------------------------------------------- the act


def test_act_takes_pages_after_the_result_only():
    screening = finished().screening
    with pytest.raises(UnknownPage):
        add(screening, "P1", em_collapse="yes")
    with pytest.raises(UnknownPage):
        add(screening, "P99")
    assert Screening.objects.get().answers["em_collapse"] == "no"


def test_act_takes_answers_to_questions_of_the_page_only():
    add(finished().screening, goal_text="Run", em_collapse="yes")
    assert Screening.objects.get().answers["em_collapse"] == "no"


def test_act_wants_a_result_that_is_no_emergency():
    with pytest.raises(workflow.NotFinished):
        add(start(), goal_text="Run")
    with pytest.raises(workflow.NotFinished):
        add(save(start(), "P1", em_collapse="yes"), goal_text="Run")


def test_ordinary_words_change_nothing():
    screening = add(finished().screening, goal_text="Run the Crow Pass race again", medicines="Ibuprofen")
    assert screening.outcome.level == "mechanical"
    assert (Outcome.objects.count(), calls()) == (1, [])
    assert Message.objects.filter(kind="check_result", channel="email").count() == 1


def test_health_words_hold_and_ask_for_a_call_the_same_day():
    outcome = add(finished().screening, goal_activity="There is a lump on my thigh").outcome
    assert (outcome.level, outcome.booking, outcome.call_due) == ("unsure", "held", "same_working_day")
    assert [finding.rule for finding in outcome.findings.all()] == ["N04"]
    assert calls() == ["unsure"]
    assert Message.objects.filter(kind="check_result", channel="email").count() == 2


def test_health_words_answered_yes_before_change_nothing():
    screening = finished(hx_cancer="skin_minor").screening
    add(screening, medicines="Cream for skin cancer")
    assert (Outcome.objects.count(), calls()) == (1, [])


def test_words_of_an_emergency_alert_at_once_and_hold():
    outcome = add(finished().screening, goal_text="To pee again: since Monday I can't pee").outcome
    assert (outcome.level, outcome.booking) == ("unsure", "held")
    assert calls() == ["alert", "unsure"]


def test_words_of_despair_alert_at_once_and_decide_nothing():
    screening = add(finished().screening, goal_text="I want to end my life")
    assert (screening.outcome.level, screening.outcome.booking) == ("mechanical", "open")
    assert (Outcome.objects.count(), calls()) == (1, ["alert"])
    assert results.shown(screening, now=NOW).words == ["crisis"]


def test_low_mood_labels_nobody_and_stays_with_the_pt():
    screening = add(finished().screening, "P12", out_mood="yes", out_worry=10, out_recover=0)
    assert (screening.outcome.level, Outcome.objects.count(), calls()) == ("mechanical", 1, [])
    page = page_of(screening)
    assert "mood" not in page.lower()
    assert "may add to the pain" not in page


def test_same_words_sent_again_set_off_nothing_new():
    screening = finished().screening
    for _ in range(2):
        screening = add(screening, goal_text="I want to end my life, there is a lump")
    assert (Outcome.objects.count(), calls()) == (2, ["alert", "unsure"])
    assert Message.objects.filter(kind="check_result", channel="email").count() == 2


def test_words_taken_back_leave_the_call_standing():
    screening = add(finished().screening, goal_text="There is a lump")
    assert add(screening, goal_text="Run").outcome.booking == "held"


def test_words_hold_what_follows_the_outcome():
    """What hangs on the level (a visit that is booked) is told in the same transaction."""
    told = []
    registry.outcome_follower("test", lambda **told_of: told.append(told_of["patient"]))
    try:
        screening = add(finished().screening, goal_text="Run")
        assert len(told) == 1
        add(screening, medicines="Something for my fever")
    finally:
        del registry.outcome_followers["test"]
    assert told == [screening.patient] * 2


@pytest.mark.parametrize(("level", "after"), [("urgent", "urgent"), ("refer", "refer"), ("mechanical", "unsure")])
def test_words_never_make_milder_what_a_pt_decided(level, after):
    outcome = add(decided(level), goal_text="There is a lump").outcome
    assert outcome.level == after
    assert outcome.booking == ("after_medical_review" if level == "urgent" else "held")
    assert "unsure" in calls() or after != "unsure"


def test_what_a_pt_has_settled_does_not_come_back_with_words():
    screening = decided("mechanical", dvt_swelling="yes", pain_areas=["calf"])
    outcome = add(screening, goal_text="There is a lump").outcome
    assert (outcome.level, outcome.booking, outcome.call_due) == ("unsure", "held", "same_working_day")


def test_words_beside_a_graver_level_leave_it():
    outcome = add(finished(dvt_swelling="yes", pain_areas=["calf"]).screening, goal_text="A lump").outcome
    assert (outcome.level, outcome.booking) == ("urgent", "after_medical_review")


def test_adding_is_logged_without_what_was_written():
    add(finished().screening, goal_text="Crow Pass")
    event = AuditEvent.objects.get(act="screening.added_to")
    assert "Crow" not in str(event.details)


# ---------------------------------------------------------------- what the pages show of it


def test_words_of_an_emergency_show_its_words_at_once():
    client = browser(finished().screening)
    response = client.post(GOALS, {"goal_text": "I am numb between my legs"}, follow=True)
    text = text_of(response)
    assert response.redirect_chain[-1][0] == "/check/result/"
    assert "Get care now" in text
    assert "call 911" in text
    assert "A PT will call you" in text
    assert "Help your PT be ready" not in text


def test_words_of_despair_show_the_crisis_line_at_once():
    client = browser(finished().screening)
    text = text_of(client.post(GOALS, {"goal_text": "I want to end my life"}, follow=True))
    assert "call or text 988" in text
    assert "You can book now" in text


def test_health_words_lead_to_the_result_that_says_who_calls():
    client = browser(finished().screening)
    text = text_of(client.post(GOALS, {"medicines": "for my fever"}, follow=True))
    assert "A PT will call you" in text
    assert "See free times" not in text


def test_words_on_a_page_that_cannot_be_saved_are_not_lost():
    for words, said in (("I can't breathe", "Get care now"), ("I want to end my life", "Talk to someone now")):
        text = text_of(Client().post(GOALS, {"goal_text": words}))
        assert said in text
        assert "We could not save this page" in text
    assert Client().post(GOALS, {"goal_text": "Run"})["Location"] == "/check/"


@pytest.mark.parametrize(
    ("words", "said"), [("I can't breathe", "Get care now"), ("I want to end my life", "Talk to someone now")]
)
@pytest.mark.parametrize("name", ["goal_text", "free_text"])
def test_words_in_a_text_that_is_refused_are_not_lost(words, said, name):
    screening = finished().screening
    path = GOALS
    if name == "free_text":
        path = f"/check/{current().page_order['P13']}/"
        Screening.objects.update(state="started", finished_at=None)
    response = browser(screening).post(path, {name: words + " x" * 2000})
    text = text_of(response)
    assert response.status_code == 422
    assert said in text
    assert "Please use at most" in text
    assert response.content.decode().count("<h1") == 1


def test_emergency_words_are_over_once_a_pt_has_opened_booking():
    screening = add(finished().screening, goal_text="I can't pee")
    assert "Get care now" in page_of(screening)
    workflow.decide(screening=screening, level="mechanical", reason="Talked.", by=make_user(), is_pt=True, now=NOW)
    text = page_of(screening)
    assert "Get care now" not in text
    assert "You can book now" in text


# ---------------------------------------------------------------- self-care


def test_topics_follow_from_the_main_form_at_once():
    made = shown(finished(run_long_jump="large"))
    assert [topic.title for topic in made.topics] == ["More running, or less rest"]


def test_topics_follow_from_training_too_three_at_most():
    outcome = finished(run_long_jump="some")
    screening = add(outcome.screening, "P11", strength_days="0", warmup="rarely", hip_tight="yes")
    titles = [topic.title for topic in results.shown(screening, now=NOW).topics]
    assert titles == ["No strength work right now", "More running, or less rest", "Little warm-up"]
    text = page_of(screening)
    assert "3 things in your answers may add to the pain" in text
    assert "caused" not in text


@pytest.mark.parametrize("answers", [{"leg_numb": "yes"}, {"em_collapse": "not_sure"}])
def test_no_topics_at_any_other_level(answers):
    outcome = finished(run_long_jump="large", **answers)
    assert outcome.level != "mechanical"
    assert "F05" in outcome.factors
    assert shown(outcome).topics == []


def test_no_topics_where_somebody_else_set_the_limits():
    outcome = finished(patient={"reason": "after_surgery"}, run_long_jump="large")
    text = page_of(outcome.screening)
    assert "Keep to what your surgeon or doctor told you" in text
    assert "may add to the pain" not in text
    assert "You may run" not in text


def test_no_topics_once_a_pt_has_given_advice():
    assert results.shown(decided("mechanical", run_long_jump="large"), now=NOW).topics == []


def test_topic_gives_no_private_answer_away():
    born = NOW.date().replace(year=2009)
    answers = {"menses": "irregular", "pain_areas": ["knee"]}
    guarded = {"respondent": "guardian", "respondent_name": "Marta", "birth_date": born}
    told = finished(patient=guarded, **answers)
    assert "F11" in told.factors
    assert shown(told).topics == []
    # Asked of everybody, so it says nothing in private.
    assert [topic.title for topic in shown(finished(**answers)).topics] == ["Eating enough for your runs"]


def test_every_topic_has_a_head():
    assert set(results.TOPICS) == {factor.id for factor in FACTORS if factor.topic}


def test_answers_added_stand_beside_those_the_outcome_rests_on():
    outcome = finished()
    add(outcome.screening, goal_text="Run", medicines=None)
    outcome = Outcome.objects.get()
    together = afterwards.together(outcome)
    assert (together["goal_text"], together["em_collapse"]) == ("Run", "no")
    assert "medicines" not in together
    assert "goal_text" not in outcome.answers


def test_answers_added_and_emptied_again_are_gone():
    outcome = add(finished().screening, goal_text="There is a lump").outcome
    assert outcome.answers["goal_text"] == "There is a lump"
    add(outcome.screening, goal_text=None)
    assert "goal_text" not in afterwards.together(Outcome.objects.get(current=True))


def test_words_are_looked_for_in_texts_only():
    page = current().page("P14")
    assert not afterwards.new_words(page, {"goal_text": None, "prior_tx": ["surgery"], "goal_ability": 3}, {})
    assert afterwards.new_words(page, {"race_date": "when the fever is gone"}, {}).health


def test_teen_alone_sees_no_private_answer_again():
    assert start(birth_date=date(2010, 1, 1)).shows_private is False
    assert start().shows_private is True
    assert start(respondent="helper", respondent_name="Sam").shows_private is False
