"""How letters are written: a subject, plain text and HTML from three templates, and text messages from a fourth.

`templates/letters/<name>.subject.txt`, `.txt` and `.html` make an e-mail; `.txt` and `.html` extend `base.txt` and
`base.html`, which say what they expect. `<name>.sms.txt` makes a text message. Subjects and text messages are read on
lock screens and by phone companies: they say what and when, never why.

A manager's own words (`MessageText`) take the place of the shipped ones, within the shipped letter's frame. Should they
fail, whatever the reason, the shipped ones are sent: no letter waits for somebody to mend a text.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, engines
from django.utils import translation

from clinic import opening, placeholders, registry, wording
from clinic.models import Clinic, Message, MessageText

logger = logging.getLogger(__name__)

LONGEST_SUBJECT = 150
MOST_SEGMENTS = 2

# The alphabet of text messages (GSM 03.38), and the signs in it that count as two.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€")
# Typographic signs outside that alphabet would more than double the length of a text message.
_PLAIN_SIGNS = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " ", "\u202f": " "}
)

# Mail programs drop style sheets, so letters (and only they) carry inline styles. Templates write plain tags; nothing
# that a person typed can look like one, because values are escaped.
_FACE = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_STYLES = {
    "<p>": '<p style="margin:0 0 10px">',
    "<ul>": '<ul style="margin:0 0 10px;padding:0 0 0 20px">',
    "<ol>": '<ol style="margin:0 0 10px;padding:0 0 0 22px">',
    "<li>": '<li style="margin:0 0 4px">',
    "<h2>": '<h2 style="margin:16px 0 6px;font-size:17px;line-height:24px">',
    # A number that breaks at its hyphens is dialled wrong.
    '<a href="tel:': '<a style="color:#0F5B4B;white-space:nowrap" href="tel:',
    "<a href": '<a style="color:#0F5B4B" href',
}


class TextTooLong(ValueError):
    """A text message needs more than MOST_SEGMENTS parts; its template has to say less."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter. Its name says nothing clinical."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A letter as it leaves: for a text message, only `text` is set."""

    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


def render_letter(
    name: str, context: Mapping[str, Any], language: str, *, attachments: tuple[Attachment, ...] = ()
) -> Letter:
    """Write the e-mail of templates/letters/<name>.* in a language.

    The context goes to all three templates, with `clinic` (the row), `open_hours`, `site_url`, `language`, `face` and,
    for the two bodies, `subject`. Values are escaped in the HTML and not in the text.
    """
    with translation.override(language):
        values = _given(context, language)
        values["subject"] = one_line(_render(f"letters/{name}.subject.txt", values))[:LONGEST_SUBJECT]
        text = _tidy(_render(f"letters/{name}.txt", values))
        html = _styled(_render(f"letters/{name}.html", values, escape=True))
    return Letter(values["subject"], text, html, attachments)


def render_sms(name: str, context: Mapping[str, Any], language: str) -> Letter:
    """Write the text message of templates/letters/<name>.sms.txt; raise TextTooLong past MOST_SEGMENTS parts."""
    with translation.override(language):
        values = {"clinic": Clinic.get(), "site_url": settings.SITE_URL, "language": language, **context}
        return _short(name, _render(f"letters/{name}.sms.txt", values))


def render_own(
    own: placeholders.Wording,
    parts: Mapping[str, str],
    context: Mapping[str, Any],
    language: str,
    *,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """Write the e-mail or text message of a kind in words of the manager's own, by part.

    Raises ValueError for words that must not be sent (`placeholders.wrong`), TextTooLong past MOST_SEGMENTS parts.
    """
    with translation.override(language):
        for _part, words in placeholders.wrong(own, parts):
            raise ValueError(words)
        values = _given(context, language)
        plain = _Values(own, values)
        if placeholders.SMS in parts:
            return _short(own.kind, placeholders.fill(parts[placeholders.SMS], plain))
        values["subject"] = one_line(placeholders.fill(parts[placeholders.SUBJECT], plain))[:LONGEST_SUBJECT]
        values["own_lead"] = one_line(placeholders.fill(parts[placeholders.LEAD], plain))
        body = parts[placeholders.BODY]
        text = "\n\n".join(placeholders.fill(part, plain) for part in placeholders.paragraphs(body))
        shipped = f"letters/{own.template}"
        text = _tidy(_render("letters/_own.txt", {**values, "own_body": text, "shipped": f"{shipped}.txt"}))
        safe = placeholders.as_html(body, _Values(own, values, html=True), own.alone)
        html = _render("letters/_own.html", {**values, "own_body": safe, "shipped": f"{shipped}.html"}, escape=True)
    return Letter(values["subject"], text, _styled(html), attachments)


def written_out(own: placeholders.Wording, context: Mapping[str, Any], language: str) -> Callable[[str], str]:
    """Return what writes out a placeholder, by its name, in plain text."""
    values = _given(context, language)

    def write(name: str) -> str:
        with translation.override(language):
            return _Values(own, values)(name)

    return write


def render_for(
    message: Message, name: str, context: Mapping[str, Any], *, attachments: tuple[Attachment, ...] = ()
) -> Letter:
    """Write the letter or text message that a message is, by its channel, in its language, in the manager's words."""
    own = registry.wordings.get(message.kind)
    # What a renderer sends in place of a letter (a visit turned out to be on hold) keeps its own words.
    if own is not None and own.template == name:
        same = MessageText.objects.filter(kind=message.kind, channel=message.channel, language=message.language)
        if words := same.filter(current=True).first():
            try:
                return render_own(own, words.parts, context, message.language, attachments=attachments)
            except Exception as error:  # noqa: BLE001  (no letter waits for somebody to mend a text)
                logger.warning("own words of %s were not used: %s", message.kind, type(error).__name__)
    if message.channel == Message.Channel.SMS:
        return render_sms(name, context, message.language)
    return render_letter(name, context, message.language, attachments=attachments)


