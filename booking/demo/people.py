"""The demo's invented patients, and how each of them fills in the check."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from clinic.models import User
from intake import afterwards, way, workflow
from intake import questionnaire as questionnaires
from intake.models import Screening
from intake.questionnaire import CleanedPage, Question

# An ordinary case: what is answered where a person's own answers say nothing else. Rows of yes and no get their no.
USUAL: dict[str, Any] = {
    "pain_side": "left",
    "onset_type": "gradual",
    "duration_band": "w2_6",
    "onset_age": 30,
    "pregnancy_status": "no",
    "leg_pain_side": "left",
    "leg_neuro_side": "left",
    "neuro_trend": "same",
    "hx_smoke": "never",
    "nprs_now": 3,
    "nprs_worst": 5,
    "pain_trend": "same",
    "pain_trend_month": "same",
    "pain_mech": "clear",
    "pain_ease": "yes",
    "pain_night": "settles",
    "morning_stiff": "lt_30",
    "exercise_effect": "same",
    "rest_effect": "better",
    "prior_episodes": "1_2",
    "prior_imaging": ["none"],
    "prior_imaging_finding": ["normal"],
    "prior_imaging_when": "older_or_elsewhere",
    "push_off": "ok",
    "runner": "yes",
    "run_miles_week": 22,
    "run_pain_timing": "warms_up",
    "menses": "regular",
}
NO = ("no", "none")


@dataclass(frozen=True, eq=False)
class Person:
    """An invented patient. `answers` differ from the usual case; `added` is given after the result."""

    given: str
    family: str
    born: date
    sex: str
    phone: str
    areas: tuple[str, ...] = ("knee",)
    preferred: str = ""
    reason: str = "new_pain"
    interpreter: str = ""
    guardian: str = ""
    # The login of who typed it, if it was read out on the phone.
    typed_by: str = ""
    # Opening the record of staff and VIPs asks why.
    sensitive: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    added: dict[str, Any] = field(default_factory=dict)

    @property
    def email(self) -> str:
        """Return an address that nobody has."""
        return f"{self.given}.{self.family}@example.com".lower().replace(" ", "").replace("’", "").replace("ñ", "n")


def _p(given: str, family: str, born: str, sex: str, line: int, areas: str, **more: Any) -> Person:  # noqa: PLR0917  (a table)
    return Person(given, family, date.fromisoformat(born), sex, f"+1907555{line:04d}", tuple(areas.split()), **more)


# Telephone numbers 555-0100 to 555-0199 belong to nobody. These are clear (mechanical) and have visits.
CLEAR = [
    _p(
        "Casey",
        "Tran",
        "1984-03-14",
        "female",
        118,
        "knee",
        preferred="Case",
        added={
            "run_surface": "trail",
            "shoe_miles": "gt_500",
            "warmup": "sometimes",
            "strength_days": "0",
            "rest_days": "1",
            "out_worry": 3,
            "out_recover": 8,
            "out_move_harm": 2,
            "out_mood": "no",
            "out_sleep": "no",
            "goal_text": "Race over Crow Pass again",
            "goal_activity": "Running downhill",
            "goal_ability": 4,
            "race_date": "July",
            "prior_tx": ["rest"],
            "medicines": "None",
        },
    ),
    _p("June", "Parrish", "1979-06-02", "female", 120, "low_back", answers={"onset_type": "sudden_activity"}),
    _p("Andre", "Whitfield", "1991-01-23", "male", 121, "achilles"),
    _p("Walt", "Sorensen", "1958-09-30", "male", 102, "hip_side", answers={"hx_smoke": "past"}),
    _p("Peter", "Nageak", "1966-11-11", "male", 122, "shin"),
    _p("Kim", "Delacroix", "1988-04-19", "female", 123, "low_back"),
    _p("Lupe", "Serrano", "1995-12-05", "female", 124, "foot", interpreter="Spanish"),
    _p("Oskar", "Lund", "1973-02-27", "male", 125, "calf"),
    _p("Freya", "Holt", "1999-08-08", "female", 126, "thigh", reason="massage"),
    _p("Harriet", "Munson", "1950-05-16", "female", 127, "knee"),
    _p("Joe", "Pikula", "1982-10-03", "male", 128, "ankle"),
    _p("Agnes", "Toyukak", "1961-07-21", "female", 129, "shoulder"),
    _p("Bill", "Hanratty", "1977-01-09", "male", 130, "neck", answers={"runner": "no"}),
    _p("Priya", "Anand", "1993-03-28", "female", 131, "heel"),
    _p("Theo", "Abara", "1986-06-17", "male", 132, "buttock"),
    _p("Rosa", "Quintero", "1970-12-12", "female", 133, "knee", interpreter="Spanish"),
    _p("Dev", "Raman", "1990-09-01", "male", 134, "calf", reason="massage"),
    _p("Leah", "Ostrander", "1985-05-25", "female", 135, "hip_side"),
    _p(
        "Grant",
        "Yazzie",
        "1969-02-14",
        "male",
        137,
        "low_back",
        answers={"leg_pain_extent": "above_knee"},
        added={"out_worry": 7, "out_move_harm": 8, "out_sleep": "yes", "goal_text": "Sit through a work day"},
    ),
    _p("Sofia", "Marchetti", "1997-11-30", "female", 138, "shin", sensitive=True),
    _p("Ingmar", "Solheim", "1981-08-19", "male", 139, "foot"),
    _p("Mai", "Vang", "1992-10-10", "female", 140, "knee"),
]
# Neither clear nor an emergency: one case each of unsure, urgent and refer.
NOT_CLEAR = [
    _p("Nadia", "Kessler", "1976-04-04", "female", 163, "low_back", answers={"sys_fever": "not_sure"}),
    _p("Emmett", "Kallas", "1968-08-22", "male", 119, "calf", answers={"dvt_swelling": "yes"}),
    _p(
        "Lena",
        "Fisk",
        "2010-02-03",
        "female",
        141,
        "low_back",
        guardian="Marta Fisk",
        typed_by="jo",
        answers={"back_bend_hurts": "yes", "onset_age": 15},
    ),
]
EMERGENCY = [
    _p(
        "Ruth",
        "Ekwall",
        "1963-01-31",
        "female",
        142,
        "low_back buttock",
        answers={"ces_bladder": "new", "leg_pain_extent": "below_knee"},
    ),
]


def fill_in(person: Person, *, at: datetime, stop_after: int | None = None) -> Screening:
    """Fill in the check as a person; `stop_after` leaves it after so many pages. The emergency path ends by itself."""
    screening = workflow.start(
        submission=uuid.uuid5(uuid.NAMESPACE_URL, f"demo:{person.email}:{at.isoformat()}"),
        contact=workflow.Contact(
            given_name=person.given,
            family_name=person.family,
            preferred_name=person.preferred,
            birth_date=person.born,
            phone=person.phone,
            email=person.email,
            texts_ok=True,
            spoken_language=person.interpreter or "English",
            interpreter=bool(person.interpreter),
            city="Anchorage",
            state="AK",
            time_zone="America/Anchorage",
            respondent=Screening.Respondent.GUARDIAN if person.guardian else Screening.Respondent.SELF,
            respondent_name=person.guardian,
            respondent_relation="Mother" if person.guardian else "",
        ),
        visit_reason=person.reason,
        disclaimer_version="1",
        typed_by=User.objects.get(username=person.typed_by) if person.typed_by else None,
        now=at,
    )
    form = questionnaires.get(screening.questionnaire)
    pages = 0
    while (page := way.first_open(form, screening.answers)) is not None:
        if pages == stop_after:
            return screening
        pages += 1
        answers = dict(screening.answers)
        given: dict[str, Any] = {}
        # A question of a page may open another of the same page.
        for _round in range(6):
            open_now = [q for q in form.shown_questions(page, answers) if q.id not in given]
            for question in open_now:
                given[question.id] = answers[question.id] = _answer(person, question, answers)
        screening = workflow.save_page(
            screening=screening,
            page_id=page.id,
            cleaned=CleanedPage(answers=given),
            now=at + timedelta(seconds=40 * pages),
        )
        if screening.state == Screening.State.FINISHED:
            return screening
    workflow.finish(screening=screening, now=at + timedelta(seconds=40 * pages + 20))
    screening.refresh_from_db()
    return _add(person, screening, at=at + timedelta(seconds=40 * pages + 60))


def _add(person: Person, screening: Screening, *, at: datetime) -> Screening:
    """Fill in the pages after the result, as far as the person has something to add."""
    for page in afterwards.pages(screening) if person.added else ():
        given = {question.id: person.added.get(question.id) for question in page.questions}
        screening = workflow.save_after_result(
            screening=screening, page_id=page.id, cleaned=CleanedPage(answers=given), now=at
        )
    return screening


def _answer(person: Person, question: Question, answers: dict[str, Any]) -> Any:
    """Return what this person answers to a question."""
    own = {"sex_at_birth": person.sex, "pain_areas": list(person.areas), "main_area": person.areas[0]} | person.answers
    if question.id in own:
        return own[question.id]
    if question.id in USUAL:
        return USUAL[question.id]
    if question.options_from:
        return answers[question.options_from][0]
    return next((code for code in NO if code in question.codes), None)
