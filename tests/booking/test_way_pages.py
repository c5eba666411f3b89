"""A patient's visit by its link: change how we meet, from the ways there are to the new visit."""

import re
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import diary
from booking.models import Appointment
from clinic.models import Consent, Licence, Message, Mode, ServiceMode, TravelZone, ZoneMinutes, ZonePostalCode
from tests.booking.house import local, other_patient
from tests.booking.visitor import ADDRESS, buttons, slot_value, text, visit_link
from tests.factories import (
    NOW,
    make_location,
    make_outcome,
    make_patient,
    make_practitioner,
    make_room,
    make_working_hours,
)

pytestmark = pytest.mark.django_db
WAYS, TIMES, CHECK = "/visit/how/", "/visit/how/times/", "/visit/how/check/"
WHERE = {"in_clinic": {}, "mobile": {"zip": "99504"}, "telehealth": {"state": "AK", "zone": "America/Anchorage"}}
ASKED = {"in_clinic": {}, "mobile": ADDRESS, "telehealth": {"telehealth": "on"}}
CHANGES = [(before, after) for before in Mode.values for after in Mode.values if before != after]


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    set_clock(monkeypatch, NOW)


@pytest.fixture
def visit(client, house) -> Appointment:
    """A visit at the clinic on Wednesday at 9:00 with Dana, opened by its link."""
    return opened(client, house)


def opened(client, house, mode: str = "in_clinic", **values) -> Appointment:
    visit = house.book("09:00", mode=mode, now=NOW, **values)
    client.get(visit_link(visit))
    return visit


def set_clock(monkeypatch, now) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def url(path: str, mode: str, **query: str) -> str:
    return f"{path}?{urlencode({'mode': mode, **WHERE[mode], **query})}"


def slot(house, mode: str, wall: str = "09:00") -> str:
    return slot_value(house, wall, mode=mode)


def send(client, house, visit, mode: str, *, wall: str = "09:00", where=None, **values):
    sent = {"row": str(visit.uid), "slot": slot(house, mode, wall), "price": "190.00", **ASKED[mode], **values}
    sent = {name: value for name, value in sent.items() if value is not None}
    return client.post(url(CHECK, mode, **(where or {})), sent)


def unchanged(visit: Appointment) -> bool:
    now = Appointment.objects.select_related("block").get(pk=visit.pk)
    return (now.mode, now.sequence, now.block.starts_at) == (visit.mode, 0, local("09:00"))


# ---------------------------------------------------------------- the way through


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_visit_is_changed_from_each_way_into_each_other(client, house, before, after):
    visit = opened(client, house, before)
    how = {"in_clinic": "at the clinic", "mobile": "at your home", "telehealth": "by video"}[after]
    assert f'href="{WAYS}"' in client.get("/visit/").content.decode()
    assert f"Meet {how}" in text(client.get(WAYS))
    assert f'href="{TIMES}?mode={after}"' in client.get(WAYS).content.decode()
    times = client.get(url(TIMES, after))
    assert "Your time works" in text(times)
    assert slot(house, after) in buttons(times)
    page = text(client.get(url(CHECK, after, slot=slot(house, after))))
    assert f"New Wednesday 25 November, 9:00 am, {how}" in page
    assert "Instead of Wednesday 25 November, 9:00 am" in page
    assert "$190, as now without a plan" in page
    assert unchanged(visit)
    done = client.post(
        url(CHECK, after),
        {"row": str(visit.uid), "slot": slot(house, after), "price": "190.00", **ASKED[after]},
        follow=True,
    )
    assert f"Done. We now meet {how}." in text(done)
    visit.refresh_from_db()
    assert (visit.mode, visit.sequence) == (after, 1)
    assert Message.objects.filter(subject_uid=visit.uid, kind="mode_changed", state="planned").count() == 1


