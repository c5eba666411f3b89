"""The brief as a PDF: one page in the usual case, tagged, with text that can be found, whatever was typed."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from intake.brief import load
from intake.brief.printed import pdf_of
from intake.models import Outcome
from tests.factories import NOW, make_clinic, make_location, make_patient
from tests.intake.briefs import LATER, REFER, judged

pytestmark = pytest.mark.django_db
HOSTILE = '#panic("x") *b* _i_ $1/0$ <label> @ref \\ `raw` [c] // no #sys.inputs & "q" %s {{ x }}'


@pytest.fixture(autouse=True)
def clinic():
    make_location()
    return make_clinic(name="Sidehill Physical Therapy")


def usual() -> Outcome:
    """The second screening of a patient, with seven findings and all that was added later."""
    patient = make_patient(given_name="June", family_name="Parrish", interpreter=True, spoken_language="Spanish")
    judged(patient=patient, now=NOW - timedelta(days=13), leg_pain_extent="above_knee", nprs_worst=4, run_miles_week=34)
    return judged(patient=patient, now=NOW - timedelta(hours=1), later=LATER, **REFER)


def read(outcome: Outcome, paper: str = "letter") -> PdfReader:
    outcome = Outcome.objects.select_related("screening__patient", "decided_by").get(pk=outcome.pk)
    return PdfReader(BytesIO(pdf_of(load(outcome, now=NOW), clinic="Sidehill Physical Therapy", paper=paper)))


def text(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize(("paper", "size"), [("letter", (612, 792)), ("a4", (595, 842))])
def test_usual_full_brief_is_one_page(paper, size):
    outcome = usual()
    assert outcome.findings.count() >= 6
    reader = read(outcome, paper)
    assert len(reader.pages) == 1
    assert (round(reader.pages[0].mediabox.width), round(reader.pages[0].mediabox.height)) == size


def test_pdf_is_tagged_and_says_its_language_and_title():
    reader = read(usual())
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert reader.metadata.title == "Brief: June Parrish"


def test_every_part_of_the_brief_can_be_found_as_text():
    found = text(read(usual()))
    for words in (
        "June Parrish, 42, female",
        "Refer",
        "Numb or tingling leg or foot",
        "R01",
        "Blood thinner or bleeding",
        "chest pain or trouble breathing",
        "Low back (worst)",
        "now 4",
        "28 mi",
        "The Crow Pass run in July",
        "Ibuprofen at times",
        "Get checked first",
        "Interpreter: Spanish",
        "nobody yet",
    ):
        assert words in found, words


def alternatives(reader: PdfReader) -> list[str]:
    """The words that stand for drawings in the tree of tags."""
    found, todo = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop().get_object()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            found += [str(node["/Alt"])] if "/Alt" in node else []
            todo += [node["/K"]] if "/K" in node else []
    return found


def test_drawings_have_words_beside_them():
    found = alternatives(read(usual()))
    assert "Body, front and back. Marked: Low back (worst); Buttock, left; Back of thigh, left; Calf, left" in found
    assert "Pain of 10: now 4, worst 8, worst at the screening before 4" in found
    assert [line for line in found if line.startswith("Running before this began: 28 miles a week, before: 34")]


def test_typst_markup_in_answers_is_printed_as_text():
    found = text(read(judged(later={"goal_text": HOSTILE, "medicines": HOSTILE})))
    assert '#panic("x") *b* _i_ $1/0$ <label> @ref' in found
    assert "#sys.inputs" in found


@pytest.mark.first_case
@pytest.mark.parametrize(
    "typed",
    [
        "\x00\x07\x1b[31m",
        "\ud83d half",
        "🏃\u200d♀️ \u202egnirts\u202c ريكس 走る",
        "x" * 2000,
        "a\n" * 300,
        "﷽" * 200,
        "",
    ],
    ids=["control", "surrogate", "scripts", "unbroken", "lines", "wide", "empty"],
)
def test_hostile_answers_make_a_page(typed):
    outcome = judged()
    outcome.screening.answers["goal_text"] = outcome.screening.answers["race_date"] = typed
    sheet = load(outcome, now=NOW)
    reader = PdfReader(BytesIO(pdf_of(sheet, clinic="Sidehill")))
    assert "What fired" in text(reader)


def test_long_brief_flows_to_a_second_page_and_loses_nothing():
    words = " ".join(f"word{number}" for number in range(900))
    reader = read(judged(later={"goal_text": words, "medicines": "Ibuprofen"}, **REFER))
    assert len(reader.pages) > 1
    found = text(reader)
    assert "word899" in found
    assert "Ibuprofen" in found
    assert "nobody yet" in found


@pytest.mark.parametrize("changes", [{"em_chest_breath": "yes"}, {"visit_reason": "massage", "pain_areas": ["none"]}])
def test_brief_at_either_end_of_the_form_makes_a_page(changes):
    assert len(read(judged(**changes)).pages) == 1


def test_page_needs_no_font_of_the_machine():
    page = read(usual()).pages[0]
    names = {font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()}
    assert names != set()
    assert {name for name in names if "Libertinus" not in name} == set()
