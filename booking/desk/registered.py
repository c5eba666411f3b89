"""What the diary registers for the desk: pages, panels, timeline entries."""

from django.utils.translation import gettext_lazy as _

from booking import diary
from booking.desk import (
    booking,
    busy,
    finder,
    fresh,
    history,
    modes,
    moving,
    no_shows,
    outside,
    own_feed,
    panels,
    running_late,
    sheet,
    today,
    video,
    visit,
    visits,
    walk_in,
    week,
    why,
)
from booking.diary import merging
from clinic import registry
from clinic.models import Call

WORKS = "booking.work_day"


def register() -> None:
    """Register all of it; called once at start."""
    for page in (
        registry.DeskPage(
            path="",
            name="today",
            view=today.today,
            permission=(WORKS, "booking.see_own_day"),
            label=_("Today"),
            icon="calendar",
            tab=True,
            position=10,
        ),
        registry.DeskPage(
            path="find-slot/",
            name="find-slot",
            view=finder.find_slot,
            permission=WORKS,
            label=_("Find a time"),
            icon="search",
            tab=True,
            position=40,
        ),
        registry.DeskPage(path="fresh/", name="fresh", view=fresh.fresh, permission=(WORKS, "booking.see_own_day")),
        registry.DeskPage(
            path="week/",
            name="week",
            view=week.week,
            permission=(WORKS, "booking.see_own_day"),
            label=_("Week"),
            icon="week",
            tab=True,
            position=45,
        ),
        registry.DeskPage(
            path="day-sheet/", name="day-sheet", view=sheet.sheet, permission=(WORKS, "booking.see_own_day")
        ),
        registry.DeskPage(path="calendar/", name="own-feed", view=own_feed.own_feed, permission="booking.see_own_day"),
        registry.DeskPage(
            path="busy/",
            name="busy-calendars",
            view=busy.calendars,
            permission=busy.ANYBODYS,
            label=_("Own calendars"),
            icon="clock",
            position=86,
            count=busy.failing,
        ),
        registry.DeskPage(
            path="busy/<uuid:uid>/",
            name="busy-calendar",
            view=busy.calendar_of,
            permission=(busy.OWN, busy.ANYBODYS),
        ),
        registry.DeskPage(
            path="outside-hours/", name="outside-hours", view=outside.outside_hours, permission=outside.PERMISSION
        ),
        registry.DeskPage(path="book/", name="book", view=booking.book, permission=WORKS),
        registry.DeskPage(
            path="late/<uuid:uid>/",
            name="late",
            view=running_late.running_late,
            permission=(WORKS, "booking.see_own_day"),
        ),
        registry.DeskPage(path="walk-in/", name="walk-in", view=walk_in.walk_in, permission=WORKS),
        registry.DeskPage(path="why-not/", name="why-not", view=why.why_not, permission=WORKS),
        registry.DeskPage(
            path="visit/<uuid:uid>/", name="visit", view=visit.visit, permission=(WORKS, "booking.see_own_day")
        ),
        registry.DeskPage(path="fee/<uuid:uid>/waive/", name="fee-waive", view=visit.waive, permission=visit.WAIVES),
        registry.DeskPage(path="visit/<uuid:uid>/act/", name="visit-act", view=visits.act, permission=WORKS),
        registry.DeskPage(
            path="visit/<uuid:uid>/take-back/", name="visit-take-back", view=no_shows.take_back, permission=WORKS
        ),
        registry.DeskPage(path="visit/<uuid:uid>/move/", name="visit-move", view=moving.move, permission=WORKS),
        registry.DeskPage(path="visit/<uuid:uid>/how/", name="visit-mode", view=modes.change, permission=WORKS),
        registry.DeskPage(path="visit/<uuid:uid>/keep/", name="visit-keep", view=visits.keep, permission=panels.KEEPS),
        registry.DeskPage(path="visit/<uuid:uid>/cancel/", name="visit-cancel", view=visits.cancel, permission=WORKS),
        registry.DeskPage(path="visit/<uuid:uid>/video/", name="visit-video", view=video.room, permission=video.ENTERS),
        registry.DeskPage(
            path="visit/<uuid:uid>/link/", name="visit-link", view=video.send_link, permission=(WORKS, video.ENTERS)
        ),
    ):
        registry.desk_page(page)
    registry.patient_panel(registry.PatientPanel("visits", panels.visits_panel, main=True, position=10))
    registry.brief_panel("video", video.brief_panel)
    registry.call_panel(Call.Reason.HELD, panels.held_panel)
    registry.patient_section(registry.PatientSection("visits", "visits", _("Visits"), history.visits_of, position=10))
    registry.patient_column(
        registry.PatientColumn("last visit", _("Last visit"), panels.last_visits, none=_("none yet"))
    )
    registry.patient_line("next visit", panels.next_visit)
    registry.carer("visits", panels.looks_after)
    registry.hours_follower("visits", outside.tell)
    registry.outcome_follower("visits", diary.follow_level)
    registry.call_follower("visits", diary.follow_call)
    registry.patients_rows(registry.PatientRows("booking.Appointment"))
    registry.merge_follower(
        registry.MergeFollower("visits", follow=merging.follow, against=merging.against, back=merging.back)
    )
