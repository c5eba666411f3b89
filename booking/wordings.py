"""The messages about visits whose words a manager may change, and those that nobody may. Data only."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from booking import reminder_times
from booking.diary.records import BOOKED, CANCELLED, CONFIRMED, JOIN, MODE_CHANGED, MOVED, ON_HOLD, UNDONE, VISIT_LATE
from clinic import registry
from clinic.placeholders import BODY, CLINIC, LEAD, LINK, PHONE, SMS, Placeholder, Wording
from clinic.safety_net import CALL_SIGNS, EMERGENCY_SIGNS

WHEN = Placeholder("when", _("day and time of the visit"), "{{ when }}")
ZONE = Placeholder("zone", _("whose time that is, as in “Anchorage time”"), "{{ zone }}")
HOW = Placeholder("how", _("at the clinic, at your home, or by video"), "{{ how }}")
ACT = Placeholder(
    "act",
    _("what the link is for, and to answer the questions that are still open"),
    '{% include "letters/_act.txt" %}',
    parts=(SMS,),
    must=(SMS,),
)
ANSWER = Placeholder(
    "answer",
    _("how to answer: C to confirm, STOP for no texts"),
    '{% include "letters/_answer.txt" %}',
    parts=(SMS,),
    must=(SMS,),
)
BRING = Placeholder(
    "bring",
    _("what to bring or have ready, or how to join by video"),
    '{% include "letters/_bring.txt" %}',
    html='{% include "letters/_bring.html" %}',
    parts=(BODY,),
    must=(BODY,),
    alone=True,
)
RULE = Placeholder(
    "rule",
    _("how to change or cancel, and what the patient agreed to"),
    '{% include "letters/_rule.txt" %}',
    html='{% include "letters/_rule.html" %}',
    parts=(BODY,),
    must=(BODY,),
    alone=True,
)
QUESTIONS = Placeholder(
    "questions",
    _("the link to the questions that are still open, if any are"),
    '{% include "letters/_questions.txt" %}',
    html='{% include "letters/_questions.html" %}',
    parts=(BODY,),
    must=(BODY,),
    alone=True,
)
SAME_TIME = Placeholder(
    "same_time",
    _("whether the time has changed, too"),
    '{% include "letters/_same_time.txt" %}',
    parts=(BODY,),
    must=(BODY,),
    alone=True,
)
BY_WHOM = Placeholder(
    "what", _("that it is cancelled, and by whom"), '{% include "letters/_cancelled.txt" %}', parts=(LEAD,)
)
FEE = Placeholder(
    "fee",
    _("what cancelling late costs, if it costs anything"),
    '{% include "letters/_fee.txt" %}',
    html='{% include "letters/_fee.html" %}',
    parts=(BODY,),
    must=(BODY,),
    alone=True,
)
COSTS = Placeholder("costs", FEE.about, '{% include "letters/_costs.txt" %}', parts=(SMS,), must=(SMS,))
SITE = Placeholder(
    "site",
    _("the address of our pages"),
    "{{ site_url }}/",
    html='<a href="{{ site_url }}/">{% translate "our site" %}</a>',
    parts=(BODY,),
)


def example() -> Mapping[str, Any]:
    """Give an invented visit, for previews."""
    return {
        "hello": "Noor",
        "when": "Wed 2 Dec, 9:30 am",
        "zone": "Anchorage time",
        "facts": [
            ("When", ["Wednesday 2 December", "9:30 to 10:30 am, Anchorage time"]),
            ("With", ["Sam Example, DPT"]),
            ("Where", ["Example clinic", "1 Example Street"]),
        ],
        "rule": ["Cancel or move at least 24 hours before the start. Later than that costs $40."],
        "accepted": "Monday 23 November",
        "button_url": f"{settings.SITE_URL}/l/visit~an-example-of-a-link-that-is-as-long-as-they-are/",
        "in_clinic": True,
        "telehealth": False,
        "has_room": False,
        "soon": False,
        "how": "at the clinic",
        "unconfirmed": True,
        "new_time": False,
        "minutes": 20,
        "starts": "9:50 am",
        "fee": "",
        "signs": EMERGENCY_SIGNS,
        "when_to_call": CALL_SIGNS,
    }


def by_video() -> Mapping[str, Any]:
    """Give an invented visit by video, soon."""
    visit = example()
    where = [*visit["facts"][:2], ("Where", ["By video"])]
    ways = {"in_clinic": False, "telehealth": True, "has_room": True, "opens": "9:20 am, Anchorage time"}
    return {**visit, "facts": where, "how": "by video", "soon": True, "unconfirmed": False, **ways}


def _about(
    kind: str, about: Any, template: str, more: tuple[Placeholder, ...] = (), *, link: bool = True, **words: Any
) -> None:
    common = (WHEN, ZONE, CLINIC, PHONE, *((LINK,) if link else ()))
    shown = by_video if kind in (reminder_times.SOON, JOIN) else example
    registry.wording(Wording(kind, about, template, shown, (*common, *more), **words))


_about(
    BOOKED,
    _("A visit is booked"),
    "booking_booked",
    (ACT, QUESTIONS, BRING, RULE),
    subject=_("Your visit on {when}"),
    lead=_("You are booked."),
    body=_("{questions}\n\n{bring}\n\n{rule}\n\nThe calendar file is attached."),
    sms=_("{clinic}: your visit is on {when}, {zone}. {act}: {link}"),
)
_about(
    MOVED,
    _("A visit has a new time"),
    "booking_moved",
    (ACT, QUESTIONS, BRING, RULE),
    subject=_("Your visit is now on {when}"),
    lead=_("Your visit has a new time."),
    body=_("{questions}\n\n{bring}\n\n{rule}\n\nThe calendar file is attached."),
    sms=_("{clinic}: your visit is now on {when}, {zone}. {act}: {link}"),
)
_about(
    MODE_CHANGED,
    _("A visit takes place another way"),
    "booking_mode",
    (HOW, ACT, SAME_TIME, QUESTIONS, BRING, RULE),
    subject=_("Your visit on {when} is now {how}"),
    lead=_("We now meet {how}."),
    body=_("{same_time}\n\n{questions}\n\n{bring}\n\n{rule}\n\nThe calendar file is attached."),
    sms=_("{clinic}: your visit on {when}, {zone}, is now {how}. {act}: {link}"),
)
_about(
    UNDONE,
    _("The patient took a cancel back"),
    "visit_again",
    (ACT, QUESTIONS, BRING, RULE),
    subject=_("Booked again: your visit on {when}"),
    lead=_("You took the cancel back. You are booked as before."),
    body=_("{questions}\n\n{bring}\n\n{rule}\n\nThe calendar file is attached."),
    sms=_("{clinic}: your visit on {when}, {zone}, is booked again. {act}: {link}"),
)
registry.wording(
    Wording(
        CANCELLED,
        _("A visit is cancelled"),
        "booking_cancelled",
        lambda: {**example(), "button_url": "", "fee": "$40"},
        (WHEN, ZONE, CLINIC, PHONE, BY_WHOM, SITE, FEE, COSTS),
        subject=_("Cancelled: your visit on {when}"),
        lead="{what}",
        body=_(
            "{fee}\n\nFor another time, go to {site} or call {phone}.\n\n"
            "The attached file takes the visit out of your calendar."
        ),
        sms=_("{clinic}: your visit on {when}, {zone}, is cancelled. {costs} Questions: {phone}."),
    )
)
for _kind, _when, _lead in (
    (reminder_times.EARLY, _("First reminder of the visit"), _("Your visit is coming up.")),
    (reminder_times.DAY, _("Second reminder of the visit"), _("Your visit is coming up.")),
    (reminder_times.SOON, _("Last reminder of the visit by video"), _("Your visit is soon.")),
):
    _about(
        _kind,
        _when,
        "visit_reminder",
        (ANSWER, BRING, QUESTIONS, RULE),
        subject=_("Reminder: your visit on {when}"),
        lead=_lead,
        body="{bring}\n\n{questions}\n\n{rule}",
        sms=_("{clinic}: your visit is on {when}, {zone}. {answer} {link}"),
    )
_about(
    JOIN,
    _("How to join by video, sent once more"),
    "visit_join",
    (BRING,),
    subject=_("How to join on {when}"),
    lead=_("This is how you join."),
    body="{bring}",
    sms=_("{clinic}: your visit is on {when}, {zone}. To join then: {link}"),
)
WE_START = Placeholder(
    "start",
    _("when it starts then, or when we are there"),
    '{% include "letters/_late.txt" %}',
    parts=(BODY,),
    must=(BODY,),
)
_about(
    VISIT_LATE,
    _("We run late"),
    "visit_late",
    (
        Placeholder("minutes", _("how many minutes late"), "{{ minutes }}"),
        Placeholder("starts", _("the time at which it starts then"), "{{ starts }}", must=(SMS,)),
        WE_START,
    ),
    subject=_("About {minutes} minutes late: your visit on {when}"),
    lead=_("We run about {minutes} minutes late."),
    body=_("{start}\n\nWe are sorry to keep you waiting. If this does not work for you, call us: {phone}."),
    sms=_(
        "{clinic}: we run about {minutes} minutes late. Your visit on {when}, {zone}, starts at about {starts}. "
        "If that does not work, call {phone}."
    ),
    link=False,
)

registry.fixed_letter(
    ON_HOLD,
    name=_("A visit is on hold"),
    why=_("It names the signs that cannot wait, and keeps somebody at home who must not come."),
)
registry.fixed_letter(CONFIRMED, name=_("A visit on hold goes on"), why=_("It tells what a PT has decided."))
registry.fixed_letter(
    "visit_links", name=_("The links to visits, asked for on our site"), why=_("It guards who may see the visits.")
)
registry.fixed_letter("diary_recheck", name=_("The diary has something to look at"), why=_("It goes to managers only."))
