"""The site with a mail provider: addresses are made at start, from the settings."""

from django.urls import include, path

from clinic.urls import urlpatterns as site

urlpatterns = [path("hooks/mail/", include("anymail.urls")), *site]
