"""Which questions are shown. A question may hang on one that stands later (bladder and bowel are asked of anybody
with a nerve sign, whatever the place of the pain), so questions are worked out in the order of what they hang on.
As there are no circles, one pass in that order is the fixed point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from intake.questionnaire.errors import EnableWhenCycle

if TYPE_CHECKING:
    from intake.questionnaire.model import EnableWhen, Gate, Option, Page, Question, Questionnaire


@dataclass(frozen=True)
class Step:
    """One question with its gates made ready: per gate whether all tests must hold, codes by target, other tests."""

    question: Question
    gates: tuple[tuple[bool, tuple[tuple[str, frozenset[str]], ...], tuple[EnableWhen, ...]], ...]


Plan = tuple[Step, ...]


def targets_of(question: Question) -> set[str]:
    """The questions that must be worked out before this one."""
    found = {test.question for gate in question.gates for test in gate.tests}
    found |= {target for option in question.options for target, _ in option.only_for}
    if question.options_from:
        found.add(question.options_from)
    return found


def make_plan(questionnaire: Questionnaire) -> Plan:
    """Order all questions so that each comes after those it hangs on. Raises EnableWhenCycle, naming the circle."""
    graph = {question.id: targets_of(question) for question in questionnaire.questions.values()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as cycle:
        raise EnableWhenCycle(" -> ".join(cycle.args[1])) from None
    return tuple(_step(questionnaire.questions[question_id]) for question_id in order)


def _step(question: Question) -> Step:
    return Step(question, tuple(_compile(gate) for gate in question.gates))


def _compile(gate: Gate) -> tuple[bool, tuple[tuple[str, frozenset[str]], ...], tuple[EnableWhen, ...]]:
    """Gather the "=" tests of an "any" gate by target: most gates are long lists of areas."""
    need_all = gate.behavior == "all" and len(gate.tests) > 1
    codes: dict[str, set[str]] = {}
    others: list[EnableWhen] = []
    for test in gate.tests:
        if test.operator == "=" and isinstance(test.answer, str) and not need_all:
            codes.setdefault(test.question, set()).add(test.answer)
        else:
            others.append(test)
    return need_all, tuple((target, frozenset(wanted)) for target, wanted in codes.items()), tuple(others)


def holds(test: EnableWhen, counting: Mapping[str, Any]) -> bool:
    """Whether one condition holds on the effective answers. A question without an answer meets only "exists" false."""
    value = counting.get(test.question)
    if test.operator == "exists":
        return (value is not None) == test.answer
    if value is None:
        return False
    if test.operator == "=":
        return test.answer in value if isinstance(value, list) else bool(value == test.answer)
    if not isinstance(value, int) or not isinstance(test.answer, int):
        return False
    return {
        ">": value > test.answer,
        "<": value < test.answer,
        ">=": value >= test.answer,
        "<=": value <= test.answer,
    }[test.operator]


def _is_open(
    gate: tuple[bool, tuple[tuple[str, frozenset[str]], ...], tuple[EnableWhen, ...]], counting: Mapping[str, Any]
) -> bool:
    need_all, codes, others = gate
    if need_all:
        return all(holds(test, counting) for test in others)
    for target, wanted in codes:
        value = counting.get(target)
        if value is not None and (not wanted.isdisjoint(value) if isinstance(value, list) else value in wanted):
            return True
    return any(holds(test, counting) for test in others)


def offers_the_same(question: Question) -> bool:
    """Whether a question offers the same options, whatever was answered."""
    return not question.options_from and not any(option.only_for for option in question.options)


def options_for(question: Question, counting: Mapping[str, Any]) -> tuple[Option, ...]:
    """The options that the effective answers leave open: `only_for` and `options_from`."""
    options = question.options
    if question.options_from:
        chosen = counting.get(question.options_from) or ()
        options = tuple(option for option in options if option.code in chosen)
    return tuple(
        option
        for option in options
        if not option.only_for or any(counting.get(target) == code for target, code in option.only_for)
    )


def _valid(question: Question, value: object, counting: Mapping[str, Any]) -> Any:
    """The part of a stored value that the question offers now; None for nothing. Anything else is no answer."""
    if question.type == "integer":
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        low, high = question.minimum, question.maximum
        return None if (low is not None and value < low) or (high is not None and value > high) else value
    if question.type != "choice":
        return value if isinstance(value, str) and value else None
    if offers_the_same(question):
        offered = question.codes
    else:
        offered = frozenset(option.code for option in options_for(question, counting))
    if not question.repeats:
        return value if isinstance(value, str) and value in offered else None
    given = [code for code in value if isinstance(code, str)] if isinstance(value, list | tuple) else []
    kept = [option.code for option in question.options if option.code in given and option.code in offered]
    if len(kept) > 1:
        # "None" beside a place is a slip or a trick: the place counts.
        kept = [code for code in kept if not _exclusive(question, code)]
    return kept or None


def _exclusive(question: Question, code: str) -> bool:
    return any(option.exclusive and option.code == code for option in question.options)


def work_out(
    questionnaire: Questionnaire, answers: Mapping[str, Any], *, hidden_too: bool = False
) -> tuple[set[str], dict[str, Any]]:
    """The shown questions (not in order) and the answers that count, in one pass.

    `hidden_too`: whatever was answered was asked, though this form would not have: it is shown, and counts.
    """
    return _go_through(questionnaire.plan, answers, set(), {}, hidden_too=hidden_too)


def _go_through(
    steps: Plan, answers: Mapping[str, Any], visible: set[str], counting: dict[str, Any], *, hidden_too: bool
) -> tuple[set[str], dict[str, Any]]:
    for step in steps:
        for gate in step.gates:
            if not _is_open(gate, counting) and not (hidden_too and answers.get(step.question.id) is not None):
                break
        else:
            question = step.question
            if question.options_from and len(counting.get(question.options_from) or ()) < 2:
                continue  # nothing to choose between
            visible.add(question.id)
            value = answers.get(question.id)
            if value is not None:
                value = _valid(question, value, counting)
                if value is not None:
                    counting[question.id] = value
    return visible, counting


def work_out_again(
    questionnaire: Questionnaire,
    answers: Mapping[str, Any],
    changed: str,
    visible: set[str],
    counting: Mapping[str, Any],
) -> tuple[set[str], dict[str, Any]]:
    """What `work_out` gives for `answers`, from what it gave before one answer was `changed`: for many tries."""
    steps = questionnaire.hanging_on[changed]
    gone = {step.question.id for step in steps}
    kept = {question: value for question, value in counting.items() if question not in gone}
    return _go_through(steps, answers, visible - gone, kept, hidden_too=False)


def make_hanging_on(questionnaire: Questionnaire) -> dict[str, Plan]:
    """For each question its own step and those of all that hang on it, near or far, in the order of the plan."""
    graph = {question.id: targets_of(question) for question in questionnaire.questions.values()}
    found: dict[str, Plan] = {}
    for question in graph:
        reached = {question}
        for step in questionnaire.plan:  # each comes after those it hangs on
            if not graph[step.question.id].isdisjoint(reached):
                reached.add(step.question.id)
        found[question] = tuple(step for step in questionnaire.plan if step.question.id in reached)
    return found


def shown(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the questions to show, in the order of the pages."""
    visible, _ = work_out(questionnaire, answers)
    return tuple(question_id for question_id in questionnaire.questions if question_id in visible)


