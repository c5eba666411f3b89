"""What is new since the patient's screening before this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from intake.brief.words import Words, sentence
from intake.questionnaire import Question
from intake.screening.flags import CLEAR

UP: Final = "up"
DOWN: Final = "down"
OTHER: Final = "other"

# Ordered answers: a step up is news of its own.
WORSE: Final = {
    "leg_pain_extent": ("none", "above_knee", "below_knee"),
    "leg_weak": ("none", "mild", "major"),
    "arm_weak": ("none", "mild", "major"),
    "run_pain_timing": ("no_pain", "warms_up", "after_only", "builds", "stops_me"),
}
SCORES: Final = frozenset({"nprs_now", "nprs_worst"})
# These change by themselves as time goes by, or are told elsewhere on the page.
LEFT_OUT: Final = frozenset({"onset_age", "duration_band", "tx_weeks", "prior_episodes"})


@dataclass(frozen=True)
class News:
    """One answer that changed. `kind` is UP for what is there or worse now, DOWN for what has gone or eased, else OTHER."""

    kind: str
    text: str


def news_of(now: Words, before: Words) -> tuple[News, ...]:
    """Compare two answer sets, what matters most first: what is there or worse, what has gone, then the rest as asked.

    A question that was not asked before is news only if its answer is a sign. Texts, and what the contact page and the
    pages after the result ask, are left out.
    """
    pages = {page.id for page in now.form.pages if page.kind == "questions" and not page.after_result}
    asked = [question for question in now.form.questions.values() if question.page_id in pages]
    found = [news for question in asked if (news := _news(question, now, before))]
    return tuple(sorted(found, key=lambda news: (UP, DOWN, OTHER).index(news.kind)))


def _news(question: Question, now: Words, before: Words) -> News | None:
    new, old = now.given.get(question.id), before.given.get(question.id)
    if new == old or question.type in ("text", "string") or question.id in LEFT_OUT:
        return None
    if question.repeats:
        return _places(question, now, before)
    is_sign, was_sign = _is_sign(question.id, now.given), _is_sign(question.id, before.given)
    if (old is None and not is_sign) or (new is None and not was_sign):
        return None
    label, was = now.label(question.id), before.said(question.id) or "not asked"
    if new is None:
        return News(OTHER, sentence(f"{label}: not asked, was {was}"))
    said = (
        "" if new == "yes" else f" {now.said(question.id)}" if question.id in SCORES else f": {now.said(question.id)}"
    )
    return News(_kind(question.id, new, old, is_sign, was_sign), sentence(f"{label}{said}, was {was}"))


def _kind(question_id: str, new: Any, old: Any, is_sign: bool, was_sign: bool) -> str:
    scale = range(11) if question_id in SCORES else WORSE.get(question_id, ())
    if new in scale and old in scale:
        return UP if scale.index(new) > scale.index(old) else DOWN
    if is_sign == was_sign:
        return OTHER
    return UP if is_sign else DOWN


def _places(question: Question, now: Words, before: Words) -> News | None:
    new, old = now.given.get(question.id) or [], before.given.get(question.id) or []
    more = [now.said(question.id, code) for code in new if code not in old]
    less = [now.said(question.id, code) for code in old if code not in new]
    parts = [f"now also {', '.join(more)}"] if more else []
    parts += [f"no longer {', '.join(less)}"] if less else []
    if not parts or not old:
        return None
    up = question.id == "pain_areas" and more and "none" not in new
    return News(UP if up else OTHER, sentence(f"{now.label(question.id)}: {'; '.join(parts)}"))


def _is_sign(question_id: str, given: Mapping[str, Any]) -> bool:
    """Say whether an answer raises a flag, or leaves one open."""
    value = given.get(question_id)
    if value is None or question_id not in CLEAR:
        return False
    return not CLEAR[question_id].issuperset(value if isinstance(value, list) else [value])
