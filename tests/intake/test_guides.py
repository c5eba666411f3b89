"""The free guides: their text, the leaflet, and how they reach a reader."""

import re
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from clinic import context, links
from clinic.models import AuditEvent, Consent, Message
from clinic.safety_net import EMERGENCY_SIGNS
from intake import home
from intake.guides import asking, library, text
from intake.guides.leaflet import leaflet
from intake.guides.text import Piece
from intake.models import Guide, GuideRequest
from intake.models.guides import address_key
from tests.desk import staff, words
from tests.factories import NOW, make_clinic, make_guide, make_guide_request, make_location, make_patient

FILES = sorted((Path(library.__file__).parent).glob("*.txt"))


@pytest.fixture
def clinic(db, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    context.forget()
    make_location()
    yield make_clinic()
    context.forget()


def ask_for(**values) -> GuideRequest:
    defaults = {
        "submission": uuid.uuid4(),
        "email": "casey@runner.example",
        "marketing": False,
        "language": "en",
        "now": NOW,
    }
    return asking.ask_for(**{**defaults, **values})


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


# ---------------------------------------------------------------- text


def test_text_is_read_by_its_marks():
    body = "# One\n\nFirst line\nsecond line\n\n- a\n- b\n## Two\n> Careful:\n> - c\n> - d\nEnd #1 - not a list"
    assert text.read(body, {}) == [
        Piece("heading", "One"),
        Piece("paragraph", "First line second line"),
        Piece("list", items=("a", "b")),
        Piece("subheading", "Two"),
        Piece("box", inside=(Piece("paragraph", "Careful:"), Piece("list", items=("c", "d")))),
        Piece("paragraph", "End #1 - not a list"),
    ]


def test_text_fills_in_names_and_signs():
    pieces = text.read("Call {PHONE} or {OTHER}.\n\n> {SIGNS}", {"PHONE": "907-555-0142"}, ["x", "y"])
    assert pieces == [
        Piece("paragraph", "Call 907-555-0142 or {OTHER}."),
        Piece("box", inside=(Piece("list", items=("x", "y")),)),
    ]


@pytest.mark.parametrize("body", ["", "\n\n", "#", "-", ">", "> >", "{", "{SIGNS}", "> > - #", "\u2028", "a" * 100_000])
def test_text_of_any_kind_is_read(body):
    assert all(isinstance(piece, Piece) for piece in text.read(body, {}))


# ---------------------------------------------------------------- our own two


def test_load_guides_writes_both_once_and_leaves_edits(clinic):
    first = library.load_guides()
    assert [guide.slug for guide in first] == ["fast-after-fifty", "knees-that-climb"]
    Guide.objects.filter(slug="knees-that-climb").update(body="Our own words", active=False)
    assert library.load_guides() == first
    assert Guide.objects.get(slug="knees-that-climb").body == "Our own words"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_guide_says_what_every_guide_must(clinic, file):
    library.load_guides()
    guide = Guide.objects.get(slug=file.stem)
    pieces = library.pieces(guide, clinic)
    box = next(piece for piece in pieces if piece.kind == "box")
    signs = next(inner.items for inner in box.inside if inner.kind == "list")
    assert {str(sign) for sign in EMERGENCY_SIGNS} <= set(signs)
    words = " ".join([piece.text for piece in pieces] + [inner.text for inner in box.inside])
    for said in ("emergency room or call 911", "not a diagnosis", "907-555-0142", "interpreter is free"):
        assert said in words
    assert "{" not in guide.title + guide.summary + words


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_guide_advises_nothing_that_the_clinical_brief_rules_out(file):
    # clinical.md, section 4: what must not be advised to somebody who has not been checked.
    body = file.read_text().lower()
    for never in ("ibuprofen", "naproxen", "aspirin", "run through it", "foam roll", "hop on", "bed rest", "!"):
        assert never not in body
    assert 1500 <= len(body.split()) <= 2100


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_guide_claims_as_many_pages_as_its_leaflet_has(clinic, file):
    library.load_guides()
    guide = Guide.objects.get(slug=file.stem)
    assert f" {pages_of(leaflet(guide, clinic))} pages, free." in guide.summary


# ---------------------------------------------------------------- the leaflet


def test_leaflet_is_a_tagged_pdf_with_title_and_language(clinic):
    pdf = leaflet(make_guide(title="Knees that climb"), clinic)
    assert pdf.startswith(b"%PDF")
    assert b"/MarkInfo" in pdf
    assert b"/Lang (en)" in pdf or b"/Lang(en)" in pdf
    assert b"/StructTreeRoot" in pdf


def test_leaflet_takes_what_a_manager_wrote_as_words_only(clinic):
    body = (
        '# #read("/etc/passwd")\n\n#import "x" $a$ *b* @c <d> \\ "e" {CLINIC_PHONE} \u202e \u0627\u0644 🏃\n- #panic()'
    )
    assert pages_of(leaflet(make_guide(body=body, title='#panic("x")', summary='"]'), clinic)) == 1


def test_leaflet_takes_less_than_a_third_of_a_second(clinic):
    guide = library.load_guides()[0]
    leaflet(guide, clinic)
    guide.body += "\n\nOther words, so that nothing is remembered."
    start = time.process_time()
    leaflet(guide, clinic)
    assert time.process_time() - start < 0.3


# ---------------------------------------------------------------- asked for


def test_ask_for_sends_the_link_and_keeps_the_address_encrypted(clinic):
    row = ask_for(guide=make_guide())
    message = Message.objects.get()
    assert (message.kind, message.channel, message.to, message.subject_uid) == (
        "guide",
        "email",
        "casey@runner.example",
        row.uid,
    )
    assert not Consent.objects.exists()
    assert AuditEvent.objects.get(subject_uid=row.uid).act == "guide.asked"


def test_ask_for_keeps_consent_to_news_apart(clinic):
    row = ask_for(guide=make_guide(), marketing=True)
    consent = Consent.objects.get()
    assert (consent.kind, consent.subject_uid, consent.text_version) == ("marketing", row.uid, "news-1")


def test_ask_for_twice_sends_one_letter(clinic):
    guide, submission = make_guide(), uuid.uuid4()
    row = ask_for(guide=guide, submission=submission)
    assert ask_for(guide=guide, submission=submission, now=NOW + timedelta(days=2)) == row
    assert ask_for(guide=guide, email="Casey@runner.example", now=NOW + timedelta(minutes=59)) == row
    assert Message.objects.count() == 1
    assert ask_for(guide=guide, now=NOW + timedelta(minutes=61)) != row
    assert ask_for(guide=make_guide()) != row
    assert Message.objects.count() == 3


def test_ask_for_sends_one_letter_to_a_mailbox_under_many_names(clinic):
    guide = make_guide()
    for name in ("casey", "Casey", "casey+1", "CASEY+2"):
        ask_for(guide=guide, email=f"{name}@runner.example")
    assert Message.objects.count() == 1


# ---------------------------------------------------------------- pages


def test_guides_page_lists_what_is_on_offer(client, clinic, django_assert_num_queries):
    make_guide(title="First")
    make_guide(title="Hidden", active=False)
    client.get("/guides/")
    with django_assert_num_queries(4):  # three are the clinic's, on every page
        page = client.get("/guides/").content.decode()
    assert ("First" in page, "Hidden" in page) == (True, False)
    make_guide()
    make_guide()
    with django_assert_num_queries(4):  # three are the clinic's, on every page
        client.get("/guides/")


def test_home_panel_shows_covers_or_nothing(rf, clinic):
    assert home.guides(rf.get("/"), NOW) == ""
    make_guide(title="Knees that climb", cover="Knees/that climb", slug="knees")
    panel = home.guides(rf.get("/"), NOW)
    assert 'href="/guides/knees/"' in panel
    assert panel.count("<text") == 2


def test_guide_page_has_news_unticked_and_says_what_is_inside(client, clinic):
    page = client.get(f"/guides/{make_guide(slug='knees').slug}/").content.decode()
    assert 'name="marketing" id="id_marketing">' in page
    assert "<li>First</li>" in page
    assert "In an emergency call" in page


@pytest.mark.parametrize("path", ["/guides/nothing/", "/guides/hidden/", "/guides/read/", "/guides/read/pdf/"])
def test_guide_that_is_not_there_is_not_found(client, clinic, path):
    make_guide(slug="hidden", active=False)
    assert client.get(path).status_code == 404


def test_guide_is_sent_and_thanked_for_alike(client, clinic):
    make_guide(slug="knees")
    make_guide_request(email="known@runner.example")
    pages = set()
    for email in ("known@runner.example", "new@runner.example", "new@runner.example"):
        answer = client.post("/guides/knees/", {"email": email})
        assert (answer.status_code, answer["Location"]) == (302, "/guides/thanks/")
        pages.add(client.get("/guides/thanks/").content)
    assert len(pages) == 1
    assert Message.objects.count() == 2


@pytest.mark.parametrize("email", ["", "casey", "a@b.example\nBcc: c@d.example", "\x00", "x" * 400])
def test_guide_needs_an_address(client, clinic, email):
    make_guide(slug="knees")
    answer = client.post("/guides/knees/", {"email": email})
    assert answer.status_code == 422
    assert "<title>Error:" in answer.content.decode()
    assert not Message.objects.exists()


def test_guide_without_the_token_is_refused(clinic):
    make_guide(slug="knees")
    answer = Client(enforce_csrf_checks=True).post("/guides/knees/", {"email": "a@b.example"})
    assert (answer.status_code, GuideRequest.objects.count()) == (403, 0)


def test_guide_is_read_and_kept_by_link(client, clinic):
    row = make_guide_request(
        guide=make_guide(slug="knees", body="# First <b>\n\nCall {CLINIC_PHONE}.\n\n> Stop:\n> {SIGNS}")
    )
    page = client.get(links.make(row=row, purpose="guide"), follow=True)
    assert page.redirect_chain == [("/guides/read/", 302)]
    html = page.content.decode()
    assert "<h2>First &lt;b&gt;</h2>" in html
    assert "Call 907-555-0142." in html
    assert f"<li>{EMERGENCY_SIGNS[0]}</li>" in html
    pdf = client.get("/guides/read/pdf/")
    assert (pdf["Content-Type"], pdf["Content-Disposition"]) == ("application/pdf", 'attachment; filename="knees.pdf"')
    assert pdf.content.startswith(b"%PDF")


def test_guide_keeps_when_it_was_first_opened(client, clinic, monkeypatch):
    row, other = make_guide_request(), make_guide_request()
    link = links.make(row=row, purpose="guide")
    client.get(link)  # landing changes nothing
    client.head("/guides/read/")
    assert not GuideRequest.objects.exclude(opened_at=None).exists()
    client.get("/guides/read/")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=5))
    client.get("/guides/read/")
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.opened_at, other.opened_at) == (NOW, None)


