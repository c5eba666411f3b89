"""The texts of messages that a manager may rewrite: what may stand in them, and how they are filled. Pure.

A text is plain words with placeholders such as {when}. There are no tags and no code: whatever else a manager types is
shown as typed, in letters escaped. What a placeholder stands for is ours, written in the package that sends the letter.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import Promise

    Words = str | Promise

# The parts of an e-mail that can be rewritten, and the one of a text message.
SUBJECT, LEAD, BODY, SMS = "subject", "lead", "body", "sms"
EVERYWHERE = (SUBJECT, LEAD, BODY, SMS)
_NAME = re.compile(r"\{([a-z_]{1,30})\}")
_TAG = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


@dataclass(frozen=True)
class Placeholder:
    """Something that a message fills in.

    `text` and `html` are template sources of our own that write it out, in plain text and in an HTML letter ("": as
    the text). `parts` are where it may stand, `must` where it may not be missing. One that stands `alone` is a
    paragraph or a list, and takes a paragraph of its own.
    """

    name: str
    about: "Words"
    text: str
    html: str = ""
    parts: tuple[str, ...] = EVERYWHERE
    must: tuple[str, ...] = ()
    alone: bool = False


@dataclass(frozen=True)
class Wording:
    """A kind of message whose words a manager may change, with the words that it is shipped with.

    `template` is the shipped letter, whose frame stays: greeting, facts, button and foot. `example` gives what the
    letter is made of, invented, for the preview. Without `sms` it is never a text message.
    """

    kind: str
    about: "Words"
    template: str
    example: "Callable[[], Mapping[str, Any]]"
    placeholders: tuple[Placeholder, ...]
    subject: "Words"
    lead: "Words"
    body: "Words"
    sms: "Words" = ""

    def parts(self, channel: str) -> tuple[str, ...]:
        """Return which parts a message by this channel has."""
        return (SMS,) if channel == "sms" else (SUBJECT, LEAD, BODY)

    @property
    def alone(self) -> frozenset[str]:
        """Return the placeholders that are paragraphs of their own."""
        return frozenset(one.name for one in self.placeholders if one.alone)

    def shipped(self, channel: str) -> dict[str, str]:
        """Return the words as shipped, by part."""
        return {part: str(getattr(self, part)) for part in self.parts(channel)}


def names_in(text: str) -> list[str]:
    """Return the placeholders in a text, in order."""
    return _NAME.findall(text)


def fill(text: str, value: Callable[[str], str]) -> str:
    """Return the text with each placeholder replaced. What is put in is not looked at again."""
    return _NAME.sub(lambda found: value(found[1]), text)


def paragraphs(body: str) -> list[str]:
    """Return the paragraphs of a text: an empty line ends one."""
    return [part.strip("\n") for part in re.split(r"\n[ \t]*(?:\n[ \t]*)+", body.strip()) if part.strip()]


def as_html(body: str, value: Callable[[str], str], alone: frozenset[str]) -> SafeString:
    """Return paragraphs and lists of a text, escaped; lines that begin with "- " make a list.

    `value` gives the safe HTML of a placeholder; those in `alone` are paragraphs of their own already.
    """
    return mark_safe("\n".join(_piece(part, value, alone) for part in paragraphs(body)))  # noqa: S308  (escaped below)


def wrong(wording: Wording, parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Go through what keeps a text from being sent: pairs of the part and what is wrong with it.

    Whether it is too long for a text message is asked where it is filled in.
    """
    known = {one.name: one for one in wording.placeholders}
    for part, text in parts.items():
        if _TAG.search(text):
            yield part, _("A placeholder has one brace on each side, as in {when}. There are no other tags.")
            continue
        rest = _NAME.sub("", text)
        if "{" in rest or "}" in rest:
            yield part, _("A brace stands for a placeholder. Write the name as in the list, with no blanks.")
        used = names_in(text)
        for name in dict.fromkeys(used):
            yield from ((part, words) for words in _misplaced(name, known.get(name), part, text))
        for one in wording.placeholders:
            if part in one.must and one.name not in used:
                words = _("{%(name)s} may not be missing: %(about)s.")
                yield part, words % {"name": one.name, "about": one.about}


def _misplaced(name: str, one: Placeholder | None, part: str, text: str) -> Iterator[str]:
    if one is None:
        yield _("There is no placeholder {%(name)s} in this message.") % {"name": name}
    elif part not in one.parts:
        yield _("{%(name)s} cannot stand here.") % {"name": name}
    elif one.alone and any(f"{{{name}}}" in piece and piece.strip() != f"{{{name}}}" for piece in paragraphs(text)):
        yield _("{%(name)s} is a paragraph of its own: leave an empty line before and after it.") % {"name": name}


def _piece(part: str, value: Callable[[str], str], alone: frozenset[str]) -> str:
    whole = _NAME.fullmatch(part.strip())
    if whole and whole[1] in alone:
        words = value(whole[1])  # nothing, plain words, or paragraphs and lists already
        return words if not words or words.startswith("<p") else f"<p>{words}</p>"
    # Braces are no signs that escaping changes.
    lines = [fill(escape(line.strip()), value) for line in part.split("\n")]
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>".join(lines) + "</p>" if any(lines) else ""


CLINIC = Placeholder("clinic", gettext_lazy("the clinic's short name"), "{{ clinic.short_name }}")
PHONE = Placeholder(
    "phone",
    gettext_lazy("the clinic's telephone number"),
    "{{ clinic.phone|phone }}",
    html='<a href="{{ clinic.phone|phone_link }}">{{ clinic.phone|phone }}</a>',
)
LINK = Placeholder(
    "link",
    gettext_lazy("the patient's own link; in an e-mail it is the button"),
    "{{ button_url }}",
    parts=(SMS,),
    must=(SMS,),
)
WORSE = Placeholder(
    "worse",
    gettext_lazy("what to do in an emergency, or when it gets worse"),
    '{% include "letters/_worse.txt" %}',
    parts=(BODY,),
    must=(BODY,),
)
EMERGENCY = Placeholder(
    "emergency",
    gettext_lazy("which number to call in an emergency"),
    "{% blocktranslate with number=clinic.emergency_number %}In an emergency call {{ number }}.{% endblocktranslate %}",
    parts=(SMS,),
    must=(SMS,),
)
