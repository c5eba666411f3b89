"""The words of what follows a visit, which a manager may change. Data only."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from booking import follow_ups
from booking.wordings import WHEN, ZONE, example
from clinic import registry
from clinic.placeholders import BODY, CLINIC, LEAD, LINK, PHONE, SMS, WORSE, Placeholder, Wording

DAY = Placeholder("day", _("the day of the visit"), "{{ day }}")
registry.wording(
    Wording(
        follow_ups.THANKS,
        _("The day after a visit"),
        "after_visit",
        lambda: {
            "hello": "Noor",
            "day": "Wed 2 Dec",
            "coming": "Wed 9 Dec, 9:30 am",
            "zone": "Anchorage time",
            "ask_url": f"{settings.SITE_URL}/ask/",
            "button_url": example()["button_url"],
        },
        (
            DAY,
            CLINIC,
            PHONE,
            Placeholder(
                "coming",
                _("the next visit, if there is one"),
                '{% include "letters/_coming.txt" %}',
                parts=(BODY,),
                alone=True,
            ),
            Placeholder(
                "ask",
                _("where to write a question to us"),
                "{{ ask_url }}",
                html='<a href="{{ ask_url }}">{% translate "our site" %}</a>',
                parts=(BODY,),
            ),
            Placeholder(
                "act", _("what the link is for"), '{% include "letters/_next_act.txt" %}', parts=(SMS,), must=(SMS,)
            ),
            LINK,
            WORSE,
        ),
        subject=_("Thank you for your visit on {day}"),
        lead=_("Thank you for your visit."),
        body=_("{coming}\n\nHas a question come up since? Write to us at {ask} or call {phone}.\n\n{worse}"),
        sms=_("{clinic}: thank you for your visit. Questions: {phone}. {act}: {link}"),
    )
)
registry.wording(
    Wording(
        follow_ups.ASK_AGAIN,
        _("Before a visit with old answers"),
        "ask_again",
        lambda: {**example(), "facts": [], "asked": "Monday 2 November", "button_url": f"{settings.SITE_URL}/check/"},
        (
            WHEN,
            ZONE,
            CLINIC,
            PHONE,
            Placeholder("asked", _("the day of the last answers"), "{{ asked }}", parts=(LEAD, BODY)),
            LINK,
            WORSE,
        ),
        subject=_("A few questions before your visit on {when}"),
        lead=_("Please answer a few questions again before your visit."),
        body=_(
            "You last answered on {asked}. What has changed since tells us who should see you, and whether you need "
            "somebody else first. Use the same name and date of birth.\n\n"
            "If you would rather answer on the phone, call {phone}. {worse}"
        ),
        sms=_("{clinic}: before your visit on {when}, {zone}, please answer a few questions again: {link}"),
    )
)
registry.wording(
    Wording(
        follow_ups.ASK_LATER,
        _("Weeks after the last visit"),
        "ask_later",
        lambda: {"hello": "Noor", "day": "Wednesday 2 December", "button_url": f"{settings.SITE_URL}/check/"},
        (DAY, CLINIC, PHONE, LINK, WORSE),
        subject=_("How has it been? A question from {clinic}"),
        lead=_("How has it been since your visit?"),
        body=_(
            "Your last visit was on {day}. Are you no better, or has it come back? Then please answer a few questions: "
            "they tell us who should see you now. Use the same name and date of birth. Are you well? Then there is "
            "nothing to do.\n\n{worse}"
        ),
        sms=_("{clinic}: how has it been since your last visit? A few questions, if you like: {link}"),
    )
)
