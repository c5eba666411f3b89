"""One page of the questionnaire as a form: drawn from its questions, judged by the questionnaire itself.

The fields carry the questions into crispy's layout and the errors back; what was sent is read by
`questionnaire.clean_page` alone, so that a page, a test and an import all follow one set of rules.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinic.forms import PatientForm, Problem
from clinic.forms.base import focus_id, problems_of
from intake import chart
from intake import questionnaire as questionnaires
from intake import screening as rules
from intake.forms.asked import Asked, AskedField, Box
from intake.forms.live import Gates, openings
from intake.models import Screening
from intake.questionnaire import CleanedPage, Option, Page, Question, Questionnaire
from intake.questionnaire.answers import REQUIRED, SAY_WHEN, WHEN
from intake.screening import watchlist

# Sent along for what the reader has seen already, so that nobody is told twice: the plainer words of a question (its
# id), the second step (id and WHEN), a question that opened while the page was being answered (id and OPENED).
SEEN = "seen"
OPENED = "-open"
NOT_SURE = "not_sure"
# Of a text that is refused for its length so much is still read for words that cannot wait.
LONGEST_READ = 20_000
# How each layout of the questionnaire is drawn.
SHAPES = {"row": "row", "list": "list", "scale": "scale", "two_step": "two_step", "bodychart": "chart", "text": "text"}


class PageForm(PatientForm):
    """A page of the check. With data it is bound: `cleaned_page` then says what was given, valid or not."""

    submission = None  # type: ignore[assignment]

    def __init__(
        self,
        questionnaire: Questionnaire,
        page: Page,
        answers: Mapping[str, Any],
        *,
        data: QueryDict | None = None,
        language: str = "en",
        about_child: bool = False,
        keep_private: bool = False,
        **kwargs: Any,
    ) -> None:
        """`keep_private`: private answers given before are not shown again, and stay unless a new one is given."""
        super().__init__(data, **kwargs)
        self.questionnaire, self.page, self.answers = questionnaire, page, answers
        private = [question.id for question in page.questions if question.private and keep_private]
        self.kept = {name: answers[name] for name in private if answers.get(name)}
        self.language, self.about_child = language, about_child
        self.raw = _raw(data) if data is not None else None
        shown = {question.id for question in questionnaire.shown_questions(page, self._answers_now)}
        for question_id, gates in openings(questionnaire, page, answers).items():
            if question_id == chart.SIDE:
                continue  # the drawing knows left from right
            question = questionnaire.question(question_id)
            self.fields[question_id] = AskedField(self._asked(question, gates, shown=question_id in shown))

    @cached_property
    def cleaned_page(self) -> CleanedPage:
        """Return what the page gave, as the questionnaire judges it; without data nothing."""
        if self.raw is None:
            return CleanedPage()
        raw = {**{name: [str(value)] for name, value in self.kept.items()}, **_filled(self.raw)}
        cleaned = self._without_asking_twice(self.questionnaire.clean_page(self.page.id, raw, self.answers))
        if chart.AREAS in cleaned.answers:
            spots = chart.known(self.raw.get(chart.SPOTS, ()))
            cleaned = replace(cleaned, answers={**cleaned.answers, chart.SPOTS: spots})
        return cleaned

    def _without_asking_twice(self, cleaned: CleanedPage) -> CleanedPage:
        """Take a question that had opened on the page, and was left empty there, for one that was asked."""
        opened = {name for name in cleaned.follow_ups if name + OPENED in self._seen}
        required = {name for name in opened if self.questionnaire.question(name).required}
        return replace(
            cleaned,
            answers={**cleaned.answers, **dict.fromkeys(opened - required)},
            errors={**cleaned.errors, **dict.fromkeys(required, REQUIRED)},
            follow_ups=tuple(name for name in cleaned.follow_ups if name not in opened),
        )

    def full_clean(self) -> None:
        """Let the questionnaire judge, instead of the fields."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}
        if not self.is_bound:
            return
        second_steps = self.second_steps()
        for question_id, message in self.cleaned_page.errors.items():
            if question_id not in second_steps:
                self.add_error(question_id if question_id in self.fields else None, str(message))

    def layout(self) -> Layout:
        rows = [Field(name, template=f"intake/check/{field.asked.shape}.html") for name, field in self._carriers()]
        return Layout(Div(*rows, css_class="answers"))

    @property
    def problems(self) -> list[Problem]:
        """Return the lines of the error summary: each names its question, since many share one message."""
        named = {focus_id(self[name]): str(self[name].label) for name in self.errors if name in self.fields}
        return [
            Problem(_after(named.get(problem.target), problem.message), problem.target) for problem in problems_of(self)
        ]

    def second_steps(self) -> list[str]:
        """Return the questions answered yes whose second step nobody could see yet: it opens, and that is no error."""
        errors, seen = self.cleaned_page.errors, self._seen
        return [name for name, message in errors.items() if message is SAY_WHEN and name + WHEN not in seen]

    def left_empty(self) -> list[str]:
        """Return the questions that this page has now left empty for the first time, and that a PT has to ask then."""
        missing = rules.evaluate(self._answers_now, questionnaire=self.questionnaire, upto=self.page.id).missing
        return [name for name in missing if name in self.cleaned_page.answers and name not in self.answers]

    def unhelped(self) -> list[str]:
        """Return the questions answered "not sure" whose plainer words have not been seen yet."""
        return [question_id for question_id in self.cleaned_page.plainer if question_id not in self._seen]

    def refused_words(self) -> list[str]:
        """Return which watch lists a text hits that could not be saved: "emergency", "crisis". It may be sent no more."""
        given = [self._given(self.questionnaire.question(name)) for name in self.cleaned_page.errors]
        # A field that is sent a hundred times must not take a hundred times as long.
        hits = [watchlist.scan("\n".join(texts)[:LONGEST_READ]) for texts in given]
        return [kind for kind in ("emergency", "crisis") if any(getattr(hit, kind) for hit in hits)]

    @property
    def _seen(self) -> set[str]:
        return set(self.raw.get(SEEN, ())) if self.raw else set()

    def _carriers(self) -> Iterable[tuple[str, AskedField]]:
        return ((name, field) for name, field in self.fields.items() if isinstance(field, AskedField))

    @cached_property
    def _answers_now(self) -> Mapping[str, Any]:
        """Return the answers as they stand with what this page was just sent."""
        return {**self.answers, **self.cleaned_page.answers}

    def _asked(self, question: Question, gates: Gates, *, shown: bool) -> Asked:
        given = self._given(question)
        plain_help = question.plain_help.text_for(self.language)
        asked = Asked(
            question=question,
            id=f"id_{question.id}",
            text=question.text_for(self.language, about_child=self.about_child),
            hint=question.hint.text_for(self.language),
            shape="number" if question.type == "integer" and question.layout != "scale" else SHAPES[question.layout],
            shown=shown,
            when=json.dumps(gates) if gates else "",
            plain_help=plain_help,
            help_shown=bool(plain_help) and NOT_SURE in given,
            kept=question.id in self.kept,
        )
        if question.layout == "bodychart":
            spots = self.raw.get(chart.SPOTS, []) if self.raw is not None else self.answers.get(chart.SPOTS)
            if spots is None:
                spots = chart.spots_for(given)
            return replace(asked, spots=frozenset(spots), boxes=self._none_box(question, given))
        if question.layout == "two_step":
            return self._two_steps(question, asked, given)
        if question.layout == "scale":
            low, high = question.minimum or 0, question.maximum or 0
            options = [(str(number), str(number)) for number in range(low, high + 1)]
            return replace(asked, boxes=_boxes(question.id, options, given))
        if question.type != "choice":
            return replace(asked, value=given[0] if given else "")
        return replace(asked, boxes=self._choices(question, given))

    def _given(self, question: Question) -> list[str]:
        """Return what was sent for a question, else what is stored, as the values of its inputs."""
        if self.raw is not None:
            return self.raw.get(question.id, [])
        value = None if question.id in self.kept else self.answers.get(question.id)
        if value is None:
            return []
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]

    def _choices(self, question: Question, given: list[str]) -> tuple[Box, ...]:
        """Return the options; those that hang on an answer of this page are drawn and shown when it is given."""
        open_now = {option.code for option in self.questionnaire.options_for(question, self._answers_now)}
        live_from = question.options_from
        here = {other.id for other in self.page.questions}
        options = question.options if live_from in here else self.questionnaire.options_for(question, self._answers_now)
        boxes = _boxes(question.id, [(option.code, self._words(option)) for option in options], given)
        if live_from not in here:
            return boxes
        return tuple(
            replace(
                box,
                when=json.dumps([{"all": False, "tests": [(live_from, "=", box.value)]}]),
                shown=box.value in open_now,
                checked=box.checked and box.value in open_now,
            )
            for box in boxes
        )

    def _none_box(self, question: Question, given: list[str]) -> tuple[Box, ...]:
        """Return the box "no pain" below the drawing, where the visit may be without a pain."""
        options = self.questionnaire.options_for(question, self._answers_now)
        return _boxes(question.id, [(o.code, self._words(o)) for o in options if o.code == chart.NO_PAIN], given)

    def _two_steps(self, question: Question, asked: Asked, given: list[str]) -> Asked:
        """Return both steps: yes or no first, then when it began."""
        codes = {option.code for option in question.options if option.second_step}
        later = [code for code in given if code in codes]
        if self.raw is not None:
            later += self.raw.get(question.id + WHEN, [])
        yes = "yes" in given or bool(codes & set(given))
        first = [option for option in question.options if not option.second_step]
        options = [("yes", question.first_step_yes.text_for(self.language) or _("Yes"))]
        options += [(option.code, self._words(option)) for option in first]
        return replace(
            asked,
            boxes=_boxes(question.id, options, ["yes"] if yes else given),
            second=_boxes(
                question.id + WHEN,
                [(option.code, self._words(option)) for option in question.options if option.second_step],
                later,
            ),
            second_text=question.second_step_ask.text_for(self.language),
            second_shown=yes,
        )

    def _words(self, option: Option) -> str:
        return option.text.text_for(self.language)


