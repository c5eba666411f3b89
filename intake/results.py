"""What a patient is shown of an outcome: what to do, by when, what happens next. Never what it might be.

An outcome is read as it was written; nothing is judged anew. Times are in the clinic's zone. Telephone numbers and names
are those typed with this check, never those our records hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinic import hours as opening_hours
from clinic import opening, phones, wording
from clinic.models import Clinic
from intake import afterwards, chart, promises, spoken
from intake import questionnaire as questionnaires
from intake.models import Clearance, Level, Outcome, Screening
from intake.questionnaire import Question, Questionnaire
from intake.screening import watchlist
from intake.screening.answers import ORDERED, Reading
from intake.screening.factors import BY_ID, MOST_TOPICS, factors_of
from intake.screening.levels import FirstContact, VisitWithin
from intake.workflow import tapped

NOTHING: Final = frozenset({"no", "none", "never"})

FIRST_SEE: Final = {
    FirstContact.PHYSICIAN: _("See a doctor first"),
    FirstContact.OBSTETRIC: _("See your pregnancy doctor or midwife first"),
    FirstContact.SPINE: _("See a spine specialist first"),
    FirstContact.SPORTS: _("See a sports doctor first"),
    FirstContact.RHEUMATOLOGY: _("See a joint specialist (rheumatologist) first"),
    FirstContact.PT_EVALUATION: _("See a PT in person"),
}
# Heads of the self-care topics, as the patient would name them.
TOPICS: Final = {
    "F01": _("How you sit and stand"),
    "F02": _("Your step"),
    "F03": _("No strength work right now"),
    "F04": _("One side weaker than the other"),
    "F05": _("More running, or less rest"),
    "F06": _("Little warm-up"),
    "F07": _("Your shoes"),
    "F08": _("Stiff hips"),
    "F09": _("Feet and ankles"),
    "F10": _("New ground or hills"),
    "F11": _("Eating enough for your runs"),
}
# Findings after which not even walking is fine (clinical.md 10).
OFF_THE_LEG: Final = frozenset({"U15", "U20", "U25"})
SOON: Final = {VisitWithin.WEEK_1: timedelta(weeks=1), VisitWithin.WEEKS_2: timedelta(weeks=2)}
# Refer: an exam by a PT within 5 working days, any other first contact seen within 2 weeks (clinical.md 1 and 10).
PT_WITHIN_DAYS: Final = 5
SEEN_WITHIN: Final = timedelta(weeks=2)


@dataclass(frozen=True)
class Told:
    """One answer that led to an outcome, in the patient's own words."""

    question_id: str
    text: str
    answer: str