class _Values:
    """What placeholders stand for in one letter, written out when asked for."""

    def __init__(self, own: placeholders.Wording, values: Mapping[str, Any], *, html: bool = False) -> None:
        self.sources = {one.name: (one.html if html else "") or one.text for one in own.placeholders}
        self.values, self.html = values, html

    def __call__(self, name: str) -> str:
        source = f"{{% load i18n site %}}{self.sources[name]}"  # ours: nothing that was typed is ever a template
        template = engines["django"].from_string(source).template  # type: ignore[attr-defined]
        return str(template.render(Context(dict(self.values), autoescape=self.html))).strip()


def one_line(text: str) -> str:
    """Return the text on one line: every run of blanks, line breaks and control characters is one space."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def segments(text: str) -> int:
    """Count the parts in which a phone network carries a text message.

    One part holds 160 letters of the GSM alphabet, or 70 UTF-16 units if any sign is outside it; each of several parts
    holds 153 or 67 (3GPP TS 23.038 and 23.040).
    """
    if all(sign in _GSM or sign in _GSM_DOUBLE for sign in text):
        length, alone, each = sum(2 if sign in _GSM_DOUBLE else 1 for sign in text), 160, 153
    else:
        length, alone, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // each)


def _given(context: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return what every letter may say, and what this one is about; who has the clinic's row and hours gives them."""
    whole = dict(context)
    if "clinic" not in whole:
        whole |= {"clinic": Clinic.get(), "open_hours": wording.weekly(opening.hours_for().weekly)}
    return {
        "site_url": settings.SITE_URL,
        "language": language,
        "face": _FACE,
        **whole,
    }


def _short(name: str, words: str) -> Letter:
    """Return a text message on one line, in signs that count once."""
    text = one_line(words).translate(_PLAIN_SIGNS)
    if segments(text) > MOST_SEGMENTS:
        raise TextTooLong(f"{name} takes {segments(text)} parts.")
    return Letter("", text)


def _render(template: str, values: Mapping[str, Any], *, escape: bool = False) -> str:
    # Through the engine: Django's own render() would escape plain text too.
    chosen = engines["django"].get_template(template).template  # type: ignore[attr-defined]
    return str(chosen.render(Context(dict(values), autoescape=escape)))


def _tidy(text: str) -> str:
    """Take out what template tags leave behind: blanks at line ends, and more than one empty line."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _styled(html: str) -> str:
    for tag, styled in _STYLES.items():
        html = html.replace(tag, styled)
    return re.sub(r"\n\s+", "\n", html).strip() + "\n"