def _filled(raw: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return what was sent with something in it."""
    return {name: values for name, values in raw.items() if any(value.strip() for value in values)}


def _after(question: str | None, message: str) -> str:
    if question is None:
        return message
    return f"{question} {message}" if question.endswith(("?", ".")) else f"{question}: {message}"


def _boxes(name: str, options: Iterable[tuple[str, Any]], given: Iterable[str]) -> tuple[Box, ...]:
    chosen = set(given)
    return tuple(Box(f"id_{name}_{value}", name, value, label, value in chosen) for value, label in options)


def page_form(request: HttpRequest, screening: Screening, asked: Page) -> PageForm:
    """Return the form of a page of this check, bound to what was sent, if anything was."""
    return PageForm(
        questionnaires.get(screening.questionnaire),
        asked,
        screening.answers,
        data=request.POST if request.method == "POST" else None,
        language=get_language() or "en",
        about_child=screening.respondent == Screening.Respondent.GUARDIAN,
        keep_private=not screening.shows_private,
    )


def _raw(data: QueryDict) -> dict[str, list[str]]:
    """Return what was sent, with the spots of the drawing turned into areas and a side."""
    raw = {name: [str(value) for value in values] for name, values in data.lists()}
    spots = raw.get(chart.AREAS, [])
    side = chart.side_of(spots)
    raw[chart.SPOTS] = spots
    raw[chart.AREAS] = chart.areas_of(spots)
    raw[chart.SIDE] = [side] if side else []
    return raw
