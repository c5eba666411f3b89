"""What a patient said in a check, as a result repeats it: what led there, what to say at the hospital, and no more.

Private answers are repeated only to the adult whose they are. Names are those typed with this check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.models import Clinic
from intake import afterwards, chart, spoken
from intake import questionnaire as questionnaires
from intake.models import Level, Outcome, Screening
from intake.questionnaire import Question, Questionnaire
from intake.screening import watchlist
from intake.screening.free_text import TEXTS
from intake.workflow import tapped

NOTHING: Final = frozenset({"no", "none", "never"})


@dataclass(frozen=True)
class Told:
    """One answer that led to an outcome, in the patient's own words."""

    question_id: str
    text: str
    answer: str


@dataclass(frozen=True)
class Repeated:
    """The answers of an outcome, ready to be repeated in a language to whoever filled in the check."""

    screening: Screening
    outcome: Outcome
    now: datetime
    language: str

    @cached_property
    def form(self) -> Questionnaire:
        """Return the questionnaire of that time."""
        return questionnaires.get(self.outcome.questionnaire)

    @cached_property
    def clinic(self) -> Clinic:
        """Return the clinic."""
        return Clinic.get()

    @property
    def level(self) -> str:
        """Return the level that is shown."""
        return self.outcome.level

    @property
    def words(self) -> list[str]:
        """Return which watch lists their free text hits: "emergency", "crisis".

        Words of an emergency always hold the booking; once it is open, a PT has read them and talked with the patient.
        """
        hits = [watchlist.scan(text) for text in self._texts()]
        found = [kind for kind in ("emergency", "crisis") if any(getattr(hit, kind) for hit in hits)]
        return [kind for kind in found if kind == "crisis" or self.level != Level.MECHANICAL]

    @property
    def has_pain(self) -> bool:
        """Say whether a place was marked that hurts."""
        return self._areas() != []

    @property
    def runs(self) -> bool:
        """Say whether the patient runs."""
        return bool(self.outcome.answers.get("runner") == "yes")

    @cached_property
    def told(self) -> list[Told]:
        """Return the answers that led to the outcome; private ones only to the adult whose they are."""
        answers = self._evidence()
        shown = [self.form.question(question_id) for question_id in tapped(self.outcome, self.form)]
        return [self._told(question, answers[question.id]) for question in shown if self._may_show(question)]

    @property
    def hides_private(self) -> bool:
        """Say whether an answer that led to the outcome is not shown, because somebody else may read along."""
        return len(self.told) < len(tapped(self.outcome, self.form))

    @property
    def hides_private_any(self) -> bool:
        """Say whether any answer at all is kept off the page for the doctor."""
        answers = self.form.effective(self.outcome.answers)
        return any(not self._may_show(self.form.question(question_id)) for question_id in answers)

    @property
    def answered_at(self) -> str:
        """Return when the check was finished, in words."""
        at = self.outcome.created_at.astimezone(self._zone)
        return f"{wording.day(at.date())}, {wording.clock(at)}"

    @property
    def other_answers(self) -> list[Told]:
        """Return what else was answered otherwise than no, for the page to show to a doctor."""
        led, answers = {told.question_id for told in self.told}, self.form.effective(self.outcome.answers)
        contact = {page.id for page in self.form.pages if page.kind == "contact"}
        questions = [self.form.question(question_id) for question_id in answers]
        return [
            self._told(question, answers[question.id])
            for question in questions
            if question.id not in led
            and question.page_id not in contact
            and self._may_show(question)
            and not _says_no(question, answers[question.id])
        ]

    @property
    def say(self) -> str:
        """Return what to say at the emergency room, built from the answers."""
        evidence = {told.question_id: self._evidence()[told.question_id] for told in self.told}
        what = spoken.phrases(evidence, self.form) or [str(_("a warning sign in the answers to a form"))]
        have = _("I have %(what)s.") if self._self_answers() else _("I come with %(name)s, who has %(what)s.")
        parts = [str(have % {"what": "; ".join(what), "name": self.name})]
        if self._areas():
            parts.append(str(_("It hurts here: %(areas)s.") % {"areas": wording.listed(self._areas())}))
        parts.append(
            str(_("I filled in a form at %(clinic)s, and it told me to come now.") % {"clinic": self.clinic.short_name})
        )
        return " ".join(parts)

    @property
    def ask_for_scan(self) -> bool:
        """Say whether bladder, bowel or the feeling between the legs led here."""
        return bool(spoken.BLADDER_AND_BOWEL & set(self._evidence()))

    @property
    def name(self) -> str:
        """Return the patient's name as it was typed."""
        contact = self.screening.contact
        return str(contact.get("preferred_name") or contact.get("given_name") or contact.get("name") or "")

    def _self_answers(self) -> bool:
        return self.screening.respondent == Screening.Respondent.SELF

    def _may_show(self, question: Question) -> bool:
        return not question.private or self.screening.shows_private

    def _evidence(self) -> Mapping[str, Any]:
        """Return the answers that fired the emergency findings."""
        emergencies = [finding for finding in self.outcome.findings.all() if finding.level == Level.EMERGENCY]
        return {question_id: value for finding in emergencies for question_id, value in finding.answers.items()}

    def _told(self, question: Question, value: Any) -> Told:
        about_child = self.screening.respondent == Screening.Respondent.GUARDIAN
        text = question.text_for(self.language, about_child=about_child)
        return Told(question.id, text, question.answer_text(value, self.language))

    def _areas(self) -> list[str]:
        value = self.outcome.answers.get(chart.AREAS) or []
        question = self.form.question(chart.AREAS)
        return [question.answer_text(code, self.language).lower() for code in value if code != chart.NO_PAIN]

    def _texts(self) -> list[str]:
        answers = afterwards.together(self.outcome)
        texts = (answers.get(q.id) for q in self.form.questions.values() if q.type in TEXTS)
        return [text for text in texts if isinstance(text, str)]

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.clinic.time_zone)


def _says_no(question: Question, value: Any) -> bool:
    given = set(value) if isinstance(value, list) else {value}
    return given <= NOTHING | {question.none_answer}
