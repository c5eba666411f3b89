from datetime import date, timedelta

import pytest

from clinic.desk.clock import age_on, due_words, span_words
from tests.factories import NOW


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "1 min"),
        (8, "8 min"),
        (60, "1 h"),
        (280, "4 h 40 min"),
        (24 * 60, "1 day"),
        (41 * 60, "1 day 17 h"),
        (8 * 24 * 60 + 300, "8 days"),
    ],
)
def test_span_words_are_those_people_use(minutes, words):
    assert span_words(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("minutes", "words", "tone"),
    [(-52, "Overdue 52 min", "red"), (38, "In 38 min", "amber"), (60, "In 1 h", "amber"), (61, "In 1 h 1 min", "")],
)
def test_due_words_turn_amber_in_the_last_hour_and_red_once_late(minutes, words, tone):
    due = due_words(NOW + timedelta(minutes=minutes), NOW)
    assert (due["words"], due["tone"], due["late"]) == (words, tone, minutes < 0)


def test_what_is_due_this_moment_is_not_late():
    assert due_words(NOW, NOW)["words"] == "In 1 min"


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1984, 3, 14), date(2026, 3, 13), 41),
        (date(1984, 3, 14), date(2026, 3, 14), 42),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
    ],
)
def test_age_counts_whole_years(born, on, age):
    assert age_on(born, on) == age
