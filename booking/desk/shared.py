"""Visits that share a person's time or a room on purpose: who with whom, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from django.utils import timezone
from django.utils.translation import gettext as _

from booking.models import LIVE, Block
from clinic import wording
from clinic.spans import Span


def among(blocks: Sequence[Block]) -> dict[int, tuple[Block, ...]]:
    """Return with which others each block shares a person or a room, where one of the two says that it does."""
    found: dict[int, tuple[Block, ...]] = defaultdict(tuple)
    flagged = any(block.overlap for block in blocks)
    for one, other in combinations([block for block in blocks if block.state in LIVE], 2) if flagged else ():
        if (one.overlap or other.overlap) and (_same_person(one, other) or _same_room(one, other)):
            found[one.pk] += (other,)
            found[other.pk] += (one,)
    return found


def in_words(block: Block, others: Sequence[Block]) -> str:
    """Say with whom a block shares its time, and why; "" where it does not."""
    if not others:
        return ""
    reasons = dict.fromkeys(each.overlap_reason for each in (block, *others) if each.overlap)
    facts = {"others": ", ".join(_named(each) for each in others), "why": "; ".join(reasons)}
    return _("With %(others)s. Why: %(why)s") % facts


def _same_person(one: Block, other: Block) -> bool:
    same = one.practitioner_id == other.practitioner_id
    return same and one.busy.overlaps(other.busy)


def _same_room(one: Block, other: Block) -> bool:
    if one.room_id is None or one.room_id != other.room_id:
        return False
    times = (one.room_from, one.room_until, other.room_from, other.room_until)
    start, end, from_, until = times
    return None not in times and Span(start, end).overlaps(Span(from_, until))  # type: ignore[arg-type]


def _named(block: Block) -> str:
    visit = getattr(block, "appointment", None)
    name = visit.patient.name if visit else block.label or str(block.get_kind_display())
    return f"{wording.clock(timezone.localtime(block.starts_at))} {name}"
