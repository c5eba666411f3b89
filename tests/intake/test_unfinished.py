"""Who leaves a check in the middle is asked once to finish it."""

from datetime import timedelta

import pytest

from clinic import outbox
from clinic.models import Clinic, Message
from intake import unfinished
from tests.factories import NOW, make_call, make_clinic, make_location
from tests.intake.checking import save, start
from tests.intake.test_check_letters import CLINICAL

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def look(after: timedelta) -> list[str]:
    """Let the worker look after a while; return the states of what it wrote."""
    unfinished.ask(now=NOW + after)
    outbox.deliver_due(now=NOW + after)
    return list(Message.objects.filter(kind="check_finish").order_by("pk").values_list("state", flat=True))


def test_check_that_was_left_is_asked_about_once():
    start(texts_ok=True)
    assert [look(19 * HOUR), look(24 * HOUR), look(26 * HOUR)] == [[], ["sent", "sent"], ["sent", "sent"]]
    by_mail, by_text = Message.objects.filter(kind="check_finish").order_by("pk")
    assert by_mail.title == "You are not done yet at Sidehill"
    assert "/l/check~" in by_mail.text
    assert "in an emergency call 911" in by_mail.text
    shown = (by_mail.title + by_text.text).lower().replace("/l/check", "")
    assert not [word for word in CLINICAL if word in shown]


def test_night_is_waited_for():
    start()
    Clinic.objects.update(unfinished_hours=14)  # 9 in the evening at the clinic is 6:00 UTC
    unfinished.ask(now=NOW + 14 * HOUR)
    assert Message.objects.get(kind="check_finish").planned_at.hour == 17  # 8 in the morning


def test_check_that_goes_on_is_finished_or_was_an_emergency_is_not_asked_about():
    screening = start()
    unfinished.ask(now=NOW + 20 * HOUR)  # for the morning
    save(screening, "P1", now=NOW + 23 * HOUR, em_collapse="no")
    assert look(23 * HOUR + timedelta(minutes=1)) == ["dropped"]
    save(start(given_name="Vera", email="vera@runner.example"), "P1", em_collapse="yes")
    assert look(24 * HOUR) == ["dropped"]


def test_who_is_to_be_called_is_not_written_to():
    make_call(patient=start().patient, reason="urgent")
    assert look(24 * HOUR) == []


def test_too_late_or_unwanted_is_never():
    start()
    assert look(timedelta(days=4)) == []
    Clinic.objects.update(unfinished_hours=0)
    assert look(24 * HOUR) == []
