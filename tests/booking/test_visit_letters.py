"""What the patient is told of a visit."""

import re
from datetime import datetime

import pytest
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from booking import diary, ical, told
from booking.models import Appointment
from clinic import links, outbox, registry
from clinic.letters import segments
from clinic.models import Message
from tests.booking.house import local
from tests.booking.visitor import text as words
from tests.booking.visitor import visit_link
from tests.factories import NOW, make_clinic, make_patient, make_screening, make_user

CLINICAL = re.compile(
    r"pain|therap|injur|symptom|screen|diagnos|treat|exam\b|health|medic|knee|back\b|spine|physio|clinical",
    re.IGNORECASE,
)


def sent(visit, channel="email", kind=None, now=NOW):
    """Render the newest message about a visit."""
    message = Message.objects.filter(subject_uid=visit.uid, channel=channel).latest("pk")
    return registry.letters[kind or message.kind](message, now)


def test_letter_says_when_with_whom_where_and_how_to_change_it(house):
    visit = house.book("09:40", start=local("09:30"), patient=make_patient(preferred_name="Annie"), now=NOW)
    letter = sent(visit)
    assert letter.subject == "Your visit on Wed 25 Nov, 9:30 am"
    for text in (letter.text, letter.html):
        assert "Hi Annie" in text
        assert "Wednesday 25 November" in text
        assert "9:30 to 10:30 am, Anchorage time" in text
        assert f"{house.dana.name}, DPT" in text
        assert "Midtown clinic" in text
        assert "2100 Birchline Ave" in text
        assert "Bring: photo ID" in text
        assert "907 555 0142" in text.replace("(", "").replace(")", "").replace("-", " ")
        assert "http://testserver/l/visit~" in text


def test_link_in_the_letter_opens_the_visit(house):
    visit = house.book("09:00", now=NOW)
    token = re.search(r"/l/([^/]+)/", sent(visit).text).group(1)
    assert links.open_token(token) == (visit, "visit")


def test_letter_carries_the_calendar_file(house):
    visit = house.book("09:00", now=NOW)
    (file,) = sent(visit).attachments
    assert (file.name, file.content_type) == ("visit.ics", "text/calendar; method=PUBLISH")


def test_letter_leaves_with_a_calendar_part_that_mail_programs_read(house):
    visit = house.book("09:00", now=NOW)
    outbox.deliver_due(now=NOW)
    parts = {part.get_content_type(): part for part in mail.outbox[-1].message().walk()}
    calendar = parts["text/calendar"]
    assert (calendar.get_param("method"), calendar.get_param("charset")) == ("PUBLISH", "utf-8")
    assert calendar.get_filename() == "visit.ics"
    event = Calendar.from_ical(calendar.get_payload(decode=True)).events[0]
    assert event["uid"] == str(visit.uid)


@pytest.mark.parametrize(
    ("mode", "place", "bring"),
    [
        ("mobile", "At your home", "free floor"),
        ("telehealth", "By video", "a camera"),
        ("in_clinic", "Midtown", "Come 10"),
    ],
)
def test_letter_fits_the_mode(house, mode, place, bring):
    letter = sent(house.book("09:00", mode=mode, now=NOW))
    assert place in letter.text
    assert bring in letter.text
    assert "7310 Boundary Avenue" not in letter.text + letter.html


@pytest.mark.parametrize(
    ("rooms", "how"),
    [
        ("", "we call or write to you and tell you how to join"),
        ("https://meet.example.org/{room}", "from 8:50 am, Anchorage time"),
    ],
)
def test_letter_and_pages_say_how_one_gets_into_the_video(client, house, monkeypatch, rooms, how):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    monkeypatch.setattr("django.conf.settings.TELEHEALTH_ROOM_URL", rooms)
    contact = {"email": "casey@runner.example"}
    video = house.book("09:00", mode="telehealth", screening=make_screening(contact=contact), now=NOW)
    there = house.book("11:00", now=NOW)
    assert (how in sent(video).text, how in sent(video).html, how in sent(there).text) == (True, True, False)
    for visit, says in ((video, True), (there, False)):
        client.get(visit_link(visit))
        for page in ("/visit/", "/visit/booked/"):
            assert (how in words(client.get(page)).replace("From ", "from ")) == says, page


@pytest.mark.parametrize("rooms", ["", "https://meet.example.org/{room}"])
def test_number_to_call_when_the_video_fails_can_be_tapped(house, settings, rooms):
    settings.TELEHEALTH_ROOM_URL = rooms
    letter = sent(house.book("09:00", mode="telehealth", now=NOW))
    assert re.search(r'video fails, call us: <a [^>]*href="tel:\+19075550142">907-555-0142</a>', letter.html)
    assert "video fails, call us: 907-555-0142." in letter.text


