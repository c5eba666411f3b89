"""A questionnaire in memory: frozen values, read from its FHIR file by `loader` and judged by `checks`.

Answers are a plain mapping of question id to value: a code, a list of codes (questions that repeat), a whole number,
a text, or an ISO date. An id that is absent was not asked; a value of None was asked and left empty (skipped).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from intake.questionnaire import answers as cleaning
from intake.questionnaire import branching
from intake.questionnaire.errors import UnknownPage, UnknownQuestion

Value = str | int | list[str] | None
Answers = Mapping[str, Any]
ItemType = Literal["choice", "integer", "string", "text", "date"]
Operator = Literal["exists", "=", ">", "<", ">=", "<="]


@dataclass(frozen=True)
class Text:
    """Words in English and their translations. Prints the English."""

    english: str
    translations: Mapping[str, str] = field(default_factory=dict)

    def text_for(self, language: str) -> str:
        """The words in `language` ("es", "es-MX"), else in its main language, else in English."""
        return self.translations.get(language) or self.translations.get(language.partition("-")[0]) or self.english

    def __str__(self) -> str:
        return self.english

    def __bool__(self) -> bool:
        return bool(self.english)


NO_TEXT = Text("")


@dataclass(frozen=True)
class EnableWhen:
    """One condition: the effective answer of `question` compared with `answer`."""

    question: str
    operator: Operator
    answer: str | int | bool


@dataclass(frozen=True)
class Gate:
    """The conditions of one item or of a group around it. A question is shown when all its gates are open."""

    behavior: Literal["all", "any"]
    tests: tuple[EnableWhen, ...]


@dataclass(frozen=True)
class Option:
    """One choice of a question."""

    code: str
    text: Text
    exclusive: bool = False
    second_step: bool = False
    only_for: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Question:
    """One question. `path` holds the linkIds of the groups around it, the page first."""

    id: str
    type: ItemType
    text: Text
    path: tuple[str, ...]
    gates: tuple[Gate, ...] = ()
    options: tuple[Option, ...] = ()
    repeats: bool = False
    required: bool = False
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    layout: str = "list"
    hint: Text = NO_TEXT
    plain_help: Text = NO_TEXT
    child_text: Text = NO_TEXT
    none_answer: str = ""
    private: bool = False
    derived_from: str = ""
    options_from: str = ""
    first_step_yes: Text = NO_TEXT
    second_step_ask: Text = NO_TEXT

    @property
    def page_id(self) -> str:
        """The page it stands on."""
        return self.path[0]

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of its options; empty for questions that are no choice."""
        return frozenset(option.code for option in self.options)

    def text_for(self, language: str = "en", *, about_child: bool = False) -> str:
        """The question's words; `about_child` when a parent or guardian answers."""
        text = self.child_text if about_child and self.child_text else self.text
        return text.text_for(language)

    def answer_text(self, value: Value, language: str = "en") -> str:
        """An answer in words: "" when skipped, an unknown code as it stands, lists with commas between."""
        if value is None:
            return ""
        if isinstance(value, list):
            return ", ".join(self.answer_text(code, language) for code in value)
        for option in self.options:
            if option.code == value:
                return option.text.text_for(language)
        return str(value)

    def first_step(self, value: Value) -> str:
        """What a stored code answers in the first step of a two_step question: itself, or "yes"."""
        if isinstance(value, str) and any(option.second_step and option.code == value for option in self.options):
            return "yes"
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Page:
    """One screen of questions. `title` is two or three words for the step line, `heading` the page's question.

    `after_result`: never on the way to a result; a page of its own may ask it once the patient knows what to do.
    """

    id: str
    title: Text
    heading: Text
    questions: tuple[Question, ...]
    intro: Text = NO_TEXT
    kind: Literal["questions", "contact"] = "questions"
    contact_fields: tuple[str, ...] = ()
    none_of_these: Text = NO_TEXT
    always_asked: bool = False
    after_result: bool = False


@dataclass(frozen=True)
class Questionnaire:
    """A released questionnaire. `id` is its name and version, as stored with every answer set ("intake-1")."""

    id: str
    url: str
    version: str
    title: Text
    pages: tuple[Page, ...]

    @cached_property
    def questions(self) -> dict[str, Question]:
        """All questions by id, in the order of the pages."""
        return {question.id: question for page in self.pages for question in page.questions}

    @cached_property
    def plan(self) -> branching.Plan:
        """The order in which branching is worked out. Raises EnableWhenCycle."""
        return branching.make_plan(self)

    @cached_property
    def hanging_on(self) -> dict[str, branching.Plan]:
        """What must be worked out again when the answer to a question changes, by question."""
        return branching.make_hanging_on(self)

    @cached_property
    def page_order(self) -> dict[str, int]:
        """The place of each page, counted from 0."""
        return {page.id: place for place, page in enumerate(self.pages)}

    def question(self, question_id: str) -> Question:
        """The question of this id. Raises UnknownQuestion."""
        try:
            return self.questions[question_id]
        except KeyError:
            raise UnknownQuestion(question_id) from None

    def page(self, page_id: str) -> Page:
        """The page of this id. Raises UnknownPage."""
        try:
            return self.pages[self.page_order[page_id]]
        except KeyError:
            raise UnknownPage(page_id) from None

    def shown(self, answers: Answers) -> tuple[str, ...]:
        """Ids of the questions to show for these answers, in the order of the pages."""
        return branching.shown(self, answers)

    def effective(self, answers: Answers) -> dict[str, Any]:
        """The answers that count: to questions that are shown, with values that the question offers."""
        return branching.effective(self, answers)

    def shown_questions(self, page: Page | str, answers: Answers) -> tuple[Question, ...]:
        """The questions of one page to show for these answers. Derived ones (age) are not among them."""
        return branching.shown_questions(self, page if isinstance(page, Page) else self.page(page), answers)

    def options_for(self, question: Question, answers: Answers) -> tuple[Option, ...]:
        """The options of a question that these answers leave open."""
        if branching.offers_the_same(question):  # most do, and a page asks this of each of its questions
            return question.options
        return branching.options_for(question, branching.effective(self, answers))

    def first_page(self, answers: Answers) -> Page | None:
        """The first page that holds a question never asked so far; None when all that is shown was asked."""
        return branching.first_open_page(self, answers)

    def next_page(self, page_id: str, answers: Answers) -> Page | None:
        """The page to ask once `page_id` is stored, which may be an earlier one or itself: the first open page.

        None when all that is shown was asked. Raises UnknownPage.
        """
        self.page(page_id)
        return self.first_page(answers)

    def previous_page(self, page_id: str, answers: Answers) -> Page | None:
        """The nearest page before `page_id` with something to show; None on the first."""
        return branching.previous_page(self, self.page(page_id), answers)

    def shown_pages(self, answers: Answers) -> tuple[Page, ...]:
        """The pages with something to show on the way to a result, for "Step 2 of 8"."""
        return branching.shown_pages(self, answers)

    def pages_after_result(self, answers: Answers) -> tuple[Page, ...]:
        """The optional pages with something to show after the result. Do not offer them in an emergency."""
        return branching.pages_after_result(self, answers)

    def clean_page(
        self, page_id: str, raw: Mapping[str, Sequence[str] | str], answers: Answers
    ) -> cleaning.CleanedPage:
        """Judge what was sent for one page: see `answers.clean_page`."""
        return cleaning.clean_page(self, self.page(page_id), raw, answers)
