"""Reading strangers' calendar files: when somebody is busy, and that no file does harm."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from booking.busy import reading
from booking.busy.reading import NotACalendar, read
from booking.busy.recurring import Budget, TooMuch
from clinic.spans import Span

ANCHORAGE = ZoneInfo("America/Anchorage")
# With the last night of summer time, 1 November.
WINDOW = Span(datetime(2026, 10, 26, 8, tzinfo=UTC), datetime(2026, 11, 30, 9, tzinfo=UTC))
NINE = "DTSTART;TZID=America/Anchorage:20261103T090000\nDTEND;TZID=America/Anchorage:20261103T100000"


def file(*events: str, head: str = "") -> bytes:
    """A calendar of events, each given by its lines; one without a uid gets one."""
    blocks = []
    for place, event in enumerate(events):
        uid = "" if "UID:" in event else f"UID:event-{place}\n"
        blocks.append(f"BEGIN:VEVENT\n{uid}{event.strip()}\nEND:VEVENT\n")
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{head}{''.join(blocks)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode("utf-8", "replace")


def busy(*events: str, head: str = "", **values) -> list[str]:
    """The busy times by the clock in Anchorage."""
    found = read(file(*events, head=head), window=WINDOW, zone=ANCHORAGE, **values)
    assert found.unread == 0
    return [
        f"{span.start.astimezone(ANCHORAGE):%d %b %H:%M}-{span.end.astimezone(ANCHORAGE):%d %b %H:%M}"
        for span in found.spans
    ]


def test_title_is_no_part_of_what_is_read():
    found = read(file(NINE + "\nSUMMARY:Oncologist"), window=WINDOW, zone=ANCHORAGE)
    assert found.spans == (Span(datetime(2026, 11, 3, 18, tzinfo=UTC), datetime(2026, 11, 3, 19, tzinfo=UTC)),)
    assert "Oncologist" not in repr(found)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20261103T180000Z\nDURATION:PT90M", "03 Nov 09:00-03 Nov 10:30"),
        ("DTSTART:20261103T090000\nDTEND:20261103T100000", "03 Nov 09:00-03 Nov 10:00"),
        ("DTSTART;VALUE=DATE:20261103", "03 Nov 00:00-04 Nov 00:00"),
        ("DTSTART;VALUE=DATE:20261031\nDTEND;VALUE=DATE:20261102", "31 Oct 00:00-02 Nov 00:00"),
        ("DTSTART;TZID=Europe/Berlin:20261103T190000\nDURATION:PT1H", "03 Nov 09:00-03 Nov 10:00"),
        ("DTSTART;TZID=Alaskan Standard Time:20261103T090000\nDURATION:PT1H", "03 Nov 09:00-03 Nov 10:00"),
        ("DTSTART:20261020T000000Z\nDTEND:20261027T080000Z", "26 Oct 00:00-27 Oct 00:00"),
    ],
)
def test_time_is_told_by_zone_float_day_or_length(event, expected):
    assert busy(event) == [expected]


def test_times_without_a_zone_are_in_that_of_the_calendar():
    assert busy("DTSTART:20261103T130000\nDURATION:PT1H", head="X-WR-TIMEZONE:America/New_York\n") == [
        "03 Nov 09:00-03 Nov 10:00"
    ]


@pytest.mark.parametrize(
    "line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "RRULE:FREQ=DAILY;COUNT=0"]
)
def test_cancelled_and_free_events_take_no_time(line):
    found = read(file(f"{NINE}\n{line}"), window=WINDOW, zone=ANCHORAGE)
    assert found.spans == () or "RRULE" in line


def test_events_that_overlap_are_one_busy_time():
    assert busy(NINE, "DTSTART:20261103T183000Z\nDURATION:PT1H", "DTSTART:20261103T193000Z\nDURATION:PT1H") == [
        "03 Nov 09:00-03 Nov 11:30"
    ]


def test_recurring_event_keeps_its_hour_on_the_wall_when_the_clock_changes():
    rule = "DTSTART;TZID=America/Anchorage:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261110T000000Z"
    assert busy(rule) == [
        "26 Oct 09:00-26 Oct 10:00",
        "02 Nov 09:00-02 Nov 10:00",
        "09 Nov 09:00-09 Nov 10:00",
    ]


def test_single_times_of_a_series_are_moved_cancelled_left_out_and_added():
    master = (
        "UID:s\nDTSTART;TZID=America/Anchorage:20261102T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\n"
        "EXDATE;TZID=America/Anchorage:20261103T090000\nRDATE;TZID=America/Anchorage:20261120T140000"
    )
    moved = "UID:s\nRECURRENCE-ID:20261104T180000Z\nDTSTART:20261105T000000Z\nDURATION:PT2H"
    gone = f"UID:s\nRECURRENCE-ID:20261105T180000Z\nSTATUS:CANCELLED\n{NINE.replace('1103', '1105')}"
    assert busy(master, moved, gone) == [
        "02 Nov 09:00-02 Nov 10:00",
        "04 Nov 15:00-04 Nov 17:00",
        "06 Nov 09:00-06 Nov 10:00",
        "20 Nov 14:00-20 Nov 15:00",
    ]


def test_night_on_which_the_clock_goes_back_is_as_long_as_it_is():
    (span,) = read(file("DTSTART;VALUE=DATE:20261101"), window=WINDOW, zone=ANCHORAGE).spans
    assert span.length == timedelta(hours=25)


def test_our_own_visits_do_not_come_back_as_busy():
    assert busy(
        f"UID:mine\n{NINE}", "UID:other\nDTSTART:20261104T180000Z\nDURATION:PT1H", ours=lambda uids: uids & {"mine"}
    ) == ["04 Nov 09:00-04 Nov 10:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;INTERVAL=99999999999",
        "FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
        "FREQ=NEVER",
    ],
)
def test_rule_that_would_never_end_costs_only_its_own_event(rule):
    began = time.process_time()
    found = read(file(f"{NINE}\nRRULE:{rule}", NINE.replace("1103", "1104")), window=WINDOW, zone=ANCHORAGE)
    assert time.process_time() - began < 5
    assert found.unread == 1
    assert found.spans[-1].start == datetime(2026, 11, 4, 18, tzinfo=UTC)


def test_file_of_many_rules_that_each_give_hundreds_of_times_is_given_up(monkeypatch):
    monkeypatch.setattr(reading, "Budget", lambda: Budget(times=5_000))
    rule = "DTSTART:20261026T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24)))
    assert read(file(*[rule] * 5), window=WINDOW, zone=ANCHORAGE).unread == 0
    with pytest.raises(TooMuch):
        read(file(*[rule] * 7), window=WINDOW, zone=ANCHORAGE)


def test_file_of_many_such_rules_is_given_up(monkeypatch):
    monkeypatch.setattr(reading, "Budget", lambda: Budget(100_000))
    rule = "DTSTART:20000101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    with pytest.raises(TooMuch):
        read(file(*[rule] * 3), window=WINDOW, zone=ANCHORAGE)


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"\x00\xff\xfe", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"BEGIN:VCALENDAR"]
)
def test_what_is_no_calendar_is_told_so(data):
    with pytest.raises(NotACalendar):
        read(data, window=WINDOW, zone=ANCHORAGE)


VALUES = st.one_of(
    st.text(st.characters(blacklist_characters="\r\n"), max_size=40),
    st.sampled_from(
        ["20261103T090000", "00010101T000000", "99991231T235959Z", "20261103", "PT1H", "-P9999999D", "P1W"]
    ),
    st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "FREQ=HOURLY;UNTIL=99991231", "FREQ=YEARLY;BYEASTER=1"]
    ),
)
NAMES = st.sampled_from(
    [
        *("DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID", "UID", "STATUS", "TRANSP", "X"),
        *("DTSTART;VALUE=DATE", "DTSTART;TZID=Nowhere/At All", "RDATE;VALUE=PERIOD"),
        "RECURRENCE-ID;RANGE=THISANDFUTURE",
    ]
)


@given(st.lists(st.lists(st.tuples(NAMES, VALUES), max_size=7), max_size=4), st.text(max_size=30))
@example([[("DTSTART", "20261103T090000"), ("DTSTART", "20261104T090000"), ("DURATION", "PT1H")]], "")
@example([[("DTSTART;VALUE=DATE", "99991231"), ("RRULE", "FREQ=DAILY")]], "/etc/passwd")
def test_no_text_of_a_stranger_ends_otherwise_than_in_words(events, zone):
    text = ["\n".join(f"{name}:{value}" for name, value in lines) for lines in events]
    head = f"X-WR-TIMEZONE:{zone}\n".replace("\r", "") if "\n" not in zone else ""
    try:
        found = read(file(*text, head=head), window=WINDOW, zone=ANCHORAGE)
    except (NotACalendar, TooMuch):
        return
    assert all(WINDOW.contains(span) for span in found.spans)


@given(st.binary(max_size=400))
def test_no_bytes_do_either(data):
    with pytest.raises(NotACalendar):
        read(data, window=WINDOW, zone=ANCHORAGE)
