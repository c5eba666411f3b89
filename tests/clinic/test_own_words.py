"""Managers' own words for messages: what is refused, what is sent, and that no letter waits for a broken one."""

from types import SimpleNamespace

import pytest

from clinic import checks, letters, outbox, own_words, placeholders, registry
from clinic.models import AuditEvent, Message, MessageText
from clinic.placeholders import BODY, LEAD, SMS, SUBJECT
from tests.booking.house import make_house
from tests.factories import NOW, make_clinic, make_location, make_patient, make_user

pytestmark = pytest.mark.django_db
TEXTS = [(kind, channel) for kind, own in sorted(registry.wordings.items()) for channel in own_words.channels(own)]
MINE = {
    SUBJECT: "See you {when}",
    LEAD: "We look forward to {when}.",
    BODY: "{questions}\n\n{bring}\n\n- one\n- two\n\n{rule}",
}


@pytest.fixture(autouse=True)
def clinic():
    make_location()
    return make_clinic()


def keep(parts, kind="booked", channel="email", seen=None, **values):
    return own_words.keep(kind=kind, channel=channel, language="en", parts=parts, seen=seen, by=None, now=NOW, **values)


def plain(letter: letters.Letter) -> list[str]:
    """A letter's words, without the blanks between them."""
    return [
        " ".join(part.split())
        for part in (letter.subject, letter.text, letter.html.replace(">", "> ").replace("<", " <"))
    ]


def test_words_to_begin_with_are_the_shipped_letters():
    for kind, channel in TEXTS:
        own = registry.wordings[kind]
        mine = own_words.preview(own, parts=own.shipped(channel), language="en")
        write = letters.render_sms if channel == "sms" else letters.render_letter
        assert plain(mine) == plain(write(own.template, own.example(), "en")), (kind, channel)
        assert own_words.problems_of(own, channel=channel, language="en", parts=own.shipped(channel)) == []
        assert own_words.telling(own.shipped(channel)) == []


def test_every_kind_of_message_may_be_rewritten_or_says_why_not():
    assert registry.wordings.keys() | registry.fixed_letters.keys() == registry.letters.keys()
    assert not registry.wordings.keys() & registry.fixed_letters.keys()


def test_own_words_are_sent_in_the_frame_of_the_letter():
    keep(MINE)
    visit = make_house().book("09:00", patient=make_patient(preferred_name="Annie"), now=NOW)
    outbox.deliver_due(now=NOW)
    sent = Message.objects.get(kind="booked", channel="email")
    assert sent.title == "See you Wed 25 Nov, 9:00 am"
    for text in (sent.text, sent.html):
        assert "Hi Annie" in text
        assert "We look forward to Wed 25 Nov, 9:00 am." in text
        assert "Bring: photo ID" in text
        assert "To change or cancel" in text
        assert "/l/visit~" in text
        assert "In an emergency call 911" in text
    assert "<ul style" in sent.html
    assert visit.sequence == sent.sequence


def test_what_a_manager_types_is_no_markup_and_no_code():
    hostile = '<script>alert(1)</script> <p onclick="x"> &amp; " \' {phone}'
    keep({**MINE, LEAD: hostile, BODY: hostile + "\n\n" + MINE[BODY]})
    make_house().book("09:00", now=NOW)
    outbox.deliver_due(now=NOW)
    html = Message.objects.get(kind="booked", channel="email").html
    assert "<script" not in html
    assert "<p onclick" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "&amp;amp;" in html


def test_what_is_filled_in_is_not_filled_in_again():
    assert placeholders.fill("{a} {b}", {"a": "{b}", "b": "x"}.__getitem__) == "{b} x"


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("part", "text", "told"),
    [
        (BODY, "{bring}", "{rule} may not be missing"),
        (BODY, "Hi {bring} you\n\n{rule}", "{bring} is a paragraph of its own"),
        (BODY, "{bring}\n\n{rule}\n\n{clinic.pk}", "A brace stands for a placeholder"),
        (BODY, "{bring}\n\n{rule}\n\n{{ clinic }}", "There are no other tags"),
        (BODY, "{bring}\n\n{rule}\n\n{% load x %}", "There are no other tags"),
        (SUBJECT, "{whom}", "There is no placeholder {whom}"),
        (SUBJECT, "{link}", "{link} cannot stand here"),
        (LEAD, " ", "Write something here."),
    ],
)
def test_words_that_cannot_be_sent_are_refused(part, text, told):
    with pytest.raises(own_words.NotSendable, match=told.replace("{", r"\{").replace("}", r"\}")):
        keep({**MINE, part: text})
    assert not MessageText.objects.exists()


def test_text_message_keeps_its_link_its_way_to_stop_and_its_length():
    own = registry.wordings["remind_day"]
    told = dict(own_words.problems_of(own, channel="sms", language="en", parts={SMS: "Come."}))
    assert told == {SMS: "{answer} may not be missing: how to answer: C to confirm, STOP for no texts."}
    with pytest.raises(own_words.NotSendable, match="Too long"):
        keep({SMS: "{answer} {link}" + " more" * 60}, kind="remind_day", channel="sms")


def test_words_that_tell_of_health_are_named_where_others_read_them():
    parts = {SUBJECT: "Your knee pain on {when}", LEAD: "How is the knee?", BODY: "Your knee."}
    assert own_words.telling(parts) == ["knee", "pain"]
    assert own_words.telling({SMS: "Welcome back, {clinic}"}) == []


def test_text_that_has_broken_since_gives_way_to_the_shipped_one(caplog):
    row = keep(MINE)
    MessageText.objects.filter(pk=row.pk).update(body="{gone}")
    house = make_house()
    house.book("09:00", now=NOW)
    outbox.deliver_due(now=NOW)
    sent = Message.objects.get(kind="booked", channel="email")
    assert (sent.state, sent.title) == ("sent", "Your visit on Wed 25 Nov, 9:00 am")
    assert "own words of booked were not used" in caplog.text
    assert "stridewell.W021" in {one.id for one in checks.check_clinic(databases=["default"])}
    assert [(one.text, one.why) for one in own_words.broken()] == [
        (row, "There is no placeholder {gone} in this message.")
    ]


def test_visit_that_turned_out_to_be_on_hold_keeps_the_words_for_that():
    own = registry.wordings["booked"]
    keep(MINE)
    message = SimpleNamespace(kind="booked", channel="email", language="en")
    context = {**own.example(), "signs": ["a sign"], "others": False}
    assert "a sign" in letters.render_for(message, "visit_on_hold", context).text


def test_history_keeps_what_was_before_and_who_ended_it():
    hana, now = make_user(), NOW
    first = keep(MINE)
    again = own_words.keep(
        kind="booked", channel="email", language="en", parts={**MINE, LEAD: "New."}, seen=first.uid, by=hana, now=now
    )
    first.refresh_from_db()
    assert (first.current, first.ended_by, again.current, again.made_by) == (False, hana, True, hana)
    assert keep({**MINE, LEAD: "New."}, seen=again.uid) == again
    assert own_words.back_to_shipped(kind="booked", channel="email", language="en", by=hana, now=now)
    assert not own_words.back_to_shipped(kind="booked", channel="email", language="en", by=hana, now=now)
    assert MessageText.objects.filter(current=True).count() == 0
    acts = AuditEvent.objects.filter(act__startswith="text.").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["text.changed", "text.changed", "text.shipped"]


def test_second_of_two_managers_is_told_of_the_first():
    keep(MINE)
    with pytest.raises(own_words.SavedMeanwhile):
        keep({**MINE, LEAD: "Mine."})
    assert MessageText.objects.get().lead == MINE[LEAD]
