"""Visits on hold where people see them: the patient's page, the board, the PT's day, the call; and who lets them go on."""

import pytest
from django.urls import reverse
from django.utils import timezone

from booking import diary
from booking.models import Appointment
from clinic.models import Call, Patient
from intake import workflow
from tests.booking.house import local
from tests.booking.visitor import holds, text
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_user
from tests.intake.checking import finished, save, start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def on_hold(house, *, level: str = "urgent", mode: str = "in_clinic", wall: str = "14:00") -> Appointment:
    """A visit of this afternoon, on hold since a PT found that her level is graver."""
    screening = finished().screening
    visit = house.book(wall, mode=mode, patient=screening.patient, screening=screening, now=NOW)
    workflow.decide(screening=screening, level=level, reason="Spoke to her.", by=make_user(), is_pt=True, now=NOW)
    visit.refresh_from_db()
    assert visit.hold
    return visit


@pytest.fixture
def visit(house):
    return on_hold(house, wall="09:00")


# ---------------------------------------------------------------- the patient's page


def test_page_of_a_visit_on_hold_never_suggests_to_wait_for_it(client, visit):
    holds(client, visit, "visit")
    page = client.get("/visit/")
    said = text(page)
    assert "Please talk to us before this visit" in said
    assert "Do not wait for us, and do not wait for the visit" in said
    assert "Signs that cannot wait" in said
    assert said.index("Signs that cannot wait") < said.index("On hold: talk to us first")
    for words_of_a_normal_visit in ("Bring", "Getting there", "Add to calendar", "Move to another time"):
        assert words_of_a_normal_visit not in said
    assert unknown_targets(page) == set()


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_page_says_the_same_at_every_level(client, house, level):
    visit = on_hold(house, level=level, wall="09:00")
    holds(client, visit, "visit")
    said = text(client.get("/visit/"))
    assert not any(word in said.lower() for word in ("urgent", "unsure", "your answers"))


def test_page_leads_to_the_result_only_for_who_holds_that_check(client, visit):
    holds(client, visit, "visit")
    assert "What we told you to do" not in text(client.get("/visit/"))
    holds(client, visit.screening, "check")
    assert "What we told you to do" in text(client.get("/visit/"))


def test_confirmation_left_open_leads_to_the_page(client, visit):
    holds(client, visit, "visit")
    assert client.get("/visit/booked/")["Location"] == "/visit/"


def test_patient_cannot_move_it_but_cancels_it(client, visit):
    holds(client, visit, "visit")
    assert client.get("/visit/move/")["Location"] == "/visit/"
    assert client.post("/visit/move/check/", {"slot": "x"})["Location"] == "/visit/"
    client.post("/visit/cancel/", {"reason": "sick"})
    visit.refresh_from_db()
    assert visit.cancelled_at
    assert not visit.hold


def test_visit_that_goes_on_looks_like_any_other(client, visit):
    diary.keep(appointment=visit, by=make_user(), is_pt=True, now=NOW)
    holds(client, visit, "visit")
    said = text(client.get("/visit/"))
    assert "Booked" in said
    assert "Please talk to us" not in said


# ---------------------------------------------------------------- staff


def test_board_shows_the_hold_in_a_word_and_a_shape(visit):
    page = staff("desk").get("/desk/?day=2026-11-25")
    assert "On hold: a PT decides" in words(page)
    assert "#i-hold" in page.content.decode()


def test_pt_sees_the_hold_on_the_own_day_and_lets_it_take_place(monkeypatch, house, visit):
    monkeypatch.setattr(timezone, "now", lambda: local("08:40"))
    dana = staff("pt")
    house.dana.user = dana.user
    house.dana.save()
    assert "On hold: a PT decides" in words(dana.get("/desk/"))
    answer = dana.post(reverse("admin:visit-keep", args=[visit.uid]), {"next": "/desk/"}, follow=True)
    assert "comes Wed 25 Nov, 9:00 am as booked, and is told." in words(answer)
    assert "On hold" not in words(answer)


def test_visit_kept_for_somebody_who_cannot_be_written_to_says_so(visit):
    Patient.objects.update(email="", texts_ok=False)
    answer = staff("pt").post(reverse("admin:visit-keep", args=[visit.uid]), follow=True)
    assert "as booked, and cannot be written to: a call is open." in words(answer)
    assert Call.objects.filter(subject_uid=visit.uid, reason="message", state="open").exists()


def test_visit_by_video_at_refer_says_why_it_waits(house):
    visit = on_hold(house, level="refer", mode="telehealth", wall="09:00")
    page = staff("desk").get(reverse("admin:patient", args=[visit.patient.uid]))
    assert "On hold: not by video" in words(page)


@pytest.mark.parametrize("group", ["desk", "manager"])
def test_only_pts_have_the_button(visit, group):
    page = reverse("admin:patient", args=[visit.patient.uid])
    assert "Let it take place" not in words(staff(group).get(page))
    assert "Let it take place" in words(staff("pt").get(page))
    assert staff(group).post(reverse("admin:visit-keep", args=[visit.uid])).status_code in (302, 403)
    visit.refresh_from_db()
    assert visit.hold


def test_call_lists_what_is_on_hold(visit):
    call = Call.objects.get(reason="held")
    page = words(staff("pt").get(reverse("admin:call", args=[call.uid])))
    assert "On hold: a PT decides" in page
    assert "Let it take place" in page


def test_desk_may_move_what_is_on_hold(house, visit):
    jo = staff("desk")
    url = reverse("admin:visit-move", args=[visit.uid])
    assert "A PT must call first" not in words(jo.get(url))
    jo.post(url, {"slot": f"{local('10:00').isoformat()}|{house.dana.uid}|{house.location.uid}"})
    visit.refresh_from_db()
    assert (visit.block.starts_at, visit.hold) == (local("10:00"), "talk")


def test_emergency_while_a_visit_is_booked_says_get_care_and_nothing_of_the_visit(client, house):
    screening = finished().screening
    house.book("09:00", patient=screening.patient, screening=screening, now=NOW)
    worse = save(start(), "P1", em_collapse="yes")
    holds(client, worse, "check")
    said = text(client.get("/check/result/"))
    assert "Get care now" in said
    assert "visit" not in said.lower().replace("visit with us", "")