def test_address_and_notes_are_kept_with_a_visit_at_home(client, house, visit):
    send(client, house, visit, "mobile")
    visit.refresh_from_db()
    assert visit.address == "7310 Boundary Avenue, Anchorage 99504"
    assert visit.access_notes == "Dog: side gate."
    assert "Boundary" not in client.get("/visit/").content.decode()


def test_consent_to_video_is_asked_and_kept(client, house, visit):
    refused = send(client, house, visit, "telehealth", telehealth=None)
    assert refused.status_code == 422
    assert "Tick this box to have a visit by video." in text(refused)
    send(client, house, visit, "telehealth")
    assert Consent.objects.filter(subject_uid=visit.uid, kind="telehealth").count() == 1


def test_time_by_video_is_told_by_the_patients_clock(client, house, visit):
    where = {"zone": "Pacific/Kiritimati"}
    assert "8:00 am" in text(client.get(url(TIMES, "telehealth", **where)))
    page = text(client.get(url(CHECK, "telehealth", slot=slot(house, "telehealth"), **where)))
    assert "New Thursday 26 November, 8:00 am, by video" in page
    assert "At the clinic it is Wed 25 Nov, 9:00 am, Anchorage time then." in page
    send(client, house, visit, "telehealth", where=where)
    visit.refresh_from_db()
    assert (visit.time_zone, visit.wall_time) == ("Pacific/Kiritimati", "2026-11-26 08:00")


def test_usual_zone_of_a_state_is_shown_by_its_name(client, house, visit):
    page = client.get(f"{TIMES}?mode=telehealth&state=AK&zone=").content.decode()
    assert '<option value="America/Anchorage" selected>' in page


def test_form_sent_twice_changes_once_and_leads_to_the_visit(client, house, visit):
    for _ in range(2):
        assert send(client, house, visit, "mobile")["Location"] == "/visit/"
    visit.refresh_from_db()
    assert visit.sequence == 1


def test_words_that_cannot_wait_are_shown_first(client, house, visit):
    response = send(client, house, visit, "mobile", access_notes="I have crushing chest pain")
    assert response["Location"].startswith("/visit/first/?n=")
    visit.refresh_from_db()
    assert visit.mode == "mobile"


def test_words_that_cannot_wait_are_shown_first_where_nothing_is_changed_too(client, house, visit):
    response = send(client, house, visit, "mobile", street="", access_notes="I have crushing chest pain")
    assert response.status_code == 422
    assert "Street" not in text(response)
    assert unchanged(visit)


# ---------------------------------------------------------------- prices


def test_price_before_and_after_is_said_on_each_page(client, house, visit):
    ServiceMode.objects.filter(mode="telehealth").update(price=135)
    for path in (WAYS, url(TIMES, "telehealth"), url(CHECK, "telehealth", slot=slot(house, "telehealth"))):
        assert "$135 instead of $190" in text(client.get(path))
    send(client, house, visit, "telehealth", price="135.00")
    visit.refresh_from_db()
    assert visit.price == Decimal(135)


def test_fee_for_the_drive_is_said_once_the_zip_code_is_known(client, house, visit):
    TravelZone.objects.update(fee=25)
    assert "plus a fee for the drive that depends on your ZIP code" in text(client.get(WAYS))
    page = text(client.get(url(CHECK, "mobile", slot=slot(house, "mobile"))))
    assert "$215 instead of $190, $25 of it for the drive" in page
    send(client, house, visit, "mobile", price="215.00")
    visit.refresh_from_db()
    assert visit.total == Decimal(215)


@pytest.mark.parametrize("price", [None, "", "190", "NaN", "1e999999", "x" * 9999, "-1"])
def test_price_that_is_not_the_one_shown_is_asked_about_again(client, house, visit, price):
    ServiceMode.objects.filter(mode="telehealth").update(price=200)
    response = send(client, house, visit, "telehealth", price=price)
    assert response.status_code == 409
    assert "The price has changed" in text(response)
    assert "$200 instead of $190" in text(response)
    assert unchanged(visit)


