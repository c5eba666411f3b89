"""Files for other systems: a filled-in screening as a FHIR QuestionnaireResponse, and the questionnaire itself."""

import json
import uuid
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from clinic import audit, registry
from clinic.desk.access import is_opened
from clinic.models import User
from intake import questionnaire as questionnaires
from intake.models import Screening
from intake.questionnaire.fhir import to_response

FHIR_JSON = "application/fhir+json; charset=utf-8"


def answers(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Give a screening's answers as they stand, for those who may read its brief; private answers stay here.

    Whoever must say why they open the brief is led there first. The name of the file tells nothing.
    """
    now = timezone.now()
    screening = Screening.objects.select_related("patient").filter(uid=uid).first()
    if screening is None:
        raise Http404
    patient, user = screening.patient, cast("User", request.user)
    covering = not any(looks_after(patient, user, now) for looks_after in registry.carers.values())
    if (covering or patient.sensitive) and not is_opened(request, patient.uid, now=now):
        return redirect("admin:brief", uid=uid)
    response = to_response(
        questionnaires.get(screening.questionnaire),
        screening.answers,
        authored=screening.finished_at or screening.saved_at,
        status="completed" if screening.state == Screening.State.FINISHED else "in-progress",
        language=screening.language,
        uid=screening.uid,
        subject=patient.uid,
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
