"""All answers of a check in words, by page, to be looked over before they are sent. Private ones are only counted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext_lazy as _

from clinic import phones
from clinic.states import STATES
from intake import chart, steps, way
from intake import screening as rules
from intake.models import Screening
from intake.questionnaire import Page, Questionnaire

ROWS = ("row", "two_step")


@dataclass(frozen=True)
class Line:
    """A question with its answer, "" for none, and where it can be changed. `open`: without an answer a PT must call."""

    question: str
    answer: str
    url: str = ""
    open: bool = False


@dataclass(frozen=True)
class Chapter:
    """A page of the form. `noes` are the rows answered no, in one list; `hidden` says that private answers are left out."""

    title: str
    lines: tuple[Line, ...]
    noes: tuple[str, ...] = ()
    url: str = ""
    hidden: bool = False


def chapters(screening: Screening, language: str) -> list[Chapter]:
    """Return what was answered, in the order of the pages."""
    form = steps.form_of(screening)
    missing = set(rules.evaluate(screening.answers, questionnaire=form).missing)
    pages = [page for page in way.pages(form, screening.answers) if page.kind != "contact"]
    return [_contact(screening, form), *(_chapter(screening, form, page, missing, language) for page in pages)]


def _chapter(screening: Screening, form: Questionnaire, page: Page, missing: set[str], language: str) -> Chapter:
    asked = form.shown_questions(page, screening.answers)
    open_to_all = [question for question in asked if not question.private and question.id != chart.SIDE]
    answers = form.effective(screening.answers)
    about_child = screening.respondent == Screening.Respondent.GUARDIAN
    lines, noes = [], []
    for question in open_to_all:
        text, value = question.text_for(language, about_child=about_child), answers.get(question.id)
        if value == "no" and question.layout in ROWS:
            noes.append(text)
            continue
        answer = question.answer_text(value, language)
        if question.id == chart.AREAS and screening.answers.get(chart.SPOTS):
            answer = chart.in_words(screening.answers[chart.SPOTS])
        url = f"{steps.url_of(form, page)}#q_{question.id}"
        lines.append(Line(text, answer, url, question.id in missing))
    return Chapter(
        page.title.text_for(language),
        tuple(lines),
        tuple(noes),
        steps.url_of(form, page),
        any(question.private for question in asked),
    )


def _contact(screening: Screening, form: Questionnaire) -> Chapter:
    """Return page P0 as it was typed; it can be changed until there is an outcome, since a call may be under way."""
    typed: dict[str, Any] = screening.contact
    url = "" if screening.outcomes.exists() else steps.url_of(form, form.pages[0])
    phone = phones.show(typed.get("phone") or "")
    reason = form.question("visit_reason")
    born = typed.get("birth_date") or ""
    lines = [
        (_("Why you are coming"), reason.answer_text(screening.answers.get("visit_reason"))),
        (_("Name"), typed.get("name") or ""),
        (_("Date of birth"), dateformat.format(date.fromisoformat(born), "j F Y") if born else ""),
        (_("Phone"), phone),
        (_("E-mail"), typed.get("email") or ""),
        (_("Where"), ", ".join(part for part in (screening.city, STATES.get(screening.place_state, "")) if part)),
        (_("Interpreter"), (typed.get("spoken_language") or _("Yes")) if typed.get("interpreter") else _("Not needed")),
    ]
    return Chapter(
        str(_("How to reach you")), tuple(Line(str(name), str(value), url) for name, value in lines if value)
    )