def test_length_is_said_where_it_differs(client, house, visit):
    ServiceMode.objects.filter(mode="telehealth").update(duration_minutes=30)
    page = text(client.get(url(CHECK, "telehealth", slot=slot(house, "telehealth"))))
    assert "Length 30 min instead of 60 min" in page


def test_way_that_works_says_with_whom(client, house):
    opened(client, house, "telehealth")
    assert f"Your time works, with {house.dana.name}." in text(client.get(WAYS))
    house.service.modes.get(mode="in_clinic").practitioners.remove(house.dana)
    assert f"Your time works, with {house.jun.name}." in text(client.get(WAYS))


def test_own_time_with_somebody_else_is_with_who_has_the_lightest_day(client, house):
    lee = make_practitioner(given_name="Lee", family_name="Sato", position=3)
    make_working_hours(lee, house.location)
    for mode in house.service.modes.all():
        mode.practitioners.add(lee)
    opened(client, house, "telehealth")
    house.service.modes.get(mode="in_clinic").practitioners.remove(house.dana)
    house.book("11:00", practitioner=house.jun, patient=other_patient(), now=NOW)
    assert f"Your time works, with {lee.name}." in text(client.get(WAYS))


def test_way_with_anybody_names_who_was_picked_and_takes_another_if_that_one_has_gone(client, house, visit):
    page = client.get(url(TIMES, "telehealth"))
    assert [link["label"] for link in page.context["people"]] == [house.dana.name, "Each person", "Anybody"]
    page = client.get(page.context["people"][2]["url"])
    anybody = slot(house, "telehealth", "11:00").replace(house.dana.slug, "anybody")
    assert anybody in buttons(page)
    assert 'name="with" value="anybody"' in page.content.decode()
    house.book("10:00", now=NOW)
    check = client.get(url(CHECK, "telehealth", slot=anybody, **{"with": "anybody"}))
    assert f"{house.jun.name} (we picked who has the most room that day)" in text(check)
    house.book("11:00", practitioner=house.jun, now=NOW)
    sent = {"row": str(visit.uid), "slot": check.context["row"].value, "price": "190.00", "telehealth": "on"}
    done = text(client.post(check.context["check_url"], sent, follow=True))
    assert f"{house.jun.name} is not free any more. Your visit is with {house.dana.name}, at the same time." in done
    visit.refresh_from_db()
    assert (visit.mode, visit.block.practitioner) == ("telehealth", house.dana)


# ---------------------------------------------------------------- when the time does not work


def test_last_room_taken_is_said_with_the_nearest_times(client, house):
    visit = opened(client, house, "telehealth")
    house.rooms[1].delete()
    house.book("09:00", practitioner=house.jun, patient=other_patient(), now=NOW)
    assert "Your time does not work there." in text(client.get(WAYS))
    response = client.get(url(TIMES, "in_clinic"))
    assert "Your time does not work this way. No room is free then." in text(response)
    assert slot(house, "in_clinic") not in buttons(response)
    before, after = response.context["near"]
    assert next(row.clock for row in after) == "10:00 am"
    assert [row.clock for row in before][-1] == "8:00 am"
    assert unchanged(visit)


def test_state_without_a_licence_is_told_kindly(client, house, visit):
    page = text(client.get(url(TIMES, "telehealth", state="other")))
    assert "Your visit stays as it is." in page
    assert "We hold no license there" in page
    assert "Your time works" not in page


def test_time_that_somebody_else_has_works_with_them(client, house, visit):
    Licence.objects.filter(practitioner=house.dana).delete()
    response = client.get(url(TIMES, "telehealth"))
    page = text(response)
    assert "Your time works with Jun Dana holds no license for the place where you will be." in page
    assert "does not work" not in page
    assert "The nearest free times" not in page
    with_jun = slot(house, "telehealth").replace(house.dana.slug, house.jun.slug)
    assert response.context["same"].value == with_jun
    assert slot(house, "telehealth") not in buttons(response)
    assert send(client, house, visit, "telehealth", slot=with_jun).status_code == 302
    visit.refresh_from_db()
    assert visit.block.practitioner == house.jun


