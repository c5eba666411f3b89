"""What a patient is shown of an outcome: what to do, by when, what happens next. Never what it might be.

An outcome is read as it was written; nothing is judged anew. Times are in the clinic's zone. Telephone numbers and names
are those typed with this check, never those our records hold.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinic import hours as opening_hours
from clinic import opening, phones, wording
from intake import afterwards, gate, promises
from intake.models import Clearance, Level, Screening
from intake.repeated import Repeated
from intake.screening.answers import ORDERED, Reading
from intake.screening.factors import BY_ID, MOST_TOPICS, factors_of
from intake.screening.levels import FirstContact, VisitWithin

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
OFF_THE_LEG: Final = frozenset({"U15", "U20", "U25", "U34"})
SOON: Final = {VisitWithin.WEEK_1: timedelta(weeks=1), VisitWithin.WEEKS_2: timedelta(weeks=2)}
# Refer: an exam by a PT within 5 working days, any other first contact seen within 2 weeks (clinical.md 1 and 10).
PT_WITHIN_DAYS: Final = 5
SEEN_WITHIN: Final = timedelta(weeks=2)


@dataclass(frozen=True)
class Topic:
    """What may add to the pain, and what may help. Never a cause."""

    title: str
    text: str


@dataclass(frozen=True)
class Shown(Repeated):
    """A result, ready to be shown at `now` to whoever filled in the check."""

    def in_english(self) -> "Shown":
        """Return the same in the language of the emergency room."""
        return replace(self, language="en")

    @property
    def decided(self) -> bool:
        """Say whether staff decided this after a call."""
        return self.outcome.decided_by_id is not None

    @cached_property
    def cleared(self) -> Clearance | None:
        """Return the clearance on which this outcome rests, if it rests on one."""
        return Clearance.objects.filter(outcome=self.outcome).first() if self.decided else None

    @cached_property
    def is_overtaken(self) -> bool:
        """Say whether it leaves something to book while another check, or a call that a PT has still to make, closes all.

        Then nothing of it may be read as it stands, and what the other one says belongs to whoever holds that one.
        """
        patient = self.screening.patient
        return self.level in (Level.MECHANICAL, Level.REFER) and bool(
            gate.undecided(patient_id=patient.pk, besides=self.screening.pk) or gate.still_to_call(patient=patient)
        )

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
    def awaits_call(self) -> bool:
        """Say whether a call is still to come: what a PT decided after the call asks for none."""
        return not self.decided or self.outcome.call_due_at is not None

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


def shown(screening: Screening, *, now: datetime) -> Shown | None:
    """Return the result to show, or None while there is none: not finished, or opened again."""
    if screening.state != Screening.State.FINISHED:
        return None
    outcome = screening.outcomes.filter(current=True).prefetch_related("findings").first()
    return Shown(screening, outcome, now, get_language() or "en") if outcome else None
