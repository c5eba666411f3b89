"""Which questions of a page may open while it is being answered, for a browser that can show them at once. Pure.

What other pages hold is worked out here, so that the page carries only what its own answers decide. The server decides
again with all of it when the page is sent (`questionnaire.clean_page`).
"""

from collections.abc import Mapping
from typing import Any

from intake.questionnaire import Page, Question, Questionnaire, branching
from intake.questionnaire.model import Gate

Test = tuple[str, str, Any]
Gates = list[dict[str, Any]]


def openings(questionnaire: Questionnaire, page: Page, answers: Mapping[str, Any]) -> dict[str, Gates]:
    """Return the questions that this page may show, each with what must hold of the page's own answers.

    A question that the answers of other pages close is left out. An empty list: always shown. Every gate must be open;
    a gate is {"all": whether all tests must hold, "tests": [(question, operator, answer), ...]}.
    """
    here = {question.id for question in page.questions}
    elsewhere = questionnaire.effective({key: value for key, value in answers.items() if key not in here})
    found: dict[str, Gates] = {}
    for question in page.questions:
        if question.derived_from:
            continue
        gates = [_reduce(gate, here, elsewhere) for gate in question.gates]
        if all(gate is not False for gate in gates):
            found[question.id] = [gate for gate in gates if isinstance(gate, dict)] + _enough(question)
    return found


def _reduce(gate: Gate, here: set[str], elsewhere: Mapping[str, Any]) -> dict[str, Any] | bool:
    """Return what is left of a gate once other pages have had their say; True or False when nothing is."""
    need_all = gate.behavior == "all"
    tests: list[Test] = []
    for test in gate.tests:
        if test.question in here:
            tests.append((test.question, test.operator, test.answer))
        elif branching.holds(test, elsewhere) is not need_all:
            # One true test opens an "any", one false test closes an "all".
            return not need_all
    return {"all": need_all, "tests": tests} if tests else need_all


def _enough(question: Question) -> Gates:
    """A question that offers what another one chose is not asked below two of them."""
    if not question.options_from:
        return []
    return [{"all": True, "tests": [(question.options_from, "count", 2)]}]
