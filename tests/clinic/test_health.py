from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from clinic import calls, health, registry, tasks
from tests.factories import NOW, make_call, make_clinic, make_message, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """The process has been running for a day, and no worker was ever heard of."""
    make_clinic()
    monkeypatch.setattr(health, "STARTED", min(NOW, timezone.now()) - timedelta(days=1))
    cache.delete("stridewell.beat")
    yield
    cache.delete("stridewell.beat")


def wrong(now=NOW) -> dict[str, str]:
    return {name: told for name, told in health.report(now=now).items() if told}


def test_health_is_well_while_the_worker_beats():
    health.beat(now=NOW)
    assert wrong() == {}
    assert wrong(NOW + timedelta(minutes=3)) == {}


def test_health_tells_of_a_worker_that_is_silent():
    assert list(wrong()) == ["worker"]
    health.beat(now=NOW)
    assert list(wrong(NOW + timedelta(minutes=4))) == ["worker"]


def test_health_waits_for_the_worker_after_a_start(monkeypatch):
    monkeypatch.setattr(health, "STARTED", NOW)
    assert wrong(NOW + timedelta(minutes=3)) == {}
    assert list(wrong(NOW + timedelta(minutes=3, seconds=1))) == ["worker"]


def test_health_waits_for_the_worker_after_a_night_without_one(monkeypatch):
    health.beat(now=NOW - timedelta(hours=12))
    assert list(wrong()) == ["worker"]
    monkeypatch.setattr(health, "STARTED", NOW - timedelta(minutes=2))
    assert wrong() == {}


def test_health_tells_of_a_worker_that_died_long_after_the_start(monkeypatch):
    monkeypatch.setattr(health, "STARTED", NOW - timedelta(hours=12))
    health.beat(now=NOW - timedelta(minutes=4))
    assert list(wrong()) == ["worker"]


def test_health_tells_of_messages_that_do_not_leave():
    health.beat(now=NOW)
    make_message(planned_at=NOW - timedelta(minutes=14))
    make_message(planned_at=NOW - timedelta(hours=3), attempts=2)  # a mail server that is down is no news
    assert wrong() == {}
    make_message(planned_at=NOW - timedelta(minutes=16))
    assert list(wrong()) == ["messages"]


def test_health_tells_of_an_alerted_call_that_nobody_takes():
    health.beat(now=NOW)
    make_call(reason="question", due_at=NOW - timedelta(minutes=11))
    make_call(reason="urgent", due_at=NOW - timedelta(minutes=9))
    assert wrong() == {}
    make_call(reason="urgent", due_at=NOW - timedelta(minutes=11))
    assert list(wrong()) == ["calls"]


def test_health_tells_of_a_call_of_a_pt_that_the_desk_has_claimed():
    health.beat(now=NOW)
    taken = {"reason": "emergency", "due_at": NOW - timedelta(minutes=11), "claimed_at": NOW}
    make_call(**taken, claimed_by=make_user(groups=["pt"]))
    assert wrong() == {}
    make_call(**taken, claimed_by=make_user(groups=["desk"]))
    assert list(wrong()) == ["calls"]


def test_health_tells_of_a_claimed_call_that_is_silent_past_its_time():
    health.beat(now=NOW)
    late = NOW - timedelta(minutes=11)
    call = make_call(reason="emergency", due_at=late, claimed_by=make_user(groups=["pt"]), claimed_at=late)
    assert list(wrong()) == ["calls"]
    calls.log(call=call, user=call.claimed_by, outcome="no_answer", now=NOW - timedelta(minutes=1))
    assert wrong() == {}


def test_health_runs_what_the_apps_registered(monkeypatch):
    health.beat(now=NOW)
    monkeypatch.setitem(registry.health_checks, "holds", lambda now: "holds are stuck")
    monkeypatch.setitem(registry.health_checks, "broken", lambda now: 1 / 0)  # type: ignore[arg-type,return-value]
    assert wrong() == {"holds": "holds are stuck", "broken": "no answer: ZeroDivisionError"}


def test_page_tells_monitors_in_words_without_data(client):
    health.beat(now=timezone.now())
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert set(answer.json()["checks"].values()) == {"ok"}


def test_page_answers_503_when_something_fails(client):
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["status"], answer.json()["checks"]["worker"]) == (503, "failed", "failed")
    assert client.post("/health/").status_code == 405


def test_page_is_not_redirected_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health/").status_code == 503


def test_deliver_task_sends_and_beats():
    message = make_message(planned_at=timezone.now(), kind="unheard_of")
    tasks.deliver()
    message.refresh_from_db()
    assert message.attempts == 1
    assert "worker" not in {name for name, told in health.report(now=timezone.now()).items() if told}


def test_deliver_task_works_without_the_cache(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }
    message = make_message(planned_at=timezone.now(), kind="unheard_of")
    tasks.deliver()
    message.refresh_from_db()
    assert message.attempts == 1


def test_rescue_and_escalate_tasks_do_what_is_due():
    now = timezone.now()
    stuck = make_message(state="sending", claimed_at=now - timedelta(hours=1), attempts=1)
    tasks.rescue()
    tasks.escalate()
    stuck.refresh_from_db()
    assert stuck.state == "planned"


def test_beat_runs_tasks_that_exist():
    from django.conf import settings

    from clinic.celery import app

    app.loader.import_default_modules()
    assert {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
