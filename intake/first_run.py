"""What the check needs before the first patient comes."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.first_run import Item, look
from intake import questionnaire as questionnaires
from intake.models import Guide
from intake.screening import RULESET
from intake.screening.sign_off import is_signed_off


def items(*, signed_off: bool, guides: int, ticked: Collection[str]) -> list[Item]:
    """List it in words."""
    return [
        look(
            "signed_off",
            {*ticked, "signed_off"} if signed_off else ticked,
            _("The rules of the check, read by your clinicians"),
            _("No clinician has signed them off with us. Have yours read them, and tick this once they agree."),
            "rules",
        ),
        look(
            "emergency_words",
            ticked,
            _("What patients read in an emergency"),
            _("Do the check once with a danger sign, and read the page with a clinician."),
            page="intake:check",
        ),
        *(
            []
            if guides
            else [
                look(
                    "guides",
                    ticked,
                    _("Free guides"),
                    _("There is none. Tick this if you want it so."),
                    "intake_guide_changelist",
                )
            ]
        ),
    ]


def part(ticked: Collection[str], _now: datetime) -> list[Item]:
    """Return this package's part of the list."""
    signed_off = is_signed_off(RULESET, questionnaires.current().id)
    return items(signed_off=signed_off, guides=Guide.objects.filter(active=True).count(), ticked=ticked)
