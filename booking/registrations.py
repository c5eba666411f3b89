"""What the booking app registers at start."""

from datetime import timedelta

from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from booking import (  # noqa: F401  (letters and their words register themselves)
    feed,
    finding,
    first_run,
    follow_up_letters,
    follow_up_wordings,
    home,
    letters,
    recheck,
    text_answers,
    video,
    wordings,
)
from booking.desk import registered
from booking.models import Appointment
from booking.permissions import GRANTS
from booking.reports import registered as reports
from clinic import first_run as going_live
from clinic import permissions, registry
from clinic.registry import LinkPurpose


def _page_of(visit: Appointment) -> str:
    """Return where the link to a visit leads now: into the waiting room while that is open."""
    return "booking:join" if video.door(visit, now=timezone.now()) == video.Door.OPEN else "booking:visit"


permissions.grant_after_migrate(apps.get_app_config("booking"), GRANTS)
registered.register()
reports.register()

registry.site_link("times", "booking:services")
registry.site_link("consultation", "booking:consultation")
registry.site_link("change", "booking:find")
registry.home_panel("first_free", home.first_free)
registry.team_note("first_free", home.team_notes)

# The page shows when and where, and nothing about health, so it does not ask for the date of birth. A link outlives the
# farthest horizon, because letters are looked up on the day.
registry.link_purpose(
    LinkPurpose("visit", "booking.Appointment", lambda row: reverse(_page_of(row)), max_age=timedelta(days=400))
)
# Never sent: the cookie of a browser whose patient has said where they are, so that it asks once for each visit.
registry.link_purpose(
    LinkPurpose("joined", "booking.VideoJoin", lambda _row: reverse("booking:join"), max_age=timedelta(hours=12))
)
# Never landed on: the feed has an address of its own, for calendar programs. It works until it is revoked.
registry.link_purpose(
    LinkPurpose(
        feed.PURPOSE, "clinic.Practitioner", lambda _row: reverse("admin:own-feed"), max_age=timedelta(days=3650)
    )
)
registry.text_answer("confirm", text_answers.confirm)
going_live.register("booking", first_run.part)
