"""Finding one's visits again: the links go to an address that we have, and the page that asks never says whether we do.

Whoever asks, the same row is written to the outbox; only the worker that sends it looks for the patient. So neither the
page nor the time it takes tells who is known here.
"""

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from booking import told
from booking.models import Appointment, Block
from clinic import audit, floods, links, outbox, registry
from clinic.letters import Letter, render_for
from clinic.models import Message

KIND = "visit_links"
ASKED = "visit.links_asked"
# From one address: a family may share it, and so may a clinic's waiting room.
MOST = 20
# Later it would come as a surprise.
NOT_AFTER = timedelta(hours=1)
_HOUR = 3600


class TooManyAsked(Exception):
    """Somebody at this address has asked for links twenty times within fifteen minutes."""


def ask(*, contact: str, birth_date: date, language: str, now: datetime) -> Message:
    """Write the message with the links to somebody's coming visits; return it. Once an hour for the same person.

    `contact` is an e-mail address, or a phone number in E.164. Raises TooManyAsked.
    """
    address = audit.address_of(audit.current_request.get())
    if address and floods.count(act=ASKED, address=address, now=now) >= MOST:
        raise TooManyAsked
    with transaction.atomic():
        audit.record(act=ASKED, subject_uid=None, now=now)
        return outbox.post(
            kind=KIND,
            channel=Message.Channel.EMAIL if "@" in contact else Message.Channel.SMS,
            subject_uid=_subject(contact, birth_date),
            sequence=int(now.timestamp()) // _HOUR,
            to=contact,
            language=language,
            planned_at=now,
            not_after=now + NOT_AFTER,
            context={"birth_date": birth_date.isoformat()},
        )


def coming(*, contact: str, birth_date: date, now: datetime) -> list[Appointment]:
    """Return the coming visits of the patients who have this address or number, and this birth date."""
    here = {"email__iexact" if "@" in contact else "phone": contact}
    ahead = Appointment.objects.filter(
        **{f"patient__{name}": value for name, value in here.items()},
        patient__birth_date=birth_date,
        block__state=Block.State.BOOKED,
        block__starts_at__gt=now,
    )
    return list(ahead.select_related("block__practitioner", "patient", "location").order_by("block__starts_at"))


@registry.letter(KIND)
def visit_links(message: Message, now: datetime) -> Letter | None:
    """Give the links; nothing for somebody without a visit ahead, known or not."""
    visits = coming(contact=message.to, birth_date=date.fromisoformat(message.context["birth_date"]), now=now)
    if not visits:
        return None
    called = {visit.patient.called for visit in visits}
    context = {
        "hello": called.pop() if len(called) == 1 else "",
        "count": len(visits),
        "when": told.when(visits[0]),
        "zone": told.zone(visits[0]),
        "button_url": _link(visits[0]),
        "facts": [(_("Next"), [told.when(visits[0]), told.zone(visits[0])])],
        "others": [(told.when(visit), told.zone(visit), _link(visit)) for visit in visits[1:]],
    }
    return render_for(message, KIND, context)


def _link(visit: Appointment) -> str:
    return links.absolute(links.make(row=visit, purpose="visit"))


def _subject(contact: str, birth_date: date) -> uuid.UUID:
    """Name who is asked about, so that nobody can work back from the name to an address or a date."""
    digest = salted_hmac("booking.finding", f"{contact.lower()} {birth_date}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)
