"""Two records become one, with all that hangs on them, and for a day two again; no level is lost, and nobody is booked twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from booking import diary
from booking.models import Appointment
from clinic import merging, registry
from clinic.models import AuditEvent, Call, Consent, Message, Patient, PatientMerge
from clinic.patients import lock, record_consents, stop_contact
from intake import gate, workflow
from intake.models import Request, Screening
from tests.booking.house import make_house
from tests.factories import (
    NOW,
    make_call,
    make_message,
    make_outcome,
    make_patient,
    make_request,
    make_screening,
    make_user,
)
from tests.threads import run_at_once

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def house():
    return make_house()


@pytest.fixture
def ana():
    return cleared(make_patient(email="ana@runner.example", phone="+19075550118"))


@pytest.fixture
def anna():
    """The same person, entered anew with a slip."""
    return cleared(make_patient(given_name="Anna", email="anna@work.example", phone="", city="Palmer", sensitive=True))


def cleared(patient: Patient, level: str = "mechanical") -> Patient:
    make_outcome(patient=patient, level=level)
    return patient


def merge(kept: Patient, gone: Patient, *, take=(), now=NOW) -> PatientMerge:
    return merging.merge(kept=kept, gone=gone, take=take, by=make_user(), now=now)


def undo(row: PatientMerge, *, now=LATER) -> PatientMerge:
    return merging.undo(merge=row, by=make_user(), now=now)


def everything_of(patient: Patient) -> dict[str, set[int]]:
    models = (Appointment, Call, Consent, Message, Request, Screening)
    return {model.__name__: set(model.objects.filter(patient=patient).values_list("pk", flat=True)) for model in models}


def test_every_table_of_patients_is_known_to_merging():
    """A table whose rows a merge forgot would be left behind."""
    hang_on = {
        relation.related_model._meta.label
        for relation in Patient._meta.related_objects
        if relation.field.name == "patient"
    }
    assert hang_on - {"clinic.PatientWord"} == set(registry.patient_rows)


# ---------------------------------------------------------------- one, and two again


def fill(patient: Patient, house, wall: str) -> None:
    visit = house.book(wall, patient=patient, now=NOW)
    make_call(patient=patient)
    make_message(patient=patient)
    make_request(patient=patient)
    record_consents(subject_uid=visit.uid, texts={"policy": "1"}, language="en", patient=patient, now=NOW)


def test_merge_moves_all_and_undo_gives_back_exactly_that(house, ana, anna):
    fill(ana, house, "09:00")
    fill(anna, house, "11:00")
    before = everything_of(ana), everything_of(anna)
    row = merge(ana, anna)
    assert everything_of(ana) == {name: keys | before[1][name] for name, keys in before[0].items()}
    assert not any(everything_of(anna).values())
    # About what moved, and about what did not.
    theirs, own = (
        Appointment.objects.get(pk__in=before[1]["Appointment"]),
        Appointment.objects.get(pk__in=before[0]["Appointment"]),
    )
    since = {visit: make_message(patient=ana, subject_uid=visit.uid, kind="later") for visit in (theirs, own)}
    undo(row)
    after = everything_of(ana), everything_of(anna)
    after[0]["Message"] -= {since[own].pk}
    after[1]["Message"] -= {since[theirs].pk}
    assert after == before
    anna.refresh_from_db()
    assert anna.merged_into is None
    acts = AuditEvent.objects.filter(act__startswith="patient.").values_list("act", flat=True)
    assert (list(acts).count("patient.merged"), list(acts).count("patient.unmerged")) == (2, 2)


def test_what_is_chosen_is_taken_over_and_given_back_unless_it_was_changed_since(ana, anna):
    row = merge(ana, anna, take=["given_name", "email", "city"])
    ana.refresh_from_db()
    assert (ana.given_name, ana.email, ana.phone, ana.city) == ("Anna", "anna@work.example", "+19075550118", "Palmer")
    assert ana.sensitive  # nobody chose that: one of them was
    ana.email = "new@runner.example"
    ana.save(update_fields=["email"])
    undo(row)
    ana.refresh_from_db()
    assert (ana.given_name, ana.email, ana.city, ana.sensitive) == ("Ana", "new@runner.example", "", False)


def test_undo_leaves_alone_what_belongs_together_once_a_part_of_it_was_changed(ana, anna):
    user = make_user()
    stop_contact(patient=anna, why="asked", by=user, now=NOW)
    anna.phone, anna.texts_ok = "+19075550177", False
    anna.save(update_fields=["phone", "texts_ok"])
    Patient.objects.filter(pk=ana.pk).update(texts_ok=True)
    anna.refresh_from_db()
    row = merge(ana, anna, take=["phone"])
    stop_contact(patient=ana, why="died", by=user, now=LATER)
    Patient.objects.filter(pk=ana.pk).update(phone="+19075550199")
    undo(row)
    ana.refresh_from_db()
    assert (ana.no_contact, ana.no_contact_since) == ("died", NOW)
    assert (ana.phone, ana.texts_ok) == ("+19075550199", False)


def test_what_nobody_could_be_reached_by_is_refused_and_nothing_moves(ana, anna):
    with pytest.raises(ValidationError):
        merge(anna, make_patient(email="", phone="+19075550133"), take=["email"])
    assert not PatientMerge.objects.exists()


def test_nobody_is_merged_into_themselves_twice_or_round(ana, anna):
    third = make_patient()
    for pair in ((ana, ana),):
        with pytest.raises(merging.CannotMerge):
            merge(*pair)
    merge(ana, anna)
    for kept, gone in ((ana, anna), (anna, ana), (anna, third), (third, anna)):
        with pytest.raises(merging.CannotMerge):
            merge(kept, gone)
    with pytest.raises(IntegrityError), transaction.atomic():
        PatientMerge.objects.create(kept=ana, gone=ana, by=make_user(), at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        PatientMerge.objects.create(kept=third, gone=anna, by=make_user(), at=NOW)


def test_who_was_merged_before_leads_to_the_one_that_counts_and_back(ana, anna):
    third = make_patient()
    merge(anna, third)
    second = merge(ana, anna)
    third.refresh_from_db()
    assert third.merged_into == ana
    undo(second)
    third.refresh_from_db()
    assert third.merged_into == anna


# ---------------------------------------------------------------- what stands in the way of going back


def refused(row: PatientMerge, *, now=LATER) -> str:
    with pytest.raises(merging.CannotUndo) as raised:
        undo(row, now=now)
    return raised.value.why


def test_undo_is_refused_in_words_when_something_newer_is_in_the_way(house, ana, anna):
    screening = anna.screenings.get()
    row = merge(ana, anna)
    assert "for a day" in refused(row, now=NOW + timedelta(days=1, seconds=1))
    house.book(patient=ana, screening=screening, now=LATER)
    assert refused(row) == "A visit was booked since that rests on what would go back."


def test_undo_is_refused_once_a_pt_has_decided_with_both_in_sight(ana, anna):
    row = merge(ana, anna)
    decide(ana.screenings.first(), "refer", now=LATER)
    assert refused(row) == "A PT has decided the level since, with both records in sight."


def test_undo_is_refused_while_the_kept_record_is_merged_on_and_when_done(ana, anna):
    row = merge(ana, anna)
    on = merge(make_patient(), ana)
    assert "merged into another" in refused(row)
    undo(on)
    undo(row)
    assert "already" in refused(row)


# ---------------------------------------------------------------- no level is lost


def decide(screening: Screening, level: str, *, now):
    return workflow.decide(screening=screening, level=level, reason="Talked.", by=make_user(), is_pt=True, now=now)


def says(patient: Patient, house, mode: str = "in_clinic") -> str:
    return gate.gate_for_patient(patient=patient, service=house.service, mode=mode, now=LATER).answer


@pytest.mark.parametrize("graver_is_kept", [True, False])
def test_the_graver_level_counts_whichever_record_is_kept_and_holds_visits(house, ana, graver_is_kept):
    visit = house.book(patient=ana, now=NOW)
    grave = cleared(make_patient(given_name="Anna"), "urgent")
    row = merge(grave, ana) if graver_is_kept else merge(ana, grave)
    visit.refresh_from_db()
    assert (visit.hold, says(visit.patient, house)) == ("talk", "doctor_first")
    assert Call.objects.filter(reason="held", patient=row.kept, state="open").count() == 1
    undo(row)
    visit.refresh_from_db()
    assert (visit.patient, visit.hold, says(ana, house), says(grave, house)) == (ana, "", "open", "doctor_first")
    assert not Call.objects.filter(reason="held", state="open").exists()


def test_a_hold_from_before_the_merge_outlasts_its_undo(house, ana, anna):
    visit = house.book(patient=ana, now=NOW)
    make_outcome(patient=ana, level="urgent")
    diary.follow_level(patient=ana, now=NOW)
    undo(merge(anna, ana))
    visit.refresh_from_db()
    assert (visit.patient, visit.hold) == (ana, "talk")
    assert Call.objects.filter(reason="held", patient=ana, state="open").count() == 1


def test_what_a_pt_decided_on_one_record_does_not_clear_what_stood_on_the_other(house, ana):
    """Of one record the newer word of a PT would count; of two it was said without seeing the other."""
    grave = make_patient(given_name="Anna")
    older = make_outcome(patient=grave, level="urgent", by_pt=True, created_at=NOW - timedelta(days=3))
    newer = make_outcome(patient=ana, by_pt=True, created_at=NOW - timedelta(days=1))
    assert newer.screening_id > older.screening_id
    row = merge(ana, grave)
    assert says(ana, house) == "doctor_first"
    # A PT who has both in sight may clear it, also by a newer check.
    undone = row
    undo(undone)
    assert (says(ana, house), says(grave, house)) == ("open", "doctor_first")
    merge(ana, grave, now=LATER)
    decide(newer.screening, "mechanical", now=LATER + timedelta(minutes=1))
    assert says(ana, house) == "open"


def test_a_level_written_on_the_way_of_the_old_record_counts_for_the_kept_one(house, ana, anna):
    screening = make_screening(patient=anna)
    outcome = make_outcome(screening=screening)
    visit = house.book(patient=ana, now=NOW)
    merge(ana, anna)
    outcome.screening = screening  # as a page read it before the merge
    decide(screening, "urgent", now=LATER)
    visit.refresh_from_db()
    assert visit.hold == "talk"


def test_unscreened_visit_is_screened_by_the_other_records_check_and_not_after_undo(house, ana):
    other = make_patient(given_name="Anna")
    visit = house.book(patient=other, flag="unscreened", now=NOW)
    row = merge(ana, other)
    visit.refresh_from_db()
    assert (visit.flag, visit.screening) == ("", ana.screenings.get())
    undo(row)
    visit.refresh_from_db()
    assert (visit.flag, visit.screening) == ("unscreened", None)
    assert Call.objects.filter(reason="unscreened", state="open", patient=other).count() == 1


# ---------------------------------------------------------------- at once


def test_what_was_written_on_the_old_record_meanwhile_follows_and_goes_back(ana, anna):
    row = merge(ana, anna)
    late = make_request(patient=anna)
    assert (merging.gather(now=NOW), merging.gather(now=NOW)) == (1, 0)
    late.refresh_from_db()
    assert late.patient == ana
    row.refresh_from_db()
    undo(row)
    late.refresh_from_db()
    assert late.patient == anna


def test_what_followed_through_two_merges_goes_back_through_both(ana, anna):
    third = make_patient(given_name="A.", email="a@runner.example", phone="")
    first, second = merge(anna, third), merge(ana, anna)
    late = make_request(patient=third)
    owners = [late.patient]
    assert merging.gather(now=NOW) == 1
    for row in (None, second, first):
        if row:
            row.refresh_from_db()
            undo(row)
        late.refresh_from_db()
        owners.append(late.patient)
    assert owners == [third, ana, anna, third]


def test_grave_check_that_followed_holds_visits_until_the_merge_is_taken_back(house, ana, anna):
    third = make_patient(given_name="A.", email="a@runner.example", phone="")
    first, second = merge(anna, third), merge(ana, anna)
    visit = house.book("09:00", patient=ana, now=NOW)
    make_outcome(patient=third, level="urgent")
    merging.gather(now=NOW)
    visit.refresh_from_db()
    assert visit.hold == "talk"
    second.refresh_from_db()
    undo(second)
    visit.refresh_from_db()
    assert visit.hold == ""
    first.refresh_from_db()
    undo(first)
    assert third.screenings.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_merges_get_past_the_question(ana, anna, monkeypatch):
    def read_and_wait(kept: int, gone: int) -> tuple[Patient, Patient]:
        rows = Patient.objects.in_bulk([kept, gone])
        run_at_once.meet()
        return rows[kept], rows[gone]

    monkeypatch.setattr(merging, "_lock", read_and_wait)
    monkeypatch.setattr(registry, "merge_followers", {})
    monkeypatch.setattr(registry, "patient_rows", {})
    by = make_user()

    def either(number: int) -> str:
        kept, gone = ((ana, anna), (anna, ana))[number]
        try:
            merging.merge(kept=kept, gone=gone, by=by, now=NOW)
        except (IntegrityError, merging.Busy):
            return "broken off"
        return "merged"

    # Nobody is told why: both went through, or the database broke one off.
    went = run_at_once(either, 2)
    assert "broken off" in went or Patient.objects.filter(merged_into__isnull=False).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_make_one(ana, anna):
    by = make_user()

    def either(number: int) -> str:
        kept, gone = ((ana, anna), (anna, ana))[number % 2]
        try:
            merging.merge(kept=kept, gone=gone, by=by, now=NOW)
        except merging.CannotMerge:
            return "refused"
        return "merged"

    assert sorted(run_at_once(either, 4)) == ["merged", *["refused"] * 3]
    assert Patient.objects.filter(merged_into__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_booking_while_merging_books_for_the_record_that_is_kept(house, ana, anna):
    by = make_user()
    kept = ana

    def work(number: int) -> None:
        if number == 0:
            merging.merge(kept=kept, gone=anna, by=by, now=NOW)
        else:
            diary.book(**house.booking(f"{8 + number:02}:00", patient=anna), now=NOW)

    run_at_once(work, 3)
    merging.gather(now=NOW)
    assert Appointment.objects.filter(patient=kept).count() == 2
    assert not any(everything_of(anna).values())


def test_visit_booked_for_a_record_that_was_merged_is_of_the_one_that_counts(ana, anna):
    house = make_house()
    merge(ana, anna)
    assert diary.book(**house.booking("09:00", patient=anna), now=NOW).patient == ana
    assert list(Appointment.objects.values_list("patient", flat=True)) == [ana.pk]


@pytest.mark.django_db(transaction=True)
def test_lock_on_a_record_merged_meanwhile_is_on_the_one_that_counts(ana, anna):
    merge(ana, anna)
    with transaction.atomic():
        assert (lock(anna.pk), lock(ana.pk)) == (ana.pk, ana.pk)
