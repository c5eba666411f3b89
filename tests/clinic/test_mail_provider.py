"""E-mail by a provider's own interface, and what it tells us afterwards."""

import base64
import json
import os
import subprocess
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clinic import environment, mail, outbox
from clinic.letters import Letter
from clinic.models import Call
from tests.factories import NOW, make_clinic, make_location, make_message, make_patient

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "postmark:s3cret"


class Provider(BaseHTTPRequestHandler):
    """Takes letters as Postmark does, and answers each with `answer`."""

    answer: dict = {}
    got: list[dict] = []

    def do_POST(self):
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        body = json.dumps(self.answer).encode()
        self.send_response(200 if not self.answer["ErrorCode"] else 422)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def provider(settings, monkeypatch):
    make_location()
    make_clinic()
    taken = {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "ana@runner.example", "SubmittedAt": "2026"}
    monkeypatch.setattr(Provider, "got", [])
    monkeypatch.setattr(Provider, "answer", taken)
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()  # how soon it ends
        monkeypatch.setenv("EMAIL_PROVIDER", "postmark")
        monkeypatch.setenv("ANYMAIL_POSTMARK_SERVER_TOKEN", "token")
        monkeypatch.setenv("ANYMAIL_POSTMARK_API_URL", f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setenv("ANYMAIL_WEBHOOK_SECRET", SECRET)
        for name, value in environment.mail_provider("EMAIL_PROVIDER").items():
            setattr(settings, name, value)
        yield Provider
        server.shutdown()


def send(uid):
    letter = Letter("Your visit", "Hi.", "<p>Hi.</p>")
    mail.send(to="ana@runner.example", letter=letter, message_id="<1@visits.example>", uid=uid)


def test_letter_reaches_the_provider_with_our_number_and_no_tracking(provider):
    uid = uuid.uuid4()
    send(uid)
    (taken,) = provider.got
    assert (taken["To"], taken["Subject"], taken["TextBody"]) == ("ana@runner.example", "Your visit", "Hi.")
    assert taken["Metadata"] == {"uid": str(uid)}
    assert (taken["TrackOpens"], taken["TrackLinks"]) == (False, "None")


def test_address_that_the_provider_refuses_is_refused_for_good(provider, monkeypatch):
    inactive = {
        "ErrorCode": 406,
        "Message": "Found inactive addresses: ana@runner.example. Inactive recipients have bounced.",
    }
    monkeypatch.setattr(provider, "answer", inactive)
    with pytest.raises(mail.Refused):
        send(uuid.uuid4())


# ---------------------------------------------------------------- what it tells us


@pytest.fixture
def message(provider, settings):
    settings.ROOT_URLCONF = "tests.clinic.mail_site"
    return make_message(state="sent", sent_at=NOW, patient=make_patient())


def tell(client, message, record, *, secret=SECRET, **fields):
    event = {"RecordType": record, "MessageID": "1", "Metadata": {"uid": str(message.uid)}, "Type": "HardBounce"}
    client.defaults["HTTP_AUTHORIZATION"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
    event |= {"ID": 1, "TypeCode": 1, "Email": "ana@runner.example", "BouncedAt": "2026-11-24T18:45:00Z"} | fields
    return client.post("/hooks/mail/postmark/tracking/", json.dumps(event), content_type="application/json")


def test_delivered_letter_is_marked(client, message):
    assert tell(client, message, "Delivery", DeliveredAt="2026-11-24T18:45:00Z").status_code == 200
    message.refresh_from_db()
    assert (message.state, message.delivered_at is not None) == ("sent", True)


def test_bounced_letter_is_a_call(client, message):
    assert tell(client, message, "Bounce").status_code == 200
    message.refresh_from_db()
    assert (message.state, message.error) == ("failed", "not delivered: bounced")
    assert Call.objects.get().reason == "message"


def test_event_of_another_letter_changes_nothing(client, message):
    assert tell(client, message, "Bounce", Metadata={"uid": "7"}).status_code == 200
    assert not Call.objects.exists()


def test_stranger_is_refused(client, message):
    assert tell(client, message, "Bounce", secret="postmark:guess").status_code in (400, 403)
    message.refresh_from_db()
    assert message.state == "sent"


def test_report_of_a_letter_under_way_is_kept(provider):
    message = make_message(state="sending", patient=make_patient())
    outbox.report(uid=message.uid, status="bounced", now=NOW)
    message.refresh_from_db()
    assert message.state == "failed"


# ---------------------------------------------------------------- settings


def test_unknown_provider_is_told_in_one_line(monkeypatch):
    monkeypatch.setenv("EMAIL_PROVIDER", "pigeon")
    with pytest.raises(environment.WrongSetting, match="EMAIL_PROVIDER is 'pigeon'; it must be one of brevo, "):
        environment.mail_provider("EMAIL_PROVIDER")


@pytest.mark.once
@pytest.mark.parametrize("name", environment.MAIL_PROVIDERS)
def test_each_provider_has_a_backend(name):
    __import__(f"anymail.backends.{name}")


@pytest.mark.once
def test_site_with_a_provider_has_its_address_for_events():
    code = "import django; django.setup(); from django.urls import resolve; resolve('/hooks/mail/postmark/tracking/')"
    given = {"EMAIL_PROVIDER": "postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "t", "STRIDEWELL_DEMO": "1"}
    plain = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=plain | given | {"DJANGO_SETTINGS_MODULE": "clinic.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
