"""Files that somebody sends to a form that takes none."""

import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from intake.models import Request
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db
BIG = 3_000_000  # what Django writes to the disk


@pytest.mark.parametrize("path", ["/ask/call/", "/check/begin/", "/desk/login/", "/hooks/text/", "/"])
def test_file_is_refused_and_not_kept(client, tmp_path, monkeypatch, settings, path):
    make_clinic()
    settings.SMS_SIGNING_KEY = "key"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    answer = client.post(path, {"name": "Ana", "scan": SimpleUploadedFile("a.pdf", b"x" * BIG)})
    assert answer.status_code == (405 if path == "/" else 400)
    assert not list(Path(tmp_path).iterdir())
    assert not Request.objects.exists()


def test_form_without_a_file_is_read_in_parts_as_well(client):
    make_clinic()
    answer = client.post("/ask/call/", {"name": "Ana"})  # multipart, as the test client sends forms
    assert answer.status_code == 422
    assert 'value="Ana"' in answer.content.decode()
