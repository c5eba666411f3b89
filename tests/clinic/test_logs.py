"""What of a request reaches the log, as the settings write it."""

import io
import logging

import pytest

from clinic.logs import Line
from tests.desk import staff
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db
TOKEN = "visit~f1YtUpwRTFWbszy7T30uIQ~1.1vM8Zq.jI5Yw3m0"


@pytest.fixture
def log():
    """The log from here on, written by a handler like the one that the settings set up."""
    make_clinic()
    root = logging.getLogger()
    (set_up,) = [handler for handler in root.handlers if isinstance(handler.formatter, Line)]
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(set_up.formatter)
    handler.filters = list(set_up.filters)
    root.addHandler(handler)
    yield handler.stream
    root.removeHandler(handler)


def test_log_tells_of_a_link_that_opens_nothing_without_its_token(client, log):
    answer = client.get(f"/l/{TOKEN}/")
    assert answer.status_code == 404
    assert log.getvalue().endswith(f"WARNING django.request Not Found: /l/... {answer['X-Request-Id']}\n")


@pytest.mark.parametrize(
    "path", [f"/l/{TOKEN}", f"/L/{TOKEN}/", f"/visit/{TOKEN}", f"/x/l/{TOKEN}/", f"/l/{TOKEN[:20]} {TOKEN[20:]}/"]
)
def test_log_has_no_token_wherever_it_was_pasted(client, log, path):
    assert client.get(path).status_code in {301, 404}
    client.post(path)
    assert "f1YtUpwRTFWb" not in log.getvalue()
    assert "jI5Yw3m0" not in log.getvalue()


def test_log_has_no_token_in_a_traceback(log):
    try:
        int(f"/l/{TOKEN}/")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", f"/l/{TOKEN}/")
    assert "ValueError: invalid literal for int() with base 10: '/l/...'" in log.getvalue()
    assert "f1YtUpwRTFWb" not in log.getvalue()


def test_log_keeps_other_words(log):
    logging.getLogger("django.request").warning("Not Found: %s", "/guides/knees/")
    assert log.getvalue().endswith("WARNING django.request Not Found: /guides/knees/\n")


def test_refusal_is_one_line(log):
    answer = staff("desk").get("/desk/clinic/auditevent/")
    assert answer.status_code == 403
    (line,) = log.getvalue().splitlines()
    told = "Forbidden (Permission denied): /desk/clinic/auditevent/"
    assert line.endswith(f"WARNING django.request {told} {answer['X-Request-Id']}")


def test_host_that_is_not_ours_leaves_no_traceback(client, log):
    assert client.get("/", HTTP_HOST="elsewhere.example").status_code == 400
    assert "Invalid HTTP_HOST header: 'elsewhere.example'" in log.getvalue()
    assert "Traceback" not in log.getvalue()


def test_error_of_our_own_keeps_its_traceback(log):
    try:
        {}["a"]
    except KeyError:
        logging.getLogger("django.request").exception("Internal Server Error: /")
    assert "Traceback" in log.getvalue()