def test_place_outside_the_area_is_told_kindly_with_the_other_ways(client, house, visit):
    response = client.get(url(TIMES, "mobile", zip="10001"))
    assert response.status_code == 422
    page = text(response)
    assert "We do not make home visits at that ZIP code." in page
    assert "Your visit stays as it is." in page
    assert f'href="{TIMES}?mode=telehealth"' in response.content.decode()
    assert send(client, house, visit, "mobile", where={"zip": "10001"}).status_code == 422
    assert unchanged(visit)


@pytest.mark.parametrize("code", ["", "x", "\x00", "9" * 5000, "🏠🏠🏠"])
def test_zip_code_that_is_none_is_asked_again(client, house, visit, code):
    assert client.get(url(TIMES, "mobile", zip=code)).status_code == 422
    assert send(client, house, visit, "mobile", where={"zip": code}).status_code == 422
    assert unchanged(visit)


def home_elsewhere(house, minutes: int) -> TravelZone:
    """A part of the area, so far from the other one."""
    east, far = TravelZone.objects.get(), TravelZone.objects.create(name="Far")
    for pair in ((east, far), (far, east)):
        ZoneMinutes.objects.create(from_zone=pair[0], to_zone=pair[1], minutes=minutes)
    ZonePostalCode.objects.create(zone=far, code="99577")
    return far


@pytest.mark.parametrize(("mode", "how"), [("mobile", "at your home"), ("telehealth", "by video")])
def test_who_does_not_give_the_visit_that_way_is_said(client, house, visit, mode, how):
    ServiceMode.objects.get(mode=mode).practitioners.remove(house.dana)
    assert f"Dana does not give this visit {how}." in text(client.get(url(TIMES, mode)))


def test_road_that_is_too_long_is_said_with_the_times_that_leave_enough(client, house, visit):
    home_elsewhere(house, 40)
    house.book("10:00", mode="mobile", patient=other_patient(), now=NOW)
    ServiceMode.objects.get(mode="mobile").practitioners.remove(house.jun)
    response = client.get(url(TIMES, "mobile", zip="99577"))
    page = text(response)
    assert "Your time does not work this way." in page
    assert "The road before or after leaves too little time." in page
    assert slot(house, "mobile") not in buttons(response)
    assert slot(house, "mobile", "08:15") in buttons(response)
    assert send(client, house, visit, "mobile", where={"zip": "99577"}).status_code == 409
    assert unchanged(visit)
    assert send(client, house, visit, "mobile", where={"zip": "99577"}, wall="08:15").status_code == 302
    visit.refresh_from_db()
    assert visit.zone.name == "Far"


def test_time_lost_while_typing_offers_the_nearest_and_keeps_what_was_typed(client, house, visit):
    house.book("11:00", patient=other_patient(), now=NOW)
    response = send(client, house, visit, "mobile", wall="11:00")
    assert response.status_code == 409
    assert "That time has just gone" in text(response)
    assert unchanged(visit)
    again = client.get(url(CHECK, "mobile", slot=slot(house, "mobile", "08:00"))).content.decode()
    assert "7310 Boundary Avenue" in again
    assert "Dog: side gate." in again


def test_time_lost_before_anything_was_typed_is_said_at_once(client, house, visit):
    house.book("11:00", patient=other_patient(), now=NOW)
    response = client.get(url(CHECK, "mobile", slot=slot(house, "mobile", "11:00")))
    assert response.status_code == 409
    assert "Where do we come?" not in text(response)


def test_own_other_visit_stands_in_the_way_without_a_word_where_it_is_not_known(client, house, visit):
    house.book("11:00", practitioner=house.jun, patient=visit.patient, source="desk", now=NOW)
    response = send(client, house, visit, "telehealth", wall="11:00")
    assert response.status_code == 409
    assert "We cannot book that time for you here" in text(response)


