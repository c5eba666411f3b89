"""What becomes of a request: kept once, promised, called for, watched, answered, closed."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from clinic import calls, recipients
from clinic.models import AuditEvent, Call, CallNote, Closure, Consent, Message, OpeningHours
from intake import requests
from intake.models import Request
from tests.factories import NOW, make_clinic, make_duty, make_location, make_request, make_user
from tests.threads import run_at_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clinic():
    make_location()
    return make_clinic()


def ask(**values) -> Request:
    defaults = {
        "kind": "question",
        "submission": uuid.uuid4(),
        "name": "Casey Tran",
        "phone": "+19075550118",
        "email": "casey@runner.example",
        "language": "en",
        "interpreter": "",
        "texts_ok": False,
        "text": "May I run on a sore heel?",
        "details": {"answer_by": "email"},
        "consent_version": "contact-1",
        "now": NOW,
    }
    return requests.receive(**{**defaults, **values})


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in Anchorage that day of November 2026 (the 24th is a Tuesday), in UTC."""
    return datetime(2026, 11, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1, hours=9)


def window(day: int, start: int, end: int) -> list[str]:
    return [local(day, start).isoformat(), local(day, end).isoformat()]


# ---------------------------------------------------------------- received


def test_receive_keeps_what_was_asked():
    row = ask(interpreter="Samoan", texts_ok=True)
    row.refresh_from_db()
    assert (row.kind, row.state, row.name, row.phone, row.email) == (
        "question",
        "new",
        "Casey Tran",
        "+19075550118",
        "casey@runner.example",
    )
    assert (row.interpreter, row.texts_ok, row.text, row.details, row.alert, row.created_at) == (
        "Samoan",
        True,
        "May I run on a sore heel?",
        {"answer_by": "email"},
        "",
        NOW,
    )


