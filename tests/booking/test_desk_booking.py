"""Finding and booking a time for somebody on the phone, moving it, and who may not be booked yet."""

import html
import re
import uuid
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking import diary, unscreened, zones
from booking.models import Appointment, Block
from clinic import calls
from clinic.models import AuditEvent, Call, Consent, Message, Patient, Practitioner
from clinic.wording import zone_words
from intake import questionnaire, screening
from intake.workflow.outcomes import write_outcome
from tests.booking.house import local
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_call, make_outcome, make_patient, make_request, make_screening, make_user
from tests.intake.answering import all_clear

pytestmark = pytest.mark.django_db
ANCHORAGE = ZoneInfo("America/Anchorage")
FIND = "/desk/find-slot/"
BOOK = "/desk/book/"
NEW = {
    "given_name": "Bea",
    "family_name": "Tallman",
    "birth_date": "1990-05-02",
    "phone": "907-555-0119",
    "email": "bea@runner.example",
    "invite": "on",
}


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def jo():
    return staff("desk")


def slot(house, wall: str = "09:00", who=None, mode: str = "in_clinic") -> dict[str, str]:
    """What the list's link carries."""
    place = house.location.uid if mode == "in_clinic" else ""
    extra = {"telehealth": {"state": "AK"}, "mobile": {"postal_code": "99504"}}.get(mode, {})
    return {
        "service": str(house.service.uid),
        "mode": mode,
        "slot": f"{local(wall).isoformat()}|{(who or house.dana).uid}|{place}",
        **extra,
    }


def choices(page) -> list[dict[str, str]]:
    """Where the "Choose" links lead."""
    found = re.findall(rf'href="({BOOK}\?[^"]+)"', page.content.decode())
    return [{key: value[0] for key, value in parse_qs(urlsplit(html.unescape(link)).query).items()} for link in found]


def book(client, house, wall: str = "09:00", *, mode: str = "in_clinic", **data):
    return client.post(BOOK, {**slot(house, wall, mode=mode), "submission": uuid.uuid4(), **data}, follow=True)


# ---------------------------------------------------------------- finding


def start(carried: dict[str, str]) -> datetime:
    """When a listed time is, by the desk's clock."""
    return timezone.localtime(datetime.fromisoformat(carried["slot"].partition("|")[0]), ANCHORAGE)


def test_first_click_shows_the_next_times_at_once(house, jo):
    page = jo.get(FIND)
    offered = choices(page)
    assert offered[0]["slot"].startswith(local("08:00").isoformat())
    assert (
        "“I have Wednesday 25 November at 8:00 am with Dana, or Thursday 26 November at 8:00 am with Dana.”"
        in words(page)
    )
    assert len(offered) == 10


def test_listed_time_can_be_booked(house, jo):
    offered = choices(jo.get(FIND))[0]
    assert jo.get(BOOK, offered).status_code == 200
    jo.post(BOOK, {**offered, **NEW})
    assert Appointment.objects.get().block.starts_at == local("08:00")


def test_filters_narrow_the_list(house, jo):
    ask = {"practitioner": house.jun.uid, "day": "2026-11-26", "earliest": "10:00", "latest": "10:30", "only": "1"}
    offered = [each["slot"] for each in choices(jo.get(FIND, ask))]
    assert len(offered) == 3
    assert all(str(house.jun.uid) in each and "2026-11-26T19" in each for each in offered)


def test_ten_more_shows_ten_more_and_keeps_what_was_asked(house, jo):
    page = jo.get(FIND, {"days": ["1", "2", "4"], "service": house.service.uid})
    more = html.unescape(re.search(r'href="(\?[^"]*n=20[^"]*)"', page.content.decode())[1])
    again = choices(jo.get(FIND + more))
    assert 10 < len(again) <= 20
    assert {start(each).weekday() for each in again} == {1, 2, 4}


