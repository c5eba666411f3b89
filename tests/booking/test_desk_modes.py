"""Another way for a visit at the desk: which way, at its own time or another, over a rule with a reason."""

import html
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking import diary
from booking.models import Appointment
from clinic.models import AuditEvent, Licence, ServiceMode, TravelZone
from tests.booking.house import local, other_patient
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_outcome, make_patient, make_practitioner, make_user, make_working_hours

pytestmark = pytest.mark.django_db
WHERE = {"in_clinic": {}, "mobile": {"postal_code": "99504"}, "telehealth": {"state": "AK"}}
GIVEN = {
    "in_clinic": {},
    "mobile": {"address": "12 Muldoon Road, Anchorage", "access_notes": "Gate 4711"},
    "telehealth": {"time_zone": "America/Anchorage"},
}
MODES = list(WHERE)
HOW = {"in_clinic": "at the clinic", "mobile": "at their home", "telehealth": "by video"}


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def jo():
    return staff("desk")


@pytest.fixture
def visit(house) -> Appointment:
    return house.book("09:00", now=NOW)


def path(visit: Appointment) -> str:
    return f"/desk/visit/{visit.uid}/how/"


def look(jo, visit, mode: str, **query):
    return jo.get(path(visit), {"mode": mode, **WHERE[mode], **query})


def change(jo, visit, mode: str, *, where=None, **values):
    query = "&".join(f"{key}={value}" for key, value in {"mode": mode, **WHERE[mode], **(where or {})}.items())
    return jo.post(f"{path(visit)}?{query}", {**GIVEN[mode], **values}, follow=True)


def patient_page(jo, visit: Appointment):
    return jo.get(reverse("admin:patient", args=[visit.patient.uid]))


def mode_of(visit: Appointment) -> str:
    return Appointment.objects.get(pk=visit.pk).mode


def slots(page) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'name="slot" value="([^"]+)"', page.content.decode())]


@pytest.mark.parametrize(("before", "after"), [(a, b) for a in MODES for b in MODES if a != b])
def test_visit_is_changed_at_its_own_time(house, jo, before, after):
    visit = house.book("09:00", mode=before, now=NOW)
    for page in (patient_page(jo, visit), jo.get(reverse("admin:visit", args=[visit.uid]))):
        assert f'href="{path(visit)}"' in page.content.decode()
    page = look(jo, visit, after)
    assert f"{house.service}, {HOW[before]}" in words(page)
    assert "Same time:" in words(page)
    assert "$190, as before" in words(page)
    assert unknown_targets(page) == set()
    done = change(jo, visit, after)
    assert f"{HOW[after]}, and is told." in words(done)
    visit.refresh_from_db()
    assert (visit.mode, visit.sequence, visit.block.starts_at) == (after, 1, local("09:00"))
    assert AuditEvent.objects.get(act="visit.mode_changed").actor == jo.user


def test_price_before_and_after_is_shown(house, jo, visit):
    TravelZone.objects.update(fee=25)
    ServiceMode.objects.filter(mode="mobile").update(price=220)
    assert "$245 instead of $190 ($25 of it for the drive)" in words(look(jo, visit, "mobile"))


def test_history_says_which_way_and_what_it_costs_now(house, jo, visit):
    ServiceMode.objects.filter(mode="telehealth").update(price=150)
    change(jo, visit, "telehealth")
    assert "Takes place another way By video. First visit" in words(patient_page(jo, visit))
    history = words(jo.get(reverse("admin:visit", args=[visit.uid])))
    assert "By video, instead of Wed 25 Nov, 9:00 am, At the clinic, $150 instead of $190" in history


def test_first_look_takes_another_way_and_asks_for_what_it_needs(house, jo, visit):
    assert "Ask for the postal code of the visit" in words(jo.get(path(visit)))
    assert "Ask in which state they will be" in words(jo.get(path(visit), {"mode": "telehealth"}))


def test_home_needs_its_address(house, jo, visit):
    assert "Give the address of the visit." in words(change(jo, visit, "mobile", address=""))
    assert mode_of(visit) == "in_clinic"


def test_time_that_breaks_a_rule_says_which_and_is_taken_with_a_reason(house, jo, visit):
    ServiceMode.objects.filter(mode="telehealth").update(notice_minutes=5 * 24 * 60)
    page = words(look(jo, visit, "telehealth"))
    assert "This time breaks a rule" in page
    assert "Say why you book over it." in words(change(jo, visit, "telehealth", seen="notice"))
    change(jo, visit, "telehealth", seen="notice", why="Snow on the road")
    assert mode_of(visit) == "telehealth"
    assert visit.events.get(act="mode_changed").why == "Snow on the road"


def test_time_of_somebody_else_needs_the_tick(house, jo, visit):
    ServiceMode.objects.filter(mode="telehealth").update(duration_minutes=90)
    house.book("10:00", patient=other_patient(), now=NOW)
    assert "Ahtuangaruak" in words(look(jo, visit, "telehealth"))
    change(jo, visit, "telehealth", seen="taken", why="Dana said yes")
    assert mode_of(visit) == "in_clinic"
    change(jo, visit, "telehealth", seen="taken", why="Dana said yes", overlap="on")
    assert mode_of(visit) == "telehealth"


