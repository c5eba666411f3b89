"""Patients: found silently when they come back, made when they are new; and what they agreed to."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import NotRequired, TypedDict, Unpack

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from clinic import audit
from clinic.inserting import insert_all
from clinic.likeness import folded
from clinic.models import Consent, Patient, User
from clinic.prepared import prepared


class Details(TypedDict):
    """What a form tells of a patient; phone in E.164."""

    given_name: str
    family_name: str
    birth_date: date
    phone: str
    email: str
    preferred_name: NotRequired[str]
    texts_ok: NotRequired[bool]
    language: NotRequired[str]
    spoken_language: NotRequired[str]
    interpreter: NotRequired[bool]
    time_zone: NotRequired[str]
    city: NotRequired[str]
    state: NotRequired[str]
    guardian_name: NotRequired[str]
    guardian_relation: NotRequired[str]


def attach(*, now: datetime, **details: Unpack[Details]) -> Patient:
    """Return the patient that these details belong to, silently; make one if there is none. See `find_or_make`."""
    return find_or_make(now=now, **details)[0]


def find_or_make(
    *, instead_of: Patient | None = None, now: datetime, **details: Unpack[Details]
) -> tuple[Patient, bool]:
    """Return the patient that these details belong to, silently, or make one; and say whether the row is new.

    The same person has the birth date, the family name, a given name that agrees, and the e-mail address or the phone
    number. Given names agree if one begins with the other (Ben, Benjamin) or it is the preferred name: twins share all
    the rest. Names are compared without accents and case. Of several the oldest is taken, and a merged row leads to
    the one it was merged into.

    Nothing of a patient who is found changes: whoever knows a name and a birth date must not redirect our letters.
    `instead_of` is a row that the same form made a moment ago, before its details were mended: it takes the new
    details, or is merged into the patient they turn out to belong to.
    Two equal submissions at once make one patient. Raises ValueError without phone and e-mail.
    """
    if not details["phone"] and not details["email"]:
        raise ValueError("A patient needs a phone number or an e-mail address.")
    with transaction.atomic():
        _lock_person(details["family_name"], details["birth_date"])
        found = _find_same(details, instead_of)
        if found is not None:
            if instead_of is not None:
                Patient.objects.filter(pk=instead_of.pk).update(merged_into=found)
                audit.record(act="patient.merged", subject_uid=instead_of.uid, details={"into": found.uid}, now=now)
            return found, False
        if instead_of is not None:
            for name, value in details.items():
                setattr(instead_of, name, value)
            instead_of.save(update_fields=list(details))
            audit.record(act="patient.corrected", subject_uid=instead_of.uid, now=now)
            return instead_of, True
        patient = Patient.objects.create(**details)
        audit.record(act="patient.created", subject_uid=patient.uid, now=now)
        return patient, True


def lock(patient_id: int) -> int:
    """Let one act at a time decide what a patient may book and what they have booked; within a transaction.

    Whoever writes a level and whoever books both take this lock first, so neither misses what the other writes. The
    weaker kind of lock: rows that only point to the patient may still be written.
    `booking.diary.locks.act_for` takes the first step by itself.
    Returns the key of the patient this is: of one that was merged meanwhile, the key of the one it was merged into,
    who is then locked as well.
    """
    into = next(iter(_locked(pk=patient_id)), None)
    return patient_id if into is None else lock(into)


@prepared
def _locked(*, pk: int) -> QuerySet[Patient, int | None]:
    rows = Patient.objects.select_for_update(no_key=True).filter(pk=pk)
    return rows.order_by().values_list("merged_into", flat=True)


def reached_by(*, phone: str, email: str, limit: int = 5) -> list[Patient]:
    """Return current patients who have this phone number (E.164) or e-mail address: a family may share one."""
    reach = Q()
    if phone:
        reach |= Q(phone=phone)
    if email:
        reach |= Q(email__iexact=email)
    return list(Patient.objects.current().filter(reach).order_by("family_name", "id")[:limit]) if reach else []


def record_consents(
    *,
    subject_uid: uuid.UUID,
    texts: Mapping[str, str],
    language: str,
    patient: Patient | None = None,
    given_by: str = "self",
    now: datetime,
) -> None:
    """Write what was agreed to with a form: `texts` gives the version of the text for each `Consent.Kind`.

    A second write of the same consent changes nothing. Raises ValueError for a kind that is none.
    """
    unknown = set(texts) - set(Consent.Kind.values)
    if unknown:
        raise ValueError(f"No such consent: {', '.join(sorted(unknown))}.")
    insert_all(
        [
            Consent(
                patient=patient,
                subject_uid=subject_uid,
                kind=kind,
                text_version=version,
                language=language,
                given_by=given_by,
                given_at=now,
            )
            for kind, version in texts.items()
        ],
        ignore_conflicts=True,
    )


def _find_same(details: Details, other_than: Patient | None) -> Patient | None:
    reach = Q()
    if details["phone"]:
        reach |= Q(phone=details["phone"])
    if details["email"]:
        reach |= Q(email__iexact=details["email"])
    candidates = Patient.objects.filter(reach, birth_date=details["birth_date"])
    if other_than is not None:
        candidates = candidates.exclude(pk=other_than.pk)
    for candidate in candidates.order_by("id"):
        same_family = folded(candidate.family_name) == folded(details["family_name"])
        if same_family and _names_agree(candidate, details["given_name"]):
            return survivor(candidate)
    return None


def survivor(patient: Patient) -> Patient:
    """Return the patient that a merged row was merged into, at the end of the chain."""
    while patient.merged_into is not None:
        patient = patient.merged_into
    return patient


def _names_agree(patient: Patient, given_name: str) -> bool:
    given = folded(given_name)
    known = {folded(patient.given_name), folded(patient.preferred_name)} - {""}
    return any(name.startswith(given) or given.startswith(name) for name in known) if given else not known


def _lock_person(family_name: str, birth_date: date) -> None:
    """Let one transaction at a time look for a person and make them.

    There is no row to lock and no constraint that could hold (names are folded, addresses shared), so PostgreSQL takes
    an advisory lock until the transaction ends. SQLite has one writer anyway, from the start of each transaction.
    """
    if connection.vendor != "postgresql":
        return
    person = hashlib.sha256(f"{birth_date.isoformat()} {folded(family_name)}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(person[:8], "big", signed=True)])


def stop_contact(*, patient: Patient, why: str, by: User, now: datetime) -> Patient:
    """Note that nobody may write to a patient or call them, and why (`Patient.NoContact`); return the patient.

    From then on no message leaves, also none that is planned; what only a person can settle becomes a call that says so.
    A second note changes the reason. Raises ValueError for a reason that is none.
    """
    if why not in Patient.NoContact.values:
        raise ValueError(f"{why[:20]!r} is no reason.")
    return _set_contact(patient, why, by=by, now=now)


def allow_contact(*, patient: Patient, by: User, now: datetime) -> Patient:
    """Note that a patient may be written to and called again; return the patient. Messages whose time has passed stay unsent."""
    return _set_contact(patient, "", by=by, now=now)


def withdraw_consent(*, consent: Consent, by: User, now: datetime) -> Consent:
    """Take back what a patient agreed to, as they tell the desk; return it. Taken back before, it stays as it is.

    Without leave for texts none is sent.
    """
    with transaction.atomic():
        if consent.patient_id is not None:
            lock(consent.patient_id)
        if not Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=now):
            consent.refresh_from_db()
            return consent
        consent.refresh_from_db()
        patient = consent.patient
        if patient is not None and consent.kind == Consent.Kind.TEXTS:
            Patient.objects.filter(pk=patient.pk).update(texts_ok=False)
        subject = patient.uid if patient else consent.subject_uid
        audit.record(act="consent.withdrawn", subject_uid=subject, actor=by, details={"kind": consent.kind}, now=now)
    return consent


def _set_contact(patient: Patient, why: str, *, by: User, now: datetime) -> Patient:
    with transaction.atomic():
        row = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if row.no_contact != why:
            row.no_contact, row.no_contact_since = why, (row.no_contact_since or now) if why else None
            row.save(update_fields=["no_contact", "no_contact_since"])
            act = "patient.contact_stopped" if why else "patient.contact_allowed"
            audit.record(act=act, subject_uid=row.uid, actor=by, details={"why": why} if why else {}, now=now)
    return row