def test_list_can_be_of_those_who_speak_a_language(house, jo):
    assert "Who speaks" not in words(jo.get(FIND))
    Practitioner.objects.filter(pk=house.jun.pk).update(languages="English, Spanish")
    Practitioner.objects.filter(pk=house.dana.pk).update(languages="English")
    page = jo.get(FIND, {"language": "Spanish"})
    assert choices(page)
    assert all(str(house.jun.uid) in each["slot"] for each in choices(page))
    assert "English" not in words(page).partition("Show times")[0]


def test_all_times_of_a_day_can_be_shown(house, jo):
    assert len(choices(jo.get(FIND, {"day": "2026-11-25", "only": "1"}))) == 26


def test_video_asks_for_the_state_first_and_offers_licensed_people_only(house, jo):
    house.jun.licences.all().delete()
    assert "Ask in which state they will be" in words(jo.get(FIND, {"mode": "telehealth"}))
    offered = choices(jo.get(FIND, {"mode": "telehealth", "state": "AK"}))
    assert offered
    assert all(str(house.dana.uid) in each["slot"] for each in offered)


def test_home_visits_ask_for_the_postal_code_and_refuse_what_is_outside(house, jo):
    assert "Ask for the postal code" in words(jo.get(FIND, {"mode": "mobile"}))
    assert "We make no home visits at that postal code." in words(jo.get(FIND, {"mode": "mobile", "postal_code": "1"}))
    assert choices(jo.get(FIND, {"mode": "mobile", "postal_code": "99504"}))


def test_service_that_is_not_offered_that_way_says_so(house, jo):
    house.service.modes.filter(mode="mobile").update(active=False)
    assert "not offered this way" in words(jo.get(FIND, {"mode": "mobile", "postal_code": "99504"}))


def test_nothing_free_says_so(house, jo):
    house.location.closures.create(first_day="2026-11-01", last_day="2027-03-01", reason="Snow")
    assert "No free time in the four weeks" in words(jo.get(FIND))


def test_request_fills_in_what_it_asked_for(house, jo):
    details = {"service": house.service.slug, "mode": "telehealth", "days": [3]}
    row = make_request(kind="cost", details=details, name="Casey Tran")
    page = jo.get(FIND, {"request": row.uid})
    assert "Find a time for Casey Tran" in words(page)
    assert "Ask in which state they will be" in words(page)
    given = {"request": row.uid, "mode": "in_clinic", "service": house.service.uid}
    assert {start(each).weekday() for each in choices(jo.get(FIND, {"request": row.uid, "mode": "in_clinic"}))} == {3}
    assert {start(each).weekday() for each in choices(jo.get(FIND, given))} > {3}  # no longer ticked


@pytest.mark.parametrize(
    "query",
    [
        {"days": ["x", "9", "\x00"]},
        {"language": "Klingon"},
        {"service": "x", "mode": "rocket"},
        {"day": "31 February"},
        {"day": "9999-12-31"},
        {"n": "-5"},
        {"n": "9" * 50},
        {"practitioner": "\x00"},
        {"earliest": "25:61"},
        {"earliest": "12:00", "latest": "09:00"},
        {"from": "x"},
        {"mode": "mobile", "postal_code": "\x00"},
        {"only": "x"},
    ],
)
def test_nonsense_in_the_address_is_no_error_page(house, jo, query):
    page = jo.get(FIND, query)
    assert page.status_code == 200
    assert unknown_targets(page) == set()


@pytest.mark.parametrize("who", ["patient", "request"])
@pytest.mark.parametrize("uid", ["x", "\x00", "0f0e7a52-8a0f-4993-9ba8-e22922245dd9"])
def test_somebody_who_is_not_there_is_not_found(jo, who, uid):
    assert jo.get(FIND, {who: uid}).status_code == 404


def test_list_costs_the_same_for_one_day_as_for_many(house, jo, django_assert_num_queries):
    with CaptureQueriesContext(connection) as one:
        jo.get(FIND, {"day": "2026-11-25", "latest": "08:00"})
    with django_assert_num_queries(len(one)):
        jo.get(FIND, {"n": "96"})


