import base64
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from clinic import sms

UID = uuid.UUID("7f1d6a52-9c11-4c55-9bb3-3cbb4f7d8e21")


class Gateway(BaseHTTPRequestHandler):
    """Answers each text with `status` and remembers what it was sent."""

    status = 201
    got: list[tuple[str, str, dict[str, list[str]]]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.got.append((self.path, self.headers.get("Authorization", ""), parse_qs(body)))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self):
        raise AssertionError("a redirect was followed")

    def log_message(self, *args):
        pass


@pytest.fixture
def gateway(settings, monkeypatch):
    monkeypatch.setattr(Gateway, "got", [])
    monkeypatch.setattr(Gateway, "status", 201)
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()  # how soon it ends
        settings.SMS_URL = f"http://ac%40count:s3cret@127.0.0.1:{server.server_port}/Accounts/1/Messages.json?a=1"
        settings.SMS_FROM = "+19075550142"
        yield Gateway
        server.shutdown()


def send():
    sms.send(to="+19075550118", text="Tue 24 Nov & 9:40 am", uid=UID)


def test_gateway_gets_to_from_and_body(gateway):
    send()
    login = base64.b64encode(b"ac@count:s3cret").decode()
    fields = {"To": ["+19075550118"], "From": ["+19075550142"], "Body": ["Tue 24 Nov & 9:40 am"]}
    assert gateway.got == [("/Accounts/1/Messages.json?a=1", f"Basic {login}", fields)]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, sms.Refused),
        (401, sms.GatewayError),
        (429, sms.GatewayError),
        (500, sms.GatewayError),
        (302, sms.GatewayError),
    ],
)
def test_gateway_that_does_not_take_the_text_says_why(gateway, status, error):
    gateway.status = status
    with pytest.raises(error) as refused:
        send()
    assert refused.value.code == status
    assert len(gateway.got) == 1


def test_gateway_that_is_not_there_raises_for_another_try(settings):
    settings.SMS_URL = "http://127.0.0.1:1/"
    with pytest.raises(OSError, match="refused"):
        send()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://texts.example.org", "https://", "texts.example.org"])
def test_gateway_is_asked_by_http_only(settings, url):
    settings.SMS_URL = url
    with pytest.raises(sms.NoGateway):
        send()


@pytest.mark.parametrize(
    ("url", "folder", "demo", "has"),
    [("https://x", "", False, True), ("", "out", True, True), ("", "out", False, False), ("", "", True, False)],
)
def test_has_route_needs_a_gateway_or_the_demos_folder(settings, url, folder, demo, has):
    settings.SMS_URL, settings.MESSAGE_FOLDER, settings.DEMO, settings.DEBUG = url, folder, demo, False
    assert sms.has_route() is has


def test_demo_writes_texts_into_its_folder(settings, tmp_path):
    settings.SMS_URL, settings.MESSAGE_FOLDER, settings.DEMO = "", str(tmp_path / "new"), True
    send()
    assert (tmp_path / "new" / f"{UID}.sms.txt").read_text() == "To: +19075550118\n\nTue 24 Nov & 9:40 am\n"


def test_gateway_is_told_where_to_say_what_became_of_the_text(gateway, settings):
    settings.SITE_URL = "https://visits.example/"
    send()
    assert gateway.got[0][2]["StatusCallback"] == [f"https://visits.example/hooks/text/{UID}/"]
