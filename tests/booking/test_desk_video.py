"""A visit by video as staff meet it: the PT goes into the room, the desk sees who waits and sends the link again."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking import diary, video
from booking.models import Appointment
from clinic.models import AuditEvent, Message
from tests.booking.fees import book_under_rule, fees
from tests.booking.house import local
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_licence, make_outcome, make_patient, make_practitioner, make_screening, make_user

pytestmark = pytest.mark.django_db
SAID = ("12 Spruce St", "907-555-0118", "Sam Oquendo", "907-555-0119")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: local("08:55"))


@pytest.fixture
def visit(house) -> Appointment:
    """Wednesday at 9:00 by video with Dana; it is 8:55."""
    patient = make_patient(texts_ok=False)
    screening = make_screening(patient=patient)
    make_outcome(screening=screening)
    return house.book("09:00", mode="telehealth", patient=patient, screening=screening, now=NOW)


@pytest.fixture
def dana(house):
    """Dana, logged in."""
    client = staff("pt")
    house.dana.user = client.user
    house.dana.save()
    return client


def joins(visit: Appointment, wall: str = "08:52", **values):
    return diary.join(
        **{
            "submission": uuid.uuid4(),
            "appointment": visit,
            "address": "12 Spruce St, Nome",
            "state": "AK",
            "phone": "+19075550118",
            "contact_name": "Sam Oquendo",
            "contact_phone": "+19075550119",
            "agreed": True,
            "now": local(wall),
            **values,
        }
    )


def page_of(visit: Appointment) -> str:
    return reverse("admin:visit-video", args=[visit.uid])


def rooms(response) -> list[str]:
    return re.findall(r'href="(https://meet\.example\.org/[^"]*)"', response.content.decode())


# ---------------------------------------------------------------- the PT


def test_pt_sees_where_the_patient_is_and_goes_in(dana, visit):
    joins(visit)
    page = dana.get(page_of(visit))
    said = words(page)
    assert all(word in said for word in SAID)
    assert "In the waiting room since 8:52 am" in said
    assert "Nome, Alaska" in said
    assert "Wed 25 Nov, 9:00 to 10:00 am" in said
    assert rooms(page) == [video.room_url(visit)]
    assert 'rel="noopener noreferrer"' in page.content.decode()
    assert unknown_targets(page) == set()
    assert AuditEvent.objects.filter(act="visit.room_seen", subject_uid=visit.uid, actor=dana.user).count() == 1


def test_pt_reads_the_newest_place(dana, visit):
    joins(visit)
    joins(visit, "08:54", address="Airport, Nome")
    said = words(dana.get(page_of(visit)))
    assert "Airport, Nome" in said
    assert "Spruce" not in said
    assert "since 8:52 am" in said


def test_before_the_patient_came_the_page_says_so_and_the_pt_may_wait(dana, visit):
    page = dana.get(page_of(visit))
    assert "Not in the waiting room yet" in words(page)
    assert rooms(page) == [video.room_url(visit)]


@pytest.mark.parametrize(
    ("wall", "says"), [("08:49", "The room opens at 8:50 am."), ("10:30", "The room closed at 10:30 am")]
)
def test_room_is_shown_only_while_it_is_open(dana, visit, monkeypatch, wall, says):
    monkeypatch.setattr(timezone, "now", lambda: local(wall))
    page = dana.get(page_of(visit))
    assert says in words(page)
    assert rooms(page) == []


def test_page_speaks_of_the_past_once_the_room_is_closed(dana, visit, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: local("10:30"))
    said = words(dana.get(page_of(visit)))
    assert "The room closed at 10:30 am They did not come to the waiting room." in said
    assert "To reach them" in said
    joins(visit)
    said = words(dana.get(page_of(visit)))
    assert "The room closed at 10:30 am They came to the waiting room at 8:52 am." in said
    assert "Where they said they were 12 Spruce St, Nome, Alaska" in said
    assert "In the waiting room since" not in said
    assert "Where they are now" not in said


def test_visit_on_hold_or_cancelled_has_no_room(dana, visit):
    Appointment.objects.filter(pk=visit.pk).update(hold="talk", held_at=NOW)
    page = dana.get(page_of(visit))
    assert "On hold: talk to the patient before this visit" in words(page)
    assert rooms(page) == []
    diary.cancel(appointment=visit, by=dana.user, now=NOW)
    assert rooms(dana.get(page_of(visit))) == []


def test_minor_is_shown_with_the_adult(dana, house, visit):
    child = house.book(
        "10:00", mode="telehealth", patient=make_patient(birth_date=NOW.date().replace(year=2012)), now=NOW
    )
    joins(child, "09:55", adult_name="Ines Oquendo")
    assert "Ines Oquendo, for the whole visit" in words(dana.get(page_of(child)))


def test_colleague_says_first_that_they_cover(house, visit):
    joins(visit)
    jun = staff("pt")
    house.jun.user = jun.user
    house.jun.save()
    page = jun.get(page_of(visit))
    assert "Open as a covering PT?" in words(page)
    assert not any(word in words(page) for word in SAID)
    assert rooms(page) == []
    page = jun.post(page_of(visit), follow=True)
    assert rooms(page) == [video.room_url(visit)]
    assert AuditEvent.objects.filter(act="visit.room_opened", actor=jun.user).exists()


def test_colleague_without_a_licence_there_does_not_get_in(visit):
    client = staff("pt")
    tomasi = make_practitioner(given_name="Tomasi", user=client.user)
    make_licence(tomasi, state="AK", expires_on=NOW.date().replace(day=24))
    joins(visit)
    page = client.post(page_of(visit), follow=True)
    assert "You hold no license in Alaska." in words(page)
    assert rooms(page) == []


def test_record_of_staff_or_vips_asks_why(dana, visit):
    visit.patient.sensitive = True
    visit.patient.save()
    assert rooms(dana.get(page_of(visit))) == []
    assert "Why do you open this visit?" in words(dana.post(page_of(visit), {"why": "nonsense"}))
    assert rooms(dana.post(page_of(visit), {"why": "visit"}, follow=True)) == [video.room_url(visit)]


@pytest.mark.parametrize("group", ["desk", "manager", ""])
def test_nobody_else_gets_in(visit, group):
    joins(visit)
    response = staff(group).get(page_of(visit))
    assert response.status_code in (302, 403)
    assert rooms(response) == []


def test_page_is_for_visits_by_video_in_a_room_only(dana, house, visit, settings):
    assert dana.get(page_of(house.book("11:00", now=NOW))).status_code == 404
    assert dana.get(reverse("admin:visit-video", args=[uuid.uuid4()])).status_code == 404
    settings.TELEHEALTH_ROOM_URL = ""
    assert dana.get(page_of(visit)).status_code == 404


def test_own_day_and_brief_lead_to_the_room(dana, visit):
    for path in (reverse("admin:index"), reverse("admin:brief", args=[visit.screening.uid])):
        page = dana.get(path)
        assert f'href="{page_of(visit)}"' in page.content.decode()
        assert "In the waiting room" not in words(page)
    joins(visit)
    for path in (reverse("admin:index"), reverse("admin:brief", args=[visit.screening.uid])):
        page = dana.get(path)
        assert "In the waiting room since 8:52 am" in words(page)
        assert rooms(page) == []
        assert "12 Spruce St" not in words(page)


def test_brief_does_not_speak_of_a_visit_of_another_day(dana, visit, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    page = dana.get(reverse("admin:brief", args=[visit.screening.uid]))
    assert page_of(visit) not in page.content.decode()


def test_own_day_says_whom_to_call_when_no_link_could_be_sent(dana, house, visit, settings):
    told = "Tell them just before the start how to join"
    assert told not in words(dana.get(reverse("admin:index")))
    visit.patient.email = ""
    visit.patient.save()
    assert told in words(dana.get(reverse("admin:index")))
    visit.patient.email = "ana@runner.example"
    visit.patient.save()
    settings.TELEHEALTH_ROOM_URL = ""
    page = dana.get(reverse("admin:index"))
    assert told in words(page)
    assert page_of(visit) not in page.content.decode()


def test_own_day_asks_for_as_much_with_three_visits_by_video_as_with_one(dana, house, visit):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert dana.get(reverse("admin:index")).status_code == 200
        return len(captured)

    visit.patient.texts_ok = True
    visit.patient.save()
    one = cost()
    for wall, name in (("10:00", "Casey"), ("11:00", "Robin")):
        texts = make_patient(given_name=name, email="", phone=f"+19075550{len(name)}21", texts_ok=True)
        house.book(wall, mode="telehealth", patient=texts, now=NOW)
    assert cost() == one


# ---------------------------------------------------------------- the desk


def test_desk_sees_who_waits_and_nothing_of_what_they_said(visit):
    joins(visit)
    jo = staff("desk")
    for path in (reverse("admin:index"), reverse("admin:patient", args=[visit.patient.uid])):
        page = jo.get(path)
        assert "In the waiting room since 8:52 am" in words(page)
        assert not any(word in words(page) for word in SAID)
        assert rooms(page) == []
        assert page_of(visit) not in page.content.decode()


def test_desk_sends_the_link_again(visit):
    jo = staff("desk")
    path = reverse("admin:visit-link", args=[visit.uid])
    assert f'formaction="{path}"' in jo.get(reverse("admin:patient", args=[visit.patient.uid])).content.decode()
    page = jo.post(path, follow=True)
    assert "The link is on its way to Ana Oquendo." in page.content.decode()
    assert Message.objects.get(kind="visit_join").to == visit.patient.email
    assert visit.events.latest("id").act == "link_sent"
    assert jo.get(path).status_code == 405


def test_link_of_somebody_without_an_address_is_told(visit):
    visit.patient.email = ""
    visit.patient.save()
    page = staff("desk").post(reverse("admin:visit-link", args=[visit.uid]), follow=True)
    assert "cannot be written to" in page.content.decode()
    assert not Message.objects.filter(kind="visit_join").exists()


def test_link_is_not_sent_by_strangers(visit):
    assert staff("").post(reverse("admin:visit-link", args=[visit.uid])).status_code in (302, 403)
    assert staff("desk").post(reverse("admin:visit-link", args=[uuid.uuid4()])).status_code == 404
    assert not Message.objects.filter(kind="visit_join").exists()


def test_board_takes_as_many_queries_with_three_who_wait(house, visit, django_assert_num_queries):
    jo = staff("desk")
    joins(visit)
    jo.get(reverse("admin:index"))
    with CaptureQueriesContext(connection) as one:
        jo.get(reverse("admin:index"))
    for wall in ("10:00", "11:00"):
        other = house.book(wall, mode="telehealth", patient=make_patient(), now=NOW)
        joins(other, wall)
    with django_assert_num_queries(len(one)):
        jo.get(reverse("admin:index"))


# ---------------------------------------------------------------- joined, and gone


def test_who_joined_and_left_is_a_no_show_in_one_act_and_owes_nothing(house, monkeypatch):
    jo = staff("desk")
    visit = book_under_rule(house, mode="telehealth")
    joins(visit)
    board = {"act": "no_show"}
    with pytest.raises(diary.WrongState):
        diary.no_show(appointment=visit, by=jo.user, now=local("08:59"))
    monkeypatch.setattr(timezone, "now", lambda: local("09:12"))
    assert "Left unseen" in words(jo.get("/desk/"))
    said = words(jo.post(reverse("admin:visit-act", args=[visit.uid]), board, follow=True))
    assert "joined and left before being seen: a no-show without a fee." in said
    assert fees(visit) == []
    assert "joined by video and left before being seen" in words(jo.get(reverse("admin:visit", args=[visit.uid])))
    assert diary.undo(appointment=visit, by=jo.user, now=local("09:13")).block.state == "arrived"


def test_who_stood_at_the_desk_is_no_no_show(house):
    jo, visit = make_user(), house.book("09:00", now=NOW)
    diary.arrive(appointment=visit, by=jo, now=local("08:55"))
    with pytest.raises(diary.WrongState):
        diary.no_show(appointment=visit, by=jo, now=local("09:20"))
