"""All answers of a check in words, by page, to be looked over before they are sent. Private ones are only counted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext_lazy as _

from clinic import phones
from clinic.states import STATES
from intake import chart, steps
from intake import screening as rules
from intake.models import Screening
from intake.questionnaire import Question, Questionnaire


@dataclass(frozen=True)
class Line:
    """A question with its answer, "" for none, and where it can be changed. `open`: without an answer a PT must call."""

    question: str
    answer: str
    url: str = ""
    open: bool = False


@dataclass(frozen=True)
class Chapter:
    """A page of the form; `hidden_url` leads to its private answers."""

    title: str
    lines: tuple[Line, ...]
    hidden_url: str = ""


def chapters(screening: Screening, language: str) -> list[Chapter]:
    """Return what was answered, in the order of the pages."""
    form = steps.form_of(screening)
    missing = set(rules.evaluate(screening.answers, questionnaire=form).missing)
    found = [_contact(screening, form)]
    for page in form.shown_pages(screening.answers):
        if page.kind == "contact":
            continue
        asked = form.shown_questions(page, screening.answers)
        lines = tuple(
            _line(screening, form, question, language, open_=question.id in missing)
            for question in asked
            if not question.private and question.id != chart.SIDE
        )
        hidden = steps.url_of(form, page) if any(question.private for question in asked) else ""
        found.append(Chapter(page.title.text_for(language), lines, hidden))
    return found


def _line(screening: Screening, form: Questionnaire, question: Question, language: str, *, open_: bool) -> Line:
    value = form.effective(screening.answers).get(question.id)
    answer = question.answer_text(value, language)
    if question.id == chart.AREAS and screening.answers.get(chart.SPOTS):
        answer = chart.in_words(screening.answers[chart.SPOTS])
    about_child = screening.respondent == Screening.Respondent.GUARDIAN
    url = f"{steps.url_of(form, form.page(question.page_id))}#q_{question.id}"
    return Line(question.text_for(language, about_child=about_child), answer, url, open_)


def _contact(screening: Screening, form: Questionnaire) -> Chapter:
    """Return page P0 as it was typed; it can be changed until there is an outcome, since a call may be under way."""
    typed: dict[str, Any] = screening.contact
    url = "" if screening.outcomes.exists() else steps.url_of(form, form.pages[0])
    phone = phones.show(typed.get("phone") or "")
    reason = form.question("visit_reason")
    born = typed.get("birth_date") or ""
    lines = [
        (_("Why you come"), reason.answer_text(screening.answers.get("visit_reason"))),
        (_("Name"), typed.get("name") or ""),
        (_("Date of birth"), dateformat.format(date.fromisoformat(born), "j F Y") if born else ""),
        (_("Phone"), phone),
        (_("E-mail"), typed.get("email") or ""),
        (_("Where"), ", ".join(part for part in (screening.city, STATES.get(screening.place_state, "")) if part)),
        (_("Interpreter"), (typed.get("spoken_language") or _("Yes")) if typed.get("interpreter") else _("Not needed")),
    ]
    return Chapter(str(_("You")), tuple(Line(str(name), str(value), url) for name, value in lines if value))
