"""Addresses of booking. No clinical words."""

from django.urls import URLPattern

app_name = "booking"
urlpatterns: list[URLPattern] = []
