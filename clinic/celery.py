"""The Celery application: `celery -A clinic worker --beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
app = Celery("stridewell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["clinic", "intake", "booking"])