# ---------------------------------------------------------------- booking


def test_new_person_is_booked_flagged_sent_the_questions_and_called_a_day_before(house, jo):
    page = book(jo, house, **NEW, texts_ok="on")
    visit = Appointment.objects.get()
    patient = visit.patient
    assert (patient.name, patient.phone, patient.texts_ok) == ("Bea Tallman", "+19075550119", True)
    assert (visit.source, visit.flag, visit.screening) == ("desk", "unscreened", None)
    assert (visit.block.starts_at, visit.block.practitioner) == (local("09:00"), house.dana)
    call = Call.objects.get()
    assert (call.reason, call.subject_uid, call.due_at) == (
        "unscreened",
        visit.uid,
        max(NOW, local("09:00") - timedelta(days=1)),
    )
    assert AuditEvent.objects.get(act="screening.invited").actor == jo.user
    assert Consent.objects.get(kind="texts").text_version == "phone-1"
    assert AuditEvent.objects.get(act="visit.booked").actor == jo.user
    assert "Booked: Bea Tallman comes Wed 25 Nov, 9:00 am to Dana" in words(page)


def test_desk_offers_zones_by_the_words_that_patients_read(house, jo):
    page = jo.get(BOOK, slot(house, mode="telehealth")).content.decode()
    listed = dict(re.findall(r'<option value="([A-Z]\w+/\w+)"[^>]*>([^<]+)<', page))
    assert listed["America/Los_Angeles"] == "Pacific time"
    assert listed == {zone: zone_words(zone) for zone in zones.CHOICES}


def test_desk_asks_for_leave_to_text_only_where_texts_can_go(house, jo, settings):
    asked = "They agree to texts about their visits"
    assert asked in words(jo.get(BOOK, slot(house)))
    settings.DEMO = settings.DEBUG = False
    assert asked not in words(jo.get(BOOK, slot(house)))
    page = book(jo, house, **{**NEW, "email": ""}, texts_ok="on")
    assert not Message.objects.exists()
    assert not Appointment.objects.get().patient.texts_ok
    assert "They get no letter: tell them the time again." in words(page)


def test_call_is_due_a_day_before_the_visit(house, jo):
    data = {**slot(house), "slot": slot(house)["slot"].replace("2026-11-25", "2026-11-27"), **NEW}
    jo.post(BOOK, data)
    assert Call.objects.get().due_at == Appointment.objects.get().block.starts_at - timedelta(hours=24)


def test_questions_are_not_sent_when_the_desk_says_no(house, jo):
    book(jo, house, **{key: value for key, value in NEW.items() if key != "invite"})
    assert not Message.objects.filter(kind="screening_link").exists()
    assert Call.objects.filter(reason="unscreened").exists()


def test_known_patient_is_booked_without_typing_anything_again(house, jo):
    patient = make_patient()
    make_outcome(patient=patient)
    page = jo.get(BOOK, {**slot(house), "patient": patient.uid})
    assert "given_name" not in page.content.decode()
    book(jo, house, patient=patient.uid)
    visit = Appointment.objects.get()
    assert (visit.patient, visit.flag) == (patient, "")
    assert visit.screening == patient.screenings.get()
    assert not Call.objects.exists()


def test_person_we_know_is_attached_silently_and_nothing_of_them_changes(house, jo):
    known = make_patient(
        given_name="Bea", family_name="Tallman", birth_date="1990-05-02", phone="+19075550119", email=""
    )
    book(jo, house, **NEW)
    assert Appointment.objects.get().patient == known
    known.refresh_from_db()
    assert known.email == ""


def test_screening_that_is_too_old_counts_as_none(house, jo):
    patient = make_patient()
    make_outcome(patient=patient, created_at=NOW - timedelta(days=8))
    assert "Not screened, or too long ago" in words(jo.get(FIND, {"patient": patient.uid}))
    book(jo, house, patient=patient.uid)
    assert Appointment.objects.get().flag == "unscreened"


