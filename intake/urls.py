"""Addresses of the intake. No clinical words."""

from django.urls import URLPattern

app_name = "intake"
urlpatterns: list[URLPattern] = []
