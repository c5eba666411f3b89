"""What of a request reaches the log, as the settings write it."""

import io
import logging
import time

import pytest
from celery.app.log import Logging
from django.db import IntegrityError

from clinic.celery import app
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


# As PostgreSQL says it, when a row with a line break in it is refused.
REFUSED = """new row for relation "clinic_patient" violates check constraint "x"
DETAIL:  Failing row contains (7, Olga, +19075550142, one line
and another).
"""


def test_log_has_no_row_that_a_database_refused(log):
    error = IntegrityError(REFUSED)
    error.__cause__ = ValueError(REFUSED)
    told = (IntegrityError, error, None)
    logging.getLogger("django.request").error("Internal Server Error: /ask/call/", exc_info=told)
    said = log.getvalue()
    assert "Olga" not in said
    assert "another" not in said
    assert "The above exception was the direct cause" in said
    assert said.count('violates check constraint "x"\n...\n') == 2


def test_log_has_no_row_in_what_celery_says_of_it(log):
    logging.getLogger("celery.app.trace").error("Task raised unexpected: %r", IntegrityError(REFUSED))
    assert "Olga" not in log.getvalue()
    assert 'violates check constraint "x"...' in log.getvalue()


def test_longest_address_is_written_down_at_once(client, log):
    started = time.process_time()
    assert client.get(f"/{'a' * 60_000}").status_code == 404
    assert time.process_time() - started < 1
    assert "a" * 60_000 in log.getvalue()


@pytest.fixture
def unset():
    """Celery's log as it is before a worker has set it up, and ours as it was."""
    root = logging.getLogger()
    before = Logging._setup, root.level, list(root.handlers)
    Logging._setup = False
    yield
    Logging._setup, root.level, root.handlers = before


def test_worker_writes_the_log_as_the_web_does(unset):
    app.log.setup_logging_subsystem(loglevel="WARNING")
    root = logging.getLogger()
    assert [type(handler.formatter) for handler in root.handlers] == [Line]
    assert root.level == logging.WARNING
    assert logging.getLogger("celery.task").propagate
