"""Every address of the site. Words here are seen by others: no clinical ones."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from clinic import links

urlpatterns = [
    path("desk/", admin.site.urls),
    path("l/<path:token>/", links.landing, name="link"),
    path("", include("intake.urls")),
    path("", include("booking.urls")),
    path("", include("clinic.site_urls")),
]
if settings.ANYMAIL:
    # What became of e-mails; each provider signs its calls, or gives the secret that it was told.
    urlpatterns.append(path("hooks/mail/", include("anymail.urls")))
handler400 = "clinic.trouble.bad_request"
handler403 = "clinic.trouble.forbidden"
handler404 = "clinic.trouble.not_found"
handler500 = "clinic.trouble.server_error"