def test_what_is_sent_of_a_video_visit_never_names_its_room(house):
    visit = house.book("09:00", mode="telehealth", patient=make_patient(texts_ok=True), now=NOW)
    by_mail, by_text = sent(visit), sent(visit, channel="sms")
    file = ical.calendar_file(visit, now=NOW).decode()
    assert "meet.example.org" not in by_mail.text + by_mail.html + by_text.text + file
    assert "/l/" not in file
    event = Calendar.from_ical(file).events[0]
    assert (event["location"], event["description"][:37]) == ("By video", "To join, change or cancel, use the li")
    assert "Join, change or cancel: http" in by_text.text
    assert segments(by_text.text) <= 2


def test_link_that_the_desk_sends_again_comes_in_a_letter_of_its_own(house):
    visit = house.book("09:00", mode="telehealth", patient=make_patient(texts_ok=True), now=NOW)
    for _again in range(2):
        assert diary.send_link(appointment=visit, by=make_user(), now=local("08:40")) == 2
    rows = Message.objects.filter(subject_uid=visit.uid, kind="visit_join")
    assert (rows.count(), {row.not_after for row in rows}) == (4, {local("10:30")})
    letter, text = sent(visit, kind="visit_join", now=local("08:41")), sent(visit, channel="sms", now=local("08:41"))
    assert letter.subject == "How to join on Wed 25 Nov, 9:00 am"
    assert "from 8:50 am, Anchorage time" in letter.text
    assert "http://testserver/l/visit~" in letter.text
    assert segments(text.text) <= 2
    assert CLINICAL.findall(letter.subject + text.text) == []
    assert sent(visit, kind="visit_join", now=local("10:30")) is None


def test_link_is_not_sent_for_a_visit_that_is_over_cancelled_or_not_by_video(house):
    over = house.book("09:00", mode="telehealth", now=NOW)
    gone = house.book("10:00", mode="telehealth", now=NOW)
    there = house.book("11:00", now=NOW)
    diary.cancel(appointment=gone, by=make_user(), now=NOW)
    for visit in (over, gone, there):
        with pytest.raises(diary.WrongState):
            diary.send_link(appointment=visit, by=make_user(), now=local("10:30"))


def test_letter_about_a_video_visit_is_in_the_patients_zone(house):
    letter = sent(house.book("09:00", mode="telehealth", time_zone="Asia/Tokyo", now=NOW))
    assert letter.subject == "Your visit on Thu 26 Nov, 3:00 am"
    assert "3:00 to 4:00 am, Tokyo time" in letter.text


def test_letter_about_a_move_says_the_new_time(house):
    visit = house.book("09:00", now=NOW)
    diary.move(appointment=visit, start=local("11:00"), practitioner=house.jun, location=house.location, now=NOW)
    letter = sent(visit)
    assert letter.subject == "Your visit is now on Wed 25 Nov, 11:00 am"
    assert "11:00 am to 12:00 noon, Anchorage time" in letter.text
    assert "9:00" not in letter.text


@pytest.mark.parametrize(
    ("staff", "words"), [(True, "We had to cancel your visit."), (False, "Your visit is cancelled.")]
)
def test_letter_about_a_cancelled_visit_says_by_whom(house, staff, words):
    visit = house.book("09:00", now=NOW)
    diary.cancel(appointment=visit, by=make_user() if staff else None, now=NOW)
    letter = sent(visit)
    assert letter.subject == "Cancelled: your visit on Wed 25 Nov, 9:00 am"
    assert words in letter.text
    assert words in letter.html
    assert letter.attachments[0].content_type == "text/calendar; method=CANCEL"


def test_letters_that_a_newer_act_made_wrong_are_not_written(house):
    visit = house.book("09:00", now=NOW)
    booked = Message.objects.get()
    assert sent(visit, now=local("09:00")) is None  # it has begun
    moved = diary.move(
        appointment=visit, start=local("11:00"), practitioner=house.dana, location=house.location, now=NOW
    )
    assert registry.letters["booked"](booked, NOW) is None
    diary.cancel(appointment=moved, by=None, now=NOW)
    assert registry.letters["moved"](Message.objects.get(kind="moved"), NOW) is None
    Appointment.objects.update(sequence=9)
    assert registry.letters["cancelled"](Message.objects.get(kind="cancelled"), NOW) is None


@pytest.mark.first_case
@pytest.mark.parametrize("act", ["booked", "moved", "cancelled"])
@pytest.mark.parametrize("mode", ["in_clinic", "mobile", "telehealth"])
def test_subject_text_message_and_calendar_file_say_nothing_clinical(house, act, mode):
    # The clinic's full name may, as any address on an envelope; its short name stands in for it here.
    make_clinic(short_name="Sidehill")
    visit = house.book("09:00", mode=mode, patient=make_patient(texts_ok=True), now=NOW)
    if act == "moved":
        where = house.location if mode == "in_clinic" else None
        diary.move(appointment=visit, start=local("11:00"), practitioner=house.dana, location=where, now=NOW)
    if act == "cancelled":
        diary.cancel(appointment=visit, by=None, now=NOW)
    letter, text = sent(visit), sent(visit, "sms")
    file = letter.attachments[0].content.decode().replace("\r\n ", "")
    assert CLINICAL.findall(letter.subject + text.text + file.replace("Midtown clinic", "")) == []