def test_visit_through_a_flagged_gate_carries_its_flag(house, jo):
    patient = make_patient()
    make_outcome(patient=patient, level="refer")
    book(jo, house, patient=patient.uid)
    assert Appointment.objects.get().flag == "consult_flagged"


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_patient_whose_gate_is_shut_is_shown_as_call_first_and_cannot_be_booked(house, jo, level):
    patient = make_patient()
    make_outcome(patient=patient, level=level)
    make_call(reason=level, patient=patient, for_pt=True)
    page = jo.get(FIND, {"patient": patient.uid})
    assert "A PT must call first" in words(page)
    assert choices(page) == []
    shown = jo.get(BOOK, {**slot(house), "patient": patient.uid})
    assert "A PT must call first" in words(shown)
    assert "Book this time" not in words(shown)
    assert "Nothing was booked." in words(book(jo, house, patient=patient.uid))
    assert not Appointment.objects.exists()


def test_gate_is_asked_of_somebody_who_turns_out_to_be_known(house, jo):
    known = make_patient(given_name="Bea", family_name="Tallman", birth_date="1990-05-02", email="bea@runner.example")
    make_outcome(patient=known, level="unsure")
    page = book(jo, house, **NEW)
    assert "A PT must call first" in words(page)
    assert 'value="Tallman"' in page.content.decode()
    assert not Appointment.objects.exists()


def test_call_that_a_pt_owes_stops_a_booking_without_any_screening(house, jo):
    patient = make_patient()
    make_call(reason="urgent", patient=patient, for_pt=True)
    assert "A PT must call first" in words(jo.get(FIND, {"patient": patient.uid}))


def test_referred_patient_is_not_booked_by_video(house, jo):
    patient = make_patient()
    make_outcome(patient=patient, level="refer")
    ask = {"patient": patient.uid, "mode": "telehealth", "state": "AK"}
    assert "This patient needs an exam in person." in words(jo.get(FIND, ask))
    book(jo, house, mode="telehealth", patient=patient.uid)
    assert not Appointment.objects.exists()


def test_request_becomes_a_patient_and_a_visit_without_retyping(house, jo):
    row = make_request(kind="discovery", name="Casey Lee Tran", details={}, texts_ok=True)
    call = make_call(reason="discovery", subject_uid=row.uid)
    calls.claim(call=call, user=jo.user, now=NOW)
    page = jo.get(BOOK, {**slot(house), "request": row.uid})
    for value in ("Casey Lee", "Tran", "907-555-0118", "casey@runner.example"):
        assert f'value="{value}"' in page.content.decode()
    book(jo, house, request=row.uid, **{**NEW, "given_name": "Casey Lee", "family_name": "Tran"})
    visit = Appointment.objects.get()
    row.refresh_from_db()
    call.refresh_from_db()
    assert visit.request == row
    assert (row.patient, row.state) == (visit.patient, "closed")
    assert (call.state, call.outcome) == ("done", "booked")


def test_request_whose_call_a_colleague_has_stays_open_but_the_visit_is_booked(house, jo):
    row = make_request(kind="discovery", details={})
    calls.claim(call=make_call(reason="discovery", subject_uid=row.uid), user=make_user(), now=NOW)
    book(jo, house, request=row.uid, **NEW)
    row.refresh_from_db()
    assert Appointment.objects.get().request == row
    assert row.state == "new"


@pytest.mark.parametrize(
    ("mode", "given"),
    [
        ("mobile", {"address": "7310 Boundary Avenue", "access_notes": "Dog"}),
        ("telehealth", {"time_zone": "America/New_York"}),
    ],
)
def test_visits_at_home_and_by_video_keep_what_they_need(house, jo, mode, given):
    book(jo, house, mode=mode, **NEW, **given)
    visit = Appointment.objects.get()
    assert visit.mode == mode
    for name, value in given.items():
        assert getattr(visit, name) == value


