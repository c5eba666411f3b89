"""How much of the check a service asks for before it is booked: all, the safety pages, or none yet; and asking again."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from booking.models import Appointment
from clinic import registry
from clinic.models import Call, Message
from intake import workflow
from intake.models import Screening
from tests.booking.visitor import answers, check_url, checked, holds, slot_value, text, times_url
from tests.factories import NOW
from tests.intake.checking import fill_in, finished, p0, save, start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def needs(house, what: str, **values) -> None:
    for name, value in {"check_needed": what, **values}.items():
        setattr(house.service, name, value)
    house.service.save()


def pick(client, house):
    """Press the button of a time, and the one of the last page."""
    client.post(times_url(house), {"slot": slot_value(house)})
    return client.post(check_url(house), answers())


# ---------------------------------------------------------------- by link


@pytest.fixture
def plan(house):
    needs(house, "link")
    return house


def test_link_service_asks_first_who_books(client, plan):
    page = client.get(times_url(plan))
    assert "Before you book: who you are." in text(page)
    assert f"/check/begin/?for={plan.service.slug}" in page.content.decode()
    assert client.post(times_url(plan), {"slot": slot_value(plan)}).status_code == 403


def test_link_service_page_p0_leads_to_the_times(client, plan):
    form = client.get(f"/check/begin/?for={plan.service.slug}")["Location"]
    answer = client.post(form, p0())
    assert answer["Location"] == f"/book/?service={plan.service.slug}"
    assert "We ask the questions about your health before the visit" in text(client.get(times_url(plan)))


def test_page_p0_of_any_other_service_leads_to_the_questions(client, house):
    form = client.get(f"/check/begin/?for={house.service.slug}")["Location"]
    assert client.post(form, p0())["Location"] == "/check/1/"


def test_link_service_is_booked_flagged_and_called_about_a_day_before(client, plan):
    screening = start()
    holds(client, screening, "check")
    assert pick(client, plan)["Location"] == "/visit/booked/"
    visit = Appointment.objects.get()
    assert (visit.flag, visit.screening) == ("unscreened", screening)
    assert Call.objects.get().reason == "unscreened"
    said = text(client.get("/visit/booked/"))
    assert "Some questions before the visit" in said
    assert "has your answers" not in said


def test_link_service_sends_no_second_link_to_who_has_begun(client, plan):
    holds(client, start(), "check")
    pick(client, plan)
    assert not Message.objects.filter(kind="screening_link").exists()
    assert Message.objects.filter(kind="check_saved").exists()


def test_link_service_sends_the_questions_to_who_was_screened_long_ago(client, plan):
    screening = finished(now=NOW - timedelta(days=40)).screening
    holds(client, screening, "check")
    pick(client, plan)
    visit = Appointment.objects.get()
    assert visit.flag == "unscreened"
    told = Message.objects.get(subject_uid=visit.uid, kind="booked", channel="email")
    assert "Please answer our questions before the visit" in registry.letters["booked"](told, NOW).text


def test_link_service_with_a_fresh_check_is_booked_like_any_other(client, plan):
    holds(client, finished().screening, "check")
    pick(client, plan)
    assert Appointment.objects.get().flag == ""
    assert not Call.objects.exists()


def test_link_service_is_shut_by_a_level(client, plan):
    checked(client, level="urgent")
    assert "See a doctor first" in text(client.get(times_url(plan)))
    assert pick(client, plan).status_code == 403


def test_emergency_found_after_a_booking_by_link_holds_the_visit(client, plan):
    screening = start()
    holds(client, screening, "check")
    pick(client, plan)
    save(screening, "P1", em_collapse="yes")
    assert Appointment.objects.get().hold == "talk"


# ---------------------------------------------------------------- the safety pages


def massage_check() -> Screening:
    screening = fill_in(start(reason="massage"), pain_areas=["none"])
    return workflow.finish(screening=screening, now=NOW).screening


def test_safety_service_is_booked_after_the_safety_check(client, house):
    needs(house, "safety")
    assert "a few safety questions" in text(client.get(times_url(house)))
    holds(client, massage_check(), "check")
    assert pick(client, house)["Location"] == "/visit/booked/"
    assert Appointment.objects.get().flag == ""


def test_safety_check_does_not_open_a_service_that_needs_the_whole(client, house):
    holds(client, massage_check(), "check")
    assert "This visit needs the whole check." in text(client.get(times_url(house)))
    assert pick(client, house).status_code == 403
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(("category", "reason"), [("massage", "massage"), ("performance", "performance")])
def test_page_p0_knows_why_somebody_comes(client, house, category, reason):
    needs(house, "safety", category=category)
    form = client.get(f"/check/begin/?for={house.service.slug}")["Location"]
    [checked_box] = re.findall(r'<input[^>]*name="visit_reason"[^>]*checked[^>]*>', client.get(form).content.decode())
    assert f'value="{reason}"' in checked_box


# ---------------------------------------------------------------- asked again


def held_for(client, house, *, days: int) -> Screening:
    needs(house, "full", check_valid_days=30)
    screening = finished(now=NOW - timedelta(days=days)).screening
    holds(client, screening, "check")
    return screening


def test_safety_pages_a_week_old_are_asked_again_on_two_pages(client, house):
    screening = held_for(client, house, days=8)
    page = client.get(times_url(house))
    assert "Your safety answers are more than a week old." in text(page)
    answer = client.post(f"/check/again/?for={house.service.slug}", {"row": screening.uid})
    assert answer["Location"] == "/check/1/"
    again = Screening.objects.exclude(pk=screening.pk).get()
    assert (again.patient, again.carried_from) == (screening.patient, screening.started_at)
    fill_in(again)
    assert client.get("/check/resume/")["Location"] == "/check/answers/"
    assert client.post("/check/answers/")["Location"] == "/check/result/"
    assert pick(client, house)["Location"] == "/visit/booked/"


def test_nobody_is_asked_again_who_does_not_hold_the_check(house):
    assert Client().post("/check/again/")["Location"] == "/check/"
    assert not Screening.objects.exists()


def test_asking_again_is_no_link_that_a_mail_scanner_could_follow(client, house):
    held_for(client, house, days=8)
    assert client.get("/check/again/").status_code == 405


def test_check_that_a_level_holds_back_is_not_asked_again(client, house):
    holds(client, finished(sys_fever="yes").screening, "check")
    assert client.post("/check/again/")["Location"] == "/check/"
    assert Screening.objects.count() == 1


# ---------------------------------------------------------------- what nobody else may read


@pytest.mark.parametrize("level", ["urgent", "unsure"])
def test_another_check_of_the_same_name_is_never_spoken_of(client, house, level):
    patient = finished(now=NOW - timedelta(hours=3)).screening.patient
    holds(client, patient.screenings.get(), "check")
    checked(Client(), patient=patient, level=level)
    said = text(client.get(times_url(house)))
    assert "Talk to us first" in said
    assert not any(words in said for words in ("See a doctor first", "A PT calls you first"))


def test_refer_of_another_check_is_not_told_by_refusing_video(client, house):
    patient = finished(now=NOW - timedelta(hours=3)).screening.patient
    holds(client, patient.screenings.get(), "check")
    checked(Client(), patient=patient, level="refer")
    said = text(client.get(times_url(house, "telehealth")))
    assert "Talk to us first" in said
    assert "Come in person" not in said