def test_times_never_offered_are_refused_and_leave_the_visit(client, house, visit):
    gone = make_practitioner(active=False)
    for wrong in (
        "",
        "garbage",
        slot(house, "in_clinic"),
        slot(house, "telehealth", "15:00"),
        slot(house, "telehealth", "09:07"),
        slot(house, "telehealth").replace(house.dana.slug, gone.slug),
        "0001-01-01T00:00Z|" + slot(house, "telehealth").partition("|")[2],
        "2026-11-25T18:00Z|\x00|\x00",
        "x" * 100_000,
    ):
        assert (wrong[:60], send(client, house, visit, "telehealth", slot=wrong).status_code) == (wrong[:60], 400)
        assert client.get(url(CHECK, "telehealth", slot=wrong[:4000])).status_code == 400
    assert unchanged(visit)


@pytest.mark.parametrize(
    "values",
    [{"street": "a\x00b"}, {"street": "x" * 5000}, {"city": ""}, {"access_notes": "y" * 5000}, {"street": "\n"}],
)
def test_address_that_cannot_be_kept_gets_a_message_and_nothing_is_lost(client, house, visit, values):
    response = send(client, house, visit, "mobile", **values)
    assert response.status_code == 422
    assert "One thing to fix" in text(response)
    assert 'value="190' in response.content.decode()
    assert unchanged(visit)


# ---------------------------------------------------------------- which ways


@pytest.mark.parametrize("mode", ["in_clinic", "", "moon", "\x00", "x" * 9999])
def test_way_that_is_none_leads_back(client, house, visit, mode):
    query = urlencode({"mode": mode})
    target = "/visit/" if mode == "in_clinic" else WAYS
    assert client.get(f"{TIMES}?{query}")["Location"] == target
    assert client.post(f"{CHECK}?{query}", {"row": str(visit.uid)})["Location"] == target
    assert unchanged(visit)


def test_only_ways_of_the_service_are_offered(client, house, visit):
    ServiceMode.objects.filter(mode="mobile").update(active=False)
    assert "Meet at your home" not in text(client.get(WAYS))
    assert "We could meet by video." in text(client.get("/visit/"))
    assert client.get(url(TIMES, "mobile"))["Location"] == WAYS


def test_way_for_people_who_have_been_here_is_left_out_unless_the_visit_is_one(client, house, visit):
    ServiceMode.objects.filter(mode="telehealth").update(new_patients=False)
    assert "Meet by video" not in text(client.get(WAYS))
    assert send(client, house, visit, "telehealth")["Location"] == WAYS
    ServiceMode.objects.filter(mode="in_clinic").update(new_patients=False)
    assert "Meet by video" in text(client.get(WAYS))
    assert send(client, house, visit, "telehealth")["Location"] == "/visit/"


def test_service_with_one_way_offers_no_other(client, house, visit):
    ServiceMode.objects.exclude(mode="in_clinic").update(active=False)
    assert WAYS not in client.get("/visit/").content.decode()
    assert "There is no other way to meet" in text(client.get(WAYS))


def test_service_that_is_not_booked_online_is_not_changed_online(client, house, visit):
    house.service.online = False
    house.service.save()
    assert WAYS not in client.get("/visit/").content.decode()
    assert send(client, house, visit, "telehealth")["Location"] == WAYS
    assert unchanged(visit)


