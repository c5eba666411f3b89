"""Where things stand on the day board. Pure."""

from datetime import timedelta

import pytest

from booking.desk.board import MOST_ROWS, Item, breaks, frame, gaps, in_lanes, placed, row_of
from clinic.spans import Span
from tests.booking.house import local


def span(start: str, end: str) -> Span:
    return Span(local(start), local(end))


BOARD = span("08:00", "17:00")


def visit(start: str, end: str) -> Item:
    return Item("visit", span(start, end))


@pytest.mark.parametrize(
    ("start", "end", "row", "length"),
    [("08:00", "09:00", 1, 12), ("09:40", "10:20", 21, 8), ("08:02", "08:31", 1, 7), ("07:30", "08:10", 1, 2)],
)
def test_item_stands_in_rows_of_five_minutes_and_is_never_cut_short(start, end, row, length):
    item = placed(BOARD, visit(start, end))
    assert (item.row, item.length) == (row, length)


def test_moment_outside_the_board_stands_at_its_edge():
    assert row_of(BOARD, local("06:00")) == 1
    assert row_of(BOARD, local("23:59")) == 192
    assert row_of(BOARD, local("08:00") + timedelta(days=2)) == MOST_ROWS


def test_board_shows_the_usual_hours_and_whole_hours_around_what_lies_outside():
    assert frame([], usual=BOARD) == BOARD
    assert frame([span("06:40", "07:20")], usual=BOARD) == span("06:00", "17:00")
    assert frame([span("16:50", "17:05")], usual=BOARD) == span("08:00", "18:00")


def test_board_is_never_longer_than_its_style_sheet():
    assert frame([span("00:10", "23:50")], usual=BOARD).length == timedelta(hours=17)


def test_gaps_are_what_is_left_of_the_work_from_now_on():
    worked, taken = [span("08:00", "12:00")], [span("09:00", "10:00"), span("10:10", "11:00")]
    assert gaps(worked, taken, now=local("08:12")) == [span("08:15", "09:00"), span("11:00", "12:00")]
    assert gaps(worked, taken, now=local("11:45")) == []
    assert gaps(worked, taken, now=local("12:30")) == []


def test_break_is_the_time_between_two_stretches_of_work():
    assert breaks([span("13:00", "16:30"), span("08:00", "12:00")]) == [span("12:00", "13:00")]
    assert breaks([span("08:00", "12:00")]) == []
    assert breaks([]) == []


def test_items_read_in_time_order():
    items, lanes = in_lanes([visit("10:00", "11:00"), visit("08:00", "09:00"), visit("09:00", "10:00")])
    assert [item.span.start for item in items] == [local("08:00"), local("09:00"), local("10:00")]
    assert lanes == 1
    assert {item.lane for item in items} == {0}


def test_visits_that_overlap_stand_side_by_side_and_others_fill_the_width():
    items, lanes = in_lanes([visit("08:00", "09:00"), visit("08:30", "09:30"), visit("10:00", "11:00")])
    assert lanes == 2
    assert [item.lane for item in items] == [1, 2, 0]


def test_line_of_now_takes_no_lane():
    now = Item("now", span("08:30", "08:31"))
    items, lanes = in_lanes([visit("08:00", "09:00"), now])
    assert lanes == 1
    assert [item.kind for item in items] == ["visit", "now"]


def test_more_overlaps_than_lanes_share_the_last():
    items, lanes = in_lanes([visit("08:00", "09:00") for _ in range(5)])
    assert lanes == 3
    assert [item.lane for item in items] == [1, 2, 3, 3, 3]
