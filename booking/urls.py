"""Addresses of booking. No clinical words."""

from django.urls import path

from booking.views import cancelling, choosing, confirming, feed, finding, joining, moving, visit, ways

app_name = "booking"
urlpatterns = [
    path("book/", choosing.services, name="services"),
    path("consultation/", choosing.consultation, name="consultation"),
    path("book/<slug:slug>/", choosing.times, name="times"),
    path("book/<slug:slug>/check/", confirming.check, name="check"),
    path("visit/", visit.visit, name="visit"),
    path("visit/booked/", visit.booked, name="booked"),
    path("visit/first/", visit.read_first, name="read_first"),
    path("visit/calendar.ics", visit.calendar, name="calendar"),
    path("visit/join/", joining.join, name="join"),
    path("visit/move/", moving.move, name="move"),
    path("visit/move/check/", moving.check, name="move_check"),
    path("visit/how/", ways.ways_to_meet, name="ways"),
    path("visit/how/times/", ways.times, name="way_times"),
    path("visit/how/check/", ways.check, name="way_check"),
    path("visit/cancel/", cancelling.cancel, name="cancel"),
    path("visit/undo/", cancelling.undo, name="undo"),
    path("visit/confirm/", cancelling.confirm, name="confirm"),
    path("visit/leave/", visit.leave, name="leave"),
    path("feed/<str:token>/visits.ics", feed.read, name="feed"),
    path("visit/find/", finding.find, name="find"),
    path("visit/find/sent/", finding.sent, name="find_sent"),
]
