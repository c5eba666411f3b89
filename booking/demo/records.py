"""Records as a front desk finds them: one person entered twice, a merge of this morning, somebody who wants no contact."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from booking.demo.house import House
from clinic import merging, patients
from clinic.models import Patient
from intake.models import Screening


def keep(made: House, screenings: Sequence[Screening], *, now: datetime) -> None:
    """Enter two people a second time, with a slip, and merge one of them; note how to reach and talk to others."""
    people = [screening.patient for screening in screenings if not screening.patient.sensitive]
    twice, merged, quiet, *others = people
    _again(twice, now=now)
    jo = made.users["jo"]
    merging.merge(kept=merged, gone=_again(merged, now=now), by=jo, now=now - timedelta(hours=2))
    patients.stop_contact(patient=quiet, why=Patient.NoContact.ASKED, by=jo, now=now - timedelta(days=1))
    for patient, name, relation, phone in zip(
        (twice, merged, *others),
        ("Ray", "Lou", "Ingrid", "Sam"),
        ("husband", "sister", "neighbor", "son"),
        ("+19075550190", "+19075550191", "+19075550192", "+19075550193"),
        strict=False,
    ):
        patient.refresh_from_db()
        patient.emergency_name, patient.emergency_relation, patient.emergency_phone = name, relation, phone
        patient.save(update_fields=["emergency_name", "emergency_relation", "emergency_phone"])
    twice.access_needs = "Walks with a cane. A chair near the door."
    twice.save(update_fields=["access_needs"])


def _again(patient: Patient, *, now: datetime) -> Patient:
    """Enter a person anew, with a letter missing in the family name, as on another phone."""
    letters = patient.family_name
    return patients.attach(
        given_name=patient.given_name,
        family_name=letters[:2] + letters[3:],
        birth_date=patient.birth_date,
        phone=patient.phone,
        email="",
        now=now - timedelta(days=1),
    )
