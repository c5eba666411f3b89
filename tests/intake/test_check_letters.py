import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from clinic import outbox
from clinic.letters import segments
from clinic.models import Message
from intake import workflow
from intake.models import Outcome
from intake.results import FIRST_SEE
from intake.screening.levels import FirstContact
from intake.workflow import telling
from tests.booking.visitor import holds
from tests.desk import staff, words
from tests.factories import NOW, make_clinic, make_location, make_message, make_patient, make_user
from tests.intake.checking import finished, save, start

pytestmark = pytest.mark.django_db
# Words that no subject and no text message may hold.
CLINICAL = ("pain", "emergency room", "pt ", "screen", "doctor", "health", "symptom", "answer", "injur", "bladder")


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def deliver(kind, *, now=NOW, channel="email"):
    """Send what is due of a kind and return it."""
    outbox.deliver_due(now=now)
    return Message.objects.filter(kind=kind, channel=channel).order_by("-sequence").first()


def at_level(level):
    outcome = finished(em_collapse="not_sure")
    if level == "unsure":
        return outcome
    by = make_user()
    return workflow.decide(screening=outcome.screening, level=level, reason="Talked.", by=by, is_pt=True, now=NOW)


def letter_at(level):
    """The letter about an outcome of this level."""
    at_level(level)
    return deliver("check_result")


# ---------------------------------------------------------------- the way back


def test_way_back_leads_to_the_check():
    start()
    message = deliver("check_saved", now=NOW + timedelta(minutes=21))
    assert message.state == "sent"
    assert message.title == "Your way back to Sidehill"
    assert "Hi Ana," in message.text
    assert "/l/check~" in message.text


def test_way_back_is_not_sent_while_somebody_is_at_work():
    save(start(), "P1", now=NOW + timedelta(minutes=15), em_collapse="no")
    assert deliver("check_saved", now=NOW + timedelta(minutes=21)).state == "planned"


def test_way_back_is_not_sent_once_the_check_is_finished():
    finished()
    assert deliver("check_saved", now=NOW + timedelta(minutes=21)).state == "dropped"


def test_way_back_is_not_sent_after_two_days():
    start()
    assert deliver("check_saved", now=NOW + timedelta(days=3)).state == "dropped"


# ---------------------------------------------------------------- the result


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("emergency", "Go to the nearest emergency room now, or call 911."),
        ("urgent", "See a doctor or urgent care today."),
        ("refer", "no running and no heavy lifting"),
        ("unsure", "A PT talks with you before anything is booked."),
        ("mechanical", "You can book now."),
    ],
)
def test_result_letter_says_what_to_do_and_the_safety_net(level, words):
    message = letter_at(level)
    for body in (message.text, message.html):
        assert words in body
        assert "numbness between your legs or around your bottom" in body
        assert "not a diagnosis or medical advice" in body
    assert "/l/check~" in message.text


@pytest.mark.first_case
@pytest.mark.parametrize("level", ["emergency", "urgent", "refer", "unsure", "mechanical"])
def test_result_letter_says_nothing_twice(level):
    sentences = [line for line in letter_at(level).text.replace(". ", ".\n").splitlines() if line.endswith(".")]
    assert len(sentences) == len(set(sentences))


def test_result_letter_says_by_when_a_pt_calls():
    assert "A PT calls you today by 4:30 pm (Anchorage time), from 907-555-0142." in letter_at("unsure").text


@pytest.mark.first_case
@pytest.mark.parametrize("level", ["emergency", "urgent", "refer", "unsure", "mechanical"])
def test_result_letter_has_a_neutral_subject(level):
    assert letter_at(level).title == "After your check at Sidehill"


def test_result_letter_holds_neither_answers_nor_findings():
    outcome = finished(em_collapse="not_sure", free_text="My knee and my divorce")
    message = deliver("check_result")
    for whole in (message.text, message.html):
        body = re.sub(r"https?://\S+", "", whole)  # a signature may hold any three letters
        assert "divorce" not in body
        assert "passed out, or feel" not in body
        for finding in outcome.findings.all():
            assert finding.rule not in body
            assert finding.points_to not in body


@pytest.mark.first_case
@pytest.mark.parametrize("first_contact", FirstContact)
def test_letter_names_nobody_whose_name_is_an_answer_and_the_page_does(first_contact, client):
    outcome = finished(leg_numb="yes", pain_areas=["low_back"])
    assert outcome.level == "refer"
    Outcome.objects.filter(pk=outcome.pk).update(first_contact=first_contact)
    message = deliver("check_result")
    named = str(FIRST_SEE[first_contact])
    for body in (message.text, message.html):
        assert "See the person named on your page, by " in body
        assert named not in body
        assert not any(who in body for who in ("pregnan", "midwife", "specialist", "sports doctor"))
    holds(client, outcome.screening, "check")
    assert named in client.get("/check/result/").content.decode()


