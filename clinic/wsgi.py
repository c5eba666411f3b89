"""The WSGI application, with proxy headers believed only from the proxies named in TRUSTED_PROXIES."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from clinic import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
environment.load()
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (settings need the line above)

if settings.TRUSTED_PROXIES:
    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=settings.TRUSTED_PROXIES)

# What is loaded by now stays: the collector need not look through it again. Nor every few hundred objects: a request
# makes thousands, and nearly all go by themselves.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