def test_guide_taken_off_the_site_is_still_read_by_who_has_the_link(client, clinic):
    row = make_guide_request(guide=make_guide(active=False))
    assert client.get(links.make(row=row, purpose="guide"), follow=True).status_code == 200


# ---------------------------------------------------------------- on the patient's timeline


def timeline(patient) -> str:
    return words(staff("desk").get(reverse("admin:patient", args=[patient.uid])))


def test_guide_stands_on_the_timeline_of_the_patient_whose_address_it_is(clinic):
    make_guide_request(guide=make_guide(title="Knee pain"), email="Casey@Runner.example", opened_at=NOW)
    patient = make_patient(email="casey@runner.example")  # who came later
    assert "Guide: Knee pain Asked for from their e-mail address, opened" in timeline(patient)


def test_guide_stands_on_no_timeline_where_two_patients_share_the_address(clinic):
    make_guide_request(guide=make_guide(title="Knee pain"), email="family@runner.example")
    family = [make_patient(email=email) for email in ("family@runner.example", "Family@runner.example")]
    assert [name for name in family if "Knee pain" in timeline(name)] == []


def test_guide_of_a_record_that_was_merged_stands_on_the_one_that_is_left(clinic):
    make_guide_request(guide=make_guide(title="Knee pain"), email="casey@runner.example")
    left = make_patient(email="casey@runner.example")
    make_patient(email="casey@runner.example", merged_into=left)
    assert "Guide: Knee pain" in timeline(left)


def test_guides_of_others_and_of_nobodys_address_stand_on_no_timeline(clinic):
    make_guide_request(guide=make_guide(title="Knee pain"), email="other@runner.example")
    for patient in (make_patient(email="casey@runner.example"), make_patient(email="")):
        assert "Knee pain" not in timeline(patient)


def test_address_is_not_found_out_by_its_key(clinic):
    row = make_guide_request(email="casey@runner.example")
    assert len(row.address_key) == 64
    assert address_key("casey@runner.example") != address_key("casey@runner.exampl")
    with override_settings(SECRET_KEY="another"):
        assert address_key("casey@runner.example") != row.address_key
