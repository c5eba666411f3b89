"""Page P0: who the patient is, who answers, how to reach them. It starts a screening, or corrects one under way."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic import audit, opening, patients
from clinic.models import Consent, Patient, User
from intake import questionnaire as questionnaires
from intake.models import HandOver, Screening
from intake.workflow import telling


@dataclass(frozen=True)
class Contact:
    """What page P0 gives: who the patient is, who answers, and where the patient is now."""

    given_name: str
    family_name: str
    birth_date: date
    phone: str
    email: str
    preferred_name: str = ""
    texts_ok: bool = False
    language: str = "en"
    spoken_language: str = ""
    interpreter: bool = False
    city: str = ""
    state: str = ""
    time_zone: str = ""
    respondent: str = Screening.Respondent.SELF
    respondent_name: str = ""
    respondent_relation: str = ""

    def as_typed(self) -> dict[str, Any]:
        """Return it ready for `Screening.contact`."""
        return {
            "name": f"{self.given_name} {self.family_name}",
            "given_name": self.given_name,
            "family_name": self.family_name,
            "preferred_name": self.preferred_name,
            "birth_date": self.birth_date.isoformat(),
            "phone": self.phone,
            "email": self.email,
            "texts_ok": self.texts_ok,
            "interpreter": self.interpreter,
            "spoken_language": self.spoken_language,
            "relation": self.respondent_relation,
        }


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def start(
    *,
    submission: uuid.UUID,
    contact: Contact,
    visit_reason: str,
    disclaimer_version: str,
    may_correct: bool = False,
    patient: Patient | None = None,
    typed_by: User | None = None,
    now: datetime,
) -> Screening:
    """Begin a screening after page P0 and return it; the same submission with the same words gives the same screening.

    With other words (back, and a telephone number mended) it corrects the screening while that is under way and has no
    outcome, if whoever sends it `may_correct` it: holds it. Else it is a screening of its own. The patient is found
    silently or made. The way back (a link) is planned, and dropped again when the form is done.

    `typed_by` is who at the clinic types what is read out on the phone; there the `patient` may be known. A call in
    their hands sees to it that a form left in the middle is not forgotten.
    """
    with transaction.atomic():
        before = Screening.objects.filter(submission=submission).select_related("patient").first()
        if before and (may_correct or _says(before, contact, visit_reason, now=now)):
            return _correct(before, contact, visit_reason, disclaimer_version, now=now)
        if before:
            submission = uuid.uuid4()
        found, new = (patient, False) if patient else patients.find_or_make(**_details(contact), now=now)
        values = _values(contact, visit_reason, {}, now=now)
        screening, made = Screening.objects.get_or_create(
            submission=submission,
            defaults={
                **values,
                "contact": values["contact"] | {"new_patient": new},
                "patient": found,
                "typed_by": typed_by,
                "questionnaire": questionnaires.current().id,
                "pages_done": [questionnaires.current().pages[0].id],
                "started_at": now,
                "saved_at": now,
            },
        )
        if not made:
            return screening
        _consent(screening, contact, disclaimer_version, now=now)
        telling.plan_way_back(screening, now=now)
        telling.call_if_left(screening, now=now)
        audit.record(act="screening.started", subject_uid=screening.uid, actor=typed_by, now=now)
    return screening


def _correct(
    before: Screening, contact: Contact, visit_reason: str, disclaimer_version: str, *, now: datetime
) -> Screening:
    """Take over what page P0 says now, unless nothing changed or it is too late: a call may be under way."""
    screening = Screening.objects.select_for_update(of=("self",)).select_related("patient").get(pk=before.pk)
    values = _values(contact, visit_reason, screening.answers, now=now)
    new = bool(screening.contact.get("new_patient"))
    values["contact"] |= {"new_patient": new}
    if (
        _says(screening, contact, visit_reason, now=now)
        or screening.state != Screening.State.STARTED
        or screening.outcomes.exists()
    ):
        return screening
    # A patient that this form made a moment ago may be corrected; one we knew before never is.
    mine = screening.patient if new and _only_here(screening) else None
    if not new and contact.birth_date == screening.patient.birth_date and _named_by_staff(screening):
        patient, made = screening.patient, False
    else:
        patient, made = patients.find_or_make(**_details(contact), instead_of=mine, now=now)
    values["contact"]["new_patient"] = made
    hid_private = not screening.shows_private
    for name, value in {**values, "patient": patient}.items():
        setattr(screening, name, value)
    if hid_private and screening.shows_private:
        _forget_private(screening)
    screening.saved_at = now
    screening.revision += 1
    screening.save(update_fields=[*values, "patient", "pages_done", "saved_at", "revision"])
    _consent(screening, contact, disclaimer_version, now=now)
    telling.plan_way_back(screening, now=now)
    audit.record(act="screening.contact_corrected", subject_uid=screening.uid, now=now)
    return screening


def _forget_private(screening: Screening) -> None:
    """Take out the private answers: they were given while they were hidden from whoever reads along, and are asked anew.

    Else a guardian who says on page P0 that the patient is an adult who answers alone would read them.
    """
    form = questionnaires.get(screening.questionnaire)
    private = {question.id: question.page_id for question in form.questions.values() if question.private}
    gone = private.keys() & screening.answers.keys()
    screening.answers = {name: value for name, value in screening.answers.items() if name not in gone}
    pages = {private[name] for name in gone}
    screening.pages_done = [page for page in screening.pages_done if page not in pages]


def _says(screening: Screening, contact: Contact, visit_reason: str, *, now: datetime) -> bool:
    """Say whether a screening began with these very words."""
    values = _values(contact, visit_reason, screening.answers, now=now)
    values["contact"] |= {"new_patient": screening.contact.get("new_patient")}
    return all(getattr(screening, name) == value for name, value in values.items())


def _named_by_staff(screening: Screening) -> bool:
    """Say whether it was staff who said whose check this is, on the phone or by a code: it stays that patient's.

    Another number or address on page P0 must not carry its level away from the visits that it is about.
    """
    codes = HandOver.objects.filter(patient=screening.patient_id, begun_at=screening.started_at)
    return screening.typed_by_id is not None or codes.exists()


def _only_here(screening: Screening) -> bool:
    """Say whether the patient has done nothing yet but this one check."""
    return not Screening.objects.filter(patient=screening.patient_id).exclude(pk=screening.pk).exists()


def _details(contact: Contact) -> patients.Details:
    guardian = contact.respondent == Screening.Respondent.GUARDIAN
    return {
        "given_name": contact.given_name,
        "family_name": contact.family_name,
        "preferred_name": contact.preferred_name,
        "birth_date": contact.birth_date,
        "phone": contact.phone,
        "email": contact.email,
        "texts_ok": contact.texts_ok,
        "language": contact.language,
        "spoken_language": contact.spoken_language,
        "interpreter": contact.interpreter,
        "time_zone": contact.time_zone,
        "city": contact.city,
        "state": contact.state,
        "guardian_name": contact.respondent_name if guardian else "",
        "guardian_relation": contact.respondent_relation if guardian else "",
    }


def _values(contact: Contact, visit_reason: str, answers: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return the columns of a screening that page P0 fills; the age is worked out, and asked nowhere."""
    # The questionnaire counts to 110; nobody is older, but a date of birth may say so.
    age = min(age_on(contact.birth_date, opening.hours_for().local(now).date()), 110)
    given = {
        "visit_reason": visit_reason,
        "answered_by": contact.respondent,
        "age_years": age,
        "place": contact.city,
        "state": contact.state,
        "language": contact.spoken_language or contact.language,
    }
    return {
        "respondent": contact.respondent,
        "respondent_name": contact.respondent_name,
        "language": contact.language,
        "city": contact.city,
        "place_state": contact.state,
        "time_zone": contact.time_zone,
        "contact": contact.as_typed(),
        "answers": {**answers, **given},
    }


def _consent(screening: Screening, contact: Contact, version: str, *, now: datetime) -> None:
    """Write down that the limits of the check were read, and what we may send; a second time changes nothing."""
    agreed: dict[str, str] = {Consent.Kind.DISCLAIMER: version, Consent.Kind.CONTACT: version}
    if contact.texts_ok:
        agreed[Consent.Kind.TEXTS] = version
    patient: Patient = screening.patient
    patients.record_consents(
        subject_uid=screening.uid,
        texts=agreed,
        language=contact.language,
        patient=patient,
        given_by=contact.respondent,
        now=now,
    )
