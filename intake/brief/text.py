"""The brief as plain text for the clinic's own chart: what the patient said, and what came of it. No rule ids.

Only the subjective part of a note. What was examined, what it means and what is planned is the therapist's to write.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from intake.brief.load import Sheet
from intake.brief.sheet import Brief
from intake.brief.story import Load

WIDTH = 96


def text_of(sheet: Sheet) -> str:
    """Return the text, with lines of at most WIDTH characters."""
    return "\n".join(_wrapped(_lines(sheet))) + "\n"


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Fill lines; what follows a line break that somebody typed is indented, so that it is never taken for a line of ours."""
    for line in lines:
        for number, part in enumerate(line.splitlines() or [""]):
            first = "  " if number else ""
            yield from textwrap.wrap(
                part, WIDTH, initial_indent=first, subsequent_indent="  ", break_on_hyphens=False
            ) or [""]


def _lines(sheet: Sheet) -> Iterator[str]:
    brief = sheet.brief
    about = ", ".join(part for part in (f"{sheet.age} y", brief.sex, f"born {sheet.born}") if part)
    yield f"SUBJECTIVE, from the intake questionnaire: {sheet.name}, {about}"
    yield f"{sheet.answered} {sheet.versions}"
    yield from brief.alerts
    yield from (mark.words for mark in sheet.marks)
    yield ""
    by_rules = f" (by the rules: {brief.level.by_rules})" if brief.level.by_rules else ""
    yield f"Level: {brief.level.label}{by_rules}. {' '.join(brief.level.summary)} {brief.level.due}."
    if brief.level.decided:
        yield brief.level.decided
    if brief.fired:
        yield "Because:"
        yield from (
            f"- {rule.plain}: {rule.because.removesuffix('.')}" if rule.because else f"- {rule.plain}"
            for rule in brief.fired
        )
    yield from _listed("Does not go together", brief.contradictions)
    yield from _listed("Also present", brief.signs.noted)
    yield from _listed("Not sure", brief.signs.not_sure)
    yield from _listed("Left empty", brief.signs.left_empty)
    yield ""
    yield from _story(brief)
    yield ""
    yield from _listed("Asked and absent", [sign for group in brief.signs.absent for sign in group.signs], between=", ")
    yield from _listed("Not asked", [sign for group in brief.signs.not_asked for sign in group.signs], between=", ")
    if brief.since.at:
        yield from _listed(f"New since {brief.since.at}", [news.text for news in brief.since.news] or ["nothing"])
    if sheet.told:
        yield f"Told ({sheet.told.how}): {sheet.told.words}"


def _story(brief: Brief) -> Iterator[str]:
    yield from _listed("Pain at", brief.places.words)
    yield from _listed("Began", [brief.pain.head] if brief.pain.head else [])
    scores = [
        f"{name} {score}" for name, score in (("now", brief.pain.now), ("worst", brief.pain.worst)) if score is not None
    ]
    yield from _listed("NPRS of 10", scores, between=", ")
    yield from brief.pain.lines
    if brief.nerves:
        yield f"Nerves: {brief.nerves.lead} {brief.nerves.rest}".rstrip()
    if brief.load:
        yield _running(brief.load)
        yield from brief.load.lines
    yield from _listed(
        "May add to it", [f"{factor.name} ({factor.why})" if factor.why else factor.name for factor in brief.factors]
    )
    yield from _listed("Outlook", [brief.outlook] if brief.outlook else [])
    yield from (f"{entry.label}: {entry.text}" for entry in (*brief.goals, *brief.care))
    if brief.own_words:
        yield f"In their own words: {brief.own_words}"


def _running(load: Load) -> str:
    parts = [
        f"{load.miles} miles a week" if load.miles is not None else "",
        f"one run much longer: {load.jump_words}" if load.jump_words else "",
        f"weekly miles or speed: {load.week_words}" if load.week_words else "",
    ]
    return f"Running before this began: {'; '.join(part for part in parts if part) or 'not answered'}."


def _listed(title: str, entries: Iterable[str], between: str = "; ") -> Iterator[str]:
    found = between.join(entries)
    if found:
        yield f"{title}: {found}."
