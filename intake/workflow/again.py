"""The safety pages asked again before a booking, when they are a week old and the rest of the check still counts."""

import uuid
from datetime import datetime

from django.db import transaction

from clinic import audit
from intake import questionnaire as questionnaires
from intake import safety_pages
from intake.models import BookingGate, Outcome, Screening
from intake.workflow import telling
from intake.workflow.errors import CannotAskAgain

OPENS = (BookingGate.OPEN, BookingGate.CONSULT_FLAGGED)


def ask_again(*, screening: Screening, now: datetime) -> Screening:
    """Begin a check that carries over all answers but those of the safety pages, and return it.

    All of it is judged together at the end. The other answers keep their age: asking again does not make them newer.
    From one outcome there is one such check, however often it is asked for. Raises CannotAskAgain while something is
    held back, after a form of which nothing is left to carry over, and for an older version of the questionnaire.
    """
    with transaction.atomic():
        before = Screening.objects.select_for_update(of=("self",), no_key=True).get(pk=screening.pk)
        outcome = Outcome.objects.filter(screening=before, current=True).first()
        if outcome is None or outcome.full_at is None or outcome.booking not in OPENS:
            raise CannotAskAgain
        if before.questionnaire != questionnaires.current().id or before.state != Screening.State.FINISHED:
            raise CannotAskAgain
        form = questionnaires.get(before.questionnaire)
        asked = set(safety_pages.PAGES)
        again, made = Screening.objects.get_or_create(
            submission=uuid.uuid5(outcome.uid, "again"),
            defaults={
                "patient_id": before.patient_id,
                "questionnaire": before.questionnaire,
                "respondent": before.respondent,
                "respondent_name": before.respondent_name,
                "language": before.language,
                "city": before.city,
                "place_state": before.place_state,
                "time_zone": before.time_zone,
                "contact": {**before.contact, "new_patient": False},
                "answers": safety_pages.taken_out(form, before.answers),
                "pages_done": [page for page in before.pages_done if page not in asked],
                "carried_from": outcome.full_at,
                "started_at": now,
                "saved_at": now,
            },
        )
        if made:
            telling.plan_way_back(again, now=now)
            audit.record(act="screening.asked_again", subject_uid=again.uid, now=now)
    return again
