"""The messages about requests, guides and the check whose words a manager may change, and those that nobody may. Data only."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinic import registry
from clinic.placeholders import BODY, CLINIC, EMERGENCY, LEAD, LINK, PHONE, SMS, WORSE, Placeholder, Wording
from intake import unfinished
from intake.workflow import CHECK_AGAIN, CHECK_RESULT, CHECK_SAVED

DUE = Placeholder("due", _("day and time by which we answer"), "{{ due|moment }}", parts=(SMS,), must=(SMS,))
ZONE = Placeholder("zone", _("whose time that is, as in “Anchorage time”"), "{{ zone }}", parts=(SMS,))
WE_CALL = Placeholder(
    "we_call",
    _("where we call from, if we call"),
    '{% if by_phone %}{% include "letters/_we_call.txt" %}{% endif %}',
    parts=(BODY,),
    must=(BODY,),
    alone=True,
)
ESTIMATE = Placeholder(
    "estimate",
    _("the Good Faith Estimate that the law promises, if costs were asked for"),
    '{% if estimate %}{% include "letters/_estimate.txt" %}{% endif %}',
    parts=(BODY,),
    must=(BODY,),
    alone=True,
)
TITLE = Placeholder("title", _("the title of the guide"), "{{ guide.title }}", parts=(LEAD, BODY))


def _link(purpose: str) -> str:
    return f"{settings.SITE_URL}/l/{purpose}~an-example-of-a-link-that-is-as-long-as-they-are/"


def _received() -> Mapping[str, Any]:
    return {
        "hello": "Noor Haddad",
        "due": datetime(2026, 12, 2, 18, 30, tzinfo=UTC),
        "zone": "Anchorage time",
        "facts": [("By", ["Wednesday 2 December, 9:30 am", "Anchorage time"]), ("Who", ["A PT calls you."])],
        "by_phone": True,
        "estimate": False,
    }


registry.wording(
    Wording(
        "request_received",
        _("A request has arrived"),
        "request_received",
        _received,
        (CLINIC, PHONE, DUE, ZONE, WE_CALL, ESTIMATE, WORSE, EMERGENCY),
        subject=_("We have your request - {clinic}"),
        lead=_("We have your request."),
        body=_("{we_call}\n\n{estimate}\n\nSomething to add or change? Call {phone}. {worse}"),
        sms=_("{clinic}: we have your request and answer by {due}, {zone}. Questions: {phone}. {emergency}"),
    )
)
registry.wording(
    Wording(
        "request_answered",
        _("We have answered a request"),
        "request_answered",
        lambda: {"hello": "Noor Haddad", "button_url": _link("answer")},
        (CLINIC, PHONE, LINK),
        subject=_("An answer from {clinic}"),
        lead=_("We have answered you."),
        body=_(
            "The link is for you alone and works for 30 days. It asks for nothing, so please do not pass this message "
            "on. Questions about the answer: {phone}."
        ),
        sms=_("{clinic} has answered you: {link}"),
    )
)
registry.wording(
    Wording(
        "guide",
        _("A guide that was asked for"),
        "guide",
        lambda: {"guide": SimpleNamespace(title="An example of a guide"), "button_url": _link("guide")},
        (CLINIC, PHONE, TITLE),
        subject=_("Your free guide from {clinic}"),
        lead=_("“{title}” is here."),
        body=_(
            "On that page you can also print it, or keep it as a PDF. The link works for a year.\n\n"
            "You asked for this guide on our site. If that was not you, you need do nothing."
        ),
    )
)
registry.wording(
    Wording(
        "screening_link",
        _("Questions before a visit that was booked without them"),
        "screening_link",
        lambda: {"hello": "Noor", "button_url": f"{settings.SITE_URL}/check/"},
        (CLINIC, PHONE, LINK),
        subject=_("A few questions before your visit to {clinic}"),
        lead=_("Please answer a few questions before your visit."),
        body=_(
            "Your answers tell your physical therapist what to look at first, and whether you need somebody else before "
            "us. Use the name and date of birth that you gave us. If you would rather answer on the phone, call {phone}."
        ),
        sms=_("{clinic}: please answer a few questions before your visit: {link}"),
    )
)
registry.wording(
    Wording(
        unfinished.KIND,
        _("Questions that were begun and left"),
        "check_finish",
        lambda: {"hello": "Noor", "button_url": _link("check")},
        (CLINIC, PHONE, LINK, WORSE),
        subject=_("You are not done yet at {clinic}"),
        lead=_("Please finish what you began."),
        body=_(
            "You began some questions on our site and stopped. You have not sent them, so nobody knows "
            "yet whether you need somebody now. It is a few minutes more.\n\n{worse}\n\n"
            "The link asks for the date of birth. Would you rather answer by voice? Call {phone}. If that was not you, "
            "you need do nothing. We ask this once."
        ),
        sms=_("{clinic}: you began a form and have not sent it. Go on: {link}"),
    )
)

registry.fixed_letter(
    CHECK_SAVED,
    name=_("The way back to a check"),
    why=_("It says who reads what was begun, and what to do if it gets worse."),
)
registry.fixed_letter(
    CHECK_RESULT, name=_("What to do after a check"), why=_("It says what to do, by when, and which signs cannot wait.")
)
registry.fixed_letter(
    CHECK_AGAIN, name=_("The questions again, each week"), why=_("It names the signs that cannot wait.")
)
