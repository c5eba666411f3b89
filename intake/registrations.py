"""What the intake app registers at start."""

from datetime import timedelta

from django.apps import apps
from django.urls import reverse

from clinic import first_run as going_live
from clinic import permissions, registry
from clinic.registry import LinkPurpose
from intake import (  # noqa: F401  (letters and their words register themselves)
    check_letters,
    first_run,
    home,
    invitations,
    letters,
    requests,
    unfinished,
    wordings,
)
from intake.desk import registered, report_kinds
from intake.doors import DOORS
from intake.gate import PURPOSE
from intake.permissions import GRANTS
from intake.workflow import outcomes

permissions.grant_after_migrate(apps.get_app_config("intake"), GRANTS)
registered.register()
report_kinds.register(sees_outcomes=registered.SEES_OUTCOMES)

for door in DOORS:
    registry.site_link(door.link, door.url_name)
registry.home_panel("guides", home.guides)
registry.call_follower("requests", requests.follow_call)
registry.call_follower("levels", outcomes.follow_call)
# Never sent: the cookie by which the thank-you page knows the request.
registry.link_purpose(
    LinkPurpose("request", "intake.Request", lambda _row: reverse("intake:ask_thanks"), max_age=timedelta(hours=2))
)
registry.link_purpose(
    LinkPurpose("answer", "intake.Request", lambda _row: reverse("intake:ask_answer"), max_age=timedelta(days=30))
)
# To a check under way, or to its result; what it shows is health data.
registry.link_purpose(
    LinkPurpose(
        PURPOSE,
        "intake.Screening",
        lambda _row: reverse("intake:check_resume"),
        max_age=timedelta(days=30),
        asks_birth_date=True,
        reads=("patient",),
    )
)
registry.site_link("check", "intake:check")
registry.link_purpose(
    LinkPurpose("guide", "intake.GuideRequest", lambda _row: reverse("intake:guide_read"), max_age=timedelta(days=365))
)
going_live.register("intake", first_run.part)
