"""Settings that make no sense: one line that names the setting, and never a secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clinic import environment
from clinic.environment import WrongSetting

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def told(monkeypatch):
    """Set a setting, read it, and return what is said against it."""

    def read(reader, name, value, **options) -> str:
        monkeypatch.delenv(f"{name}_FILE", raising=False)
        monkeypatch.setenv(name, value)
        with pytest.raises(WrongSetting) as caught:
            reader(name, **options)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        return str(caught.value)

    return read


# What a run of the suite sets for itself; the browser's tests set the last one for the rest of their process.
OF_THE_SUITE = {"DATABASE_URL", "REDIS_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}


def run_with(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if key not in OF_THE_SUITE}
    plain |= {"STRIDEWELL_DEMO": "1", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    return subprocess.run(
        [sys.executable, *command],
        check=False,
        cwd=ROOT,
        env=plain | settings,
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("OFF", False)])
def test_flag_reads_yes_and_no(monkeypatch, value, meant):
    monkeypatch.setenv("HTTPS", value)
    assert environment.flag("HTTPS", default=not meant) is meant


def test_flag_refuses_what_is_neither(told):
    assert told(environment.flag, "HTTPS", "yess", default=False) == "HTTPS is 'yess'; it must be 1 (yes) or 0 (no)."


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "٣", "70000", "9" * 5000])
def test_number_refuses_what_is_none_or_outside(told, value):
    said = told(environment.number, "PORT", value, default=8000, least=1, most=65_535)
    assert said == f"PORT is {value!r}; it must be a whole number from 1 to 65535."


def test_empty_value_counts_as_none(monkeypatch, tmp_path):
    for name in (
        "PORT",
        "HTTPS",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "SITE_URL",
        "FIELD_KEYS",
        "TELEHEALTH_ROOM_URL",
    ):
        monkeypatch.setenv(name, " ")
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    assert environment.number("PORT", default=8000) == 8000
    assert environment.flag("HTTPS", default=True) is True
    assert environment.names("FIELD_KEYS", ["a"]) == ["a"]
    assert environment.site("SITE_URL", default="http://localhost:8000/") == "http://localhost:8000"
    assert (environment.redis("REDIS_URL"), environment.mail("EMAIL_URL")) == ("", {})
    assert environment.room("TELEHEALTH_ROOM_URL") == ""
    file = tmp_path / "a + b?.sqlite3"
    assert environment.database("DATABASE_URL", default=file)["NAME"] == str(file)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p%40ss@db:5432/name",
        "postgres:///name?host=/var/run/postgresql",
        "postgresql://u:p@one:5432,two:5433/name",
        "sqlite:////srv/name",
    ],
)
def test_database_takes_both_kinds(monkeypatch, tmp_path, url):
    monkeypatch.setenv("DATABASE_URL", url)
    assert environment.database("DATABASE_URL", default=tmp_path)["NAME"] in {"name", "/srv/name"}


@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        "postgres//user:geheim@host/name",
        "postgres://user:geheim@host:port/name",
        "postgres://user:geheim@host",
        "mysql://user:geheim@host/name",
        "user:geheim@host",
        "sqlite://",
        "sqlite://geheim",
        "sqlite://:memory:",
    ],
)
def test_database_refuses_the_rest_and_keeps_the_secret(told, tmp_path, value, recwarn):
    said = told(environment.database, "DATABASE_URL", value, default=tmp_path)
    assert said.startswith("DATABASE_URL ")
    assert "must look like postgres://user:password@host:5432/name or sqlite:////folder/file.sqlite3" in said
    assert "gehe" not in said
    assert not recwarn.list


@pytest.mark.parametrize(
    ("reader", "value", "wanted"),
    [
        (environment.redis, "nonsense", "redis://host:6379/0"),
        (environment.redis, "redis://:geheim@host:6379/first", "redis://host:6379/0"),
        (environment.redis, "http://geheim@host", "redis://host:6379/0"),
        (environment.mail, "nonsense", "smtp+tls://user:password@host:587"),
        (environment.mail, "smtp://user:geheim@host:port", "smtp+tls://user:password@host:587"),
        (environment.mail, "smtp://", "smtp+tls://user:password@host:587"),
        (environment.gateway, "nonsense", "https://user:password@host/path"),
        (environment.gateway, "ftp://user:geheim@host/", "https://user:password@host/path"),
    ],
)
def test_addresses_with_passwords_are_refused_without_them(told, reader, value, wanted):
    said = told(reader, "SOME_URL", value)
    assert said.startswith("SOME_URL ")
    assert said.endswith(f"must look like {wanted}.")
    assert "geheim" not in said


@pytest.mark.parametrize(
    "value",
    [
        "https://meet.example.org/{room}",
        "https://meet.example.org:8443/clinic-{room}#config.prejoinPageEnabled=false",
        "https://meet.example.org/join?room={room}",
    ],
)
def test_room_takes_an_address_with_a_place_for_its_name(monkeypatch, value):
    monkeypatch.setenv("TELEHEALTH_ROOM_URL", value)
    assert environment.room("TELEHEALTH_ROOM_URL") == value


@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        "http://meet.example.org/{room}",
        "https://meet.example.org/",
        "https://meet.example.org/{room}/{room}",
        "https://meet.example.org/{room}/{name}",
        "https://{room}.example.org/",
        "https://user:geheim@meet.example.org/{room}",
        "https:///{room}",
        "https://meet.example.org:port/{room}",
        "https://meet.example.org/\u202e{room}",
        "javascript:alert('{room}')",
    ],
)
def test_room_refuses_the_rest(told, value):
    said = told(environment.room, "TELEHEALTH_ROOM_URL", value)
    assert said.startswith("TELEHEALTH_ROOM_URL ")
    assert said.endswith("must look like https://meet.example.org/{room}, with {room} once.")
    assert "geheim" not in said


@pytest.mark.parametrize("value", ["nonsense", "visits.example.org", "ftp://a.org", "https://a.org/path", "http://a:b"])
def test_site_is_an_address_without_a_path(told, value):
    said = told(environment.site, "SITE_URL", value, default="http://localhost:8000")
    assert said.endswith("must look like https://visits.example.org.")


def test_value_may_stand_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("$geheim\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert environment.text("SECRET_KEY") == "$geheim"


def test_file_of_a_setting_must_hold_it(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "none"))
    with pytest.raises(WrongSetting, match=r"DATABASE_URL_FILE is '.*none'; it must name a file that can be read"):
        environment.database("DATABASE_URL", default=tmp_path)
    (tmp_path / "none").write_text("\n")
    with pytest.raises(WrongSetting, match="that file is empty"):
        environment.database("DATABASE_URL", default=tmp_path)
    (tmp_path / "none").write_text("geheim")  # the password alone, say
    with pytest.raises(WrongSetting, match="from the file that DATABASE_URL_FILE names") as caught:
        environment.database("DATABASE_URL", default=tmp_path)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HSTS_SECONDS", "abc"),
        ("DATABASE_URL", "nonsense"),
        ("PORT", "abc"),
        ("STRIDEWELL_VAR", str(ROOT / "manage.py")),
    ],
)
def test_manage_tells_a_wrong_setting_in_one_line(setting, value):
    ran = run_with("manage.py", "check", **{setting: value})
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{setting} is '{value}'; it must ")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("module", ["clinic.wsgi", "clinic.celery"])
def test_server_and_worker_tell_it_as_well(module):
    ran = run_with("-c", f"import {module}", SITE_URL="nonsense")
    assert (ran.returncode, ran.stderr) == (
        2,
        "SITE_URL is 'nonsense'; it must look like https://visits.example.org.\n",
    )


# A clinic's own installation.
OURS = {
    "STRIDEWELL_DEMO": "",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "FIELD_KEYS": "DTSYc8hBVp5NeMr3K4JQ3mJpwRjqCVZ0IKUobHqkQr8=",
    "SITE_URL": "https://visits.example.org",
    "ALLOWED_HOSTS": "visits.example.org",
    "EMAIL_URL": "smtp://localhost:25",
}


def test_without_redis_a_clinic_outside_the_demo_has_a_broker(tmp_path):
    through_and_back = (
        "from clinic.celery import app\n"
        "with app.connection_for_read() as broker, broker.SimpleQueue('celery') as queue:\n"
        "    queue.put('due')\n"
        "    print(queue.get_nowait().payload)\n"
    )
    ran = run_with("-c", through_and_back, **OURS, STRIDEWELL_VAR=str(tmp_path / "var"))
    assert (ran.returncode, ran.stdout) == (0, "due\n"), ran.stderr


@pytest.mark.parametrize(
    ("asked", "sent"), [({}, (False, False)), ({"HSTS_SUBDOMAINS": "1", "HSTS_PRELOAD": "1"}, (True, True))]
)
def test_https_binds_other_names_only_where_that_was_asked_for(tmp_path, asked, sent):
    show = (
        "from django.conf import settings as s; "
        "print(s.SECURE_HSTS_SECONDS, (s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD))"
    )
    ran = run_with("-c", show, **OURS, **asked, STRIDEWELL_VAR=str(tmp_path / "var"))
    assert ran.stdout == f"31536000 {sent}\n", ran.stderr


def test_clinic_set_as_deploy_says_passes_the_checks(tmp_path):
    ran = run_with("manage.py", "check", "--deploy", "--fail-level", "WARNING", **OURS, STRIDEWELL_VAR=str(tmp_path))
    assert ran.returncode == 0, ran.stderr


def test_folder_that_is_made_is_for_nobody_else(tmp_path):
    environment.make_folder(tmp_path / "var")
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    environment.make_folder(tmp_path / "var")
