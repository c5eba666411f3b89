"""What the intake app registers at start."""

from datetime import timedelta

from django.urls import reverse

from clinic import registry
from clinic.registry import LinkPurpose
from intake import home, letters, requests  # noqa: F401  (letters register themselves)
from intake.doors import DOORS

for door in DOORS:
    registry.site_link(door.link, door.url_name)
registry.home_panel("guides", home.guides)
registry.call_follower("requests", requests.follow_call)
# Never sent: the cookie by which the thank-you page knows the request.
registry.link_purpose(
    LinkPurpose("request", "intake.Request", lambda _row: reverse("intake:ask_thanks"), max_age=timedelta(hours=2))
)
registry.link_purpose(
    LinkPurpose("answer", "intake.Request", lambda _row: reverse("intake:ask_answer"), max_age=timedelta(days=90))
)
registry.link_purpose(
    LinkPurpose("guide", "intake.GuideRequest", lambda _row: reverse("intake:guide_read"), max_age=timedelta(days=365))
)