def test_receive_stores_no_free_text_in_clear():
    row = ask(text="May I run on a sore heel?", details={"dates": "sore heel"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, details FROM intake_request WHERE id = %s", [row.pk])
        assert "sore heel" not in str(cursor.fetchone())


def test_receive_refuses_a_kind_that_is_none():
    with pytest.raises(ValueError, match="party"):
        ask(kind="party")


@pytest.mark.parametrize(
    ("kind", "for_pt"), [("discovery", True), ("question", True), ("cost", False), ("team", False)]
)
def test_receive_opens_the_call_of_its_kind(kind, for_pt):
    row = ask(kind=kind, details={})
    call = Call.objects.get()
    assert (call.reason, call.subject_uid, call.due_at, call.name, call.phone, call.for_pt) == (
        kind,
        row.uid,
        row.due_at,
        "Casey Tran",
        "+19075550118",
        for_pt,
    )


def test_receive_notes_for_the_call_when_and_in_which_language():
    ask(kind="discovery", interpreter="Samoan", details={"how_long": "", "windows": [window(25, 8, 10)]})
    assert CallNote.objects.get().note == "Wed 25 Nov 08:00-10:00\nInterpreter: Samoan"


def test_receive_records_consents_apart():
    row = ask(texts_ok=True)
    consents = Consent.objects.filter(subject_uid=row.uid).order_by("kind")
    assert [(c.kind, c.text_version, c.language, c.given_at) for c in consents] == [
        ("contact", "contact-1", "en", NOW),
        ("texts", "contact-1", "en", NOW),
    ]
    other = ask(name="Without texts")
    assert [c.kind for c in Consent.objects.filter(subject_uid=other.uid)] == ["contact"]


def test_receive_writes_to_each_address_it_may():
    row = ask(texts_ok=True)
    messages = Message.objects.filter(subject_uid=row.uid).order_by("channel")
    assert [(m.kind, m.channel, m.to) for m in messages] == [
        ("request_received", "email", "casey@runner.example"),
        ("request_received", "sms", "+19075550118"),
    ]
    assert [m.context for m in messages] == [{}, {}]


def test_receive_writes_no_text_without_consent_or_gateway(settings):
    ask(email="")
    settings.SMS_URL = settings.MESSAGE_FOLDER = ""
    ask(email="", texts_ok=True)
    assert not Message.objects.exists()


def test_receive_stops_writing_to_an_address_that_is_flooded():
    for number in range(8):
        ask(text=f"Question {number}")
    assert (Request.objects.count(), Call.objects.count(), Message.objects.count()) == (8, 8, 5)
    ask(text="Later", now=NOW + HOUR + timedelta(seconds=1))
    assert Message.objects.count() == 6


def test_receive_is_audited_without_words():
    row = ask(text="May I run on a sore heel?")
    event = AuditEvent.objects.get(subject_uid=row.uid)
    assert (event.act, event.details, event.at) == ("request.received", {"kind": "question"}, NOW)


def test_receive_counts_a_question_of_cost_as_a_request_for_an_estimate():
    row = ask(kind="cost", details={"service": "", "mode": "", "payer": "self", "days": []})
    assert row.details["estimate"] == {"asked_at": NOW.isoformat(), "due_at": local(27, 16, 30).isoformat()}
    assert "estimate" not in ask(text="No cost").details


# ---------------------------------------------------------------- once


def test_receive_keeps_a_submission_once():
    submission = uuid.uuid4()
    rows = [ask(submission=submission, now=NOW + wait * HOUR) for wait in (0, 5)]
    assert (rows[0], Request.objects.count(), Call.objects.count(), Message.objects.count()) == (rows[1], 1, 1, 1)


def test_receive_takes_the_same_words_within_an_hour_for_one_request():
    first = ask()
    assert ask(now=NOW + timedelta(minutes=59)) == first
    assert ask(now=NOW + timedelta(minutes=61)) != first


def test_receive_takes_other_words_for_another_request():
    submission = uuid.uuid4()
    first = ask(submission=submission)
    second = ask(submission=submission, text="And now I can't pee")
    assert (second == first, second.details["follows"], second.alert) == (False, str(first.uid), "emergency")
    assert ask(submission=submission, text="And now I can't pee") == second


def test_receive_takes_equal_words_of_another_person_for_another_request():
    assert ask() != ask(email="alex@runner.example")


def test_submission_is_unique_in_the_database_too():
    row = ask()
    with pytest.raises(IntegrityError):
        make_request(submission=row.submission)


@pytest.mark.django_db(transaction=True)
def test_receive_of_one_submission_at_once_gives_one_request():
    submission = uuid.uuid4()
    rows = run_at_once(lambda number: ask(submission=submission), 4)
    assert len({row.pk for row in rows}) == 1
    assert (Request.objects.count(), Call.objects.count(), Message.objects.count()) == (1, 1, 1)


# ---------------------------------------------------------------- due


@pytest.mark.parametrize(
    ("kind", "now", "due"),
    [
        ("discovery", local(24, 9), local(24, 11)),
        ("discovery", local(24, 11, 30), local(24, 14, 30)),  # over noon
        ("discovery", local(27, 16), local(30, 9, 30)),  # Friday afternoon: over the weekend
        ("discovery", local(28, 9), local(30, 10)),  # Saturday
        ("question", local(24, 8), local(25, 16, 30)),
        ("cost", local(27, 12, 30), local(30, 12)),
        ("team", local(26, 16, 30), local(30, 16, 30)),
    ],
)
def test_receive_promises_in_opening_hours(kind, now, due):
    assert ask(kind=kind, details={}, now=now).due_at == due


def test_receive_promises_nothing_for_days_of_closure():
    Closure.objects.create(first_day=date(2026, 11, 26), last_day=date(2026, 11, 27), reason="Thanksgiving")
    assert ask(kind="discovery", details={}, now=local(25, 16)).due_at == local(30, 9, 30)


def test_receive_promises_what_the_clinic_promises():
    make_clinic(discovery_due_minutes=30)
    assert ask(kind="discovery", details={}, now=local(24, 9)).due_at == local(24, 9, 30)


def test_receive_promises_the_window_that_was_wished():
    details = {"how_long": "", "windows": [window(26, 13, 15), window(25, 10, 12)]}
    assert ask(kind="discovery", details=details).due_at == local(25, 12)


def test_receive_promises_something_without_opening_hours():
    OpeningHours.objects.all().delete()
    assert ask(kind="discovery", details={}).due_at == NOW + timedelta(minutes=120)


# ---------------------------------------------------------------- watch lists


@pytest.mark.parametrize(
    ("text", "alert"),
    [
        ("My back hurts and I CAN’T pee", "emergency"),
        ("No puedo orinar desde ayer", "emergency"),
        ("Me duele el pecho", "emergency"),
        ("I think of suicide", "crisis"),
        ("Quiero morirme", "crisis"),
    ],
)
def test_receive_alerts_whoever_is_on_duty_at_once(text, alert):
    duty = make_duty()
    row = ask(text=text)
    call = Call.objects.get(reason="alert")
    assert (row.alert, row.details["watch"]) == (alert, [alert])
    assert (call.subject_uid, call.for_pt, call.due_at) == (row.uid, True, NOW + timedelta(minutes=15))
    alerts = Message.objects.filter(kind="call_alert", subject_uid=call.uid).order_by("channel")
    assert [(m.channel, m.to, m.planned_at) for m in alerts] == [
        ("email", duty.user.email, NOW),
        ("sms", duty.user.phone, NOW),
    ]


def test_receive_at_night_alerts_the_clinic_and_is_due_in_the_morning():
    row = ask(text="I cannot breathe", now=local(24, 22))
    call = Call.objects.get(reason="alert")
    assert (call.subject_uid, call.due_at) == (row.uid, local(25, 8, 15))
    assert Message.objects.get(kind="call_alert").to == "desk@sidehill.example"


def test_receive_has_health_words_read_the_same_day_without_an_alarm():
    make_duty()
    row = ask(text="I had cancer in 2015", now=local(24, 9))
    assert (row.alert, row.due_at) == ("health", local(24, 16, 30))
    assert list(Call.objects.order_by("reason").values_list("reason", "due_at")) == [
        ("question", local(24, 16, 30)),
        ("unsure", local(24, 16, 30)),
    ]
    assert not Message.objects.filter(kind="call_alert").exists()


def test_receive_keeps_every_list_that_was_hit():
    row = ask(text="Chest pain and a fever. I want to die.")
    assert (row.alert, row.details["watch"]) == ("emergency", ["emergency", "crisis", "health"])


@pytest.mark.parametrize(
    "where",
    [
        {"name": "Casey cant breathe"},
        {"interpreter": "wet myself"},
        {"details": {"dates": "I can't pee"}},
        {"details": {"deep": [{"er": "chest"}]}},
    ],
)
def test_receive_watches_every_field_that_was_typed(where):
    assert ask(**where).alert == "emergency"


def test_receive_is_not_alarmed_by_ordinary_words():
    row = ask(text="My knee aches on hills, worse going down. Ten weeks now.")
    assert (row.alert, Call.objects.filter(reason__in=["alert", "unsure"]).count()) == ("", 0)


# ---------------------------------------------------------------- answered


def test_answer_is_kept_and_goes_out_as_a_link():
    user = make_user()
    row = ask(texts_ok=True)
    answered = requests.answer(request=row, text="Two easy days first.", by=user, now=NOW + HOUR)
    answered.refresh_from_db()
    assert (answered.state, answered.answer, answered.answered_by, answered.answered_at) == (
        "answered",
        "Two easy days first.",
        user,
        NOW + HOUR,
    )
    messages = Message.objects.filter(kind="request_answered").order_by("channel")
    assert [(m.channel, m.context) for m in messages] == [("email", {}), ("sms", {})]


def test_answer_ends_the_call_for_it_and_leaves_the_alert():
    row = ask(text="I can't pee")
    requests.answer(request=row, text="Please call 911.", by=make_user(), now=NOW + HOUR)
    assert list(Call.objects.order_by("reason").values_list("reason", "state", "outcome")) == [
        ("alert", "open", ""),
        ("question", "done", "answered"),
        ("unsure", "open", ""),
    ]


def test_answer_is_given_once():
    row, user = ask(), make_user()
    requests.answer(request=row, text="Yes.", by=user, now=NOW)
    with pytest.raises(requests.NotWaiting):
        requests.answer(request=row, text="No.", by=user, now=NOW)
    assert Request.objects.get().answer == "Yes."


def test_answer_without_an_address_is_kept_for_the_call():
    row = ask(email="", details={"answer_by": "phone"})
    requests.answer(request=row, text="Yes.", by=make_user(), now=NOW)
    assert (Request.objects.get().answer, recipients.ways_to_write(row)) == ("Yes.", [])
    assert not Message.objects.exists()


def test_answer_is_audited_without_words():
    user, row = make_user(), ask()
    requests.answer(request=row, text="Two easy days first.", by=user, now=NOW)
    event = AuditEvent.objects.get(act="request.answered")
    assert (event.subject_uid, event.actor, json.dumps(event.details)) == (row.uid, user, "{}")


# ---------------------------------------------------------------- closed


def test_close_ends_the_call_with_its_outcome():
    user, row = make_user(), ask()
    requests.close(request=row, by=user, outcome="booked", note="Tuesday", now=NOW + HOUR)
    call = Call.objects.get()
    assert (Request.objects.get().state, call.state, call.outcome, call.closed_by) == ("closed", "done", "booked", user)
    assert call.notes.first().note == "Tuesday"


def test_close_of_what_somebody_else_calls_is_refused():
    row = ask()
    calls.claim(call=Call.objects.get(), user=make_user(), now=NOW)
    with pytest.raises(calls.AlreadyClaimed):
        requests.close(request=row, by=make_user(), now=NOW)
    assert Request.objects.get().state == "new"


def test_close_of_what_was_answered_is_refused():
    row, user = ask(), make_user()
    requests.answer(request=row, text="Yes.", by=user, now=NOW)
    with pytest.raises(requests.NotWaiting):
        requests.close(request=row, by=user, now=NOW)


def test_finishing_the_call_in_the_queue_closes_the_request():
    row = ask()
    calls.finish(call=Call.objects.get(), user=make_user(), outcome="reached", now=NOW + HOUR)
    row.refresh_from_db()
    assert row.state == "closed"


def test_finishing_the_alert_leaves_the_request_waiting():
    row = ask(text="I can't pee")
    call = Call.objects.get(reason="alert")
    with pytest.raises(calls.NeedsPT):
        calls.finish(call=call, user=make_user(groups=["desk"]), outcome="elsewhere", now=NOW + HOUR)
    calls.finish(call=call, user=make_user(groups=["pt"]), outcome="elsewhere", now=NOW + HOUR)
    row.refresh_from_db()
    assert row.state == "new"


def test_late_requests_are_those_that_wait_past_their_promise():
    late, user = ask(), make_user()
    requests.answer(request=ask(text="Another"), text="Yes.", by=user, now=NOW)
    make_request(due_at=NOW + timedelta(days=9))
    assert list(Request.objects.late(late.due_at + HOUR)) == [late]


# ---------------------------------------------------------------- who plays with the form


def test_mailbox_gets_five_letters_an_hour_under_however_many_names():
    names = ["casey", "Casey", "casey+1", "casey+2", "CASEY+3", "cAsey", "caseY+4"]
    for number, name in enumerate(names):
        ask(email=f"{name}@runner.example", text=f"Question {number}")
    assert Message.objects.filter(kind="request_received").count() == requests.MOST_LETTERS_AN_HOUR
    assert Call.objects.count() == len(names)
    ask(email="case@runner.example")
    assert Message.objects.filter(kind="request_received").count() == requests.MOST_LETTERS_AN_HOUR + 1
