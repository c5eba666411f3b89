"""The list of briefs and the PT's page: who opens it how, reading, deciding; every look is on record."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from clinic.models import AuditEvent, Call
from intake import workflow
from intake.gate import Answer, gate_for_patient
from intake.models import BriefRead, Finding, Outcome
from tests.desk import staff, unknown_targets, words
from tests.factories import (
    NOW,
    make_call,
    make_clinic,
    make_location,
    make_message,
    make_outcome,
    make_patient,
    make_screening,
    make_service,
)
from tests.intake.briefs import LATER, REFER, judged
from tests.intake.checking import save

pytestmark = pytest.mark.django_db
LIST = "/desk/briefs/"


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_location()
    return make_clinic()


@pytest.fixture
def dana():
    return staff("pt", first_name="Dana", last_name="Reyes")


def path(outcome: Outcome, what: str = "brief") -> str:
    return reverse(f"admin:{what}", args=[outcome.screening.uid])


def opened(client, outcome: Outcome):
    """The brief, after saying that one covers."""
    return client.post(path(outcome), follow=True)


# ---------------------------------------------------------------- the list


def test_list_has_the_unread_first_and_of_those_the_first_due(dana):
    read = make_outcome(patient=make_patient(given_name="Read"))
    BriefRead.objects.create(outcome=read, screening=read.screening, by=dana.user, at=NOW)
    make_outcome(patient=make_patient(given_name="Calm"))
    make_outcome(patient=make_patient(given_name="Later"), level="unsure", call_due_at=NOW + timedelta(hours=9))
    make_outcome(patient=make_patient(given_name="Now"), level="emergency", call_due_at=NOW + timedelta(minutes=9))
    text = words(dana.get(LIST))
    places = [text.index(f"{name} Oquendo") for name in ("Now", "Later", "Calm", "Read")]
    assert places == sorted(places)
    assert "3 unread." in text


def test_list_can_leave_out_what_was_read(dana):
    read = make_outcome(patient=make_patient(given_name="Read"))
    BriefRead.objects.create(outcome=read, screening=read.screening, by=dana.user, at=NOW)
    make_outcome(patient=make_patient(given_name="Calm"))
    text = words(dana.get(LIST, {"show": "unread"}))
    assert "Calm Oquendo" in text
    assert "Read Oquendo" not in text


def test_newer_outcome_of_a_screening_that_was_read_is_unread_again(dana):
    old = make_outcome(current=False)
    BriefRead.objects.create(outcome=old, screening=old.screening, by=dana.user, at=NOW)
    make_outcome(screening=old.screening, level="emergency")
    assert "1 unread." in words(dana.get(LIST))


def test_list_shows_no_answers(dana):
    outcome = make_outcome(level="refer", klass="structural")
    Finding.objects.create(
        outcome=outcome, rule="R01", level="refer", klass="structural", strength="B", points_to="nerve"
    )
    page = dana.get(LIST).content.decode()
    assert "Low back" not in page
    assert "nerve" not in page


def test_list_asks_for_as_much_with_three_rows_as_with_one(dana, django_assert_num_queries):
    def fill() -> None:
        outcome = make_outcome()
        BriefRead.objects.create(outcome=outcome, screening=outcome.screening, by=dana.user, at=NOW)

    fill()
    with CaptureQueriesContext(connection) as one:
        dana.get(LIST)
    fill()
    fill()
    with django_assert_num_queries(len(one)):
        dana.get(LIST)


@pytest.mark.parametrize("query", ["?p=x", "?p=-1", "?p=99999999999999", "?show=%00"])
def test_hostile_addresses_show_the_list(dana, query):
    make_outcome()
    assert dana.get(LIST + query).status_code == 200


def test_menu_counts_what_is_unread(dana):
    make_outcome()
    assert '<b class="n">1</b>' in dana.get(LIST).content.decode()


# ---------------------------------------------------------------- opening


def test_covering_pt_opens_with_one_tap_and_it_is_kept(dana):
    outcome = make_outcome()
    first = dana.get(path(outcome))
    assert "Open as a covering PT?" in words(first)
    assert "Low back" not in words(first)
    page = opened(dana, outcome)
    assert "Low back" in words(page)
    acts = AuditEvent.objects.filter(actor=dana.user).order_by("id").values_list("act", "details")
    assert list(acts) == [("brief.opened", {"why": "covering"}), ("brief.seen", {})]


def test_each_look_at_the_brief_is_in_the_audit_a_superusers_too():
    root = staff("", is_superuser=True)
    outcome = make_outcome()
    opened(root, outcome)
    root.get(path(outcome))
    assert AuditEvent.objects.filter(act="brief.seen", subject_uid=outcome.screening.uid, actor=root.user).count() == 2


def test_brief_of_staff_or_vip_asks_for_a_reason(dana):
    outcome = make_outcome(patient=make_patient(sensitive=True))
    assert "Why do you open this brief?" in words(dana.get(path(outcome)))
    assert "Say why you open it." in words(opened(dana, outcome))
    page = dana.post(path(outcome), {"why": "call"}, follow=True)
    assert "Low back" in words(page)
    assert AuditEvent.objects.get(act="brief.opened").details == {"why": "call"}


def test_looking_is_never_a_read(dana):
    outcome = make_outcome()
    opened(dana, outcome)
    assert not BriefRead.objects.exists()


def test_screening_that_is_not_finished_shows_no_answers(dana):
    screening = make_screening(state="started", finished_at=None)
    page = dana.post(reverse("admin:brief", args=[screening.uid]), follow=True)
    assert "has started the form and not finished it" in words(page)
    assert "Low back" not in words(page)


def test_brief_that_is_not_there_is_not_found(dana):
    assert dana.get(reverse("admin:brief", args=[uuid.uuid4()])).status_code == 404


# ---------------------------------------------------------------- the page


def test_page_tells_level_due_time_respondent_and_interpreter(dana):
    patient = make_patient(interpreter=True, spoken_language="Spanish")
    screening = make_screening(patient=patient, respondent="guardian", respondent_name="Marta Fisk", language="es")
    outcome = make_outcome(screening=screening, level="unsure", call_due_at=NOW + timedelta(hours=2))
    page = opened(dana, outcome)
    text = words(page)
    assert "Unsure Booking: held until a PT has called." in text
    assert "Call by Tue 24 Nov, 11:40 am" in text
    assert "by a parent or guardian (Marta Fisk)" in text
    assert "Interpreter: Spanish" in text
    assert "Form in: es" in text
    assert unknown_targets(page) == set()


def test_page_shows_the_level_that_counts_for_staff_and_that_of_the_rules(dana):
    outcome = make_outcome(level="unsure", staff_level="emergency")
    assert "Emergency (by the rules: Unsure)" in words(opened(dana, outcome))


def test_page_links_to_other_screenings_of_the_patient(dana):
    outcome = make_outcome()
    other = make_outcome(patient=outcome.screening.patient, level="refer")
    assert path(other) in opened(dana, outcome).content.decode()


def test_page_shows_every_part_of_a_full_brief(dana):
    patient = make_patient()
    judged(patient=patient, now=NOW - timedelta(days=13), leg_pain_extent="above_knee", nprs_worst=4)
    page = opened(dana, judged(patient=patient, now=NOW - timedelta(hours=1), later=LATER, **REFER))
    text = words(page)
    for part in (
        "Refer , was Mechanical on Wed 11 Nov",
        "New since Wed 11 Nov",
        "Worst pain 8, was 4",
        "Pain to below the knee that lasts, gets worse or is severe",
        "Duration: 6 to 12 weeks; Over the week: getting worse",
        "Not sure 1 Blood thinner or bleeding.",
        "passed out or nearly, sudden tearing pain",
        "because of other answers",
        "Low back (worst)",
        "now 4",
        "weak: a little, left",
        "28 mi",
        "10 to 30% longer",
        "Weak core : strength days a week: none",
        "The Crow Pass run in July",
        "Ibuprofen at times",
        "Down no single answer",
        "“Get checked first. See a PT in person, by Tuesday 1 December.",
        "on screen Tue 24 Nov, 8:40 am, by e-mail: not sent yet",
        "Read by: nobody yet.",
    ):
        assert part in text, part
    assert unknown_targets(page) == set()


def test_first_screening_says_that_it_is_the_first(dana):
    assert "This is the first screening of this patient." in words(opened(dana, judged()))


def test_drawing_marks_the_places_that_were_tapped(dana):
    html = opened(dana, judged(pain_areas=["knee"], pain_spots=["knee-l"])).content.decode()
    assert html.count('class="hurt"') == 2  # the front and the back of one knee
    assert opened(dana, judged()).content.decode().count('class="about"') == 0


def test_page_tells_what_the_patient_was_told_after_staff_decided(dana):
    outcome = judged(sys_fever="not_sure")
    opened(dana, outcome)
    dana.post(
        path(outcome, "brief-decide"), {"seen": workflow.stamp(outcome), "level": "mechanical", "reason": "No fever."}
    )
    text = words(dana.get(path(outcome)))
    assert "Decided by Dana Reyes, Tue 24 Nov, 9:40 am: No fever." in text
    assert "“A PT will call you." in text


def test_page_tells_who_cleared_the_patient_and_what_the_letter_says(dana):
    outcome = judged(**REFER)
    workflow.clear(
        screening=outcome.screening,
        cleared_by="Dr. Ola Brandt, spine clinic",
        cleared_on=timezone.localdate(NOW),
        letter="May load as pain allows.",
        by=dana.user,
        is_pt=True,
        now=NOW,
    )
    text = words(opened(dana, outcome))
    assert "Cleared by Dr. Ola Brandt, spine clinic, Tue 24 Nov; recorded by Dana Reyes" in text
    assert "May load as pain allows." in text
    assert "“You can book now." in text


def test_page_gives_the_letter_as_it_was_sent(dana):
    outcome = judged()
    make_message(
        kind="check_result",
        subject_uid=outcome.screening.uid,
        sequence=9,
        planned_at=outcome.created_at,
        state="sent",
        sent_at=NOW,
        text="Hello June, you can book now.",
    )
    text = words(opened(dana, outcome))
    assert "by e-mail Tue 24 Nov, 9:40 am" in text
    assert "Hello June, you can book now." in text


@pytest.mark.first_case
@pytest.mark.parametrize("name", ["brief", "brief-text", "brief-pdf"])
def test_words_of_a_crisis_are_told_on_every_copy(dana, name):
    outcome = judged(free_text="I want to die")
    opened(dana, outcome)
    answer = dana.get(path(outcome, name))
    is_pdf = name == "brief-pdf"
    said = PdfReader(BytesIO(answer.content)).pages[0].extract_text() if is_pdf else words(answer)
    assert "Words of a crisis in what they wrote: own words" in " ".join(said.split())


def test_hostile_answers_are_shown_as_text(dana):
    typed = '<script>alert(1)</script>"{{ 7|add:7 }}" \u202e ريكس 🏃'
    html = opened(dana, judged(later={"goal_text": typed})).content.decode()
    assert "<script>alert(1)</script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7|add:7 }}" in html


def test_brief_asks_the_database_no_more_often_with_more_screenings(dana, django_assert_num_queries):
    patient = make_patient()
    for days in (9, 8):
        judged(patient=patient, now=NOW - timedelta(days=days))
    outcome = judged(patient=patient, now=NOW - timedelta(hours=1), **REFER)
    opened(dana, outcome)
    with CaptureQueriesContext(connection) as before:
        dana.get(path(outcome))
    for days in (7, 6, 5):
        judged(patient=patient, now=NOW - timedelta(days=days))
    with django_assert_num_queries(len(before)):
        dana.get(path(outcome))


# ---------------------------------------------------------------- to take along

COPIES = ["brief-pdf", "brief-text"]


def test_pdf_is_sent_with_a_name_that_tells_nothing_and_is_not_kept(dana):
    outcome = judged(patient=make_patient(given_name="June", family_name="Parrish"))
    opened(dana, outcome)
    answer = dana.get(path(outcome, "brief-pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == f'inline; filename="sheet-{str(outcome.uid)[:8]}.pdf"'
    assert "no-store" in answer["Cache-Control"]


def test_pdf_comes_on_letter_paper_or_on_a4(dana):
    outcome = judged()
    opened(dana, outcome)
    boxes = [
        PdfReader(BytesIO(dana.get(path(outcome, "brief-pdf"), query).content)).pages[0].mediabox.height
        for query in ({}, {"paper": "a4"}, {"paper": "\x00"})
    ]
    assert [round(height) for height in boxes] == [792, 842, 792]


def test_text_for_the_chart_is_plain_and_whole(dana):
    outcome = judged(later=LATER, **REFER)
    opened(dana, outcome)
    page = dana.get(path(outcome, "brief-text"))
    assert page.context["text"].startswith("SUBJECTIVE, from the intake questionnaire: Ana Oquendo, 42 y, female")
    assert unknown_targets(page) == set()
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(("name", "act"), [("brief-pdf", "brief.pdf"), ("brief-text", "brief.text")])
def test_each_copy_is_in_the_audit(dana, name, act):
    outcome = judged()
    opened(dana, outcome)
    for _ in range(2):
        dana.get(path(outcome, name))
    events = AuditEvent.objects.filter(act=act, subject_uid=outcome.screening.uid, actor=dana.user)
    assert [event.details for event in events] == [{}, {}]


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("sensitive", [False, True])
def test_copy_asks_why_before_it_is_given(dana, name, sensitive):
    outcome = judged(patient=make_patient(sensitive=sensitive))
    answer = dana.get(path(outcome, name))
    assert (answer.status_code, answer["Location"]) == (302, path(outcome))
    assert not AuditEvent.objects.filter(act__in=["brief.pdf", "brief.text"]).exists()


@pytest.mark.parametrize("name", ["brief", *COPIES])
def test_brief_can_be_read_while_the_patient_takes_an_answer_back(dana, name):
    outcome = judged(em_collapse="yes")
    opened(dana, outcome)
    workflow.reopen(screening=outcome.screening, question_id="em_collapse", now=NOW + timedelta(minutes=5))
    answer = dana.get(path(outcome, name))
    assert answer.status_code == 200
    if name == "brief":
        assert "tapped by mistake and answers again" in words(answer)


@pytest.mark.parametrize("name", COPIES)
def test_there_is_no_copy_of_a_form_that_is_not_finished(dana, name):
    screening = make_screening(state="started", finished_at=None)
    dana.post(reverse("admin:brief", args=[screening.uid]))
    answer = dana.get(reverse(f"admin:{name}", args=[screening.uid]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:brief", args=[screening.uid]))


@pytest.mark.parametrize("name", COPIES)
def test_copy_of_nothing_is_not_found(dana, name):
    assert dana.get(reverse(f"admin:{name}", args=[uuid.uuid4()])).status_code == 404
    assert dana.post(path(judged(), name)).status_code == 405


# ---------------------------------------------------------------- reading


def test_mark_as_read_says_by_whom_and_when(dana):
    outcome = make_outcome()
    opened(dana, outcome)
    page = dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid}, follow=True)
    read = BriefRead.objects.get()
    assert (read.by, read.at, read.outcome) == (dana.user, NOW, outcome)
    assert "Read by Dana Reyes, Tue 24 Nov, 9:40 am" in words(page)
    assert "Mark as read" not in words(page)


def test_marking_twice_keeps_the_first_time(dana, monkeypatch):
    outcome = make_outcome()
    opened(dana, outcome)
    dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid})
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=1))
    dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid})
    assert BriefRead.objects.get().at == NOW


@pytest.mark.parametrize("sensitive", [False, True])
def test_brief_that_was_not_opened_is_not_marked_as_read(dana, sensitive):
    outcome = make_outcome(patient=make_patient(sensitive=sensitive))
    page = dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid}, follow=True)
    assert ("Why do you open this brief?" if sensitive else "Open as a covering PT?") in words(page)
    assert not BriefRead.objects.exists()


def test_each_pt_reads_for_themselves(dana):
    outcome = make_outcome()
    opened(dana, outcome)
    dana.post(path(outcome, "brief-read"), {"outcome": outcome.uid})
    jun = staff("pt", first_name="Jun", last_name="Park")
    assert "Mark as read" in words(opened(jun, outcome))


def test_old_page_does_not_mark_a_newer_outcome_as_read(dana):
    old = make_outcome(current=False)
    make_outcome(screening=old.screening, level="emergency")
    opened(dana, old)
    page = dana.post(path(old, "brief-read"), {"outcome": old.uid}, follow=True)
    assert not BriefRead.objects.exists()
    assert "There is a newer outcome." in words(page)


@pytest.mark.parametrize("outcome_uid", ["", "x", "\x00", "0f0e7a52-8a0f-4993-9ba8-e22922245dd9"])
def test_tampered_reads_are_not_found(dana, outcome_uid):
    outcome = make_outcome()
    opened(dana, outcome)
    assert dana.post(path(outcome, "brief-read"), {"outcome": outcome_uid}).status_code == 404


# ---------------------------------------------------------------- deciding


def test_pt_lowers_the_level_after_the_call_and_booking_opens(dana):
    outcome = make_outcome(level="unsure")
    patient = outcome.screening.patient
    call = make_call(reason="unsure", subject_uid=outcome.screening.uid, patient=patient, for_pt=True)
    opened(dana, outcome)
    page = dana.post(
        path(outcome, "brief-decide"),
        {"seen": workflow.stamp(outcome), "level": "mechanical", "reason": "Clear on the phone."},
        follow=True,
    )
    assert "The level is now: Mechanical." in words(page)
    assert "Decided by Dana Reyes" in words(page)
    call.refresh_from_db()
    assert call.state == Call.State.DONE
    gate = gate_for_patient(patient=patient, service=make_service(), mode="in_clinic", now=NOW)
    assert gate.answer == Answer.OPEN


def test_pt_decides_nothing_about_an_outcome_they_have_not_seen(dana):
    outcome = judged(em_collapse="not_sure")
    sent = {"seen": workflow.stamp(outcome), "level": "mechanical", "reason": "Talked about the faint."}
    assert f'name="seen" value="{sent["seen"]}"' in opened(dana, outcome).content.decode()
    save(outcome.screening, "P5", ces_saddle="new", now=NOW)
    page = dana.post(path(outcome, "brief-decide"), sent)
    assert page.status_code == 409
    assert "There is a newer outcome. Read this one." in words(page)
    assert "Talked about the faint." in words(page)
    assert '<option value="emergency" selected>' in page.content.decode()
    now = outcome.screening.outcome
    assert (now.level, now.booking) == ("emergency", "not_offered")
    assert Call.objects.filter(reason="emergency", state="open").exists()
    dana.post(path(outcome, "brief-decide"), {**sent, "seen": workflow.stamp(now)})
    assert outcome.screening.outcome.level == "mechanical"


@pytest.mark.parametrize("mark", ["", "x", "\x00"])
def test_tampered_mark_of_what_was_seen_decides_nothing(dana, mark):
    outcome = make_outcome(level="unsure")
    opened(dana, outcome)
    page = dana.post(path(outcome, "brief-decide"), {"seen": mark, "level": "mechanical", "reason": "Clear."})
    assert page.status_code == 409
    assert Outcome.objects.count() == 1


def test_decision_needs_a_reason_and_a_level(dana):
    outcome = make_outcome(level="unsure")
    opened(dana, outcome)
    page = dana.post(path(outcome, "brief-decide"), {"seen": workflow.stamp(outcome), "level": "cured", "reason": " "})
    assert page.status_code == 200
    assert "Pick one of the levels." in words(page)
    assert "Say why." in words(page)
    assert Outcome.objects.count() == 1


def test_pt_who_has_not_opened_the_brief_decides_nothing_and_sees_nothing(dana):
    outcome = make_outcome(level="unsure")
    for posted in ({"level": "mechanical", "reason": "Clear."}, {"level": "", "reason": ""}):
        page = dana.post(path(outcome, "brief-decide"), posted, follow=True)
        assert "Open as a covering PT?" in words(page)
        assert "Low back" not in words(page)
    assert Outcome.objects.count() == 1


def test_brief_of_a_vip_shows_nothing_to_an_empty_form_without_a_reason(dana):
    outcome = make_outcome(level="unsure", patient=make_patient(sensitive=True))
    for name in ("brief-decide", "brief-read", "brief-clear"):
        page = dana.post(path(outcome, name), follow=True)
        assert "Why do you open this brief?" in words(page)
        assert "Low back" not in words(page)
    for name in ("brief-pdf", "brief-text", "brief-answers"):
        assert dana.get(path(outcome, name))["Location"] == path(outcome)
    assert not AuditEvent.objects.filter(act="brief.seen").exists()


def test_what_a_pt_decided_counts_as_read(dana):
    outcome = make_outcome(level="unsure")
    opened(dana, outcome)
    dana.post(
        path(outcome, "brief-decide"), {"seen": workflow.stamp(outcome), "level": "refer", "reason": "Needs an exam."}
    )
    assert "0 unread." in words(dana.get(LIST))
