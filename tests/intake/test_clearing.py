"""Clearances: who may record one, for what, for which day, and what it opens."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic import registry
from clinic.models import AuditEvent, Call, Message, Mode
from intake import results, workflow
from intake.gate import Answer, gate_for
from intake.models import Clearance, Outcome
from tests.booking.visitor import holds, text
from tests.factories import NOW, make_clinic, make_location, make_service, make_user
from tests.intake.checking import finished, save, start

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)
TODAY = date(2026, 11, 24)  # of NOW at the clinic


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def urgent():
    """A check that a doctor has to look at."""
    return finished(sys_fever="yes").screening


def clear(screening, *, now=LATER, is_pt=True, by=None, **values):
    given = {"cleared_by": "Dr. Ada Moss, physician", "cleared_on": TODAY, "letter": "Fit for therapy. In the chart."}
    return workflow.clear(screening=screening, by=by or make_user(), is_pt=is_pt, now=now, **{**given, **values})


def held_by(level):
    screening = finished().screening
    workflow.decide(screening=screening, level=level, reason="Talked.", by=make_user(), is_pt=True, now=NOW)
    return screening


@pytest.mark.first_case("level")
@pytest.mark.parametrize("level", ["emergency", "urgent", "refer", "unsure"])
@pytest.mark.parametrize("mode", [Mode.IN_CLINIC, Mode.MOBILE, Mode.TELEHEALTH])
def test_clearance_opens_every_mode(level, mode):
    screening = held_by(level)
    clear(screening)
    assert gate_for(screening=screening, service=make_service(), mode=mode, now=LATER).open


def test_clearance_is_followed_by_an_outcome_that_keeps_the_evidence():
    screening = urgent()
    before = screening.outcome
    by = make_user()
    clearance = clear(screening, by=by)
    after = screening.outcome
    assert after == clearance.outcome != before
    assert (after.level, after.staff_level, after.booking, after.decided_by) == ("mechanical", "mechanical", "open", by)
    assert (after.klass, after.answers, after.flags) == (before.klass, before.answers, before.flags)
    rules = [finding.rule for finding in before.findings.all()]
    assert [finding.rule for finding in after.findings.all()] == rules != []
    before.refresh_from_db()
    assert (before.level, before.current) == ("urgent", False)


def test_clearance_ends_the_calls_and_is_in_the_audit_without_its_words():
    screening = urgent()
    clearance = clear(screening)
    assert not Call.objects.filter(state="open").exists()
    event = AuditEvent.objects.get(act="level.cleared")
    assert event.details == {"before": "urgent", "clearance": str(clearance.uid)}


def test_clearance_lasts_as_long_as_a_check_does():
    screening = urgent()
    clear(screening)
    service = make_service()
    ask = {"screening": screening, "service": service, "mode": Mode.IN_CLINIC}
    assert gate_for(**ask, now=LATER + timedelta(days=7)).open
    assert gate_for(**ask, now=LATER + timedelta(days=8)).answer == Answer.CHECK_FIRST


def test_worse_outcome_after_a_clearance_shuts_again():
    screening = urgent()
    clear(screening)
    save(start(now=LATER), "P1", em_collapse="yes", now=LATER + timedelta(minutes=1))
    ask = {"screening": screening, "service": make_service(), "mode": Mode.IN_CLINIC}
    assert gate_for(**ask, now=LATER + timedelta(minutes=2)).answer == Answer.NO_BOOKING


def test_patient_is_told_that_there_is_news_and_the_page_says_who():
    screening = urgent()
    clear(screening)
    screening.refresh_from_db()
    shown = results.shown(screening, now=LATER)
    assert (shown.level, shown.cleared.cleared_by) == ("mechanical", "Dr. Ada Moss, physician")
    assert Message.objects.filter(kind="check_result", planned_at=LATER).exists()


def test_page_of_the_result_says_who_has_cleared_and_lets_book(client):
    screening = urgent()
    holds(client, screening, "check")
    assert "See a doctor today" in text(client.get("/check/result/"))
    clear(screening)
    said = text(client.get("/check/result/"))
    assert "Dr. Ada Moss, physician has cleared you on Tuesday 24 November. You can book now." in said
    assert "Signs that cannot wait" in said
    assert not any(words in said for words in ("See a doctor today", "Fit for therapy", "You may run"))


def test_letter_after_a_clearance_says_nothing_of_why():
    screening = urgent()
    clear(screening)
    message = Message.objects.filter(kind="check_result", channel="email").latest("sequence")
    letter = registry.letters["check_result"](message, LATER)
    assert "You are cleared." in letter.text
    assert not any(word in letter.subject.lower() for word in ("cleared", "doctor", "urgent", "pain"))
    assert not any(words in letter.text for words in ("Fit for therapy", "Ada Moss", "Sent to"))


def test_only_a_pt_records_a_clearance():
    screening = urgent()
    with pytest.raises(workflow.NotAllowed):
        clear(screening, is_pt=False)
    assert not Clearance.objects.exists()


def test_nothing_to_clear():
    with pytest.raises(workflow.NothingToClear):
        clear(finished().screening)
    screening = urgent()
    clear(screening)
    with pytest.raises(workflow.NothingToClear):
        clear(screening)


def test_clearance_needs_an_outcome():
    with pytest.raises(workflow.NotFinished):
        clear(start())


@pytest.mark.parametrize(("field", "value"), [("cleared_by", "  "), ("letter", " ")])
def test_clearance_needs_a_name_and_a_letter(field, value):
    with pytest.raises(ValueError, match="needs"):
        clear(urgent(), **{field: value})


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=4)])
def test_day_before_the_check_or_to_come_is_refused(day):
    screening = urgent()
    with pytest.raises(workflow.WrongDay):
        clear(screening, cleared_on=day)
    assert Outcome.objects.get(screening=screening).level == "urgent"


def test_day_of_the_check_counts_though_a_pt_has_changed_the_level_since():
    screening = urgent()
    workflow.decide(screening=screening, level="urgent", reason="Spoke.", by=make_user(), is_pt=True, now=LATER)
    assert clear(screening, cleared_on=TODAY, now=LATER + timedelta(hours=1)).cleared_on == TODAY


def test_clearance_is_never_changed():
    clearance = clear(urgent())
    with pytest.raises(IntegrityError), transaction.atomic():
        Clearance.objects.filter(pk=clearance.pk).update(cleared_by="Somebody else")


def test_clearance_of_a_form_opened_again_ends_the_form():
    screening = save(start(), "P1", em_collapse="yes")
    workflow.reopen(screening=screening, question_id="em_collapse", now=NOW)
    clear(screening)
    screening.refresh_from_db()
    assert screening.state == "finished"


@pytest.mark.parametrize("meanwhile", ["emergency", "opened again"])
def test_clearance_is_for_what_was_seen(meanwhile):
    again = meanwhile == "opened again"
    screening = save(start(), "P1", em_collapse="yes") if again else finished(em_collapse="not_sure").screening
    seen = workflow.stamp(screening.outcome)
    if again:
        workflow.reopen(screening=screening, question_id="em_collapse", now=NOW)
    else:
        save(screening, "P5", ces_saddle="new")
    with pytest.raises(workflow.NewerOutcome):
        clear(screening, seen=seen)
    assert not Clearance.objects.exists()
    assert Call.objects.filter(reason="emergency", state="open").exists()
