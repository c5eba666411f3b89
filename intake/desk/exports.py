"""Files for other systems: a filled-in screening as a FHIR QuestionnaireResponse, and the questionnaire itself."""

import json
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from clinic import audit
from intake import questionnaire as questionnaires
from intake.desk.brief_access import must_ask, screening_of
from intake.models import Screening
from intake.questionnaire.fhir import to_response

FHIR_JSON = "application/fhir+json; charset=utf-8"


def answers(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Give a screening's answers as they stand, for those who may read its brief; private answers stay here.

    Whoever must say why they open the brief is led there first. The name of the file tells nothing.
    """
    now = timezone.now()
    screening = screening_of(uid)
    if must_ask(request, screening, now):
        return redirect("admin:brief", uid=uid)
    response = to_response(
        questionnaires.get(screening.questionnaire),
        screening.answers,
        authored=screening.finished_at or screening.saved_at,
        status="completed" if screening.state == Screening.State.FINISHED else "in-progress",
        language=screening.language,
        uid=screening.uid,
        subject=screening.patient.uid,
        private=False,
    )
    audit.record(act="answers.exported", subject_uid=screening.uid, request=request, now=now)
    return _file(json.dumps(response, ensure_ascii=False, indent=1), f"response-{screening.uid}.json")


def questionnaire(_request: HttpRequest, name: str) -> HttpResponse:
    """Give a questionnaire as it is kept: a FHIR R4 Questionnaire. It holds no patient's data."""
    if name not in questionnaires.released():
        raise Http404
    return _file((questionnaires.FOLDER / f"{name}.json").read_text(encoding="utf-8"), f"{name}.json")


def _file(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type=FHIR_JSON, headers=headers)
