"""The Celery application: `celery -A clinic worker --beat`."""

import os

from celery import Celery

from clinic import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
environment.load()
app = Celery("stridewell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["clinic", "intake", "booking"])