@pytest.mark.parametrize("kind", ["check_saved", "check_result", "check_again"])
def test_words_of_the_letters_are_in_the_admin_for_those_who_read_briefs(kind):
    message = make_message(
        kind=kind,
        patient=make_patient(),
        state="sent",
        sent_at=NOW,
        title="After your check at Sidehill",
        text="See a doctor today.",
        html="<p>See a doctor today.</p>",
    )
    change, page = (reverse(f"admin:clinic_message_{what}", args=[message.pk]) for what in ("change", "letter"))
    listed = reverse("admin:clinic_message_changelist")
    for group in ("desk", "manager"):
        client = staff(group)
        seen = words(client.get(change))
        assert "See a doctor today." not in seen
        assert "ana@runner.example" in seen
        assert "After your check at Sidehill" in seen
        assert "PTs read it in the brief." in seen
        assert client.get(page).status_code == 403
        assert "See a doctor" not in words(client.get(listed))
    reader = staff("desk")
    reader.user.user_permissions.add(Permission.objects.get(codename="read_briefs"))
    assert "See a doctor today." in words(reader.get(change))
    assert "See a doctor today." in reader.get(page).content.decode()


def test_older_result_is_not_sent_once_a_newer_one_counts():
    outcome = finished()
    save(outcome.screening, "P1", em_collapse="yes")
    outbox.deliver_due(now=NOW)
    states = dict(Message.objects.filter(kind="check_result").values_list("sequence", "state"))
    assert states == {1: "dropped", 2: "sent"}


def test_result_is_not_sent_while_the_check_is_open_again():
    screening = save(start(), "P1", em_collapse="yes")
    workflow.reopen(screening=screening, question_id="em_collapse", now=NOW)
    assert deliver("check_result").state == "dropped"


# ---------------------------------------------------------------- after staff have decided

AGAIN = "A person at the clinic has looked at your check again. This takes the place of what we wrote before."
LATER = NOW + timedelta(minutes=5)


def decide(screening, level, *, is_pt, now=LATER):
    return workflow.decide(screening=screening, level=level, reason="numb saddle", by=make_user(), is_pt=is_pt, now=now)


def results() -> dict[int, str]:
    return dict(Message.objects.filter(kind="check_result", channel="email").values_list("sequence", "state"))


@pytest.mark.first_case("level")
@pytest.mark.parametrize("is_pt", [True, False])
@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("emergency", "Go to the nearest emergency room now, or call 911."),
        ("urgent", "See a doctor or urgent care today."),
        ("refer", "See someone in person first."),
        ("unsure", "A PT talks with you before anything is booked."),
    ],
)
def test_patient_who_was_told_to_book_is_told_of_the_level_that_staff_raise(level, words, is_pt):
    screening = finished().screening
    assert "You can book now." in deliver("check_result").text
    decide(screening, level, is_pt=is_pt)
    message = deliver("check_result", now=LATER)
    assert results() == {1: "sent", 2: "sent"}
    assert message.title == "After your check at Sidehill"
    for body in (message.text, message.html):
        assert words in body
        assert AGAIN in body
        assert "numbness between your legs or around your bottom" in body
        assert "You can book now" not in body
        assert "numb saddle" not in body


@pytest.mark.parametrize(("is_pt", "lead"), [(False, "A PT will call you."), (True, "A PT talks with you first.")])
def test_letter_promises_a_call_only_where_one_is_due(is_pt, lead):
    decide(finished().screening, "unsure", is_pt=is_pt)
    assert lead in deliver("check_result", now=LATER).text


def test_patient_who_was_told_to_wait_is_told_when_a_pt_lowers_the_level():
    screening = finished(sys_fever="yes").screening
    assert "See a doctor today." in deliver("check_result").text
    decide(screening, "mechanical", is_pt=True)
    message = deliver("check_result", now=LATER)
    assert "You can book now." in message.text
    assert AGAIN in message.text


def test_decision_on_a_form_that_was_opened_again_is_told():
    screening = save(start(), "P1", em_collapse="yes")
    workflow.reopen(screening=screening, question_id="em_collapse", now=NOW)
    decide(screening, "urgent", is_pt=True)
    assert deliver("check_result", now=LATER).state == "sent"


def test_letter_of_a_decision_is_written_once_and_replaces_one_not_sent_yet():
    screening = finished().screening
    outcome = decide(screening, "urgent", is_pt=False)
    telling.post_result(screening, outcome, now=LATER)
    deliver("check_result", now=LATER)
    assert results() == {1: "dropped", 2: "sent"}


