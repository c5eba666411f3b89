"""Calls about a level: only a PT who decides ends them, and what was said meanwhile is kept."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic import calls
from clinic.models import Call
from intake import workflow
from tests.desk import staff, words
from tests.factories import NOW, make_clinic, make_location, make_user
from tests.intake.checking import finished

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
HELD = {
    "emergency": {"ces_saddle": "new"},
    "urgent": {"sys_fever": "yes"},
    "unsure": {"em_collapse": "not_sure"},
    "refer": {"em_chest_breath": "not_sure", "leg_numb": "yes", "pain_areas": ["low_back"]},
}


@pytest.fixture(autouse=True)
def _clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    make_clinic()
    make_location()


def due(**given):
    """The call that a check asks for, and its screening."""
    outcome = finished(**given)
    return Call.objects.get(subject_uid=outcome.screening.uid), outcome.screening


@pytest.mark.first_case("level")
@pytest.mark.parametrize("how", ["reached", "elsewhere", "declined", "no_answer", "voicemail", "wrong_number"])
@pytest.mark.parametrize("level", HELD)
def test_call_about_a_held_level_ends_by_no_word_but_a_decision(level, how):
    call, screening = due(**HELD[level])
    assert call.reason == level
    pt = make_user(groups=["pt"])
    with pytest.raises(calls.NotDecided):
        calls.finish(call=call, user=pt, outcome=how, note="Told me.", now=LATER)
    call.refresh_from_db()
    assert (call.state, call.outcome, call.notes.filter(by=pt).count()) == ("open", "", 0)
    workflow.decide(screening=screening, level=level, reason="As it was.", by=pt, is_pt=True, now=LATER)
    call.refresh_from_db()
    assert call.state == "done"


def test_level_raised_by_the_desk_is_no_decision():
    _call, screening = due(**HELD["unsure"])
    workflow.decide(screening=screening, level="urgent", reason="Limps.", by=make_user(), is_pt=False, now=LATER)
    for open_one in Call.objects.open():
        with pytest.raises(calls.NotDecided):
            calls.finish(call=open_one, user=make_user(groups=["pt"]), outcome="reached", now=LATER)


def test_call_about_a_plain_refer_is_a_review_and_ends():
    call, screening = due(leg_numb="yes", pain_areas=["low_back"], leg_weak="mild")
    assert (call.reason, screening.outcome.booking) == ("refer", "consult_flagged")
    assert calls.finish(call=call, user=make_user(groups=["pt"]), outcome="reached", now=LATER).state == "done"


def said(client, call, outcome):
    calls.claim(call=call, user=client.user, now=LATER)
    return client.post(reverse("admin:call", args=[call.uid]), {"outcome": outcome, "note": "Told me."}, follow=True)


@pytest.mark.parametrize(("group", "level"), [("pt", "urgent"), ("pt", "unsure"), ("desk", "refer")])
def test_talk_is_written_down_and_the_level_asked_for(group, level):
    call, _screening = due(**HELD[level])
    client = staff(group)
    page = said(client, call, "reached")
    assert "The call stays open until a PT sets the level, on the brief: that ends it." in words(page)
    assert ("Open the brief" in words(page)) == (group == "pt")
    call.refresh_from_db()
    assert (call.state, call.claimed_by) == ("open", client.user)
    assert [(note.outcome, note.note) for note in call.notes.filter(by=client.user)] == [("reached", "Told me.")]


def test_page_says_before_what_ends_the_call():
    for level, hint in (("urgent", "The call ends when a PT sets the level"), ("alert", "All others finish the call")):
        call, _screening = due(**HELD["urgent"])
        Call.objects.filter(pk=call.pk).update(reason=level)
        client = staff("pt")
        calls.claim(call=call, user=client.user, now=LATER)
        assert hint in words(client.get(reverse("admin:call", args=[call.uid])))
