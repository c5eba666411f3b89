from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.spans import Span, intersect, merge, subtract, total_minutes

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    """Make a span from minutes of one day."""
    return Span(DAY + timedelta(minutes=start), DAY + timedelta(minutes=end))


def minutes_in(spans: list[Span]) -> set[int]:
    """List each minute in the spans, the slow and obvious way."""
    return {minute for minute in range(100) if any(each.contains(span(minute, minute + 1)) for each in spans)}


def is_plain(spans: list[Span]) -> bool:
    return all(a.end < b.start for a, b in pairwise(spans))


some_spans = st.lists(
    st.tuples(st.integers(0, 79), st.integers(1, 20)).map(lambda pair: span(pair[0], pair[0] + pair[1])), max_size=8
)


@pytest.mark.parametrize("end", [60, 59])
def test_span_must_end_after_it_starts(end):
    with pytest.raises(ValueError, match="must end after it starts"):
        span(60, end)


def test_span_refuses_a_time_without_zone():
    with pytest.raises(ValueError, match="zone"):
        Span(datetime(2026, 3, 2, 8), DAY + timedelta(hours=9))  # noqa: DTZ001


def test_span_turns_other_zones_into_utc():
    night = ZoneInfo("America/Anchorage")
    made = Span(datetime(2026, 3, 8, 1, 30, tzinfo=night), datetime(2026, 3, 8, 3, 30, tzinfo=night))
    assert made == Span(datetime(2026, 3, 8, 10, 30, tzinfo=UTC), datetime(2026, 3, 8, 11, 30, tzinfo=UTC))
    assert made.start.tzinfo is UTC
    assert made.length == timedelta(hours=1)  # the clock jumped from 2:00 to 3:00


def test_span_accepts_another_object_for_utc():
    other = timezone(timedelta(0))
    assert Span(DAY.replace(tzinfo=other), DAY.replace(hour=1, tzinfo=other)) == span(0, 60)


def test_span_cannot_be_changed():
    with pytest.raises(AttributeError):
        span(0, 60).start = DAY  # type: ignore[misc]


def test_spans_sort_by_start_then_end():
    assert sorted([span(5, 9), span(0, 9), span(5, 6)]) == [span(0, 9), span(5, 6), span(5, 9)]


def test_overlap_is_the_shared_time():
    assert span(0, 60).overlap(span(30, 90)) == span(30, 60)
    assert span(30, 90).overlap(span(0, 60)) == span(30, 60)


def test_overlap_of_spans_end_to_end_is_none():
    assert span(0, 60).overlap(span(60, 90)) is None
    assert not span(0, 60).overlaps(span(60, 90))


def test_contains_moment_from_start_up_to_not_including_end():
    hour = span(0, 60)
    assert [hour.contains(at) for at in (hour.start, hour.end - timedelta(microseconds=1), hour.end)] == [
        True,
        True,
        False,
    ]


def test_contains_span_only_as_a_whole():
    hour = span(0, 60)
    assert [hour.contains(other) for other in (hour, span(10, 60), span(0, 61), span(-1, 60))] == [
        True,
        True,
        False,
        False,
    ]


def test_touching_means_end_to_end():
    others = (span(60, 90), span(-30, 0), span(61, 90), span(59, 90), span(0, 60))
    assert [span(0, 60).touching(other) for other in others] == [True, True, False, False, False]


def test_merge_joins_what_overlaps_or_touches():
    assert merge([span(70, 80), span(0, 20), span(20, 30), span(5, 10)]) == [span(0, 30), span(70, 80)]


def test_subtract_cuts_out_what_is_taken():
    taken = [span(10, 20), span(15, 30), span(90, 120)]
    assert subtract([span(0, 60), span(80, 100)], taken) == [span(0, 10), span(30, 60), span(80, 90)]


def test_subtract_long_taken_span_covers_several():
    assert subtract([span(0, 10), span(20, 30), span(40, 50)], [span(5, 45), span(6, 7)]) == [span(0, 5), span(45, 50)]


def test_subtract_nothing_gives_the_plain_form():
    assert subtract([span(30, 60), span(0, 30)], []) == [span(0, 60)]


def test_intersect_keeps_shared_time():
    assert intersect([span(0, 30), span(40, 70)], [span(20, 50), span(69, 90)]) == [
        span(20, 30),
        span(40, 50),
        span(69, 70),
    ]


def test_total_minutes_counts_shared_time_once():
    assert total_minutes([span(0, 30), span(20, 50), span(60, 70)]) == 60


def test_total_minutes_drops_the_part_of_a_minute():
    assert total_minutes([Span(DAY, DAY + timedelta(seconds=119))]) == 1


def test_total_minutes_of_nothing_is_zero():
    assert total_minutes([]) == 0


@given(some_spans, some_spans)
def test_functions_agree_with_counting_minutes(left, right):
    a, b = minutes_in(left), minutes_in(right)
    results = {"merge": merge(left), "subtract": subtract(left, right), "intersect": intersect(left, right)}
    assert {name: minutes_in(spans) for name, spans in results.items()} == {
        "merge": a,
        "subtract": a - b,
        "intersect": a & b,
    }
    assert all(is_plain(spans) for spans in results.values())
    assert total_minutes(left) == len(a)
