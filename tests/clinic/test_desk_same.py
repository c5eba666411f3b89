"""The desk compares two records, merges them, and takes that back."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic import merging
from clinic.models import AuditEvent, Patient, PatientMerge, TwoPeople
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_clinic()


@pytest.fixture
def jo():
    return staff("desk")


@pytest.fixture
def pair():
    shared = {
        "family_name": "Parrish",
        "birth_date": "1983-05-12",
        "email": "june@runner.example",
        "emergency_name": "Raymond",
        "emergency_phone": "+19075550127",
    }
    older = make_patient(given_name="June", phone="+19075550126", **shared)
    return older, make_patient(given_name="Jun", phone="+19075550128", city="Palmer", **shared)


def address(one: Patient, other: Patient) -> str:
    return reverse("admin:compare", args=[one.uid, other.uid])


RIGHT = {"given_name": "kept", "phone": "gone"}


def test_pair_is_listed_compared_merged_and_taken_back(jo, pair):
    older, newer = pair
    assert address(older, newer) in jo.get(reverse("admin:same")).content.decode()
    assert address(older, newer) in jo.get(reverse("admin:patient", args=[newer.uid])).content.decode()
    page = jo.get(address(older, newer))
    assert "In common: name, birth date, e-mail." in words(page)
    assert "Language of letters English" in words(page)
    assert unknown_targets(page) == set()
    assert "Raymond" not in page.content.decode()
    merged = words(jo.post(address(older, newer), RIGHT, follow=True))
    assert "Merged. Everything of the other record is here now." in merged
    older.refresh_from_db()
    assert (older.given_name, older.phone, older.city) == ("June", "+19075550128", "Palmer")
    led = jo.get(reverse("admin:patient", args=[newer.uid]))
    assert led["Location"] == reverse("admin:patient", args=[older.uid])
    undo = reverse("admin:merge-undo", args=[PatientMerge.objects.get().uid])
    assert undo in jo.get(led["Location"]).content.decode()
    assert "They are two records again" in words(jo.post(undo, follow=True))
    assert "It was taken back already." in words(jo.post(undo, follow=True))


def test_what_differs_has_to_be_decided(jo, pair):
    text = words(jo.post(address(*pair), {"given_name": "kept", "phone": "both"}))
    assert "Pick one." in text
    assert "Say which of the two is right." in words(jo.post(address(*pair), {}))
    assert not PatientMerge.objects.exists()


def test_two_with_little_in_common_are_merged_only_by_who_has_made_sure(jo):
    one, other = make_patient(), make_patient(given_name="Bo", family_name="Tallman", birth_date="1960-01-01")
    chosen = dict.fromkeys(("given_name", "family_name", "birth_date", "phone", "email"), "kept")
    assert "too little in common" in words(jo.post(address(one, other), chosen))
    jo.post(address(one, other), {**chosen, "sure": "on"})
    assert PatientMerge.objects.get().kept == one


def test_two_people_are_not_suggested_again(jo, pair):
    assert "Noted: they are two people." in words(jo.post(address(*pair), {"two": "1"}, follow=True))
    assert TwoPeople.objects.get().by == jo.user
    assert "No two records look like" in words(jo.get(reverse("admin:same")))


def test_both_looks_are_in_the_audit_and_a_marked_record_asks_why_first(jo, pair):
    jo.get(address(*pair))
    seen = AuditEvent.objects.filter(act="patient.seen").values_list("subject_uid", flat=True)
    assert set(seen) == {row.uid for row in pair}
    pair[1].sensitive = True
    pair[1].save(update_fields=["sensitive"])
    assert jo.get(address(*pair))["Location"] == reverse("admin:patient", args=[pair[1].uid])
    assert not jo.post(address(*pair), RIGHT).content
    assert not PatientMerge.objects.exists()


def test_merge_of_a_marked_record_is_taken_back_only_after_saying_why(jo, pair):
    kept, gone = pair
    Patient.objects.filter(pk=gone.pk).update(sensitive=True)
    gone.refresh_from_db()
    row = merging.merge(kept=kept, gone=gone, by=jo.user, now=NOW)
    back, page = reverse("admin:merge-undo", args=[row.uid]), reverse("admin:patient", args=[kept.uid])
    assert jo.post(back)["Location"] == page
    assert not PatientMerge.objects.filter(undone_at__isnull=False).exists()
    jo.post(page, {"why": "call"})
    jo.post(back)
    assert PatientMerge.objects.filter(undone_at__isnull=False).exists()


def test_strange_addresses_and_strangers_get_nowhere(jo, pair):
    older, newer = pair
    assert jo.get(address(older, older)).status_code == 302
    assert jo.get(reverse("admin:compare", args=[older.uid, uuid.uuid4()])).status_code == 404
    assert jo.post(reverse("admin:merge-undo", args=[uuid.uuid4()])).status_code == 404
    assert jo.get(reverse("admin:merge-undo", args=[uuid.uuid4()])).status_code == 405
    dana = staff("pt")
    assert dana.get(address(older, newer)).status_code == 403
    assert "Same person?" not in words(dana.get(reverse("admin:patient", args=[older.uid])))
