from datetime import UTC, date, datetime

import pytest
from django.core import checks as django_checks
from django.utils import timezone

from clinic import checks
from clinic.models import Clinic
from tests.factories import make_clinic, make_duty, make_location


def ids(found) -> list[str]:
    return [message.id for message in found]


@pytest.fixture
def real(settings):
    """A clinic's own installation, well set."""
    settings.DEMO = settings.DEBUG = False
    settings.SITE_URL = "https://visits.example.org"
    settings.HTTPS = True
    settings.SECRET_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SMS_URL, settings.SMS_FROM = "https://user:password@texts.example.org/send", "+19075550142"
    settings.TELEHEALTH_ROOM_URL = "https://meet.example.org/{room}"
    return settings


def found() -> list[str]:
    return ids([*checks.check_keys(), *checks.check_address(), *checks.check_messages(), *checks.check_video()])


@pytest.mark.parametrize("field", ["night_from", "night_until"])
def test_models_pass_at_the_hours_that_a_night_begins_and_ends(field, monkeypatch):
    then = datetime.combine(date(2026, 11, 22), Clinic._meta.get_field(field).default, UTC)
    monkeypatch.setattr(timezone, "now", lambda: then)
    fixed = [one for one in Clinic.check() if one.id == "fields.W161"]
    assert len(fixed) == 1  # or Django looks for it no more, and it need not be silenced
    assert all(one.is_silenced() for one in fixed)


def test_a_well_set_clinic_has_nothing_to_mend(real):
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("FIELD_KEYS", [], "stridewell.E001"),
        ("FIELD_KEYS", ["not a key"], "stridewell.E001"),
        ("SECRET_KEY", "short", "stridewell.E002"),
        ("SECRET_KEY", "a" * 60, "stridewell.E002"),
        ("SECRET_KEY", "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz0123456789", "stridewell.E002"),
        ("SITE_URL", "http://localhost:8000", "stridewell.E003"),
        ("SITE_URL", "https://127.0.0.1", "stridewell.E003"),
        ("SITE_URL", "visits.example.org", "stridewell.E003"),
        ("SITE_URL", "", "stridewell.E003"),
        ("SITE_URL", "http://visits.example.org", "stridewell.E005"),
        ("HTTPS", False, "stridewell.E005"),
        ("EMAIL_BACKEND", "clinic.mail.FileBackend", "stridewell.E004"),
        ("ANYMAIL", {"POSTMARK_SERVER_TOKEN": "t"}, "stridewell.W020"),
        ("SMS_URL", "", "stridewell.I006"),
        ("SMS_URL", "http://texts.example.org", "stridewell.E007"),
        ("SMS_FROM", "", "stridewell.E007"),
        ("TELEHEALTH_ROOM_URL", "", "stridewell.I008"),
        ("TELEHEALTH_ROOM_URL", "https://meet.jit.si/{room}", "stridewell.E009"),
        ("TELEHEALTH_ROOM_URL", "https://MEET.jit.si./{room}", "stridewell.E009"),
        ("TELEHEALTH_ROOM_URL", "https://beta.meet.jit.si:443/{room}", "stridewell.E009"),
        ("TELEHEALTH_ROOM_URL", "https://8x8.vc/vpaas/{room}", "stridewell.E009"),
        ("TELEHEALTH_ROOM_URL", "https://us02web.zoom.us/j/{room}", "stridewell.E009"),
        ("TELEHEALTH_ROOM_URL", "https://meet.google.com/{room}", "stridewell.E009"),
        ("TELEHEALTH_ROOM_URL", "https://whereby.com/{room}", "stridewell.E009"),
        ("TELEHEALTH_ROOM_URL", "https://localhost/{room}", "stridewell.E009"),
    ],
)
def test_each_wrong_setting_is_told(real, name, value, code):
    setattr(real, name, value)
    assert found() == [code]


def test_every_message_has_a_hint_and_no_secret(real):
    real.SECRET_KEY, real.FIELD_KEYS, real.SMS_URL = "hunter2", ["hunter2"], "http://user:hunter2@x"
    real.TELEHEALTH_ROOM_URL = "https://meet.jit.si/{room}#jwt=hunter2"
    messages = [*checks.check_keys(), *checks.check_messages(), *checks.check_video()]
    assert len(messages) == 4
    assert all(message.hint for message in messages)
    assert "hunter2" not in str(messages)


def test_the_demo_needs_none_of_it(settings):
    settings.DEMO, settings.SITE_URL, settings.HTTPS, settings.SECRET_KEY = True, "http://localhost:8000", False, "a"
    settings.TELEHEALTH_ROOM_URL = "https://meet.jit.si/{room}"
    assert found() == []


def test_a_server_whose_name_only_ends_like_a_public_one_is_fine(real):
    real.TELEHEALTH_ROOM_URL = "https://notzoom.us.example.org/{room}"
    assert found() == []


@pytest.mark.django_db
def test_a_site_without_a_clinic_says_so():
    assert ids(checks.check_clinic(databases=["default"])) == ["stridewell.W010"]


@pytest.mark.django_db
def test_a_clinic_without_phone_hours_and_duty_is_told_each():
    make_clinic(phone="", email="", crisis_number="")
    assert ids(checks.check_clinic(databases=["default"])) == [
        "stridewell.W011",
        "stridewell.W013",
        "stridewell.W014",
        "stridewell.W015",
        "stridewell.W016",
        "stridewell.W017",
    ]


@pytest.mark.django_db
def test_a_clinic_that_is_filled_in_has_nothing_to_mend():
    make_clinic()
    make_location()
    make_duty()
    assert checks.check_clinic(databases=["default"]) == []


def test_without_a_database_to_look_at_nothing_is_asked():
    assert checks.check_clinic(databases=None) == []


def test_checks_are_registered():
    assert {checks.check_keys, checks.check_address, checks.check_messages, checks.check_video} <= set(
        django_checks.registry.registry.get_checks()
    )
