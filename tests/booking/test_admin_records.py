"""The records in the admin: every list, form and history opens, hostile input gets a message, looks are on record."""

import re
import uuid
from datetime import time, timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking.models import Appointment, Block, Fee, TimeOff, WorkingHours
from clinic import calls
from clinic.models import (
    AuditEvent,
    Call,
    Clinic,
    Consent,
    LinkTry,
    Location,
    Message,
    Patient,
    Payer,
    Practitioner,
    Room,
    Service,
    TravelZone,
    User,
)
from intake import texts
from intake.models import Clearance, Finding, Outcome, ReceivedText, Request, Screening
from tests.desk import staff, unknown_targets, words
from tests.factories import (
    NOW,
    make_call,
    make_duty,
    make_guide_request,
    make_message,
    make_outcome,
    make_patient,
    make_request,
)

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def root():
    return staff("", is_superuser=True)


@pytest.fixture
def hana():
    return staff("manager")


@pytest.fixture
def filled(house):
    """One row at least of every record."""
    visit = house.book(now=NOW)
    outcome = make_outcome(patient=visit.patient, level="refer")
    Finding.objects.create(outcome=outcome, rule="R01", level="refer", klass="structural", strength="B", points_to="x")
    outcome.screening.reads.create(outcome=outcome, by=staff("pt").user, at=NOW)
    Clearance.objects.create(
        outcome=outcome,
        cleared_by="Dr. Brandt",
        cleared_on=NOW.date(),
        letter="May load.",
        recorded_by=staff("pt").user,
        created_at=NOW,
    )
    TimeOff.objects.create(practitioner=house.dana, starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    Payer.objects.create(name="Kenai Mutual")
    Consent.objects.create(
        subject_uid=uuid.uuid4(), kind="contact", text_version="1", language="en", given_at=NOW, patient=visit.patient
    )
    LinkTry.objects.create(subject_uid=uuid.uuid4(), at=NOW)
    house.location.closures.create(first_day=NOW.date(), last_day=NOW.date(), reason="Snow")
    make_request()
    make_guide_request()
    make_duty()
    Fee.objects.create(appointment=visit, kind="no_show", amount=75, currency="USD", at=NOW)
    texts.receive(gateway_id="SM1", number=visit.patient.phone, text="Can I come at 3?", now=NOW)
    call = make_call(patient=visit.patient)
    calls.log(call=call, user=staff("desk").user, outcome="no_answer", now=NOW)
    return house


def name_of(model, what: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}"


def fields_of(client, path: str) -> dict[str, str]:
    """What a browser would send back from a form as it is shown."""
    context = client.get(path).context
    forms = [context["adminform"].form, *(form for each in context["inline_admin_formsets"] for form in each.formset)]
    forms += [each.formset.management_form for each in context["inline_admin_formsets"]]
    data: dict[str, str] = {}
    for form in forms:
        for bound in form:
            data |= sent(bound)
    return data


def sent(bound) -> dict[str, str]:
    value = bound.value()
    widgets = getattr(bound.field.widget, "widgets", None)
    if widgets:
        parts = bound.field.widget.decompress(value)
        return {f"{bound.html_name}_{i}": "" if part is None else str(part) for i, part in enumerate(parts)}
    if value is None or value is False or (isinstance(value, list) and not value):
        return {} if value is False else {bound.html_name: ""}
    return {bound.html_name: [str(getattr(v, "pk", v)) for v in value] if isinstance(value, list) else value}


# ---------------------------------------------------------------- every record opens


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_list_form_and_history_open(model, filled, root):
    row = model._default_manager.first()
    assert row is not None
    listed = root.get(reverse(name_of(model, "changelist")), follow=True)
    assert listed.status_code == 200
    page = root.get(reverse(name_of(model, "change"), args=[row.pk]))
    assert page.status_code == 200
    assert b" style=" not in page.content
    assert b"<style" not in page.content
    history = root.get(reverse(name_of(model, "history"), args=[row.pk]))
    assert history.status_code == 200
    for each in (listed, page, history):
        assert not FOREIGN_DATES.findall(words(each))


# Dates and times as Django writes them, or as a program does.
FOREIGN_DATES = re.compile(r"[ap]\.m\.|\b[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\b20\d\d-\d\d-\d\d\b")
HOSTILE = ["?q=%00", "?q=" + "x" * 3000, "?o=99.x", "?p=%00", "?state__exact=%00", "?at__gte=x", "?e=1"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_hostile_addresses_of_lists_give_no_error_page(model, filled, root):
    changelist = reverse(name_of(model, "changelist"))
    codes = {query: root.get(changelist + query, follow=True).status_code for query in HOSTILE}
    assert codes == dict.fromkeys(HOSTILE, 200)


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999999", "%00", "x", "-1", "1;DROP"])
def test_records_that_are_not_there_lead_away(pk, root, house):
    for model in MODELS:
        answer = root.get(f"{reverse(name_of(model, 'changelist'))}{pk}/change/")
        assert answer.status_code == 404 or answer["Location"] == reverse("admin:index")
    assert root.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize(
    "model", [Block, Appointment, Message, Call, AuditEvent, Consent, Outcome, Finding, Screening, Request, LinkTry]
)
def test_rows_that_only_acts_write_cannot_be_added_changed_or_deleted(model, filled, root):
    row = model._default_manager.first()
    assert root.get(reverse(name_of(model, "add"))).status_code == 403
    assert root.get(reverse(name_of(model, "delete"), args=[row.pk])).status_code == 403
    assert root.post(reverse(name_of(model, "change"), args=[row.pk]), {"_save": "1"}).status_code == 403
    assert b'name="_save"' not in root.get(reverse(name_of(model, "change"), args=[row.pk])).content


@pytest.mark.parametrize("model", [Location, Room, Service, Practitioner, Payer, Clinic, Patient, User])
def test_rows_that_others_hang_on_cannot_be_deleted(model, filled, root):
    row = model._default_manager.first()
    assert root.get(reverse(name_of(model, "delete"), args=[row.pk])).status_code == 403


@pytest.mark.parametrize("model", [Appointment, Block, Call, Message, Patient, Request, Outcome, Screening])
def test_list_asks_for_as_much_with_three_rows_as_with_one(model, house, root, django_assert_num_queries):
    def fill(wall: str) -> None:
        visit = house.book(wall, now=NOW)
        make_outcome(patient=visit.patient)
        make_call(patient=visit.patient, claimed_by=root.user, claimed_at=NOW)
        make_request(answered_by=root.user)

    path = reverse(name_of(model, "changelist"))
    fill("08:00")
    root.get(path)
    with CaptureQueriesContext(connection) as one:
        root.get(path)
    fill("09:00")
    fill("10:00")
    with django_assert_num_queries(len(one)):
        root.get(path)


# ---------------------------------------------------------------- a manager's forms


def test_location_is_saved_with_its_hours_and_rooms(house, hana):
    path = reverse("admin:clinic_location_change", args=[house.location.pk])
    data = fields_of(hana, path)
    answer = hana.post(path, {**data, "opening_hours-0-closes": "11:30", "rooms-0-name": "Lamp room"})
    assert answer.status_code == 302
    first = house.location.opening_hours.first()
    assert first.closes == time(11, 30)
    assert house.location.rooms.filter(name="Lamp room").exists()
    assert AuditEvent.objects.get(act="record.changed").details["record"] == "location"


def test_service_is_saved_with_its_modes(house, hana):
    path = reverse("admin:clinic_service_change", args=[house.service.pk])
    data = fields_of(hana, path)
    assert hana.post(path, {**data, "modes-0-price": "95.50"}).status_code == 302
    assert house.service.modes.filter(price="95.50").count() == 1


def test_who_gives_a_service_is_ticked_on_its_page(house, hana):
    path = reverse("admin:clinic_service_change", args=[house.service.pk])
    data = fields_of(hana, path)
    offer = house.service.modes.get(pk=data["modes-0-id"])
    assert sorted(data["modes-0-given_by"]) == sorted([str(house.dana.pk), str(house.jun.pk)])
    assert hana.post(path, {**data, "modes-0-given_by": [str(house.jun.pk)]}).status_code == 302
    assert list(offer.practitioners.all()) == [house.jun]


def test_practitioner_has_licences_working_hours_and_time_off_on_one_page(house, hana):
    path = reverse("admin:clinic_practitioner_change", args=[house.dana.pk])
    data = fields_of(hana, path)
    assert {"licences-TOTAL_FORMS", "working_hours-TOTAL_FORMS", "time_off-TOTAL_FORMS"} <= set(data)
    assert hana.post(path, {**data, "working_hours-0-modes": ["telehealth"]}).status_code == 302
    assert WorkingHours.objects.filter(practitioner=house.dana, modes=["telehealth"]).count() == 1


@pytest.mark.parametrize(
    ("model", "change", "message"),
    [
        (Location, {"opening_hours-0-closes": "07:00"}, "The closing time must be after the opening time."),
        (Location, {"opening_hours-1-opens": "08:00"}, "Please correct the duplicate data"),
        (Location, {"name": "a\x00b"}, "Null characters are not allowed."),
        (Location, {"time_zone": "Mars"}, "is not a time zone"),
        (Location, {"slug": "two words"}, "Enter a valid"),
        (Location, {"position": "1" + "0" * 30}, "less than or equal to"),
        (Location, {"rooms-1-name": "SAME", "rooms-0-name": "SAME"}, "Please correct the duplicate data"),
        (Service, {"grid_minutes": "1"}, "Start times must be 5 to 240 minutes apart."),
        (Service, {"modes-0-duration_minutes": "0"}, "A visit lasts 5 minutes to 8 hours."),
        (Service, {"modes-0-price": "-1"}, "A price cannot be negative."),
        (Service, {"modes-0-price": "1e400"}, "no more than 8 digits"),
        (Service, {"modes-0-mode": "mobile", "modes-1-mode": "mobile"}, "Please correct the duplicate data"),
        (Service, {"modes-TOTAL_FORMS": "x"}, "ManagementForm data is missing"),
        (Practitioner, {"working_hours-0-ends": "07:00"}, "The end must be after the start."),
        (Practitioner, {"working_hours-0-modes": ["rocket"]}, "Select a valid choice."),
        (Practitioner, {"working_hours-0-modes": []}, "This field is required."),
        (Practitioner, {"given_name": "x" * 81}, "at most 80 characters"),
        (Clinic, {"emergency_number": ""}, "This field is required."),
        (Clinic, {"hold_minutes": "1"}, "Keep a picked time for 2 to 60 minutes."),
        (Clinic, {"most_online_visits": "0"}, "Let one patient book 1 to 20 visits online."),
        (Clinic, {"brand_colour": "red; }"}, "Write a colour as # and six hexadecimal digits."),
        (Clinic, {"languages": ["xx"]}, "Select a valid choice."),
    ],
)
def test_hostile_input_becomes_a_message(model, change, message, house, hana):
    row = model._default_manager.order_by("pk").first()
    path = reverse(name_of(model, "change"), args=[row.pk])
    page = hana.post(path, {**fields_of(hana, path), **change})
    assert page.status_code == 200
    assert message in words(page)
    assert not AuditEvent.objects.filter(act="record.changed").exists()


def test_two_zones_cannot_share_a_postal_code(house, hana):
    path = reverse("admin:clinic_travelzone_add")
    page = hana.post(
        path,
        {
            "name": "West",
            "fee": "0",
            "active": "on",
            "postal_codes-TOTAL_FORMS": "1",
            "postal_codes-INITIAL_FORMS": "0",
            "postal_codes-0-code": "99504",
        },
    )
    assert "Postal code with this Postal code already exists." in words(page)
    assert TravelZone.objects.count() == 1


def test_record_that_clashes_at_the_last_moment_gets_a_message(house, hana, monkeypatch):
    """Two people save at once: the form's own check has passed, and the database refuses."""
    path = reverse("admin:clinic_payer_add")
    Payer.objects.create(name="Kenai Mutual")
    monkeypatch.setattr(Payer, "validate_unique", lambda *args, **kwargs: None)
    monkeypatch.setattr(Payer, "validate_constraints", lambda *args, **kwargs: None)
    answer = hana.post(path, {"name": "Kenai Mutual", "kind": "plan", "position": "0"}, follow=True)
    assert "Not saved: it clashes with something that was saved at the same moment." in words(answer)
    assert Payer.objects.count() == 1


def test_there_is_one_clinic_and_its_list_leads_to_it(house, hana, root):
    assert hana.get(reverse("admin:clinic_clinic_changelist"))["Location"] == reverse(
        "admin:clinic_clinic_change", args=[1]
    )
    assert root.get(reverse("admin:clinic_clinic_add")).status_code == 403


# ---------------------------------------------------------------- logins


def test_managers_make_logins_and_choose_groups_but_no_superusers(house, hana):
    user = staff("desk").user
    path = reverse("admin:clinic_user_change", args=[user.pk])
    page = hana.get(path)
    assert b"is_superuser" not in page.content
    assert b"user_permissions" not in page.content
    data = fields_of(hana, path)
    assert hana.post(path, {**data, "is_superuser": "on", "first_name": "Joanna"}).status_code == 302
    user.refresh_from_db()
    assert (user.first_name, user.is_superuser) == ("Joanna", False)


def test_managers_cannot_touch_superusers(house, hana, root):
    assert b'name="_save"' not in hana.get(reverse("admin:clinic_user_change", args=[root.user.pk])).content
    password = reverse("admin:auth_user_password_change", args=[root.user.pk])
    assert hana.get(password).status_code == 403
    assert hana.post(password, {"password1": "new-Secret-77", "password2": "new-Secret-77"}).status_code == 403


@pytest.mark.parametrize("value", ["x", "-1", "1e309", "٣", "9" * 30, "\x00", "2026-11-24"])
@pytest.mark.parametrize("model", [TimeOff, WorkingHours])
def test_practitioner_that_is_none_is_passed_over(model, value, filled, root):
    add, change = reverse(name_of(model, "add")), reverse(name_of(model, "change"), args=[model.objects.first().pk])
    assert root.get(add, {"practitioner": value}).status_code == 200
    for path in (add, change):
        answer = root.post(path, {"practitioner": value})
        assert answer.status_code == 200
        assert b"errorlist" in answer.content


# ---------------------------------------------------------------- staff and VIPs

ABOUT_PATIENTS = [
    Patient,
    Appointment,
    Message,
    Call,
    Consent,
    Screening,
    Outcome,
    Finding,
    Clearance,
    Fee,
    ReceivedText,
]


@pytest.mark.parametrize("what", ["change", "history"])
@pytest.mark.parametrize("model", ABOUT_PATIENTS)
def test_record_about_staff_or_a_vip_asks_why_first(model, what, filled, root):
    Patient.objects.update(sensitive=True)
    row = model._default_manager.order_by("pk").first()
    patient = reverse("admin:patient", args=[Appointment.objects.get().patient.uid])
    path = reverse(name_of(model, what), args=[row.pk])
    assert root.get(path)["Location"] == patient
    assert not AuditEvent.objects.filter(act="record.seen").exists()
    assert root.post(patient, {"why": "call"}).status_code == 302
    assert root.get(path).status_code == 200


def test_letter_to_staff_or_a_vip_asks_why_first(house, root):
    patient = make_patient(sensitive=True)
    message = make_message(patient=patient, html="<p>Hi</p>", state="sent")
    letter = reverse("admin:clinic_message_letter", args=[message.pk])
    assert root.get(letter)["Location"] == reverse("admin:patient", args=[patient.uid])


# ---------------------------------------------------------------- what is on record


@pytest.mark.parametrize("model", [Patient, Appointment, Message, Call, Consent, Request, Screening, Outcome, Finding])
def test_a_look_at_a_record_about_a_patient_is_in_the_audit(model, filled, root):
    row = model._default_manager.first()
    root.get(reverse(name_of(model, "change"), args=[row.pk]))
    event = AuditEvent.objects.get(act="record.seen")
    assert event.actor == root.user
    assert event.details == {"record": row._meta.model_name, "pk": row.pk} or model in {Consent, Outcome, Finding}


@pytest.mark.parametrize("model", [Patient, Appointment, Message, Call, Consent, Request, Screening, Outcome, Finding])
def test_a_list_of_records_about_patients_is_in_the_audit(model, filled, root):
    number = model._default_manager.count()
    root.get(reverse(name_of(model, "changelist")))
    (event,) = AuditEvent.objects.filter(act="records.listed")
    assert (event.actor, event.subject_uid) == (root.user, None)
    assert event.details == {"record": model._meta.model_name, "number": number, "searched": False}


def test_what_was_looked_for_in_a_list_is_not_in_the_audit(filled):
    staff("desk").get(reverse("admin:clinic_patient_changelist"), {"q": "Nobody At All"})
    (event,) = AuditEvent.objects.filter(act="records.listed")
    assert event.details == {"record": "patient", "number": 0, "searched": True}


def test_message_can_be_read_as_text_and_as_a_page_of_its_own(house):
    message = make_message(
        patient=make_patient(),
        state="sent",
        title="Your visit on Tue 24 Nov, 9:40 am",
        text="Hi Ana,\nsee you <soon>.",
        html='<html><body style="color:red"><script>alert(1)</script>See you soon.</body></html>',
    )
    jo = staff("desk")
    page = jo.get(reverse("admin:clinic_message_change", args=[message.pk]))
    assert "see you &lt;soon&gt;." in page.content.decode()
    letter = jo.get(reverse("admin:clinic_message_letter", args=[message.pk]))
    assert "See you soon." in letter.content.decode()
    policy = letter["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert AuditEvent.objects.filter(act="record.seen", subject_uid=message.uid).count() == 2


def test_keys_in_letters_are_hidden_outside_the_demo(house, settings):
    message = make_message(
        text="https://s.example/l/abc.DEF-1/ and more", html="<a href='/l/abc.DEF-1/'>x</a>", state="sent"
    )
    jo = staff("desk")
    paths = [reverse(f"admin:clinic_message_{what}", args=[message.pk]) for what in ("change", "letter")]
    settings.DEMO = True
    assert all("abc.DEF-1" in jo.get(path).content.decode() for path in paths)
    settings.DEMO = False
    assert not any("abc.DEF-1" in jo.get(path).content.decode() for path in paths)
    assert "and more" in jo.get(paths[0]).content.decode()


def test_letter_pages_are_for_those_who_may_see_messages(house):
    message = make_message(html="<p>x</p>", state="sent")
    path = reverse("admin:clinic_message_letter", args=[message.pk])
    assert staff("pt").get(path).status_code == 403
    assert staff("desk").get(reverse("admin:clinic_message_letter", args=[message.pk + 99])).status_code == 404


def test_request_words_are_shown_to_those_who_answer_and_nobody_else(house):
    row = make_request(text="May I run on a sore heel?")
    path = reverse("admin:intake_request_change", args=[row.pk])
    assert "sore heel" in staff("desk").get(path).content.decode()
    reader = staff("")
    from django.contrib.auth.models import Permission

    reader.user.user_permissions.add(Permission.objects.get(codename="view_request"))
    page = reader.get(path)
    assert page.status_code == 200
    assert "sore heel" not in page.content.decode()


@pytest.mark.parametrize("guess", ["first_contact=obstetric", "klass=serious", "reason__isnull=0"])
def test_address_finds_nothing_out_that_the_list_does_not_filter_by(guess, filled, hana):
    answer = hana.get(f"/desk/intake/outcome/?{guess}")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/intake/outcome/?e=1")


def test_finding_needs_the_right_to_read_briefs_even_with_the_right_to_view(filled):
    reader = staff("")
    from django.contrib.auth.models import Permission

    reader.user.user_permissions.set(Permission.objects.filter(codename__in=["view_finding", "view_outcome"]))
    assert reader.get(reverse("admin:intake_finding_changelist")).status_code == 403
    outcome = Outcome.objects.get()
    answer = reader.get(reverse("admin:intake_outcome_change", args=[outcome.pk]))
    assert answer.status_code == 200 and "R01" not in words(answer)


def test_visit_says_in_words_when_the_patient_was_told_that_it_starts(house, root):
    visit = house.book("09:00", mode="telehealth", time_zone="Pacific/Honolulu", now=NOW)
    page = words(root.get(reverse("admin:booking_appointment_change", args=[visit.pk])))
    assert "told: Wed 25 Nov 2026, 8:00 am Hawaii time" in page


def test_times_in_the_admin_are_the_clinics_own(house, root):
    call = make_call(due_at=NOW)
    page = words(root.get(reverse("admin:clinic_call_change", args=[call.pk])))
    assert "Tue 24 Nov 2026, 9:40 am" in page


# ---------------------------------------------------------------- the chrome


def test_login_page_is_ours_and_hangs_together(client, house):
    page = client.get("/desk/login/")
    assert b"desk.css" in page.content
    assert unknown_targets(page) == set()
    wrong = client.post("/desk/login/", {"username": "jo\x00", "password": "x"})
    assert wrong.status_code == 200
    assert "Null characters are not allowed." in words(wrong)


def test_desk_works_before_the_clinic_is_set_up():
    root = staff("", is_superuser=True)
    assert root.get("/desk/").status_code == 200
    assert root.get("/desk/calls/").status_code == 200


def test_visits_start_by_our_clock_whatever_the_patient_was_told(house, root):
    visit = house.book("09:00", mode="telehealth", time_zone="Pacific/Honolulu", now=NOW)
    page = words(root.get(reverse("admin:booking_appointment_changelist")))
    assert "Wed 25 Nov, 9:00 am" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "08:00" not in page
    with timezone.override("America/Anchorage"):
        assert str(visit).endswith(", Wed 25 Nov 2026, 8:00 am Hawaii time")
        assert str(house.book("10:00", now=NOW)).endswith(", Wed 25 Nov 2026, 10:00 am")


def test_visits_and_blocks_are_listed_by_their_start_newest_first(house, root):
    ten, eight, eleven = (house.book(wall, now=NOW) for wall in ("10:00", "08:00", "11:00"))
    beside = house.book("10:00", practitioner=house.jun, now=NOW)
    newest = [eleven, beside, ten, eight]
    assert list(root.get(reverse("admin:booking_appointment_changelist")).context["cl"].result_list) == newest
    blocks = root.get(reverse("admin:booking_block_changelist")).context["cl"].result_list
    assert list(blocks) == [visit.block for visit in newest]
