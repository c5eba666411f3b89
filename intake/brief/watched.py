"""Words of the watch lists in what the patient wrote, also after the result: a PT reads that first.

A crisis has no level of its own (clinical.md 10), so no rule that fired would tell of it.
"""

from __future__ import annotations

from intake.brief.words import Words
from intake.screening import watchlist

KINDS = {watchlist.Kind.CRISIS: "Words of a crisis", watchlist.Kind.EMERGENCY: "Words of an emergency"}


def alerts_of(words: Words) -> tuple[str, ...]:
    """Return one line for each kind of words that were found, with where they stand; crisis first."""
    texts = {
        question.id: words.given[question.id]
        for question in words.form.questions.values()
        if question.type in ("text", "string") and isinstance(words.given.get(question.id), str)
    }
    found = {question_id: {word.kind for word in watchlist.scan(text).words} for question_id, text in texts.items()}
    lines = []
    for kind, said in KINDS.items():
        where = [words.name(question_id) for question_id, kinds in found.items() if kind in kinds]
        if where:
            lines.append(f"{said} in what they wrote: {', '.join(where)}")
    return tuple(lines)
