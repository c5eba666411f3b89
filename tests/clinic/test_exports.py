"""Lists as files: short ones at once, long ones by a worker that may die at any moment; and who may take them."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from clinic import exports
from clinic.models import AuditEvent, Export, ExportPart, Message
from clinic.periods import Period
from clinic.reports import registered
from tests.clinic.test_outbox_killed import database_url
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_message, make_patient, make_request, make_user

WEEK = Period(date(2026, 11, 18), date(2026, 11, 24), "America/Anchorage")
MESSAGES = registered.lists["messages"]
WORKER = """
import django
django.setup()
import sys
from django.utils import timezone
from clinic import exports, lists
slow = lists.paged
def paged(*arguments):
    for place, row in enumerate(slow(*arguments)):
        if place == 700:
            print("in the middle of the second part", flush=True)
            sys.stdin.read()
        yield row
lists.paged = paged
exports.write_due(now=timezone.now())
"""


def many(number: int) -> None:
    """Messages of the week, written in one go."""
    first = make_message(planned_at=NOW)
    rows = [
        Message(kind="booked", channel="email", subject_uid=first.subject_uid, sequence=place, to="x", planned_at=NOW)
        for place in range(1, number)
    ]
    Message.objects.bulk_create(rows)


def asked(by=None, *, total: int = 0) -> Export:
    user = by or make_user(groups=["manager"])
    return exports.ask(kind=MESSAGES, period=WEEK, total=total or MESSAGES.count(WEEK), by=user, now=NOW)


def file_of(export: Export, *, now=NOW) -> list[str]:
    export.refresh_from_db()
    return "".join(exports.take(export=export, by=export.asked_by, now=now)).splitlines()


@pytest.mark.django_db
def test_worker_writes_a_list_in_parts_that_nobody_reads_in_the_database():
    make_clinic()
    many(exports.PART + 7)
    export = asked()
    assert exports.write_due(now=NOW) == 1
    lines = file_of(export)
    assert (export.state, export.done, export.total) == ("done", exports.PART + 7, exports.PART + 7)
    assert len(lines) == exports.PART + 8 and lines[0].startswith("\ufeffMessage,Kind,By,State")
    assert export.parts.count() == 2
    raw = str(ExportPart.objects.extra(select={"raw": "text"}).values_list("raw", flat=True)[0])
    assert ",email," in lines[1] and ",email," not in raw
    assert [event.act for event in AuditEvent.objects.order_by("id")] == ["list.asked", "list.taken"]


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_is_followed_by_one_that_goes_on(tmp_path):
    make_clinic()
    many(1_200)
    export = asked()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DATABASE_URL": database_url(),
        "STRIDEWELL_VAR": str(tmp_path),
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
    }
    with subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert "second part" in worker.stdout.readline()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    export.refresh_from_db()
    assert (export.state, export.done) == ("running", exports.PART)
    assert exports.write_due(now=timezone.now()) == 0  # it may still be alive
    later = timezone.now() + exports.STUCK_AFTER + timedelta(seconds=1)
    assert exports.write_due(now=later) == 1
    lines = file_of(export, now=later)
    assert export.state == "done" and len(lines) == len(set(lines)) == 1_201


@pytest.mark.django_db
def test_list_that_kills_each_worker_is_given_up():
    make_clinic()
    many(3)
    export = asked()
    at = NOW
    for _try in range(exports.MOST_ATTEMPTS):
        assert exports.claim(export.pk, now=at) is not None
        assert exports.claim(export.pk, now=at) is None  # of two workers one gets it
        at += exports.STUCK_AFTER + timedelta(seconds=1)
    assert exports.write_due(now=at) == 0
    export.refresh_from_db()
    assert export.state == "failed" and export.finished_at >= at


@pytest.mark.django_db
def test_run_ends_after_a_while_so_that_alerts_get_their_turn_and_another_goes_on(monkeypatch):
    make_clinic()
    many(exports.PART + 2)
    export, nudged = asked(), []
    monkeypatch.setattr(exports, "LONGEST_RUN", timedelta())
    monkeypatch.setattr(exports, "nudge", lambda: nudged.append(True))
    exports.write_due(now=NOW)
    export.refresh_from_db()
    assert (export.state, export.done, nudged) == ("waiting", exports.PART, [True])
    exports.write_due(now=NOW)
    exports.write_due(now=NOW)
    assert len(file_of(export)) == exports.PART + 3


@pytest.mark.django_db
def test_worker_that_was_taken_for_dead_writes_nothing_more():
    make_clinic()
    many(3)
    export = asked()
    slow = exports.claim(export.pk, now=NOW)
    at = NOW + exports.STUCK_AFTER + timedelta(seconds=1)
    assert exports.write_due(now=at) == 1
    exports.write(slow, now=at, until=at + timedelta(minutes=1))
    assert len(file_of(export)) == 4


@pytest.mark.django_db
def test_list_is_deleted_after_a_day_and_kept_from_who_lost_the_permission():
    make_clinic()
    many(3)
    export = asked()
    exports.write_due(now=NOW)
    export.refresh_from_db()
    with pytest.raises(exports.NotYours):
        exports.take(export=export, by=make_user(groups=["manager"]), now=NOW)
    assert exports.delete_old(now=NOW + timedelta(hours=23)) == 0
    assert exports.delete_old(now=NOW + timedelta(hours=25)) == 1
    export.refresh_from_db()
    assert export.state == "gone" and not ExportPart.objects.exists()
    with pytest.raises(exports.NotReady):
        exports.take(export=export, by=export.asked_by, now=NOW)
    other = asked()
    other.asked_by.groups.clear()
    exports.write_due(now=NOW)
    other.refresh_from_db()
    assert (other.state, other.done) == ("failed", 0)


@pytest.mark.django_db
def test_short_list_leaves_at_once_and_a_long_one_has_a_page_with_a_bar(monkeypatch):
    make_clinic()
    client = staff("manager")
    make_request(name="=HYPERLINK(1)", patient=make_patient(sensitive=False), created_at=NOW)
    make_request(name="Ana Oquendo", patient=make_patient(sensitive=True), created_at=NOW)
    days = {"first": "2026-11-18", "last": "2026-11-24"}
    answer = client.post("/desk/lists/", {"list": "requests", **days})
    text = b"".join(answer.streaming_content).decode()
    assert ",'=HYPERLINK(1)," in text and "May I run" not in text
    assert "Ana Oquendo" not in text and ",Staff or VIP," in text
    assert "2026-11-24T09:40:00-09:00" in text
    many(3)
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    answer = client.post("/desk/lists/", {"list": "messages", **days}, follow=True)
    assert "0 of 3 rows are written" in words(answer) and not unknown_targets(answer)
    assert b'<progress max="3" value="0"' in answer.content
    address = answer.request["PATH_INFO"]
    assert client.get(f"{address}file/").status_code == 302  # not ready
    exports.write_due(now=timezone.now())
    assert client.get(f"{address}state/").json() == {"done": 3, "total": 3, "under_way": False}
    assert "The list is ready: 3 rows" in words(client.get(address))
    assert len(b"".join(client.get(f"{address}file/").streaming_content).splitlines()) == 4
    for path in ("", "state/", "file/"):
        assert staff("manager").get(address + path).status_code == 404
    assert client.post("/desk/lists/", {"list": "patients", **days}).status_code == 422
