from pathlib import Path

import pytest

from clinic import letters
from clinic.models import Message
from tests.factories import make_clinic, make_location

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic():
    return make_clinic()


@pytest.fixture
def write(settings, tmp_path):
    """Write templates of a letter called `t`."""
    own = {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    settings.TEMPLATES = [own]
    folder = tmp_path / "letters"
    folder.mkdir()

    def write(**parts: str) -> None:
        for part, text in {"subject": "Your visit", "txt": "Hi.", "html": "<p>Hi.</p>", **parts}.items():
            ending = {"subject": "subject.txt", "sms": "sms.txt"}.get(part, part)
            (folder / f"t.{ending}").write_text(text)

    return write


BODY_TXT = '{% extends "letters/base.txt" %}{% block lead %}You are booked.{% endblock %}{% block body %}Bring shorts.{% endblock %}'
BODY_HTML = BODY_TXT.replace("base.txt", "base.html").replace("Bring shorts.", "<p>Bring shorts.</p>")
CONTEXT = {
    "hello": "Ana",
    "facts": [("When", ["Friday 4 December 2026", "9:20 to 10:00 am"]), ("With", ["Dana Reyes, DPT"])],
    "button_url": "http://testserver/l/abc/",
    "button_label": "See your visit",
}


def test_subject_is_forced_to_one_line(write):
    write(subject="Your visit\r\nBcc: {{ name }}\u2028 on Tuesday\n")
    letter = letters.render_letter("t", {"name": "a\x00b\x85c"}, "en")
    assert letter.subject == "Your visit Bcc: a b c on Tuesday"


def test_subject_is_cut_where_mailboxes_stop_reading(write):
    write(subject="a" * 500)
    assert len(letters.render_letter("t", {}, "en").subject) == 150


def test_values_are_escaped_in_the_html_and_plain_in_the_text(write):
    write(subject="{{ name }}", txt="{{ name }}", html="<p>{{ name }}</p>")
    letter = letters.render_letter("t", {"name": "O'Neil <b>&"}, "en")
    assert (letter.subject, letter.text) == ("O'Neil <b>&", "O'Neil <b>&\n")
    assert letter.html == '<p style="margin:0 0 10px">O&#x27;Neil &lt;b&gt;&amp;</p>\n'


def test_values_cannot_bring_a_tag_of_their_own(write):
    write(html="<p>{{ name }}</p>")
    letter = letters.render_letter("t", {"name": '<p><a href="http://bad.example">'}, "en")
    assert letter.html.count("<p") == 1
    assert "<a" not in letter.html


def test_letter_reads_as_plain_text(write):
    write(txt=BODY_TXT, html=BODY_HTML)
    make_location()
    assert letters.render_letter("t", CONTEXT, "en").text == (
        "Hi Ana,\n\n"
        "You are booked.\n\n"
        "  When: Friday 4 December 2026\n"
        "    9:20 to 10:00 am\n"
        "  With: Dana Reyes, DPT\n\n"
        "See your visit:\n"
        "http://testserver/l/abc/\n\n"
        "Bring shorts.\n\n"
        "--\n"
        "Sidehill Physical Therapy, 907-555-0142\n"
        "Monday to Friday, 8 am to noon, 1 to 4:30 pm\n"
        "Need an interpreter? Call 907-555-0142. It is free.\n"
        "¿Necesita un intérprete? Llame al 907-555-0142. Es gratis.\n"
        "In an emergency call 911. This mailbox is not read around the clock.\n"
    )


def test_letter_without_facts_button_and_greeting_leaves_no_holes(write):
    write(txt=BODY_TXT, html=BODY_HTML)
    letter = letters.render_letter("t", {}, "en")
    assert letter.text.startswith("You are booked.\n\nBring shorts.\n\n--\n")
    assert "Hi " not in letter.html


def test_each_number_in_the_foot_can_be_called_and_stays_on_one_line(write):
    write(txt=BODY_TXT, html=BODY_HTML)
    html = letters.render_letter("t", {}, "en").html
    link = '<a style="color:#0F5B4B;white-space:nowrap" href="tel:+19075550142">907-555-0142</a>'
    assert html.count(link) == html.count("907-555-0142") == 3


def test_html_says_the_same_as_the_text(write):
    write(txt=BODY_TXT, html=BODY_HTML)
    html = letters.render_letter("t", CONTEXT, "en").html
    for words in (
        "Hi Ana,",
        "You are booked.",
        "Friday 4 December 2026",
        "Dana Reyes, DPT",
        "See your visit",
        "Bring shorts.",
    ):
        assert words in html
    assert 'href="http://testserver/l/abc/"' in html
    assert html.count('style="color:#0F5B4B;white-space:nowrap" href="tel:+19075550142"') == 3
    assert "<script" not in html
    assert "src=" not in html


def test_html_tags_carry_one_style_each(write):
    write(txt=BODY_TXT, html=BODY_HTML)
    for tag in letters.render_letter("t", CONTEXT, "en").html.split("<"):
        assert tag.split(">")[0].count("style=") <= 1, tag


def test_text_message_is_one_line_in_plain_signs(write):
    write(sms="{{ clinic.short_name }}: we’ll see you\nFri 4 Dec – 9:20 am…\n")
    letter = letters.render_sms("t", {}, "en")
    assert letter == letters.Letter("", "Sidehill: we'll see you Fri 4 Dec - 9:20 am...")


def test_text_message_of_more_than_two_parts_is_refused(write):
    write(sms="{{ text }}")
    assert letters.render_sms("t", {"text": "a" * 306}, "en").text == "a" * 306
    with pytest.raises(letters.TextTooLong):
        letters.render_sms("t", {"text": "a" * 307}, "en")


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("🏃" * 35, 1),
        ("🏃" * 36, 2),
    ],
)
def test_segments_are_counted_as_networks_count_them(text, parts):
    assert letters.segments(text) == parts


def test_render_for_follows_the_channel(write):
    write(sms="short", txt="long")
    assert letters.render_for(Message(channel="sms", language="en"), "t", {}).text == "short"
    file = letters.Attachment("visit.ics", "text/calendar", b"")
    letter = letters.render_for(Message(channel="email", language="en"), "t", {}, attachments=(file,))
    assert (letter.text, letter.attachments) == ("long\n", (file,))


def test_every_letter_has_its_three_templates_or_is_a_text_message():
    folder = Path("templates/letters")
    names = {path.name.split(".")[0] for path in folder.glob("[!_]*.*")} - {"base"}
    for name in names:
        has = {path.name.removeprefix(f"{name}.") for path in folder.glob(f"{name}.*")}
        assert has in ({"subject.txt", "txt", "html"}, {"subject.txt", "txt", "html", "sms.txt"}, {"sms.txt"}), name
