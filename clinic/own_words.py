"""The only writer of `MessageText`: a manager's own words for a kind of message, kept with what was before.

A text that cannot be sent is refused here. One that has become so since (an upgrade took a placeholder away) is passed
over by `clinic.letters`, and `broken` names it.
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic import audit, letters, placeholders, registry
from clinic.letters import Letter
from clinic.models import Clinic, Message, MessageText, User
from clinic.placeholders import BODY, LEAD, SMS, SUBJECT, Placeholder, Wording

# Subjects and texts are read on lock screens and by phone companies. Stems: "injur" is injury and injured.
_TELLING = re.compile(
    r"\b(?:ache|arthritis|blood|bone|cancer|chronic|condition|depress|diagnos|disc|disease|exam|fracture|health|hip"
    r"|injur|knee|leg|medic|mri|neck|nerve|numb|pain|pelvi|physio|pregnan|rehab|sciatica|screen|shoulder|spine|sport"
    r"|sprain|strain|stress|surg|symptom|tendon|therap|treat|weak|x-ray)[\w-]*",
    re.IGNORECASE,
)


class NotSendable(ValueError):
    """Words that must not be sent: `problems` are pairs of the part and what is wrong with it."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(words for _part, words in problems))
        self.problems = problems


class SavedMeanwhile(Exception):
    """Somebody else has saved other words since these were begun."""


@dataclass(frozen=True)
class Broken:
    """Words that are passed over, and why."""

    text: MessageText
    why: str


def current(*, kind: str, channel: str, language: str) -> MessageText | None:
    """Return the words that count in place of the shipped ones, if a manager wrote any."""
    same = MessageText.objects.filter(kind=kind, channel=channel, language=language, current=True)
    return same.select_related("made_by").first()


def keep(
    *,
    kind: str,
    channel: str,
    language: str,
    parts: Mapping[str, str],
    seen: uuid.UUID | None,
    by: User | None,
    now: datetime,
) -> MessageText:
    """Have these words sent from now on, and return the row; the same words again change nothing.

    `seen` are the words that were there when these were begun (None: the shipped ones). Raises NotSendable,
    SavedMeanwhile, KeyError for a kind that nobody may rewrite.
    """
    own = registry.wordings[kind]
    if problems := problems_of(own, channel=channel, language=language, parts=parts):
        raise NotSendable(problems)
    try:
        with transaction.atomic():
            before = _taken(kind, channel, language)
            if (before.uid if before else None) != seen:
                raise SavedMeanwhile
            if before is not None:
                if before.parts == dict(parts):
                    return before
                _end(before, by=by, now=now)
            row = MessageText.objects.create(
                kind=kind,
                channel=channel,
                language=language,
                subject=parts.get(SUBJECT, ""),
                lead=parts.get(LEAD, ""),
                body=parts[SMS] if SMS in parts else parts[BODY],
                made_at=now,
                made_by=by,
            )
            _note("text.changed", row, by=by, now=now)
            return row
    except IntegrityError:
        raise SavedMeanwhile from None


def back_to_shipped(*, kind: str, channel: str, language: str, by: User | None, now: datetime) -> bool:
    """Have the shipped words sent again; return whether there were others. Those stay in the history."""
    with transaction.atomic():
        row = _taken(kind, channel, language)
        if row is None:
            return False
        _end(row, by=by, now=now)
        _note("text.shipped", row, by=by, now=now)
        return True


def problems_of(
    own: Wording, *, channel: str, language: str, parts: Mapping[str, str], clinic: Clinic | None = None
) -> list[tuple[str, str]]:
    """Return what keeps these words from being sent: pairs of the part and what is wrong with it."""
    wanted = own.parts(channel)
    if set(parts) != set(wanted):
        raise ValueError(f"A message by {channel} has the parts {', '.join(wanted)}.")
    found = [(part, _("Write something here.")) for part in wanted if not parts[part].strip()]
    found = found or list(placeholders.wrong(own, parts))
    if not found:
        try:
            letters.render_own(own, parts, {"clinic": clinic or Clinic.get(), **own.example()}, language)
        except letters.TextTooLong:
            words = _("Too long: a text message may take %(most)d parts, which is about 300 letters with the link.")
            found.append((SMS, words % {"most": letters.MOST_SEGMENTS}))
    return found


def preview(own: Wording, *, parts: Mapping[str, str], language: str) -> Letter:
    """Return the letter or text message that these words make of the example. Raises as `letters.render_own` does."""
    return letters.render_own(own, parts, own.example(), language)


def explained(own: Wording, *, channel: str, language: str) -> list[tuple[Placeholder, str, bool]]:
    """Return each placeholder that may stand in a message by this channel, an example, and whether it must."""
    parts = set(own.parts(channel))
    shown = [one for one in own.placeholders if parts & set(one.parts)]
    examples = letters.written_out(own, own.example(), language)
    return [(one, examples(one.name), bool(parts & set(one.must))) for one in shown]


def telling(parts: Mapping[str, str]) -> list[str]:
    """Return the words that tell of health where other people may read them: in subjects and text messages."""
    text = " ".join(placeholders.fill(parts.get(part, ""), lambda _name: " ") for part in (SUBJECT, SMS))
    return list(dict.fromkeys(word.lower() for word in _TELLING.findall(text)))


def broken(rows: Iterable[MessageText] | None = None) -> list[Broken]:
    """Return the words of managers that are passed over, and why; the shipped ones are sent in their place.

    Of `rows`, if the caller has loaded those that count.
    """
    if rows is None:
        rows = MessageText.objects.filter(current=True)
    clinic = Clinic.objects.first()
    return [Broken(row, why) for row in rows if clinic and (why := _why_broken(row, clinic))]


def _why_broken(row: MessageText, clinic: Clinic) -> str:
    own = registry.wordings.get(row.kind)
    if own is None:
        return _("Messages of this kind are no longer rewritten.")
    if row.channel not in channels(own):
        return _("Messages of this kind are no longer sent this way.")
    problems = problems_of(own, channel=row.channel, language=row.language, parts=row.parts, clinic=clinic)
    return next((words for _part, words in problems), "")


def channels(own: Wording) -> Iterable[str]:
    """Return by which channels a kind of message is sent."""
    return (Message.Channel.EMAIL, Message.Channel.SMS) if own.sms else (Message.Channel.EMAIL,)


def _taken(kind: str, channel: str, language: str) -> MessageText | None:
    same = MessageText.objects.select_for_update().filter(kind=kind, channel=channel, language=language)
    return same.filter(current=True).first()


def _end(row: MessageText, *, by: User | None, now: datetime) -> None:
    row.current, row.ended_at, row.ended_by = False, now, by
    row.save(update_fields=["current", "ended_at", "ended_by"])


def _note(act: str, row: MessageText, *, by: User | None, now: datetime) -> None:
    details = {"kind": row.kind, "channel": row.channel, "language": row.language}
    audit.record(act=act, subject_uid=row.uid, actor=by, details=details, now=now)
