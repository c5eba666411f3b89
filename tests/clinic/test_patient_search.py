"""Finding patients by whatever the desk types."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic import patient_search
from clinic.models import Patient, WordKey
from tests.factories import make_patient

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
BORN = date(1984, 3, 14)


def find(query: str, limit: int = 20) -> list[str]:
    return [found.patient.family_name for found in patient_search.find(query, limit=limit, today=TODAY)]


@pytest.fixture
def people():
    ana = make_patient(
        given_name="Ana", family_name="Oquendo", phone="+19075550118", birth_date=BORN, email="Ana@runner.example"
    )
    make_patient(
        given_name="Anders",
        family_name="Øvergård",
        preferred_name="Andy",
        phone="+442079460958",
        birth_date=date(2001, 2, 3),
    )
    make_patient(given_name="Rosa", family_name="Van der Berg", birth_date=date(1999, 12, 31), phone="+19074440199")
    make_patient(
        given_name="Quentin",
        family_name="Merged",
        phone="+19075550777",
        birth_date=date(1950, 1, 1),
        merged_into=ana,
    )


TYPED = {
    "oquen": ["Oquendo"],
    "ana oq": ["Oquendo"],
    "Oquendo, Ana": ["Oquendo"],
    "an": ["Oquendo", "Øvergård"],
    "andy": ["Øvergård"],
    "øver": ["Øvergård"],
    "overgard": ["Øvergård"],
    "van der berg": ["Van der Berg"],
    "van": ["Van der Berg"],
    # One slip in a short name, two in a long one.
    "oqeundo": ["Oquendo"],
    "Okuendo": ["Oquendo"],
    "okwendo": ["Oquendo"],
    "ocwendi": [],
    "roza": ["Van der Berg"],
    "rsoa": ["Van der Berg"],
    "ruza berg": [],
    "Oquendo Anna": ["Oquendo"],
    # Numbers as people write them, their end, their beginning, with a slip.
    "5550118": ["Oquendo"],
    "(907) 555-0118": ["Oquendo"],
    "+1 907 555 0118": ["Oquendo"],
    "907.555.0118": ["Oquendo"],
    "0118": ["Oquendo"],
    "907 555": ["Oquendo"],
    "907-555-0181": ["Oquendo"],
    "907 556 0118": ["Oquendo"],
    "907 556 0181": [],
    "7946 0958": ["Øvergård"],
    "+44 20 79": ["Øvergård"],
    "011": [],
    # An address, or what stands before its @.
    "ANA@runner.example": ["Oquendo"],
    "ana@": ["Oquendo"],
    # Dates as people write them, and with a slip.
    "1984-03-14": ["Oquendo"],
    "3/14/1984": ["Oquendo"],
    "03/14/84": ["Oquendo"],
    "3-14-1984": ["Oquendo"],
    "03141984": ["Oquendo"],
    "14 Mar 1984": ["Oquendo"],
    "march 14, 1984": ["Oquendo"],
    "Mar. 14th, 1984": ["Oquendo"],
    "14/3/1984": ["Oquendo"],
    "3/14/1948": ["Oquendo"],
    "2/14/1984": ["Oquendo"],
    "12/31/99": ["Van der Berg"],
    "02/30/2001": ["Øvergård"],
    # Several at once must all fit.
    "oquendo 3/14/1984": ["Oquendo"],
    "oqendo 0118": ["Oquendo"],
    "oquendo 12/31/1999": [],
    # Who was merged is found by their own name and number too, and stands for who they are.
    "merged": ["Oquendo"],
    "0777": ["Oquendo"],
    "": [],
    "   ": [],
    "%": [],
    "_": [],
    "@": [],
    "#0118": [],
    "\x00": [],
    "oquen\x00do": [],
    "🏃" * 1000: [],
    "99/99/9999": [],
    "٣/١٤/١٩٨٤": ["Oquendo"],
    "1" * 120: [],
    "' OR 1=1 --": [],
}


def test_find_reads_what_the_desk_types(people):
    assert {query: find(query) for query in TYPED} == TYPED


def test_find_puts_the_closest_first():
    for family in ("Smythe", "Smithson", "Smith", "Smit"):
        make_patient(family_name=family)
    found = patient_search.find("smith", today=TODAY)
    assert [(one.patient.family_name, one.off) for one in found] == [("Smith", 0), ("Smithson", 1), ("Smit", 2)]


def test_find_stops_at_its_limit():
    for _ in range(3):
        make_patient()
    assert len(find("ana", limit=2)) == 2


def test_find_takes_as_many_queries_for_three_as_for_one(django_assert_num_queries):
    make_patient()
    with CaptureQueriesContext(connection) as one:
        find("oquendo ana")
    make_patient()
    make_patient()
    with django_assert_num_queries(len(one)):
        assert len(find("oquendo ana")) == 3


def test_who_is_renamed_is_found_by_the_new_name_only():
    ana = make_patient()
    ana.family_name = "Bering"
    ana.save(update_fields=["family_name"])
    assert (find("oquendo"), find("berign")) == ([], ["Bering"])


def test_a_word_is_keyed_once_however_many_bear_it():
    make_patient()
    before = WordKey.objects.count()
    make_patient()
    assert WordKey.objects.count() == before
    assert Patient.objects.count() == 2