def test_home_visit_needs_its_address(house, jo):
    page = book(jo, house, mode="mobile", **NEW)
    assert "Give the address of the visit." in words(page)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"given_name": ""}, "Give the given name."),
        ({"family_name": ""}, "Give the family name."),
        ({"family_name": "a\x00"}, "Take out the characters that do not print."),
        ({"given_name": "x" * 81}, "Use at most 80 characters."),
        ({"birth_date": ""}, "Give the date of birth."),
        ({"birth_date": "2030-01-01"}, "Check the date of birth."),
        ({"birth_date": "1899-12-31"}, "Check the date of birth."),
        ({"birth_date": "31 February"}, "Give the date of birth."),
        ({"phone": "", "email": ""}, "Give a phone number or an e-mail address."),
        ({"phone": "12"}, "Give a phone number with 10 digits"),
        ({"email": "a@b\r\nBcc: x@y.example"}, "Write this on one line."),
        ({"phone": "", "texts_ok": "on"}, "Texts need a phone number."),
    ],
)
def test_wrong_contact_data_get_a_message_and_lose_nothing(house, jo, change, message):
    page = book(jo, house, **{**NEW, **change})
    assert page.status_code == 200
    assert message in words(page)
    assert unknown_targets(page) == set()
    assert not Patient.objects.exists()
    if "family_name" not in change:
        assert 'value="Tallman"' in page.content.decode()


def test_time_that_was_taken_meanwhile_offers_the_nearest_and_keeps_what_was_typed(house, jo):
    house.book("09:00", now=NOW)
    page = book(jo, house, **NEW)
    text = words(page)
    assert "That time has just gone." in text
    assert 'value="Tallman"' in page.content.decode()
    near = re.findall(r'<button class="btn" name="slot" value="([^"]+)"', page.content.decode())
    assert len(near) == 6
    same_time = [slot.split("|")[1] for slot in near if slot.startswith(html.escape(local("09:00").isoformat()))]
    assert same_time == [str(house.jun.uid)]
    assert not Patient.objects.filter(family_name="Tallman").exists()
    jo.post(BOOK, {**slot(house), **NEW, "slot": html.unescape(near[0])})
    assert Appointment.objects.filter(patient__family_name="Tallman").count() == 1


@pytest.mark.parametrize("wall", ["07:00", "09:07", "12:00"])
def test_time_that_was_never_offered_is_refused(house, jo, wall):
    page = book(jo, house, wall, **NEW)
    assert page.status_code == 200
    assert not Appointment.objects.exists()
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"slot": "x"},
        {"slot": ""},
        {"slot": "a|b|c"},
        {"slot": "2026-11-25T18:00:00|{dana}|{place}"},
        {"slot": "2026-11-25T18:00:00+00:00|{place}|{dana}"},
        {"slot": "\x00"},
        {"slot": "0001-01-01T00:00:00+00:00|{dana}|{place}"},
        {"slot": "9999-12-31T23:59:59+00:00|{dana}|{place}"},
        {"service": "x"},
        {"mode": "rocket"},
    ],
)
def test_tampered_times_lead_back_to_the_list(house, jo, change):
    change = {key: value.format(dana=house.dana.uid, place=house.location.uid) for key, value in change.items()}
    answer = jo.post(BOOK, {**slot(house), **NEW, **change})
    assert answer["Location"] == FIND
    assert not Appointment.objects.exists()


def test_time_far_away_is_refused_and_not_an_error(house, jo):
    for year in ("2005", "2199"):
        data = {**slot(house), "slot": slot(house)["slot"].replace("2026", year), "seen": "past,horizon", "why": "x"}
        assert "cannot be booked" in words(jo.post(BOOK, {**data, **NEW}))
    assert not Appointment.objects.exists()


def test_double_submit_books_once(house, jo):
    data = {**slot(house), **NEW, "submission": str(uuid.uuid4())}
    jo.post(BOOK, data)
    jo.post(BOOK, data)
    assert Appointment.objects.count() == 1
    assert Call.objects.filter(reason="unscreened").count() == 1


