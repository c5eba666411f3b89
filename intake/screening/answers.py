"""Answers as the rules read them: three-valued, with not shown, not asked yet, skipped and not sure kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from intake.questionnaire import Questionnaire
from intake.questionnaire.branching import work_out, work_out_again

if TYPE_CHECKING:
    from intake.screening.watchlist import Hits

NO_ANSWER: Final = frozenset({"not_sure", "prefer_not"})
"""Codes that answer the question without saying yes or no: neither true nor false to a rule that does not name them."""

SERVICES: Final = ("massage", "performance", "pelvic_health")
"""Visits that may be about no pain at all. Then only the safety pages are needed (12.1)."""
ORDERED: Final = ("after_surgery", "doctor_order")
"""Care after surgery and by a doctor's order: the running page is optional (12.12)."""
SERVICE_PAGES: Final = ("P1", "P5")
RUNNING_PAGE: Final = "P10"


class State(Enum):
    """What became of one question."""

    NOT_SHOWN = "not shown"
    """It does not apply to this patient: a rule reads it as false."""
    NOT_YET = "not asked"
    """It stands on a later page of a form under way, is asked after the result, or is not needed for this visit."""
    SKIPPED = "skipped"
    """It was on the screen and left empty."""
    NOT_SURE = "not sure"
    """Not sure, or prefer not to say."""
    ANSWERED = "answered"


class Reading:
    """One answer set, worked out once and read by every rule.

    `upto` is the last page shown of a form still under way: what stands on later pages and has no answer is not
    asked yet, and nothing is concluded from its absence. Answers already given on later pages count, so that going
    back never hides a warning sign.
    """

    def __init__(
        self,
        answers: Mapping[str, Any],
        questionnaire: Questionnaire,
        upto: str | None = None,
        *,
        hidden_too: bool = False,
        not_asked: frozenset[str] = frozenset(),
    ) -> None:
        """Raises UnknownPage for an `upto` that is no page.

        `hidden_too`: answers count though this form would not have asked. `not_asked`: no absence counts of these.
        """
        self.questionnaire = questionnaire
        self.given = answers
        self.not_asked = not_asked
        self.visible, self.values = work_out(questionnaire, answers, hidden_too=hidden_too)
        self._name_the_only_area()
        self.upto = None if upto is None else questionnaire.page_order[questionnaire.page(upto).id]
        self.fired: set[str] = set()
        """Ids of the rules that fired so far."""
        self.scanned: dict[str, Hits] = {}
        """What the watch list found in free texts, each looked through once (see `free_text`)."""
        self.core: frozenset[str] = frozenset()
        """The questions that must be answered by this patient (see `core`)."""

    def but(self, question: str, value: Any, *, not_asked: frozenset[str]) -> Reading:
        """The same whole form with one answer changed, before any rule was tried. For many tries: see `what_if`."""
        other = copy(self)
        other.given = {**self.given, question: value}
        other.not_asked = not_asked
        other.visible, other.values = work_out_again(
            self.questionnaire,
            other.given,
            question,
            self.visible,
            # The only area is the main one, though that was not asked.
            {q: v for q, v in self.values.items() if q in self.visible},
        )
        other._name_the_only_area()
        other.fired, other.core = set(), frozenset()
        return other

    def _name_the_only_area(self) -> None:
        areas = self.values.get("pain_areas") or []
        if len(areas) == 1:
            # clinical.md 11: one area marked, so it is the main one.
            self.values["main_area"] = areas[0]

    def value(self, question: str) -> Any:
        """The effective answer, or None."""
        return self.values.get(question)

    def state(self, question: str) -> State:
        """What became of the question."""
        value = self.values.get(question)
        if value is not None:
            return State.NOT_SURE if isinstance(value, str) and value in NO_ANSWER else State.ANSWERED
        if question not in self.questionnaire.questions:
            return State.NOT_YET
        if question not in self.visible:
            return State.NOT_SHOWN
        page = self.questionnaire.questions[question].page_id
        if question in self.not_asked or self._is_excused(page):
            return State.NOT_YET
        if self.upto is None or self.left_empty(question):
            return State.SKIPPED
        return State.SKIPPED if self.questionnaire.page_order[page] <= self.upto else State.NOT_YET

    def left_empty(self, question: str) -> bool:
        """Whether it was on the screen and sent without an answer, as a form says by None."""
        return question in self.given and self.given[question] is None and question in self.visible

    def _is_excused(self, page: str) -> bool:
        """Short paths: what need not be answered (clinical.md 12.1, 12.12), and what is asked after the result."""
        if self.questionnaire.page(page).after_result:
            return True
        visit = self.values.get("visit_reason")
        if visit in SERVICES and self.values.get("pain_areas") == ["none"]:
            return page not in SERVICE_PAGES
        return visit in ORDERED and page == RUNNING_PAGE

    def without_answer(self, question: str) -> bool | None:
        """The truth of any statement about a question without an answer: false when it was not shown, else unknown."""
        return False if self.state(question) is State.NOT_SHOWN else None