@pytest.mark.parametrize("act", ["booked", "moved", "cancelled"])
def test_text_message_is_short_and_says_when(house, act):
    make_clinic(short_name="S" * 40)
    visit = house.book(
        "09:00",
        mode="telehealth",
        time_zone="America/Argentina/ComodRivadavia",
        patient=make_patient(texts_ok=True),
        now=NOW,
    )
    if act == "moved":
        diary.move(appointment=visit, start=local("11:00"), practitioner=house.dana, now=NOW)
    if act == "cancelled":
        diary.cancel(appointment=visit, by=None, now=NOW)
    letter = sent(visit, "sms")
    assert "25 Nov" in letter.text
    assert "ComodRivadavia time" in letter.text
    assert segments(letter.text) <= 2
    assert letter.html == letter.subject == ""


def test_calendar_file_of_a_visit(house):
    visit = house.book("09:00", now=NOW)
    calendar = Calendar.from_ical(ical.calendar_file(visit, now=NOW))
    event = calendar.events[0]
    assert (calendar["method"], calendar["version"]) == ("PUBLISH", "2.0")
    assert (event["uid"], event["sequence"], event["status"]) == (str(visit.uid), 0, "CONFIRMED")
    assert (event.start, event.end) == (local("09:00"), local("10:00"))
    assert event["dtstart"].params["TZID"] == "America/Anchorage"
    assert [zone["TZID"] for zone in calendar.timezones] == ["America/Anchorage"]
    assert event["summary"] == "Visit at Sidehill"
    assert event["location"] == "Midtown clinic, 2100 Birchline Ave, Suite 140, Anchorage, AK 99503"
    assert event["organizer"] == "mailto:desk@sidehill.example"
    assert event["dtstamp"].dt == NOW


def test_calendar_file_of_a_visit_on_hold_says_that_it_is_not_settled(house):
    visit = house.book("09:00", now=NOW)
    visit.hold = "talk"
    (event,) = Calendar.from_ical(ical.calendar_file(visit, now=NOW)).events
    assert event["status"] == "TENTATIVE"


def test_calendar_file_follows_the_visit(house):
    visit = house.book("09:00", now=NOW)
    moved = diary.move(
        appointment=visit, start=local("11:00"), practitioner=house.dana, location=house.location, now=NOW
    )
    event = Calendar.from_ical(ical.calendar_file(moved, now=NOW)).events[0]
    assert (event["uid"], event["sequence"], event.start) == (str(visit.uid), 1, local("11:00"))
    gone = diary.cancel(appointment=moved, by=None, now=NOW)
    calendar = Calendar.from_ical(ical.calendar_file(gone, now=NOW))
    event = calendar.events[0]
    assert (calendar["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 2)


def test_calendar_file_is_small_and_breaks_no_line(house):
    house.location.name = "Midtown\r\nATTENDEE:mailto:x@example.org; a, b\\c \U0001f3d4"
    house.location.save()
    file = ical.calendar_file(house.book("09:00", now=NOW), now=NOW)
    assert len(file) < 2500
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert b"\r\nATTENDEE" not in file
    assert "mailto:x@example.org; a, b\\c \U0001f3d4" in str(Calendar.from_ical(file).events[0]["location"])


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("zone", "start", "words"),
    [
        ("America/Anchorage", "2026-11-01T09:30Z", "Anchorage time, AKDT"),  # 1:30 am
        ("America/Anchorage", "2026-11-01T10:30Z", "Anchorage time, AKST"),  # 1:30 am again
        ("America/Anchorage", "2026-11-01T11:30Z", "Anchorage time"),
        ("America/Anchorage", "2026-03-08T11:30Z", "Anchorage time"),  # half an hour after the jump
        ("Australia/Lord_Howe", "2026-04-04T14:45Z", "Lord Howe time, UTC+1100"),
        ("Australia/Lord_Howe", "2026-04-04T15:15Z", "Lord Howe time, UTC+1030"),
        ("Asia/Tokyo", "2026-11-01T09:30Z", "Tokyo time"),
        ("America/Argentina/Buenos_Aires", "2026-11-01T09:30Z", "Buenos Aires time"),
    ],
)
def test_zone_is_named_and_a_repeated_time_told_apart(house, zone, start, words):
    visit = house.book("09:00", mode="telehealth", time_zone=zone, now=NOW)
    visit.block.starts_at = datetime.fromisoformat(start)
    assert told.zone(visit) == words
