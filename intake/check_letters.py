"""The letters of the check. None says what was answered or found, or what follows from one answer alone.

No subject says why somebody wrote to us. Whom to see first is named on the page only, which asks for the date of birth:
"your pregnancy doctor" is an answer, and a parent may read the letter.
"""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from clinic import links, registry
from clinic.letters import Letter, render_for
from clinic.models import Message
from clinic.safety_net import CALL_SIGNS, EMERGENCY_SIGNS
from intake.models import Outcome, Screening
from intake.results import Shown
from intake.workflow import CHECK_AGAIN, CHECK_RESULT, CHECK_SAVED

# What to do follows from what was answered: the front desk sees that these were sent, not what they say.
READERS = "intake.read_briefs"


@registry.letter(CHECK_SAVED, readers=READERS)
def check_saved(message: Message, _now: datetime) -> Letter | None:
    """Send the way back to a check that was left in the middle; nothing once it is finished."""
    row = Screening.objects.filter(uid=message.subject_uid, state=Screening.State.STARTED).first()
    if row is None:
        return None
    context = {"hello": called(row), "button_url": links.absolute(links.make(row=row, purpose="check"))}
    return render_for(message, CHECK_SAVED, context)


@registry.letter(CHECK_RESULT, readers=READERS, must_reach=True)
def check_result(message: Message, now: datetime) -> Letter | None:
    """Say what to do and by when, with the signs that cannot wait; nothing once a newer outcome counts.

    Of a check that was left in the middle, too: it leads back to the form then.
    """
    rows = Outcome.objects.select_related("screening__patient")
    told = rows.filter(uid=message.context.get("outcome"), current=True)
    outcome = told.filter(Q(screening__state=Screening.State.FINISHED) | Q(left=True)).first()
    if outcome is None:
        return None
    row = outcome.screening
    context = {
        "left": row.state != Screening.State.FINISHED,
        "hello": called(row),
        "shown": Shown(row, outcome, now, message.language),
        "signs": EMERGENCY_SIGNS,
        "when_to_call": CALL_SIGNS,
        "button_url": links.absolute(links.make(row=row, purpose="check")),
    }
    return render_for(message, CHECK_RESULT, context)


@registry.letter(CHECK_AGAIN, readers=READERS)
def check_again(message: Message, _now: datetime) -> Letter | None:
    """Ask the questions again, each week; nothing once something newer is known of the patient."""
    outcome = (
        Outcome.objects.select_related("screening__patient")
        .filter(uid=message.context.get("outcome"), current=True, screening__state=Screening.State.FINISHED)
        .first()
    )
    if outcome is None:
        return None
    row = outcome.screening
    if Outcome.objects.filter(screening__patient=row.patient, created_at__gt=outcome.created_at).exists():
        return None
    context = {
        "hello": called(row),
        "signs": EMERGENCY_SIGNS,
        "when_to_call": CALL_SIGNS,
        "button_url": links.absolute(reverse("intake:check")),
    }
    return render_for(message, CHECK_AGAIN, context)


def called(row: Screening) -> str:
    """Return whom to greet: by the name that was typed, since that is who reads this."""
    contact = row.contact
    return str(contact.get("preferred_name") or contact.get("given_name") or row.patient.called)
