"""What follows when a patient answers a text about a visit with C."""

from datetime import datetime

from django.utils.translation import gettext as _

from booking import diary, told
from booking.models import Appointment, Block
from clinic.models import Message


def confirm(number: str, now: datetime) -> str:
    """Confirm the visit that the last text to a number was about; return what to answer, "" when there is none.

    Several people may share a number, so it is the text that tells whose visit is meant. Where it was about anything
    else (a visit that is cancelled, an answer to a question), "ok" says nothing of a visit.
    """
    visit = _asked_about(number, now)
    if visit is None:
        return ""
    try:
        diary.confirm(appointment=visit, by=None, now=now)
    except diary.DiaryError:
        return ""
    return _("Thank you. We expect you on %(when)s, %(zone)s.") % {"when": told.when(visit), "zone": told.zone(visit)}


def _asked_about(number: str, now: datetime) -> Appointment | None:
    sent = Message.objects.filter(channel=Message.Channel.SMS, state=Message.State.SENT, patient__phone=number)
    last = sent.order_by("-sent_at", "-pk").values_list("subject_uid", flat=True).first()
    if last is None:
        return None
    coming = Appointment.objects.filter(
        uid=last, patient__phone=number, block__state=Block.State.BOOKED, block__starts_at__gt=now
    )
    return coming.select_related("block").first()
