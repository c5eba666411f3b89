"""The desk's pages for levels: anybody raises from the patient's page, a PT records a clearance."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent, Call, Message
from intake import workflow
from intake.gate import standing
from intake.models import Clearance, Outcome
from tests.desk import links, staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_duty, make_location, make_outcome, make_patient, make_user
from tests.intake.checking import finished, save

pytestmark = pytest.mark.django_db
LETTER = {"cleared_by": "Dr. Ada Moss, physician", "cleared_on": "2026-11-24", "letter": "Fit for therapy."}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    make_clinic()
    make_location()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def raise_url(patient):
    return reverse("admin:raise-level", args=[patient.uid])


def clear_url(outcome):
    return reverse("admin:brief-clear", args=[outcome.screening.uid])


def seen(patient) -> dict[str, str]:
    """What the page sends back of the outcome that it shows."""
    outcome = standing(patient=patient)
    return {"seen": workflow.stamp(outcome)} if outcome else {}


def letter(outcome, **changes):
    """A clearance as the page sends it that shows this outcome."""
    return {**LETTER, "seen": workflow.stamp(outcome), **changes}


def counts(patient) -> str:
    return Outcome.objects.get(screening__patient=patient, current=True).staff_level


# ---------------------------------------------------------------- raising


@pytest.mark.parametrize("group", ["desk", "pt", "manager"])
def test_anybody_finds_the_way_to_raise_on_the_patients_page(group):
    patient = make_outcome().screening.patient
    assert raise_url(patient) in links(staff(group).get(reverse("admin:patient", args=[patient.uid])))


@pytest.mark.parametrize("group", ["desk", "pt", "manager"])
def test_anybody_raises_a_level_with_a_reason(group):
    patient = make_outcome().screening.patient
    client = staff(group)
    answer = client.post(
        raise_url(patient),
        {**seen(patient), "level": "urgent", "reason": "She says that she has a fever."},
        follow=True,
    )
    assert "is now at: Urgent" in words(answer)
    outcome = Outcome.objects.get(current=True)
    assert (outcome.staff_level, outcome.booking, outcome.decided_by) == ("urgent", "after_medical_review", client.user)
    assert Call.objects.get().reason == "urgent"


def test_what_the_desk_raised_no_pt_has_read_yet():
    outcome = make_outcome()
    patient = outcome.screening.patient
    pt = staff("pt")
    pt.post(reverse("admin:brief", args=[outcome.screening.uid]))
    pt.post(reverse("admin:brief-read", args=[outcome.screening.uid]), {"outcome": outcome.uid})
    staff("desk").post(raise_url(patient), {**seen(patient), "level": "urgent", "reason": "Fever."})
    assert "Urgent, unread" in words(staff("desk").get(reverse("admin:patient", args=[patient.uid])))
    assert "Unread" in words(pt.get(reverse("admin:briefs")))


def test_raising_alerts_who_is_on_duty():
    make_duty(user=make_user(email="dana@clinic.example"))
    patient = make_outcome().screening.patient
    staff("desk").post(raise_url(patient), {**seen(patient), "level": "emergency", "reason": "Cannot feel her legs."})
    told = Message.objects.filter(subject_uid=Call.objects.get().uid, channel="email")
    assert [message.to for message in told] == ["dana@clinic.example"]


def test_page_shows_the_level_and_no_answer():
    outcome = make_outcome(level="refer")
    page = staff("desk").get(raise_url(outcome.screening.patient))
    assert "Level now: Refer" in words(page)
    assert not any(word in words(page).lower() for word in ("low back", "low_back", "new_pain"))
    assert unknown_targets(page) == set()


def test_page_offers_graver_levels_only():
    patient = make_outcome(level="refer").screening.patient
    page = staff("desk").get(raise_url(patient)).content.decode()
    assert [
        level for level in ("emergency", "urgent", "refer", "unsure", "mechanical") if f'value="{level}"' in page
    ] == [
        "emergency",
        "urgent",
    ]


@pytest.mark.parametrize(
    "sent",
    [{}, {"level": "urgent"}, {"level": "urgent", "reason": " "}, {"reason": "x"}, {"level": "worst", "reason": "x"}],
)
def test_raise_needs_a_level_and_a_reason(sent):
    patient = make_outcome().screening.patient
    page = staff("desk").post(raise_url(patient), {**seen(patient), **sent})
    assert "Please mend this" in words(page)
    assert counts(patient) == "mechanical"


def test_nobody_lowers_from_there():
    patient = make_outcome(level="urgent").screening.patient
    staff("pt").post(raise_url(patient), {**seen(patient), "level": "mechanical", "reason": "Fine."})
    assert counts(patient) == "urgent"


def test_gravest_level_cannot_be_raised():
    patient = make_outcome(level="emergency").screening.patient
    client = staff("desk")
    assert "gravest level" in words(client.get(raise_url(patient)))
    client.post(raise_url(patient), {**seen(patient), "level": "emergency", "reason": "x"})
    assert Outcome.objects.count() == 1


def test_patient_without_a_check_has_no_level_to_raise():
    patient = make_patient()
    client = staff("desk")
    assert "There is no finished check" in words(client.get(raise_url(patient)))
    client.post(raise_url(patient), {**seen(patient), "level": "urgent", "reason": "x"})
    assert not Outcome.objects.exists()
    assert raise_url(patient) not in links(client.get(reverse("admin:patient", args=[patient.uid])))


def test_strictest_of_several_checks_is_raised():
    patient = make_outcome(level="refer", created_at=NOW - timedelta(hours=3)).screening.patient
    make_outcome(patient=patient, full_at=None)
    page = staff("desk").get(raise_url(patient))
    assert "Level now: Refer" in words(page)


def test_record_of_staff_or_vip_asks_why_first():
    patient = make_patient(sensitive=True)
    make_outcome(patient=patient)
    answer = staff("desk").get(raise_url(patient))
    assert answer["Location"] == reverse("admin:patient", args=[patient.uid])


# ---------------------------------------------------------------- clearing


def covering(outcome):
    """A PT who has opened the brief for a colleague."""
    client = staff("pt")
    client.post(reverse("admin:brief", args=[outcome.screening.uid]))
    return client


@pytest.mark.parametrize("sensitive", [False, True])
def test_pt_who_has_not_opened_the_brief_clears_nobody(sensitive):
    outcome = make_outcome(level="urgent", patient=make_patient(sensitive=sensitive))
    client = staff("pt")
    for answer in (client.get(clear_url(outcome)), client.post(clear_url(outcome), letter(outcome))):
        assert answer["Location"] == reverse("admin:brief", args=[outcome.screening.uid])
    assert not Clearance.objects.exists()


def test_pt_finds_the_way_to_clear_where_something_is_held_back():
    outcome = make_outcome(level="urgent")
    page = reverse("admin:patient", args=[outcome.screening.patient.uid])
    assert clear_url(outcome) in links(staff("pt").get(page))
    assert clear_url(outcome) not in links(staff("desk").get(page))
    assert clear_url(outcome) not in links(staff("manager").get(page))
    clear = make_outcome()
    assert clear_url(clear) not in links(staff("pt").get(reverse("admin:patient", args=[clear.screening.patient.uid])))


@pytest.mark.parametrize("group", ["desk", "manager", ""])
def test_nobody_but_a_pt_opens_or_sends_the_form(group):
    outcome = make_outcome(level="urgent")
    client = staff(group)
    for answer in (client.get(clear_url(outcome)), client.post(clear_url(outcome), letter(outcome))):
        assert answer.status_code in (302, 403)
    assert not Clearance.objects.exists()
    assert counts(outcome.screening.patient) == "urgent"


def test_clearance_says_when_the_patient_cannot_be_written_to():
    outcome = make_outcome(level="urgent", patient=make_patient(email="", texts_ok=False))
    answer = words(covering(outcome).post(clear_url(outcome), letter(outcome), follow=True))
    assert "cannot be written to: tell them on the phone." in answer
    assert "is told" not in answer


def test_pt_records_a_clearance_and_everybody_at_the_desk_sees_who_cleared():
    outcome = make_outcome(level="urgent")
    client = covering(outcome)
    answer = client.post(clear_url(outcome), letter(outcome), follow=True)
    assert "can book now, and is told" in words(answer)
    clearance = Clearance.objects.get()
    assert (clearance.recorded_by, clearance.letter) == (client.user, "Fit for therapy.")
    page = words(staff("desk").get(reverse("admin:patient", args=[outcome.screening.patient.uid])))
    assert "Cleared Dr. Ada Moss, physician, Tue 24 Nov" in page
    assert "Fit for therapy" not in page
    assert AuditEvent.objects.filter(act="level.cleared", actor=client.user).exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cleared_by": ""}, "Say who."),
        ({"letter": "   "}, "Say what the letter says."),
        ({"cleared_on": ""}, "Give the day."),
        ({"cleared_on": "yesterday"}, "Give the day as year, month and day, such as 2026-11-24."),
        ({"cleared_on": "2026-11-25"}, "That day is to come."),
        ({"cleared_on": "2026-11-23"}, "That is before the check."),
        ({"cleared_on": "0001-01-01"}, "That is before the check."),
    ],
)
def test_wrong_clearance_gets_a_message_and_loses_nothing(changes, message):
    outcome = make_outcome(level="urgent")
    page = covering(outcome).post(clear_url(outcome), letter(outcome, **changes))
    assert message in words(page)
    assert not Clearance.objects.exists()
    assert unknown_targets(page) == set()


@pytest.mark.parametrize("field", ["cleared_by", "letter"])
@pytest.mark.parametrize("value", ["a\x00b", "x" * 100_000, "\U0001f9b5" * 5000])
def test_hostile_words_are_refused(field, value):
    outcome = make_outcome(level="urgent")
    answer = covering(outcome).post(clear_url(outcome), letter(outcome, **{field: value}))
    assert answer.status_code == 200
    assert not Clearance.objects.exists()


def test_nothing_to_clear_says_so():
    outcome = make_outcome()
    client = covering(outcome)
    assert "nothing to clear" in words(client.get(clear_url(outcome)))
    client.post(clear_url(outcome), letter(outcome))
    assert not Clearance.objects.exists()


def test_clearance_sent_twice_is_recorded_once():
    outcome = make_outcome(level="urgent")
    client = covering(outcome)
    client.post(clear_url(outcome), letter(outcome))
    assert client.post(clear_url(outcome), letter(outcome)).status_code == 200
    assert Clearance.objects.count() == 1


def test_clearance_does_not_promise_what_another_check_holds_back():
    outcome = make_outcome(level="urgent")
    make_outcome(level="urgent", patient=outcome.screening.patient)
    said = words(covering(outcome).post(clear_url(outcome), letter(outcome), follow=True))
    assert "Another check still holds booking back" in said
    assert "can book now" not in said
    assert not Message.objects.filter(kind="check_result").exists()


def test_brief_leads_to_the_clearance_and_shows_it_with_its_letter():
    outcome = make_outcome(level="urgent")
    client = staff("pt")
    brief = reverse("admin:brief", args=[outcome.screening.uid])
    client.post(brief)  # covering for a colleague
    assert clear_url(outcome) in links(client.get(brief))
    client.post(clear_url(outcome), letter(outcome))
    page = client.get(brief)
    assert clear_url(outcome) not in links(page)
    assert "Dr. Ada Moss, physician, Tue 24 Nov. Fit for therapy." in words(page)


# ---------------------------------------------------------------- a newer outcome than the page showed


def second_tab(screening):
    """The patient saves an emergency in another tab."""
    save(screening, "P5", ces_saddle="new")
    assert screening.outcome.level == "emergency"


def test_pt_clears_nothing_that_they_have_not_seen():
    outcome = finished(em_collapse="not_sure")
    client = covering(outcome)
    sent = letter(outcome)
    assert f'name="seen" value="{sent["seen"]}"' in client.get(clear_url(outcome)).content.decode()
    second_tab(outcome.screening)
    page = client.post(clear_url(outcome), sent)
    assert page.status_code == 409
    assert "There is a newer outcome. Read this one." in words(page)
    assert "Level now: Emergency" in words(page)
    assert "Fit for therapy." in page.content.decode()
    assert not Clearance.objects.exists()
    assert Call.objects.filter(reason="emergency", state="open").exists()


def test_pt_clears_what_they_were_then_shown():
    outcome = finished(em_collapse="not_sure")
    client = covering(outcome)
    second_tab(outcome.screening)
    client.post(clear_url(outcome), letter(outcome.screening.outcome))
    assert Clearance.objects.get().outcome.booking == "open"


def test_desk_raises_only_what_it_has_seen():
    outcome = finished()
    patient = outcome.screening.patient
    client = staff("desk")
    sent = {**seen(patient), "level": "urgent", "reason": "She says that she has a fever."}
    assert f'name="seen" value="{sent["seen"]}"' in client.get(raise_url(patient)).content.decode()
    workflow.decide(screening=outcome.screening, level="unsure", reason="x", by=make_user(), is_pt=False, now=NOW)
    page = client.post(raise_url(patient), sent)
    assert page.status_code == 409
    assert "There is a newer outcome. Read this one." in words(page)
    assert "She says that she has a fever." in words(page)
    assert counts(patient) == "unsure"


def test_words_are_not_lost_when_the_level_is_the_gravest_meanwhile():
    outcome = finished()
    patient = outcome.screening.patient
    sent = {**seen(patient), "level": "urgent", "reason": "She says that she has a fever."}
    second_tab(outcome.screening)
    page = staff("desk").post(raise_url(patient), sent)
    assert page.status_code == 409
    assert "This is the gravest level there is." in words(page)
    assert "She says that she has a fever." in words(page)


@pytest.mark.parametrize("mark", ["", "x", "\x00", "x" * 100_000])
def test_tampered_mark_of_what_was_seen_changes_nothing(mark):
    outcome = make_outcome(level="urgent")
    patient = outcome.screening.patient
    for client, url, sent in (
        (staff("desk"), raise_url(patient), {"level": "emergency", "reason": "x"}),
        (covering(outcome), clear_url(outcome), LETTER),
    ):
        assert client.post(url, {**sent, "seen": mark}).status_code == 409
    assert Outcome.objects.count() == 1
