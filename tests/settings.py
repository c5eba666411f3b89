"""Settings of the test suite: the product's own, with throw-away keys and fast password hashes."""

import os
from pathlib import Path

os.environ.setdefault("STRIDEWELL_DEMO", "1")
os.environ.setdefault("STRIDEWELL_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
os.environ["SITE_URL"] = "http://testserver"
os.environ["TELEHEALTH_ROOM_URL"] = "https://meet.example.org/visit-{room}"
os.environ.pop("EMAIL_URL", None)

from clinic.settings import *  # noqa: F403
from clinic.settings import CACHES, REDIS_URL, STATIC_ROOT

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The nudge of the outbox goes nowhere: tests that want letters delivered call `outbox.deliver_due`.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a folder that is not there

if REDIS_URL:
    # Each of the processes that run tests side by side has a numbered database of Redis to itself.
    _worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    CACHES["default"]["LOCATION"] = f"{REDIS_URL.rsplit('/', 1)[0]}/{_worker}"
SITE_SECONDS = 0  # tests roll back what a process would remember
COUNT_ARRIVALS = False  # a query now and then, after an answer, would be counted among another test's
