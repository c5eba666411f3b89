"""A worker that is killed while it talks to the mail server; a process of its own, because that is what dies."""

import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection

from clinic import outbox
from tests.factories import NOW, make_call, make_clinic

WORKER = """
import django
django.setup()
from datetime import datetime
from clinic import outbox
outbox.deliver_due(now=datetime.fromisoformat("{now}"))
"""


def database_url() -> str:
    """The test database, as another process has to be told it."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_sends_loses_nothing(tmp_path):
    make_clinic()
    call = make_call(reason="urgent", due_at=NOW + timedelta(minutes=15))
    message = outbox.post(
        kind=outbox.ALERT, channel="email", subject_uid=call.uid, to="dana@sidehill.example", planned_at=NOW
    )
    with socket.create_server(("127.0.0.1", 0)) as server:  # answers the call, and then says nothing
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{server.getsockname()[1]}",
            "STRIDEWELL_VAR": str(tmp_path),
            "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        }
        worker = subprocess.Popen([sys.executable, "-c", WORKER.format(now=NOW.isoformat())], env=environment)
        server.settimeout(240)
        client, _address = server.accept()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        client.close()
    message.refresh_from_db()
    assert (message.state, message.title, message.attempts) == ("sending", "A call is due by 9:55 am", 1)
    assert outbox.requeue_stuck(now=NOW + timedelta(minutes=11)) == 1
    assert outbox.deliver_due(now=NOW + timedelta(minutes=11)) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 2)
    assert [email.to for email in mail.outbox] == [["dana@sidehill.example"]]
    assert mail.outbox[0].message()["Message-ID"] == f"<{message.uid}@testserver>"
