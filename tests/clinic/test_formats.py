"""What Django writes by itself reads like what we write."""

import gettext
import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import formats

from clinic import wording

ENGLISH = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES"


@pytest.mark.parametrize("hour", [0, 8, 11, 13, 20, 23])
def test_moment_reads_as_records_are_named(hour):
    at = datetime(2026, 11, 24, hour, 5, tzinfo=UTC)
    assert formats.localize(at) == wording.stamped(at)
    assert formats.localize(at.time()) == wording.clock(at)


def test_day_reads_as_records_are_named():
    assert formats.localize(date(2027, 3, 4)) == wording.dated(date(2027, 3, 4)) == "4 Mar 2027"
    assert formats.date_format(date(2027, 3, 4), "MONTH_DAY_FORMAT") == "4 March"


def test_full_hour_keeps_its_minutes():
    assert formats.localize(time(20)) == "8:00 pm"


def test_days_are_still_typed_the_american_way():
    assert formats.get_format("DATE_INPUT_FORMATS")[:2] == ["%Y-%m-%d", "%m/%d/%Y"]


def test_compiled_words_are_those_of_the_source():
    source = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', (ENGLISH / "django.po").read_text(), re.MULTILINE))
    with (ENGLISH / "django.mo").open("rb") as compiled:
        words = gettext.GNUTranslations(compiled)
    assert source == {"a.m.": "am", "p.m.": "pm"}
    assert {word: words.gettext(word) for word in source} == source
