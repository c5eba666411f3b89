"""A check on the phone in a real browser: read out, typed, stopped at an emergency, and gone from the screen."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.models import Call
from intake.models import Screening
from tests.factories import NOW, make_clinic, make_location, make_patient, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_emergency_on_the_phone_is_read_out_and_nothing_stays_on_the_screen(live, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_clinic()
    make_location()
    patient = make_patient(given_name="Ana", family_name="Oquendo", phone="+19075550118")
    page = live.open(f"/desk/patients/{patient.uid}/", width=360, user=make_user(groups=["desk"]))
    page.get_by_role("link", name="Ask the questions by phone").click()
    page.get_by_label("A pain").check()
    page.get_by_label("A parent or guardian").check()
    page.get_by_label("Their name").fill("Marta")
    page.get_by_label("Town").fill("Anchorage")
    page.get_by_label("State").select_option("AK")
    page.get_by_label("I have read this out").check()
    page.get_by_role("button", name="To the first question").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Is any of this true")
    live.look(page)
    page.get_by_role("button", name="None of these are true").click()
    expect(page.get_by_text("Step 2 of")).to_be_visible()
    page.get_by_role("link", name="Ask the page before again").click()
    expect(page.get_by_text("This page was answered before.")).to_be_visible()
    expect(page.locator("input:checked")).to_have_count(0)
    page.locator("[name=em_chest_breath][value=yes]").check(force=True)
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tell them to call 911 now")
    live.look(page)
    row = Screening.objects.get()
    assert (row.state, row.typed_by.username != "", row.respondent) == ("finished", True, "guardian")
    assert Call.objects.filter(subject_uid=row.uid, reason="emergency", state="open").exists()
