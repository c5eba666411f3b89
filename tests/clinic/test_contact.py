"""Contact with a patient: not at all, one way rather than the other, consents taken back, whom to call in an emergency."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic import merging, outbox, patients, recipients, registry
from clinic.models import AuditEvent, Call, Consent, Message, Patient, TextStop
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_call, make_clinic, make_message, make_patient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_clinic()


@pytest.fixture
def jo():
    return staff("desk")


def page(patient: Patient, name: str = "patient") -> str:
    return reverse(f"admin:{name}", args=[patient.uid])


def stopped(**values) -> Patient:
    return patients.stop_contact(patient=make_patient(**values), why="asked", by=make_user(), now=NOW)


# ---------------------------------------------------------------- do not contact


def test_nobody_is_written_to_who_is_not_to_be_contacted():
    assert recipients.ways_to_write(stopped()) == []


def test_messages_that_were_planned_do_not_leave_and_what_must_reach_them_is_a_call(mailoutbox):
    patient = stopped(phone="+19075550118")
    plain, grave = make_message(patient=patient, kind="booked"), make_message(patient=patient, kind="visit_on_hold")
    outbox.deliver_due(now=NOW)
    assert mailoutbox == []
    rows = Message.objects.filter(pk__in=[plain.pk, grave.pk])
    assert {(row.state, row.error) for row in rows} == {("dropped", "do not contact")}
    assert Call.objects.get().subject_uid == grave.subject_uid


def test_database_wants_a_reason_with_a_time():
    patient = make_patient()
    with pytest.raises(IntegrityError), transaction.atomic():
        Patient.objects.filter(pk=patient.pk).update(no_contact="asked")
    with pytest.raises(ValueError, match="no reason"):
        patients.stop_contact(patient=patient, why="x", by=make_user(), now=NOW)


def test_desk_stops_contact_with_a_reason_and_allows_it_again(jo):
    patient = make_patient()
    form = jo.get(page(patient, "contact"))
    assert unknown_targets(form) == set()
    assert "Say why." in words(jo.post(page(patient, "contact"), {}))
    assert "Do not call or write: they asked us not to." in words(
        jo.post(page(patient, "contact"), {"why": "asked"}, follow=True)
    )
    patient.refresh_from_db()
    assert (patient.no_contact, patient.no_contact_since) == ("asked", NOW)
    text = words(jo.post(page(patient, "contact"), {"allow": "1"}, follow=True))
    assert "may be contacted again" in text
    assert "Do not call or write" not in text
    acts = AuditEvent.objects.filter(subject_uid=patient.uid, actor=jo.user, act__contains="contact")
    assert [row.act for row in acts] == ["patient.contact_allowed", "patient.contact_stopped"]


def test_desk_is_told_wherever_it_would_call_or_write(jo):
    patient = stopped(family_name="Tallman")
    call = make_call(patient=patient)
    for address in (
        page(patient),
        f"{reverse('admin:patients')}?q=tallma",
        reverse("admin:calls"),
        reverse("admin:call", args=[call.uid]),
        f"{reverse('admin:find-slot')}?patient={patient.uid}",
    ):
        text = words(jo.get(address))
        assert "Do not contact" in text or "Do not call or write" in text, address


def test_merge_keeps_whom_nobody_may_contact_that_way(jo):
    kept = make_patient()
    row = merging.merge(kept=kept, gone=stopped(), by=jo.user, now=NOW)
    kept.refresh_from_db()
    assert (kept.no_contact, kept.no_contact_since) == ("asked", NOW)
    merging.undo(merge=row, by=jo.user, now=NOW)
    kept.refresh_from_db()
    assert (kept.no_contact, kept.no_contact_since) == ("", None)


# ---------------------------------------------------------------- one way rather than the other


@pytest.mark.parametrize(
    ("prefers", "texts_ok", "ways"),
    [
        ("", True, ["email", "sms"]),
        ("email", True, ["email"]),
        ("sms", True, ["sms"]),
        ("sms", False, ["email"]),
    ],
)
def test_the_way_somebody_prefers_is_taken_where_it_is_open(prefers, texts_ok, ways):
    patient = make_patient(prefers=prefers, texts_ok=texts_ok, phone="+19075550118")
    assert [channel for channel, _to in recipients.ways_to_write(patient)] == ways


def test_call_about_danger_is_not_forbidden_to_who_is_not_to_be_contacted(jo):
    for reason, said in (("emergency", "Danger goes first: a PT decides now"), ("discovery", "Do not call or write:")):
        call = make_call(reason=reason, patient=stopped())
        assert said in words(jo.get(reverse("admin:call", args=[call.uid])))


# ---------------------------------------------------------------- consents


def test_consent_is_shown_with_its_text_and_taken_back_and_no_text_leaves_then(jo):
    patient = make_patient(texts_ok=True)
    patients.record_consents(subject_uid=patient.uid, texts={"texts": "2"}, language="en", patient=patient, now=NOW)
    assert "Text messages, 24 Nov 2026, version 2, English" in words(jo.get(page(patient)))
    consent = Consent.objects.get()
    for _twice in range(2):
        text = words(jo.post(page(patient, "consent-withdraw"), {"consent": consent.pk}, follow=True))
    assert "Text messages: taken back 24 Nov 2026" in text
    assert "No longer agreed: text messages" in text
    patient.refresh_from_db()
    assert not patient.texts_ok
    assert AuditEvent.objects.filter(act="consent.withdrawn", subject_uid=patient.uid).count() == 1


def test_text_that_was_planned_before_the_leave_was_taken_back_does_not_leave():
    patient = make_patient(texts_ok=True, phone="+19075550118", email="")
    patients.record_consents(subject_uid=patient.uid, texts={"texts": "2"}, language="en", patient=patient, now=NOW)
    planned = make_message(patient=patient, channel="sms", to=patient.phone)
    patients.withdraw_consent(consent=Consent.objects.get(), by=make_user(), now=NOW)
    outbox.deliver_due(now=NOW)
    planned.refresh_from_db()
    assert (planned.state, planned.error) == ("dropped", "stopped")
    assert Call.objects.get().reason == "message"  # no e-mail: somebody has to tell them


def test_letter_that_cannot_be_rendered_and_is_not_wanted_stops_no_other(monkeypatch):
    def broken(message, now):
        raise RuntimeError(message.to)

    monkeypatch.setitem(registry.letters, "broken", broken)
    for number in ("+19075550118", "+19075550119"):
        TextStop.objects.create(number=number, at=NOW)
    rows = [make_message(kind="broken", channel="sms", to=to) for to in ("+19075550118", "+19075550119")]
    outbox.deliver_due(now=NOW)
    assert list(Message.objects.values_list("state", "attempts", "error")) == [("planned", 1, "RuntimeError")] * 2
    for hours in (1, 2, 3, 6, 12, 24):
        outbox.deliver_due(now=NOW + timedelta(hours=hours))
    assert set(Message.objects.values_list("state", flat=True)) == {"failed"}
    assert {call.subject_uid for call in Call.objects.filter(reason="message")} == {row.subject_uid for row in rows}


def test_what_somebody_has_read_cannot_be_taken_back(jo):
    patient = make_patient()
    patients.record_consents(subject_uid=patient.uid, texts={"privacy": "2"}, language="en", patient=patient, now=NOW)
    assert "Take back" not in words(jo.get(page(patient)))
    data = {"consent": Consent.objects.get().pk}
    assert jo.post(page(patient, "consent-withdraw"), data).status_code == 404


@pytest.mark.parametrize("key", ["", "x", "9" * 30, "\x00", "1"])
def test_consent_of_somebody_else_or_of_nobody_is_not_found(jo, key):
    patients.record_consents(
        subject_uid=make_patient().uid, texts={"texts": "2"}, language="en", patient=make_patient(), now=NOW
    )
    key = str(Consent.objects.get().pk) if key == "1" else key
    assert jo.post(page(make_patient(), "consent-withdraw"), {"consent": key}).status_code == 404
    assert not Consent.objects.filter(withdrawn_at__isnull=False).exists()


def test_consent_of_a_marked_record_is_taken_back_only_after_saying_why(jo):
    patient = make_patient(sensitive=True)
    patients.record_consents(subject_uid=patient.uid, texts={"texts": "2"}, language="en", patient=patient, now=NOW)
    data = {"consent": Consent.objects.get().pk}
    assert jo.post(page(patient, "consent-withdraw"), data)["Location"] == page(patient)
    assert not Consent.objects.filter(withdrawn_at__isnull=False).exists()
    jo.post(page(patient), {"why": "call"})
    jo.post(page(patient, "consent-withdraw"), data)
    assert Consent.objects.filter(withdrawn_at__isnull=False).exists()


# ---------------------------------------------------------------- in an emergency


def test_emergency_contact_is_shown_only_to_who_asks_and_each_look_is_on_record(jo):
    patient = make_patient(emergency_name="Ray Parrish", emergency_phone="+19075550127", emergency_relation="husband")
    assert "Parrish" not in jo.get(page(patient)).content.decode()
    assert jo.get(page(patient, "emergency")).status_code == 405
    text = words(jo.post(page(patient, "emergency")))
    assert ("Ray Parrish , husband" in text, "907-555-0127" in text) == (True, True)
    assert AuditEvent.objects.filter(act="patient.emergency_seen", subject_uid=patient.uid, actor=jo.user).count() == 1
    patient.sensitive = True
    patient.save(update_fields=["sensitive"])
    assert jo.post(page(patient, "emergency"))["Location"] == page(patient)


def test_emergency_contact_is_encrypted():
    patient = make_patient(emergency_name="Ray Parrish")
    with connection.cursor() as cursor:
        cursor.execute("SELECT emergency_name FROM clinic_patient WHERE id = %s", [patient.pk])
        assert "Parrish" not in cursor.fetchone()[0]


def test_desk_corrects_how_to_talk_and_the_page_says_what_was_changed_and_by_whom(jo):
    patient = make_patient()
    address = reverse("admin:clinic_patient_change", args=[patient.pk])
    form = jo.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"birth_date": "1984-03-14", "spoken_language": "Yupik", "access_needs": "Wheelchair", "texts_ok": ""}
    data |= {"interpreter": "on", "sensitive": "", "emergency_phone": "907 555 0127", "prefers": "email"}
    text = words(jo.post(address, {name: value for name, value in data.items() if value != ""}, follow=True))
    patient.refresh_from_db()
    assert (patient.interpreter, patient.access_needs, patient.emergency_phone) == (True, "Wheelchair", "+19075550127")
    assert "Record changed" in text
    assert "spoken language, interpreter needed, access needs" in text
    assert "Yupik" in text