def effective(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that count, in the order of the pages; hidden questions and values not on offer left out."""
    _, counting = work_out(questionnaire, answers)
    return {question_id: counting[question_id] for question_id in questionnaire.questions if question_id in counting}


def shown_questions(questionnaire: Questionnaire, page: Page, answers: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions of a page to ask now; what is derived from a contact field is never asked."""
    visible, _ = work_out(questionnaire, answers)
    return tuple(question for question in page.questions if question.id in visible and not question.derived_from)


def shown_pages(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> tuple[Page, ...]:
    """The pages with something to show on the way to a result. A contact page always has."""
    return tuple(page for page in _with_something(questionnaire, answers) if not page.after_result)


def pages_after_result(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> tuple[Page, ...]:
    """The optional pages with something to show once there is a result."""
    return tuple(page for page in _with_something(questionnaire, answers) if page.after_result)


def _with_something(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> tuple[Page, ...]:
    visible, _ = work_out(questionnaire, answers)
    return tuple(
        page
        for page in questionnaire.pages
        if page.kind == "contact" or any(question.id in visible for question in page.questions)
    )


def never_asked(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> set[str]:
    """Shown questions with neither an answer that counts nor a recorded skip (None).

    Of a contact page only the required ones: what else it asks is the business of its form. None of the pages after
    the result.
    """
    visible, counting = work_out(questionnaire, answers)
    optional = {
        question.id
        for page in questionnaire.pages
        if page.kind == "contact" or page.after_result
        for question in page.questions
        if page.after_result or not question.required
    }
    return {
        question_id
        for question_id in visible - optional
        if question_id not in counting and not (question_id in answers and answers[question_id] is None)
    }


def first_open_page(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> Page | None:
    """The first page that holds a question never asked so far; None when there is none.

    So a numb foot on the nerve page leads back to the bladder page if that was not shown before, a question that
    opened on the same page is asked on that page again, and a patient who went back to correct one page comes
    straight back to where they were.
    """
    open_questions = never_asked(questionnaire, answers)
    for page in questionnaire.pages:
        if any(question.id in open_questions for question in page.questions):
            return page
    return None


def previous_page(questionnaire: Questionnaire, page: Page, answers: Mapping[str, Any]) -> Page | None:
    """The nearest page before `page` with something to show."""
    place = questionnaire.page_order[page.id]
    before = [other for other in shown_pages(questionnaire, answers) if questionnaire.page_order[other.id] < place]
    return before[-1] if before else None
