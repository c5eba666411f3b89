"""The questions on the patient's own phone, at the desk: a short code that opens the check, and whose check it is then.

The code shows nothing of the patient. The check is theirs if page P0 gives their date of birth; else it is looked up
like any other.
"""

import secrets
import uuid
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from clinic import audit, links
from clinic.models import Patient, User
from intake.gate import PURPOSE
from intake.models import HandOver
from intake.models.handovers import ALPHABET, LENGTH

# So long the code may be typed, and so long a browser that has typed it may begin the check.
GOOD_FOR = timedelta(minutes=15)
BEGIN_WITHIN = timedelta(hours=2)
COOKIE = "check_here"
_LONGEST = 200


class UnknownCode(Exception):
    """No such code, or not any more."""


def hand_over(*, patient: Patient, by: User, now: datetime) -> HandOver:
    """Make a code for a patient; those made before for them end."""
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        HandOver.objects.filter(patient=patient, expires_at__gt=now, created_at__lt=now).update(expires_at=now)
        row = HandOver.objects.create(
            patient=patient, code=_code(), made_by=by, created_at=now, expires_at=now + GOOD_FOR
        )
        audit.record(act="screening.handed_over", subject_uid=patient.uid, actor=by, now=now)
    return row


def live(*, patient: Patient, now: datetime) -> HandOver | None:
    """Return the newest code of a patient that is still good, or begun from lately."""
    return HandOver.objects.filter(patient=patient, created_at__gt=now - BEGIN_WITHIN, expires_at__gt=now).first()


def find(code: str, *, now: datetime) -> HandOver:
    """Return the code that somebody typed, however they wrote it. Raises UnknownCode."""
    plain = "".join(letter for letter in code.upper() if letter in ALPHABET)[: LENGTH + 1]
    row = HandOver.objects.filter(code=plain, expires_at__gt=now, begun_at__isnull=True).first()
    if row is None:
        raise UnknownCode
    return row


def remember(response: HttpResponseBase, row: HandOver) -> None:
    """Let this browser begin the patient's check, and forget a check of whoever had it before: a tablet goes round."""
    links.forget(response, PURPOSE)
    response.set_signed_cookie(
        COOKIE,
        str(row.uid),
        max_age=BEGIN_WITHIN,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def patient_for(request: HttpRequest, *, born: date, now: datetime) -> Patient | None:
    """Return whose check this browser begins, if it holds a code of theirs and the date of birth is right; else None."""
    if len(request.COOKIES.get(COOKIE, "")) > _LONGEST:
        return None
    told = request.get_signed_cookie(COOKIE, "", max_age=BEGIN_WITHIN) or ""
    try:
        uid = uuid.UUID(told)
    except ValueError:
        return None
    row = HandOver.objects.select_related("patient").filter(uid=uid, created_at__gt=now - BEGIN_WITHIN).first()
    if row is None or row.begun_at is not None or row.patient.birth_date != born or row.patient.merged_into_id:
        return None
    return row.patient


def begun(request: HttpRequest, response: HttpResponseBase, *, patient: Patient, now: datetime) -> None:
    """Note that the check has begun; the code opens no other."""
    told = request.get_signed_cookie(COOKIE, "", max_age=BEGIN_WITHIN) or ""
    HandOver.objects.filter(uid=told, patient=patient, begun_at__isnull=True).update(begun_at=now)
    response.delete_cookie(COOKIE, samesite="Lax")


def _code() -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not HandOver.objects.filter(code=code).exists():
            return code
