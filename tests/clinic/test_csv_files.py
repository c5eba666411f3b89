"""Files for spreadsheets: nothing in them runs, and everything in them comes back."""

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic import csv_files

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")  # noqa: RUF001


@pytest.mark.parametrize(
    "text",
    ['=cmd|"/c calc"!A1', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "＝1"],  # noqa: RUF001
)
def test_formula_is_text(text):
    assert str(csv_files.cell(text)).startswith("'")


@given(st.lists(st.lists(st.text(), min_size=2, max_size=3), min_size=1, max_size=4))
def test_no_cell_of_any_text_begins_like_a_formula_and_rows_stay_rows(rows):
    read = list(csv.reader(io.StringIO(csv_files.lines(rows))))
    assert [len(row) for row in read] == [len(row) for row in rows]
    assert not [cell for row in read for cell in row if cell.lstrip().startswith(DANGEROUS)]


def test_numbers_stay_numbers_and_times_say_their_zone():
    at = datetime(2026, 11, 24, 18, 40, tzinfo=UTC)
    row = [-3, 1.5, None, at, date(2026, 11, 24), True]
    text = csv_files.lines([row], ZoneInfo("America/Anchorage"))
    assert text == "-3,1.5,,2026-11-24T09:40:00-09:00,2026-11-24,True\r\n"


def test_file_tells_excel_that_it_is_utf_8():
    whole = "".join(csv_files.stream(["Ä"], [["ö"], ["=1"]])).encode()
    assert whole == b"\xef\xbb\xbf\xc3\x84\r\n\xc3\xb6\r\n'=1\r\n"