def test_nobody_goes_over_a_licence(house, jo, visit):
    Licence.objects.all().delete()
    make_practitioner()
    Licence.objects.create(practitioner=house.jun, state="AK")
    page = words(look(jo, visit, "telehealth"))
    assert "This time cannot be booked" in page
    assert "Change it all the same" not in page
    change(jo, visit, "telehealth", seen="licence", why="please", overlap="on")
    assert mode_of(visit) == "in_clinic"


def test_home_outside_the_area_needs_a_reason(house, jo, visit):
    where = {"postal_code": "10001"}
    assert "We do not make home visits there." in words(look(jo, visit, "mobile", **where))
    change(jo, visit, "mobile", where=where, seen="outside_area", why="Just across the line")
    assert mode_of(visit) == "mobile"


def test_nearest_times_are_offered_and_taken_with_what_was_typed(house, jo):
    visit = house.book("09:00", mode="telehealth", now=NOW)
    house.rooms[1].delete()
    house.book("09:00", practitioner=house.jun, patient=other_patient(), now=NOW)
    page = look(jo, visit, "in_clinic")
    assert "This time breaks a rule" in words(page)
    offered = [slot for slot in slots(page) if slot]
    assert offered
    change(jo, visit, "in_clinic", slot=offered[0])
    visit.refresh_from_db()
    assert visit.mode == "in_clinic"
    assert visit.block.starts_at != local("09:00")


def test_same_time_with_somebody_else_is_among_the_nearest(house, jo):
    visit = house.book("09:00", mode="mobile", now=NOW)
    ServiceMode.objects.get(mode="in_clinic").practitioners.remove(house.dana)
    starts = [slot.split("|")[:2] for slot in slots(look(jo, visit, "in_clinic")) if slot]
    assert [local("09:00").isoformat(), str(house.jun.uid)] in starts
    assert all(who == str(house.jun.uid) for _at, who in starts)


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_level_that_closes_every_way_stops_the_desk(house, jo, visit, level):
    make_outcome(patient=visit.patient, level=level)
    assert "Call first" in words(look(jo, visit, "mobile"))
    assert "Call first" in words(change(jo, visit, "mobile"))
    assert mode_of(visit) == "in_clinic"


def test_exam_in_person_stops_video_only(house, jo, visit):
    make_outcome(patient=visit.patient, level="refer")
    assert "In person only" in words(change(jo, visit, "telehealth"))
    change(jo, visit, "mobile")
    assert mode_of(visit) == "mobile"


def test_visit_held_because_it_was_by_video_goes_on_at_the_clinic(house, jo):
    visit = house.book("09:00", mode="telehealth", now=NOW)
    make_outcome(patient=visit.patient, level="refer")
    diary.follow_level(patient=visit.patient, now=NOW)
    change(jo, visit, "in_clinic")
    visit.refresh_from_db()
    assert (visit.mode, visit.hold) == ("in_clinic", "")
    assert "No longer on hold" in words(patient_page(jo, visit))


def test_visit_held_for_a_talk_is_changed_in_person_and_stays_on_hold(house, jo, visit):
    make_outcome(patient=visit.patient, level="unsure")
    diary.follow_level(patient=visit.patient, now=NOW)
    assert "Call first" in words(change(jo, visit, "telehealth"))
    change(jo, visit, "mobile")
    visit.refresh_from_db()
    assert (visit.mode, visit.hold) == ("mobile", "talk")


def test_service_with_one_way_and_visits_that_are_over_say_so(house, jo, visit):
    ServiceMode.objects.exclude(mode="in_clinic").update(active=False)
    assert "one way only" in words(jo.get(path(visit)))
    assert path(visit) not in patient_page(jo, visit).content.decode()
    diary.cancel(appointment=visit, by=make_user(), now=NOW)
    assert "It cannot be changed any more." in words(jo.get(path(visit)))


@pytest.mark.parametrize("query", [{"mode": "moon"}, {"mode": "\x00"}, {"mode": "in_clinic"}, {"state": "\x00"}])
def test_nonsense_in_the_address_is_no_error_page(house, jo, visit, query):
    assert jo.get(path(visit), query).status_code == 200


@pytest.mark.parametrize("slot", ["garbage", "\x00|\x00|", "2026-11-25|x|y", "9" * 5000])
def test_tampered_time_counts_as_the_visits_own(house, jo, visit, slot):
    change(jo, visit, "telehealth", slot=slot)
    visit.refresh_from_db()
    assert (visit.mode, visit.block.starts_at) == ("telehealth", local("09:00"))


def test_visit_that_is_not_there_is_not_found(jo):
    assert jo.get(f"/desk/visit/{uuid.uuid4()}/how/").status_code == 404


def test_pt_and_strangers_do_not_change_visits(client, visit):
    assert staff("pt").get(path(visit)).status_code in (302, 403)
    assert client.get(path(visit)).status_code == 302


def test_page_costs_the_same_for_one_person_as_for_many(house, jo, visit):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            look(jo, visit, "telehealth")
        return len(captured)

    count()
    few = count()
    for _ in range(2):
        person = make_practitioner()
        make_working_hours(person, house.location)
        Licence.objects.create(practitioner=person, state="AK")
        for offer in house.service.modes.all():
            offer.practitioners.add(person)
        house.book("10:00", practitioner=person, patient=make_patient(), now=NOW)
    assert count() == few