def test_patient_with_another_visit_then_is_told_which(house, jo):
    patient = make_patient()
    make_outcome(patient=patient)
    house.book("09:00", now=NOW, patient=patient, practitioner=house.jun)
    page = book(jo, house, patient=patient.uid)
    assert "They have another visit at that time: Wed 25 Nov, 9:00 am with Jun" in words(page)
    assert Appointment.objects.count() == 1


def test_record_of_staff_or_vip_asks_why_before_booking(house, jo):
    patient = make_patient(sensitive=True)
    address = reverse("admin:patient", args=[patient.uid])
    assert jo.get(FIND, {"patient": patient.uid})["Location"] == address
    assert jo.get(BOOK, {**slot(house), "patient": patient.uid})["Location"] == address


# ---------------------------------------------------------------- the call a day before


def test_answering_the_questions_ends_the_call(house, jo):
    book(jo, house, **NEW)
    answers = all_clear()
    filled = make_screening(patient=Patient.objects.get(), state="started", finished_at=None, answers=answers)
    write_outcome(filled, screening.evaluate(answers, questionnaire=questionnaire.current()), now=NOW)
    assert Call.objects.get(reason="unscreened").outcome == "answered"


def test_cancelling_the_visit_ends_the_call(house, jo):
    book(jo, house, **NEW)
    diary.cancel(appointment=Appointment.objects.get(), by=None, now=NOW)
    assert Call.objects.get(reason="unscreened").state == "done"


@pytest.mark.parametrize(
    ("visit", "due"),
    [
        ("2026-11-27 09:00", "2026-11-26 09:00"),  # Friday: a day before, when the desk works
        ("2026-11-26 12:30", "2026-11-25 12:00"),  # in the desk's break: before it
        ("2026-11-30 09:00", "2026-11-27 16:30"),  # Monday: when the desk closes on Friday
        ("2026-12-01 09:00", "2026-11-30 09:00"),
    ],
)
def test_call_before_a_visit_is_due_while_the_desk_works(house, visit, due):
    def wall(text: str):
        day, at = text.split()
        return local(at, date.fromisoformat(day))

    booked = house.book("09:00", now=NOW)
    booked.block.starts_at = wall(visit)
    assert unscreened.call_before(appointment=booked, now=NOW).due_at == wall(due)


def test_call_is_due_before_a_closure_and_never_in_the_past(house):
    house.location.closures.create(first_day="2026-11-25", last_day="2026-11-29", reason="Holidays")
    booked = house.book("09:00", now=NOW, practitioner=house.dana, start=local("09:00", date(2026, 11, 30)))
    assert unscreened.call_before(appointment=booked, now=NOW).due_at == local("16:30", date(2026, 11, 24))
    assert unscreened.call_later(appointment=booked, now=local("20:00", date(2026, 11, 24))) == 1
    assert Call.objects.get().due_at == local("20:00", date(2026, 11, 24))


def test_call_is_due_a_day_before_where_no_opening_hours_are_kept(house):
    house.location.opening_hours.all().delete()
    booked = house.book("09:00", now=NOW, start=local("09:00", date(2026, 11, 30)))
    assert unscreened.call_before(appointment=booked, now=NOW).due_at == local("09:00", date(2026, 11, 29))


def test_call_for_a_visit_within_a_day_is_due_at_once(house):
    visit = house.book("09:00", now=NOW)
    assert unscreened.call_before(appointment=visit, now=NOW).due_at == NOW


# ---------------------------------------------------------------- moving


def screened(house, wall: str = "09:00", **values) -> Appointment:
    visit = house.book(wall, now=NOW, **values)
    make_outcome(patient=visit.patient)
    return visit


def moved(client, visit, text: str):
    return client.post(reverse("admin:visit-move", args=[visit.uid]), {"slot": text}, follow=True)