def test_nobody_is_told_to_book_while_another_check_holds_it_back():
    first = finished(em_collapse="not_sure").screening
    second = finished(now=LATER, sys_fever="yes").screening
    assert second.patient == first.patient
    decide(first, "mechanical", is_pt=True, now=LATER)
    outbox.deliver_due(now=LATER)
    letters = Message.objects.filter(kind="check_result", state="sent")
    assert not any("You can book now" in message.text for message in letters)


def test_letter_of_the_rules_says_nothing_of_a_person():
    finished(em_collapse="not_sure")
    assert "A person at the clinic" not in deliver("check_result").text


# ---------------------------------------------------------------- each week


WEEK = timedelta(weeks=1)


def sciatica(**values):
    """A sciatica pattern without a nerve sign: seen within a week, asked again each week."""
    outcome = finished(leg_pain_extent="above_knee", duration_band="lt_2w", **values)
    assert (outcome.level, outcome.visit_within) == ("mechanical", "1_week")
    return outcome


def weekly() -> list[str]:
    return list(Message.objects.filter(kind="check_again").order_by("sequence").values_list("state", flat=True))


def test_sciatica_pattern_is_asked_again_each_week_for_six_weeks():
    sciatica()
    sent = Message.objects.filter(kind="check_again").order_by("sequence")
    assert [message.planned_at - NOW for message in sent] == [WEEK * week for week in range(1, 7)]
    assert [message.not_after - message.planned_at for message in sent] == [timedelta(days=3)] * 6


def test_nobody_else_is_asked_each_week():
    finished()
    outcome = finished(leg_pain_extent="above_knee", duration_band="w6_12", pain_trend="same")
    assert outcome.visit_within == "2_weeks"
    finished(leg_pain_extent="above_knee", duration_band="lt_2w", em_collapse="not_sure")
    assert weekly() == []


def test_weekly_letter_leads_to_the_questions_with_the_safety_net():
    sciatica()
    message = deliver("check_again", now=NOW + WEEK)
    first = Message.objects.get(kind="check_again", sequence=1)
    assert (message.state, first.state) == ("planned", "sent")
    assert "/check/" in first.text
    assert "chest pain, trouble breathing" in first.text
    for word in CLINICAL:
        assert word not in first.title.lower()


def test_weekly_text_is_short_and_holds_no_health_words():
    sciatica(patient={"texts_ok": True, "email": ""})
    outbox.deliver_due(now=NOW + WEEK)
    message = Message.objects.get(kind="check_again", channel="sms", sequence=1)
    assert segments(message.text) == 1
    for word in CLINICAL:
        assert word not in message.text.lower()


def test_weekly_letters_end_with_a_newer_check():
    sciatica()
    outbox.deliver_due(now=NOW + WEEK)
    finished(now=NOW + WEEK + timedelta(hours=1))
    assert weekly() == ["sent"] + ["dropped"] * 5


def test_newer_check_of_the_same_kind_is_asked_about_anew():
    sciatica()
    sciatica(now=NOW + WEEK)
    assert sorted(weekly()) == ["dropped"] * 6 + ["planned"] * 6


def test_weekly_letter_is_not_sent_once_a_pt_has_decided():
    outcome = sciatica()
    workflow.decide(screening=outcome.screening, level="refer", reason="Talked.", by=make_user(), is_pt=True, now=NOW)
    outbox.deliver_due(now=NOW + WEEK)
    assert Message.objects.get(kind="check_again", sequence=1).state == "dropped"


# ---------------------------------------------------------------- texts


def text_message(kind, **answers):
    screening = start(texts_ok=True, email="")
    if kind == "check_result":
        save(screening, "P1", **answers)
    return deliver(kind, now=NOW + timedelta(minutes=21), channel="sms")


@pytest.mark.parametrize("kind", ["check_saved", "check_result"])
def test_text_message_is_short_and_holds_no_health_words(kind):
    message = text_message(kind, em_collapse="yes")
    assert message.state == "sent"
    assert segments(message.text) <= 2
    assert "/l/check~" in message.text
    for word in CLINICAL:
        assert word not in message.text.lower().replace("/l/check", "")


def test_nothing_is_texted_without_a_gateway(settings):
    settings.DEMO = settings.DEBUG = False
    start(texts_ok=True)
    assert list(Message.objects.values_list("channel", flat=True)) == ["email"]


def test_nothing_is_texted_without_leave():
    start(texts_ok=False)
    assert list(Message.objects.values_list("channel", flat=True)) == ["email"]
