"""What a patient adds once there is a result: the optional pages about training, outlook and goals.

An outcome stays as it was judged; what was added since stands beside it. Whoever shows both asks here.
"""

from collections.abc import Mapping
from typing import Any, Final

from intake import chart
from intake import questionnaire as questionnaires
from intake.models import Level, Outcome, Screening
from intake.questionnaire import Page, Questionnaire
from intake.screening import watchlist
from intake.screening.watchlist import Hits

# Asks how somebody sees the pain: not for who has none.
OUTLOOK: Final = "P12"


def is_open(screening: Screening) -> bool:
    """Say whether the pages may be filled in: there is a result, and it is no emergency, where nothing else counts."""
    outcome = screening.outcome if screening.state == Screening.State.FINISHED else None
    return outcome is not None and outcome.level != Level.EMERGENCY


def pages(screening: Screening) -> tuple[Page, ...]:
    """Return the pages that concern this patient."""
    listed = questionnaires.get(screening.questionnaire).pages_after_result(screening.answers)
    no_pain = screening.answers.get(chart.AREAS) == [chart.NO_PAIN]
    return tuple(page for page in listed if page.id != OUTLOOK or not no_pain)


def given(screening: Screening) -> dict[str, Any]:
    """Return what was answered on them, without what was left empty."""
    form = questionnaires.get(screening.questionnaire)
    added = {question.id for page in form.pages if page.after_result for question in page.questions}
    return {key: value for key, value in form.effective(screening.answers).items() if key in added}


def together(outcome: Outcome) -> dict[str, Any]:
    """Return the answers that an outcome rests on, with what was added since in place of what was added before."""
    form: Questionnaire = questionnaires.get(outcome.questionnaire)
    rested = {
        key: value
        for key, value in outcome.answers.items()
        if key not in form.questions or not form.page(form.question(key).page_id).after_result
    }
    return rested | given(outcome.screening)


def new_words(page: Page, sent: Mapping[str, Any], before: Mapping[str, Any]) -> Hits:
    """Return the words of the watch lists in what was just written on a page, but for those that stood there before."""
    found: list[watchlist.Word] = []
    for question in page.questions:
        if question.type == "text" and isinstance(sent.get(question.id), str):
            known = watchlist.scan(str(before.get(question.id) or "")).words
            found += [word for word in watchlist.scan(sent[question.id]).words if word not in known]
    return Hits(tuple(found))
