"""A check from its answers to the stored outcome, beside bare inserts of the rows it leaves; and the rules alone."""

import json
import uuid
from collections.abc import Iterator
from datetime import date, time
from typing import Any

from django.db import connection, models, transaction

from clinic.models import AuditEvent, Call, CallNote, Consent, Message, Patient
from intake import screening as rules
from intake import workflow
from intake.models import Finding, Outcome, Screening
from intake.questionnaire import CleanedPage, current
from intake.screening.what_if import what_if
from tests import factories
from tests.bench.left import copies
from tests.bench.measure import Clock, Figure, Scale, compare
from tests.intake.answering import all_clear

BENCH = "check"
A_ROUND = 2
# What a check leaves, in the order in which rows point to each other.
LEFT: tuple[type[models.Model], ...] = (
    Patient, Screening, Outcome, Finding, Consent, Call, CallNote, Message, AuditEvent,
)  # fmt: skip
MADE_BY_THE_OUTCOME = (Outcome, Finding, Call, CallNote, Message, AuditEvent)
PEOPLE: dict[str, dict[str, Any]] = {
    "all clear": {},
    "an emergency": {"ces_bladder": "new", "leg_pain_extent": "below_knee"},
}


def figures(scale: Scale) -> Iterator[Figure]:
    """Measure both ends of the check, and the rules."""
    factories.make_clinic()
    factories.make_location()
    for weekday in range(7):
        factories.make_duty(weekday=weekday, starts=time(0), ends=time(23, 59))
    for name, own in PEOPLE.items():
        pages = pages_of(all_clear(**own))
        rows, saved = left_by(pages)
        yield compare(
            BENCH,
            f"{name}, page by page",
            lambda clock, pages=pages: fill_in(clock, pages),
            limit=f"insert its {len(rows)} rows",
            bare=lambda clock, rows=rows: insert(clock, rows),
            note=f"{saved} pages",
            scale=scale,
        )
    pages = pages_of(all_clear())
    rows = [row for row in left_by(pages)[0] if isinstance(row, MADE_BY_THE_OUTCOME)]
    for row in rows:
        if isinstance(row, Outcome):
            row.current = False  # so that one screening takes many
    yield compare(
        BENCH,
        "all clear, from its answers to the stored outcome",
        lambda clock: judge_and_store(clock, pages),
        limit=f"insert its {len(rows)} rows",
        bare=lambda clock: insert(clock, rows),
        scale=scale,
    )
    if connection.vendor != "sqlite":
        return  # the rules know no database
    answers, form = all_clear(), current()
    text = json.dumps(answers)
    yield compare(
        BENCH,
        "the rules alone",
        lambda clock: repeat(clock, lambda: rules.evaluate(answers, questionnaire=form)),
        limit="read the answers as JSON",
        bare=lambda clock: repeat(clock, lambda: json.loads(text)),
        note=f"{len(answers)} answers",
        scale=scale,
    )
    yield compare(
        BENCH,
        "which single answers would change the level",
        lambda clock: repeat(clock, lambda: what_if(answers, questionnaire=form), times=4),
        limit="the rules alone",
        bare=lambda clock: repeat(clock, lambda: rules.evaluate(answers, questionnaire=form)),
        scale=scale,
    )


def pages_of(answers: dict[str, Any]) -> list[tuple[str, CleanedPage]]:
    """What the pages of the check give, one after the other."""
    form = current()
    return [
        (page.id, CleanedPage(answers={q.id: answers[q.id] for q in form.shown_questions(page, answers)}))
        for page in form.shown_pages(answers)
        if page.kind != "contact"
    ]


def fill_in(clock: Clock, pages: list[tuple[str, CleanedPage]]) -> int:
    """Let people fill in the check, each a patient of their own."""
    for _ in range(A_ROUND):
        with clock.running():
            check(pages)
    return A_ROUND


def judge_and_store(clock: Clock, pages: list[tuple[str, CleanedPage]]) -> int:
    """Let people send their answers: judged, stored, what would change the level worked out, letter and call posted."""
    for _ in range(A_ROUND):
        row = begin()
        for page_id, cleaned in pages:
            row = workflow.save_page(screening=row, page_id=page_id, cleaned=cleaned, now=factories.NOW)
        with clock.running():
            workflow.finish(screening=row, now=factories.NOW)
    return A_ROUND


def check(pages: list[tuple[str, CleanedPage]]) -> int:
    """One check, from page P0 to the outcome; returns how many pages were answered before it ended."""
    row = begin()
    for saved, (page_id, cleaned) in enumerate(pages, 1):
        row = workflow.save_page(screening=row, page_id=page_id, cleaned=cleaned, now=factories.NOW)
        if row.state == Screening.State.FINISHED:
            return saved
    workflow.finish(screening=row, now=factories.NOW)
    return len(pages)


def begin() -> Screening:
    """Page P0 of somebody new."""
    number = uuid.uuid4()
    contact = workflow.Contact(
        given_name="Ana",
        family_name=f"Oquendo {number.hex[:12]}",
        birth_date=date(1984, 3, 14),
        phone="+19075550118",
        email=f"{number.hex}@runner.example",
        city="Anchorage",
        state="AK",
    )
    return workflow.start(
        submission=number,
        contact=contact,
        visit_reason="new_pain",
        disclaimer_version="bench",
        now=factories.NOW,
    )


def left_by(pages: list[tuple[str, CleanedPage]]) -> tuple[list[models.Model], int]:
    """The rows that one check leaves, and how many pages it took."""
    last = {model: model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for model in LEFT}
    saved = check(pages)
    return [row for model in LEFT for row in model._default_manager.filter(pk__gt=last[model]).order_by("pk")], saved


def insert(clock: Clock, rows: list[models.Model]) -> int:
    """Insert copies of the rows, with nothing in between, in one transaction for each check."""
    for _ in range(A_ROUND):
        fresh = copies(rows)
        with clock.running(), transaction.atomic():
            for row in fresh:
                row.save(force_insert=True)
    return A_ROUND


def repeat(clock: Clock, work: Any, times: int = 100) -> int:
    """Do it many times."""
    with clock.running():
        for _ in range(times):
            work()
    return times