def test_places_can_be_chosen_where_there_are_several(client, house):
    other = make_location(name="Hillside studio", slug="hillside")
    make_room(other)
    visit = opened(client, house, "telehealth")
    make_working_hours(house.jun, other, starts="13:00", ends="16:00")
    page = text(client.get(url(TIMES, "in_clinic", place="hillside")))
    assert "Where Any Hillside studio Midtown clinic" in page
    assert "Your time does not work this way." in page
    value = slot(house, "in_clinic", "13:00").replace(house.dana.slug, house.jun.slug)
    value = value.replace(house.location.slug, "hillside")
    assert value in buttons(client.get(url(TIMES, "in_clinic", place="hillside")))
    send(client, house, visit, "in_clinic", slot=value)
    visit.refresh_from_db()
    assert (visit.location, visit.block.location) == (other, other)


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_level_given_since_blocks_every_way_without_saying_why(client, house, visit, level):
    make_outcome(patient=visit.patient, level=level)
    assert "There is no other way to meet" in text(client.get(WAYS))
    for response in (client.get(url(TIMES, "mobile")), client.get(url(CHECK, "mobile", slot=slot(house, "mobile")))):
        head = text(response).partition("Signs that cannot wait")[0]
        assert "Talk to us first" in head
        assert not {"doctor", "answers", "emergency"} & set(head.lower().replace(".", "").split())
    assert send(client, house, visit, "mobile").status_code == 403
    assert unchanged(visit)


def test_exam_in_person_leaves_video_out_without_saying_why(client, house, visit):
    make_outcome(patient=visit.patient, level="refer")
    page = text(client.get(WAYS))
    assert "Meet at your home" in page
    assert "Meet by video" not in page
    assert "Talk to us first" in text(client.get(url(TIMES, "telehealth")))
    assert send(client, house, visit, "telehealth").status_code == 403
    assert unchanged(visit)


def test_visit_on_hold_past_or_cancelled_is_not_changed(client, house, visit, monkeypatch):
    def stops() -> set[str]:
        return {
            client.get(WAYS)["Location"],
            client.get(url(TIMES, "mobile"))["Location"],
            send(client, house, visit, "mobile")["Location"],
        }

    make_outcome(patient=visit.patient, level="unsure")
    diary.follow_level(patient=visit.patient, now=NOW)
    assert stops() == {"/visit/"}
    assert WAYS not in client.get("/visit/").content.decode()
    other = opened(client, house, patient=other_patient(), practitioner=house.jun)
    visit = other
    set_clock(monkeypatch, local("09:00"))
    assert stops() == {"/visit/"}
    set_clock(monkeypatch, NOW)
    diary.cancel(appointment=other, by=None, now=NOW)
    assert stops() == {"/visit/"}


def test_page_left_open_cannot_act_on_the_visit_opened_since(client, house, visit):
    opened(client, house, patient=other_patient(), practitioner=house.jun)
    assert send(client, house, visit, "mobile").status_code == 404
    assert unchanged(visit)


def test_get_changes_nothing(client, house, visit):
    before = Message.objects.count()
    for path in (WAYS, url(TIMES, "mobile"), url(CHECK, "mobile", slot=slot(house, "mobile"), confirm="1")):
        client.get(path)
        client.head(path)
    assert (Message.objects.count(), unchanged(visit)) == (before, True)


def test_pages_take_as_many_queries_for_one_person_as_for_many(client, house, visit):
    pages = [WAYS, *(url(TIMES, mode) for mode in ("mobile", "telehealth"))]
    pages.append(url(CHECK, "telehealth", slot=slot(house, "telehealth")))

    def count() -> list[int]:
        counts = []
        for path in pages:
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            counts.append(len(captured))
        return counts

    few = count()
    for _ in range(2):
        person = make_practitioner()
        make_working_hours(person, house.location)
        for offer in house.service.modes.all():
            offer.practitioners.add(person)
        house.book("10:00", practitioner=person, patient=make_patient(), now=NOW)
    assert count() == few


def test_pages_say_nothing_of_health_or_of_the_record(client, house):
    patient = make_patient(given_name="Wilhelmina", email="secret@record.example")
    make_outcome(patient=patient, level="refer")
    opened(client, house, patient=patient)
    for path in (WAYS, url(TIMES, "mobile"), url(CHECK, "mobile", slot=slot(house, "mobile"))):
        page = client.get(path).content.decode()
        assert not re.search(r"Wilhelmina|Oquendo|secret@record|consult_flagged|\bexam\b", page)