def test_visit_is_moved_to_a_listed_time(house, jo):
    visit = screened(house)
    page = jo.get(reverse("admin:visit-move", args=[visit.uid]))
    offered = re.findall(r'name="slot" value="([^"]+)"', page.content.decode())
    assert offered
    page = moved(jo, visit, slot(house, "10:00", house.jun)["slot"])
    visit.refresh_from_db()
    assert (visit.block.starts_at, visit.block.practitioner, visit.sequence) == (local("10:00"), house.jun, 1)
    assert "Moved: Ana Oquendo now comes Wed 25 Nov, 10:00 am to Jun" in words(page)
    assert AuditEvent.objects.get(act="visit.moved").actor == jo.user


@pytest.mark.parametrize("mode", ["mobile", "telehealth"])
def test_visits_elsewhere_are_moved_without_asking_where_again(house, jo, mode):
    visit = screened(house, mode=mode)
    page = jo.get(reverse("admin:visit-move", args=[visit.uid]))
    offered = [html.unescape(each) for each in re.findall(r'name="slot" value="([^"]+)"', page.content.decode())]
    assert offered
    moved(jo, visit, offered[-1])
    visit.refresh_from_db()
    assert visit.sequence == 1


def test_time_that_is_taken_leaves_the_visit_where_it_is(house, jo):
    visit = screened(house)
    house.book("10:00", now=NOW)
    page = moved(jo, visit, slot(house, "10:00")["slot"])
    assert "taken" in words(page) or "gone" in words(page)
    visit.refresh_from_db()
    assert visit.sequence == 0


@pytest.mark.parametrize("text", ["", "x", "\x00", "a|b|c"])
def test_tampered_moves_change_nothing(house, jo, text):
    visit = screened(house)
    assert "Pick a time from the list." in words(moved(jo, visit, text))
    visit.refresh_from_db()
    assert visit.sequence == 0


def test_move_says_when_the_patient_could_not_be_written_to_and_when_nothing_moved(house, jo):
    visit = screened(house, patient=make_patient(email="", texts_ok=False))
    page = words(moved(jo, visit, slot(house, "10:00")["slot"]))
    assert "They cannot be written to: a call is open." in page
    assert "is told" not in page
    assert Call.objects.get(subject_uid=visit.uid).reason == "message"
    again = words(moved(jo, visit, slot(house, "10:00")["slot"]))
    assert "Nothing was moved: Ana Oquendo comes Wed 25 Nov, 10:00 am" in again


def test_visit_of_a_patient_whose_gate_is_shut_is_not_moved(house, jo):
    visit = house.book("09:00", now=NOW)
    make_outcome(patient=visit.patient, level="unsure")
    assert "A PT must call first" in words(jo.get(reverse("admin:visit-move", args=[visit.uid])))
    assert "A PT must call first" in words(moved(jo, visit, slot(house, "10:00")["slot"]))
    visit.refresh_from_db()
    assert visit.sequence == 0


def test_visit_that_is_not_there_is_not_found(jo):
    assert jo.get(reverse("admin:visit-move", args=[uuid.uuid4()])).status_code == 404


# ---------------------------------------------------------------- the patient's page


def test_patients_page_shows_what_is_coming_and_what_happened(house, jo):
    visit = screened(house)
    diary.cancel(appointment=house.book("11:00", now=NOW, patient=visit.patient), by=jo.user, reason="Snow", now=NOW)
    page = jo.get(reverse("admin:patient", args=[visit.patient.uid]))
    text = words(page)
    assert f"Wed 25 Nov, 9:00 to 10:00 am, {house.service.name}" in text
    assert "Booked" in text
    assert "By Jo Bennett: Snow" in text
    assert reverse("admin:visit-move", args=[visit.uid]) in page.content.decode()
    assert "Mechanical, unread" in text
    assert "Low back" not in text


def test_pts_see_the_visits_without_the_desks_buttons(house):
    visit = screened(house)
    page = staff("pt").get(reverse("admin:patient", args=[visit.patient.uid]))
    assert "Wed 25 Nov, 9:00 am" in words(page)
    assert reverse("admin:visit-move", args=[visit.uid]) not in page.content.decode()
    assert reverse("admin:find-slot") not in page.content.decode()


