"""The check typed at the desk: judged as on the web, stopped at an emergency, and never shown again to who typed it."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from clinic import calls
from clinic.models import AuditEvent, Call, Clinic, Message, Patient
from intake import chart, unfinished, workflow
from intake import questionnaire as questionnaires
from intake import screening as rules
from intake.brief.load import load
from intake.forms.check_page import PageForm
from intake.forms.check_phone import blank_page
from intake.gate import still_to_call
from intake.models import Outcome, Screening
from intake.screening.judge import ALL_RULES
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_call, make_clinic, make_location, make_patient, make_request
from tests.intake.answering import all_clear
from tests.intake.checking import p0, page_data, sent
from tests.intake.examples import on
from tests.intake.test_examples import EXAMPLES

pytestmark = pytest.mark.django_db
BEGIN = "/desk/phone-check/"


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_location()
    return make_clinic()


@pytest.fixture
def jo():
    return staff("desk", first_name="Jo", last_name="Halvor")


@pytest.fixture
def ana():
    return make_patient(given_name="Ana", family_name="Oquendo", phone="+19075550118", email="ana@runner.example")


def begin(client, patient=None, **changes) -> Screening:
    """A check on the phone after page P0."""
    known = {name: ... for name in ("given_name", "family_name") if name not in changes} if patient else {}
    answer = client.post(f"{BEGIN}?patient={patient.uid}" if patient else BEGIN, p0(**known, **changes))
    assert answer.status_code == 302, words(answer)
    return Screening.objects.get()


def path(row: Screening, page_id: str) -> str:
    return reverse("admin:phone-page", args=[row.uid, questionnaires.current().page_order[page_id]])


def answer(client, row: Screening, page_id: str, **changes):
    row.refresh_from_db()
    return client.post(path(row, page_id), page_data(row, page_id, **changes))


def answer_all(client, row: Screening, **changes) -> None:
    """Type every page, all clear but for the changes, until an emergency or the end."""
    form = questionnaires.current()
    while row.state == Screening.State.STARTED and (page := form.first_page(row.answers)):
        given = {key: value for key, value in changes.items() if form.question(key).page_id == page.id}
        assert answer(client, row, page.id, **given).status_code == 302, page.id
        row.refresh_from_db()


def finish(client, row: Screening):
    return client.post(reverse("admin:phone-last", args=[row.uid]), follow=True)


# ---------------------------------------------------------------- the same rules


@pytest.mark.once
def test_each_rule_fires_for_what_is_typed_as_for_what_the_patient_sends():
    """Page by page through the two forms: what is judged in the end is the same, and every rule is among it."""
    form, fired = questionnaires.current(), set()
    one_each = {rule: (rule, patient, signs) for rule, patient, signs in reversed(EXAMPLES)}
    for rule, patient, signs in one_each.values():
        wanted = all_clear(**{**patient, **on(signs)})
        web, typed = _typed_in(wanted, phone=False), _typed_in(wanted, phone=True)
        assert typed == web, rule
        found = {finding.rule_id for finding in rules.evaluate(typed, questionnaire=form).findings}
        fired |= {rule} & found
    assert fired == {rule.id for rule in ALL_RULES}


def _typed_in(wanted: dict, *, phone: bool) -> dict:
    """Send every page as a browser does; return what is stored in the end."""
    form = questionnaires.current()
    first = {question.id for question in form.pages[0].questions}
    row = Screening(questionnaire=form.id, respondent="self", answers={k: v for k, v in wanted.items() if k in first})
    for page in form.pages[1:]:
        if page.after_result or page not in form.shown_pages(row.answers):
            continue
        ids = [question.id for question in form.shown_questions(page, {**row.answers, **wanted})]
        data = QueryDict(mutable=True)
        for name, value in sent({name: wanted[name] for name in ids if name in wanted}).items():
            both = name == chart.AREAS and wanted.get(chart.SIDE) == chart.BOTH
            spots = [spot for spot in chart.AREA_OF if chart.AREA_OF[spot] in value] if both else value
            data.setlist(name, spots if isinstance(spots, list) else [spots])
        if phone:
            made = blank_page(RequestFactory().post("/", data.urlencode(), content_type=FORM), row, page)
        else:
            made = PageForm(form, page, row.answers, data=data)
        row.answers = {**row.answers, **made.cleaned_page.answers}
    return row.answers


FORM = "application/x-www-form-urlencoded"


def test_emergency_on_a_page_stops_the_check_alerts_and_is_read_out(jo, ana):
    row = begin(jo, ana)
    page = jo.post(path(row, "P1"), page_data(row, "P1", em_chest_breath="yes"), follow=True)
    row.refresh_from_db()
    assert (row.state, row.outcome.level) == ("finished", "emergency")
    text = words(page)
    assert "Tell them to call 911 now" in text
    assert "they said they are in Anchorage AK, phone 907-555-0118" in text
    assert "Find a time" not in text
    assert Call.objects.get(reason="emergency").subject_uid == row.uid
    assert Message.objects.filter(kind="call_alert").exists()
    assert jo.get(path(row, "P2"))["Location"] == reverse("admin:phone-result", args=[row.uid])


def test_clear_check_leads_to_a_time(jo, ana):
    row = begin(jo, ana)
    answer_all(jo, row)
    page = finish(jo, row)
    outcome = Outcome.objects.get()
    assert (outcome.level, outcome.screening.patient) == ("mechanical", ana)
    assert "They can be booked" in words(page)
    assert f"/desk/find-slot/?patient={ana.uid}" in page.content.decode()
    assert unknown_targets(page) == set()


@pytest.mark.parametrize(
    ("changes", "level", "says"),
    [
        ({"sys_fever": "yes"}, "urgent", "go to a doctor or urgent care today"),
        ({"em_collapse": "not_sure"}, "unsure", "talks with you before anything is booked"),
    ],
)
def test_result_is_read_out_and_a_pt_calls(jo, ana, changes, level, says):
    row = begin(jo, ana)
    form = questionnaires.current()
    while page := form.first_page(Screening.objects.get().answers):
        given = {key: value for key, value in changes.items() if form.question(key).page_id == page.id}
        seen = {"seen": list(given)} if "not_sure" in given.values() else {}
        assert answer(jo, row, page.id, **given, **seen).status_code == 302
    page = finish(jo, row)
    assert Outcome.objects.get().level == level
    assert says in words(page)
    assert "Find a time" not in words(page)
    assert Call.objects.filter(reason=level, state="open").count() == 1


def test_older_level_that_holds_booking_is_not_read_out_as_open(jo, ana):
    make_call(reason="urgent", patient=ana, for_pt=True)
    row = begin(jo, ana)
    answer_all(jo, row)
    text = words(finish(jo, row))
    assert "They can be booked" not in text
    assert "talks with you before anything is booked" in text


# ---------------------------------------------------------------- who


def test_record_says_who_answered_and_who_typed(jo, ana):
    row = begin(jo, ana, answered_by="guardian", respondent_name="Maria Oquendo", relation="mother")
    assert (row.respondent, row.respondent_name, row.typed_by) == ("guardian", "Maria Oquendo", jo.user)
    assert AuditEvent.objects.get(act="screening.started").actor == jo.user
    answer_all(jo, row, sys_fever="yes")
    finish(jo, row)
    outcome = Outcome.objects.get()
    assert "(Maria Oquendo), on the phone; typed by Jo Halvor" in load(outcome, now=NOW).answered
    assert "Typed by Jo Halvor, on the phone" in Call.objects.get(reason="urgent").notes.get().note


def test_caller_who_is_no_patient_yet_becomes_one_and_keeps_the_request(jo):
    asked = make_request(kind="discovery", details={}, name="Casey Lee Tran")
    page = jo.get(BEGIN, {"request": asked.uid})
    assert 'value="Casey Lee"' in page.content.decode()
    assert unknown_targets(page) == set()
    jo.post(f"{BEGIN}?request={asked.uid}", p0(given_name="Casey Lee", family_name="Tran"))
    asked.refresh_from_db()
    assert asked.patient == Patient.objects.get() == Screening.objects.get().patient


def test_patient_we_know_is_taken_from_the_record_and_not_changed(jo, ana):
    begin(jo, ana, phone="907-555-0199", given_name="Mallory", family_name="X")
    ana.refresh_from_db()
    assert (Patient.objects.get(), ana.given_name, ana.phone) == (ana, "Ana", "+19075550118")
    assert Screening.objects.get().phone == "+19075550199"


def test_minor_on_the_phone_asks_for_an_adult_first(jo):
    child = make_patient(birth_date=NOW.date() - timedelta(days=12 * 365))
    answer = jo.post(f"{BEGIN}?patient={child.uid}", p0())
    assert answer.status_code == 422
    assert "No adult can be with them now." in words(answer)


# ---------------------------------------------------------------- write only


def test_saved_page_is_blank_when_it_is_asked_again(jo, ana):
    row = begin(jo, ana)
    answer(jo, row, "P1", em_cannot_walk="no")
    page = jo.get(path(row, "P1"))
    assert "This page was answered before." in words(page)
    assert "checked" not in page.content.decode()
    assert not re.search(r'value="(no|yes)"[^>]*checked', page.content.decode())


def test_page_asked_again_takes_the_place_of_what_was_said(jo, ana):
    row = begin(jo, ana)
    answer(jo, row, "P1")
    answer(jo, row, "P1", em_collapse="yes")
    assert Outcome.objects.get().level == "emergency"


def test_result_and_last_page_show_nothing_that_was_answered(jo, ana):
    row = begin(jo, ana)
    answer_all(jo, row, free_text="My toe is purple")
    last = jo.get(reverse("admin:phone-last", args=[row.uid]))
    for page in (last, finish(jo, row)):
        assert "purple" not in page.content.decode()
        assert "Low back" not in words(page)


@pytest.mark.parametrize("group", ["desk", "pt", "manager"])
def test_colleague_cannot_open_what_somebody_else_types(jo, ana, group):
    row = begin(jo, ana)
    other = staff(group)
    for name in ("phone-last", "phone-result"):
        assert other.get(reverse(f"admin:{name}", args=[row.uid])).status_code == 403
    assert other.get(path(row, "P1")).status_code == 403
    assert other.post(path(row, "P1"), {}).status_code == 403


def test_check_of_a_patients_own_cannot_be_typed_into(jo, client):
    client.post("/check/begin/", p0())
    row = Screening.objects.get()
    assert jo.get(path(row, "P1")).status_code == 404
    assert jo.post(path(row, "P1"), {}).status_code == 404


def test_private_answers_from_the_phone_are_not_shown_on_the_web(jo, ana):
    row = begin(jo, ana)
    assert row.answers["age_years"] >= 18
    assert row.shows_private is False


@pytest.mark.parametrize("data", [{}, {"em_collapse": "\x00", "none": "\x00"}, {"pain_areas": ["x"] * 500}])
def test_nonsense_is_no_error_page(jo, ana, data):
    row = begin(jo, ana)
    assert jo.post(path(row, "P1"), data).status_code in (200, 302, 422)
    assert jo.get(f"/desk/phone-check/{row.uid}/99/").status_code == 404
    assert jo.get(BEGIN, {"patient": "\x00"}).status_code == 404


# ---------------------------------------------------------------- left in the middle


def test_check_under_way_is_a_call_in_the_hands_of_who_types(jo, ana, monkeypatch):
    row = begin(jo, ana)
    call = Call.objects.get(reason="unfinished")
    assert (call.claimed_by, call.due_at, call.patient) == (jo.user, NOW + timedelta(minutes=30), ana)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=20))
    answer(jo, row, "P1")
    call.refresh_from_db()
    assert call.due_at == NOW + timedelta(minutes=50)
    assert "Go on with the questions" in words(jo.get(reverse("admin:call", args=[call.uid])))
    answer_all(jo, Screening.objects.get())
    finish(jo, row)
    call.refresh_from_db()
    assert (call.state, call.outcome) == ("done", "answered")


def test_stopping_half_way_keeps_the_answers_and_leaves_a_call(jo, ana):
    row = begin(jo, ana)
    answer(jo, row, "P1")
    page = jo.post(reverse("admin:phone-stop", args=[row.uid]), follow=True)
    assert "A call to go on is in the queue." in words(page)
    row.refresh_from_db()
    assert row.answers["em_collapse"] == "no"
    call = Call.objects.get(state="open")
    assert (call.reason, call.claimed_by) == ("unfinished", None)
    assert not Outcome.objects.exists()


def test_nobody_is_written_to_about_a_check_that_was_left_on_the_phone(jo, ana):
    row = begin(jo, ana)
    answer(jo, row, "P1")
    jo.post(reverse("admin:phone-stop", args=[row.uid]))
    assert Clinic.get().unfinished_hours
    assert unfinished.ask(now=NOW + timedelta(days=1)) == 0
    assert not Message.objects.filter(patient=ana).exists()


def test_stopping_after_a_grave_sign_has_a_pt_call_and_holds_booking(jo, ana):
    row = begin(jo, ana)
    form = questionnaires.current()
    page_of_sign = form.question("sys_fever").page_id
    while (page := form.first_page(Screening.objects.get().answers)) and page.id != page_of_sign:
        answer(jo, row, page.id)
    answer(jo, row, page_of_sign, sys_fever="yes")
    page = jo.post(reverse("admin:phone-stop", args=[row.uid]), follow=True)
    assert "until then do not book" in words(page)
    assert Call.objects.filter(state="open", for_pt=True, subject_uid=row.uid).count() == 1
    assert still_to_call(patient=ana)
    with pytest.raises(workflow.NotFinished):
        workflow.finish(screening=row, now=NOW)


def test_pt_who_has_to_call_reads_what_was_said_before_they_stopped(jo, ana):
    row = begin(jo, ana)
    form = questionnaires.current()
    page_of_sign = form.question("sys_fever").page_id
    while (page := form.first_page(Screening.objects.get().answers)) and page.id != page_of_sign:
        answer(jo, row, page.id)
    answer(jo, row, page_of_sign, sys_fever="yes")
    brief = reverse("admin:brief", args=[row.uid])
    pt = staff("pt", username="pat")
    pt.post(brief)  # covering
    assert "What fired" not in words(pt.get(brief))  # under way still: nobody reads along
    jo.post(reverse("admin:phone-stop", args=[row.uid]))
    assert jo.get(brief).status_code == 403
    text = words(pt.get(brief))
    assert form.question("sys_fever").text_for("en") in text
    assert "What fired" in text
    assert AuditEvent.objects.filter(act="brief.seen", subject_uid=row.uid).count() == 1


def test_grave_sign_in_a_check_that_nobody_goes_on_with_becomes_a_pt_call_once(jo, ana):
    row = begin(jo, ana)
    form = questionnaires.current()
    page_of_sign = form.question("sys_fever").page_id
    while (page := form.first_page(Screening.objects.get().answers)) and page.id != page_of_sign:
        answer(jo, row, page.id)
    answer(jo, row, page_of_sign, sys_fever="yes")
    calls.finish(call=Call.objects.get(reason="unfinished"), user=jo.user, outcome="answered", now=NOW)
    assert unfinished.leave_silent(now=NOW + timedelta(minutes=29)) == 0
    later = NOW + timedelta(minutes=31)
    assert [unfinished.leave_silent(now=later), unfinished.leave_silent(now=later + timedelta(minutes=5))] == [1, 0]
    assert Call.objects.filter(state="open", for_pt=True, subject_uid=row.uid).count() == 1
    assert still_to_call(patient=ana)


def test_page_typed_after_the_session_has_ended_is_saved_by_who_typed_it(jo, ana):
    jo.user.set_password("not a secret")
    jo.user.save()
    login = {"username": jo.user.username, "password": "not a secret"}
    jo.post("/desk/login/", login)
    row = begin(jo, ana)
    Session.objects.all().delete()
    refused = answer(jo, row, "P1", em_collapse="not_sure")
    token = re.search(r'name="typed" value="([^"]+)"', refused.content.decode())[1]
    row.refresh_from_db()
    assert "em_collapse" not in row.answers
    page = jo.post("/desk/login/", {**login, "typed": token}).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition("<main")[2]))
    assert jo.post(path(row, "P1"), hidden).status_code in (200, 302)
    row.refresh_from_db()
    assert row.answers["em_collapse"] == "not_sure"