@dataclass(frozen=True)
class Topic:
    """What may add to the pain, and what may help. Never a cause."""

    title: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A result, ready to be shown at `now` to whoever filled in the check."""

    screening: Screening
    outcome: Outcome
    now: datetime
    language: str

    def in_english(self) -> "Shown":
        """Return the same in the language of the emergency room."""
        return replace(self, language="en")

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
    def decided(self) -> bool:
        """Say whether staff decided this after a call."""
        return self.outcome.decided_by_id is not None

    @cached_property
    def cleared(self) -> Clearance | None:
        """Return the clearance on which this outcome rests, if it rests on one."""
        return Clearance.objects.filter(outcome=self.outcome).first() if self.decided else None

    # ------------------------------------------------------------ the call
    @property
    def phone(self) -> str:
        """Return the number that was typed, as people write it; "" if there was none."""
        return phones.show(self.screening.contact.get("phone") or "")

    @property
    def due(self) -> datetime | None:
        """Return by when a PT calls, by the clinic's clock, unless that time has passed."""
        due_at = self.outcome.call_due_at
        return due_at.astimezone(self._zone) if due_at and due_at > self.now else None

    @property
    def due_words(self) -> str:
        """Return the same in words: "today by 10:55 am", "by Monday 23 November, 4:30 pm"."""
        if self.due is None:
            return ""
        if self.due.date() == self.today:
            return str(_("today by %(time)s") % {"time": wording.clock(self.due)})
        return str(_("by %(day)s, %(time)s") % {"day": wording.day(self.due.date()), "time": wording.clock(self.due)})

    @property
    def overdue(self) -> bool:
        """Say whether the call should have come by now."""
        return self.outcome.call_due_at is not None and self.outcome.call_due_at <= self.now

    @property
    def zone_words(self) -> str:
        """Return the zone of all times on the page: "Anchorage time"."""
        return wording.zone_words(self.clinic.time_zone)

    @cached_property
    def closed_until(self) -> str:
        """Return until when the clinic is closed, in words; "" while it is open."""
        hours = opening.hours_for()
        opens = None if opening_hours.is_open(hours, self.now) else opening_hours.next_opening(hours, self.now)
        if opens is None:
            return ""
        at = opens.astimezone(self._zone)
        if at.date() == self.today:
            return wording.clock(at)
        return str(_("%(day)s, %(time)s") % {"day": wording.day(at.date()), "time": wording.clock(at)})

    @property
    def today(self) -> date:
        """Return the date at the clinic."""
        return self.now.astimezone(self._zone).date()

    # ------------------------------------------------------------ refer
    @property
    def first_contact(self) -> str:
        """Return whom to see first, as a code of `FirstContact`."""
        return self.outcome.first_contact or FirstContact.PHYSICIAN

    @property
    def see_first(self) -> str:
        """Return whom to see first, in words."""
        return str(FIRST_SEE[FirstContact(self.first_contact)])

    @property
    def see_by(self) -> date:
        """Return by which day the first contact should have seen the patient, counted from the outcome."""
        made = self.outcome.created_at
        if self.first_contact != FirstContact.PT_EVALUATION:
            return (made + SEEN_WITHIN).astimezone(self._zone).date()
        return promises.after_business_days(opening.hours_for(), made, PT_WITHIN_DAYS).astimezone(self._zone).date()

    @property
    def off_the_leg(self) -> bool:
        """Say whether the patient must not walk on the leg."""
        return any(finding.rule in OFF_THE_LEG for finding in self.outcome.findings.all())

    # ------------------------------------------------------------ fits physical therapy
    @property
    def ordered(self) -> bool:
        """Say whether a surgeon or doctor has set the frame: then their limits count, not our advice."""
        return self.outcome.answers.get("visit_reason") in ORDERED

    @property
    def topics(self) -> list[Topic]:
        """Return what the patient may do meanwhile, three things at most; also from what was added since the result.

        Nothing at any other level, nothing where somebody else has set the limits or a PT has given advice already,
        and nothing that a private answer alone would name to somebody who reads along.
        """
        if self.level != Level.MECHANICAL or self.decided or self.ordered or not self.has_pain:
            return []
        answers = {
            key: value
            for key, value in afterwards.together(self.outcome).items()
            if key not in self.form.questions or self._may_show(self.form.question(key))
        }
        named = [BY_ID[factor] for factor in factors_of(Reading(answers, self.form)) if BY_ID[factor].topic]
        return [Topic(str(TOPICS[factor.id]), str(factor.topic)) for factor in named[:MOST_TOPICS]]

    @property
    def visit_by(self) -> date | None:
        """Return by which day a PT should see the patient, where that matters (M03)."""
        within = self.outcome.visit_within
        if self.level != Level.MECHANICAL or not within:
            return None
        return (self.outcome.created_at + SOON[VisitWithin(within)]).astimezone(self._zone).date()

    @property
    def asked_weekly(self) -> bool:
        """Say whether the questions come again each week: until a PT has talked with the patient."""
        return not self.decided and self.visit_by is not None and self.outcome.visit_within == VisitWithin.WEEK_1

    # ------------------------------------------------------------ their words
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
        texts = (answers.get(q.id) for q in self.form.questions.values() if q.type == "text")
        return [text for text in texts if isinstance(text, str)]

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.clinic.time_zone)


def _says_no(question: Question, value: Any) -> bool:
    given = set(value) if isinstance(value, list) else {value}
    return given <= NOTHING | {question.none_answer}


def shown(screening: Screening, *, now: datetime) -> Shown | None:
    """Return the result to show, or None while there is none: not finished, or opened again."""
    if screening.state != Screening.State.FINISHED:
        return None
    outcome = screening.outcomes.filter(current=True).prefetch_related("findings").first()
    return Shown(screening, outcome, now, get_language() or "en") if outcome else None