def test_patients_page_costs_the_same_with_three_visits_as_with_one(house, jo, django_assert_num_queries):
    patient = make_patient()

    def fill(wall: str) -> None:
        house.book(wall, now=NOW, patient=patient)
        make_outcome(patient=patient)

    fill("08:00")
    address = reverse("admin:patient", args=[patient.uid])
    with CaptureQueriesContext(connection) as one:
        jo.get(address)
    fill("09:00")
    fill("10:00")
    with django_assert_num_queries(len(one)):
        jo.get(address)


def test_desks_bookings_are_blocks_like_any_other(house, jo):
    book(jo, house, **NEW)
    assert Block.objects.get().state == "booked"


# ---------------------------------------------------------------- from the queue


def test_call_leads_to_the_list_with_who_it_is_for_and_ends_when_booked(house, jo):
    call = make_call(reason="interpreter", name="Bea Tallman", phone="+19075550119")
    page = jo.get(FIND, {"call": call.uid})
    assert "Find a time for Bea Tallman" in words(page)
    assert choices(page)[0]["call"] == str(call.uid)
    form = jo.get(BOOK, {**slot(house), "call": call.uid}).content.decode()
    for value in ("Bea", "Tallman", "907-555-0119"):
        assert f'value="{value}"' in form
    book(jo, house, call=call.uid, **NEW)
    call.refresh_from_db()
    assert (call.state, call.outcome, call.patient) == ("done", "booked", Appointment.objects.get().patient)


@pytest.mark.parametrize("reason", ["unscreened", "refer", "alert"])
def test_booking_ends_no_call_that_is_about_something_else(house, jo, reason):
    patient = make_patient()
    call = make_call(reason=reason, patient=patient)
    book(jo, house, call=call.uid)
    call.refresh_from_db()
    assert Appointment.objects.get().patient == patient
    assert call.state == "open"


def test_question_stays_with_the_pts_when_its_visit_is_booked(house, jo):
    row = make_request(kind="question", details={})
    call = make_call(reason="question", subject_uid=row.uid, for_pt=True)
    book(jo, house, call=call.uid, **NEW)
    row.refresh_from_db()
    call.refresh_from_db()
    assert (row.state, call.state, row.patient) == ("new", "open", Appointment.objects.get().patient)


@pytest.mark.parametrize("reason", ["alert", "unsure"])
def test_request_whose_words_a_pt_has_to_call_about_is_not_booked_before(house, jo, reason):
    row = make_request(kind="cost", details={}, alert="emergency")
    owed = make_call(reason=reason, subject_uid=row.uid, for_pt=True)
    assert "A PT must call first" in words(jo.get(FIND, {"request": row.uid}))
    assert "Nothing was booked." in words(book(jo, house, request=row.uid, **NEW))
    assert not Appointment.objects.exists()
    row.refresh_from_db()
    assert row.patient is None
    calls.finish(call=owed, user=make_user(groups=["pt"]), outcome="reached", now=NOW)
    book(jo, house, request=row.uid, **NEW)
    assert Appointment.objects.get().request == row


def test_person_whose_number_we_know_is_suggested_and_never_taken_for_granted(house, jo):
    known = make_patient(given_name="Ana", family_name="Iglesias", phone="+19075550177")
    row = make_request(kind="discovery", name="Ana Iglesias", phone="+19075550177", email="", details={})
    page = jo.get(FIND, {"request": row.uid})
    assert "Maybe a patient we know" in words(page)
    assert f"request={row.uid}&amp;patient={known.uid}" in page.content.decode()
    assert "Maybe a patient we know" not in words(jo.get(FIND, {"request": row.uid, "patient": known.uid}))
    book(jo, house, request=row.uid, patient=known.uid)
    row.refresh_from_db()
    assert (Appointment.objects.get().patient, row.patient) == (known, known)
