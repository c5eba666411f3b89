"""The suite's settings, but with the product's own broker, a real mail server and a real gateway for texts.

Beat's seconds are shorter, so that what would take hours takes seconds; `worker` shortens the waits alike.
"""

import os
from datetime import timedelta

from clinic import settings as product
from tests.settings import *  # noqa: F403

SITE_URL = os.environ["CHAOS_SITE"]
CELERY_BROKER_URL = product.REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = product.CELERY_BROKER_TRANSPORT_OPTIONS
CELERY_BEAT_SCHEDULE = {
    "deliver messages": {"task": "clinic.tasks.deliver", "schedule": timedelta(seconds=1), "options": {"expires": 5}},
    "rescue stuck messages": {
        "task": "clinic.tasks.rescue",
        "schedule": timedelta(seconds=2),
        "options": {"expires": 5},
    },
}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["CHAOS_MAIL_PORT"])
EMAIL_TIMEOUT = 2
SMS_URL = f"http://us:secret@127.0.0.1:{os.environ['CHAOS_TEXT_PORT']}/texts"
SMS_FROM = "+19075550100"
