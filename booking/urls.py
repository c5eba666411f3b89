"""Addresses of booking. No clinical words."""

from django.urls import path

from booking.views import choosing, confirming, visit

app_name = "booking"
urlpatterns = [
    path("book/", choosing.services, name="services"),
    path("book/<slug:slug>/", choosing.times, name="times"),
    path("book/<slug:slug>/check/", confirming.check, name="check"),
    path("visit/", visit.visit, name="visit"),
    path("visit/booked/", visit.booked, name="booked"),
    path("visit/calendar.ics", visit.calendar, name="calendar"),
    path("visit/move/", visit.move, name="move"),
    path("visit/cancel/", visit.cancel, name="cancel"),
]
