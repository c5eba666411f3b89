"""What stands beside an open call and on a patient's page: the request's words, the screening's state."""

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic import audit, patients, recipients
from clinic.models import Call, Message, Patient, User
from clinic.window import Window
from intake.desk import phone
from intake.desk.answers import AnswerForm, may_answer
from intake.desk.request_words import facts_of
from intake.desk.states import states_of
from intake.models import Clearance, GuideRequest, Outcome, ReceivedText, Request, Screening
from intake.models.guides import address_key


def call_panel(request: HttpRequest, call: Call, now: datetime) -> str:
    """Show what a call is about: a request with its words, or a screening with its level."""
    row = Request.objects.filter(uid=call.subject_uid).select_related("answered_by").first()
    if row is not None:
        return _request_panel(request, row, now)
    if call.reason in (Call.Reason.UNSCREENED, Call.Reason.UNFINISHED):
        return _questions_panel(request, call)
    screening = Screening.objects.filter(uid=call.subject_uid).first()
    return _screening_panel(request, screening) if screening else ""


def _questions_panel(request: HttpRequest, call: Call) -> str:
    """Lead to the questions on the phone: those that this person began, or new ones."""
    mine = Screening.objects.filter(
        uid=call.subject_uid, typed_by=request.user.pk, state=Screening.State.STARTED
    ).first()
    context = {"call": call, "mine": mine, "go_on_url": phone.where(mine) if mine else ""}
    return render_to_string("desk/_questions.html", context, request)


def _request_panel(request: HttpRequest, row: Request, now: datetime) -> str:
    """Show a request to those who may read it; that they did is recorded."""
    may_read = request.user.has_perm("intake.answer_requests")
    if may_read:
        audit.record(act="request.seen", subject_uid=row.uid, request=request, now=now)
    ways = recipients.ways_to_write(row)
    known = row.patient_id is not None or not request.user.has_perm("clinic.see_patients")
    return render_to_string(
        "desk/_request.html",
        {
            "row": row,
            "maybe": [] if known else patients.reached_by(phone=row.phone, email=row.email),
            "book_query": f"request={row.uid}",
            "may_read": may_read,
            "facts": facts_of(row) if may_read else [],
            "waiting": row.state == Request.State.NEW,
            "may_answer": may_answer(request.user, row),
            "ways": ways,
            "form": AnswerForm() if ways and row.kind != Request.Kind.DISCOVERY else None,
        },
        request,
    )


def _screening_panel(request: HttpRequest, screening: Screening) -> str:
    outcome = screening.outcomes.filter(current=True).defer("answers").first()
    return render_to_string(
        "desk/_screening.html",
        {"screening": screening, "outcome": outcome, "may_read": request.user.has_perm("intake.read_briefs")},
        request,
    )


def patient_panel(request: HttpRequest, patient: Patient, now: datetime) -> str:
    """Show on the patient's page whether they are screened, and offer to send the form."""
    state = states_of([patient.pk], now)[patient.pk]
    return render_to_string(
        "desk/_screening_state.html",
        {
            "patient": patient,
            "state": state,
            "outcome": state.outcome,
            "may_read": request.user.has_perm("intake.read_briefs"),
            "may_raise": request.user.has_perm("clinic.see_patients") and state.outcome is not None,
            "clearance": Clearance.objects.filter(outcome=state.outcome).first() if state.outcome else None,
            "may_invite": request.user.has_perm("intake.answer_requests"),
            "writable": bool(recipients.ways_to_write(patient)),
        },
        request,
    )


def messages_panel(request: HttpRequest, patient: Patient, _now: datetime) -> str:
    """Show how many messages to a patient are planned, sent, delivered and failed, and how many came back."""
    rows = Message.objects.filter(patient=patient).order_by()
    states = {row["state"]: row["number"] for row in rows.values("state").annotate(number=Count("pk"))}
    delivered = rows.filter(state=Message.State.SENT, delivered_at__isnull=False).count()
    replied = ReceivedText.objects.filter(patient=patient).count()
    sent = states.get(Message.State.SENT, 0)
    counts = [
        (_("planned"), states.get(Message.State.PLANNED, 0) + states.get(Message.State.SENDING, 0), ""),
        (_("sent"), sent, ""),
        (_("delivered"), delivered, ""),
        (_("failed"), states.get(Message.State.FAILED, 0), "red"),
        (_("replied"), replied, ""),
    ]
    return render_to_string("desk/_messages.html", {"counts": counts, "any": any(n for _w, n, _t in counts)}, request)


def requests_of(patient: Patient, user: User, _now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return the patient's requests for the timeline, without their words."""
    may_open = user.has_perm("intake.view_request")
    rows = Request.objects.filter(patient=patient).defer("text", "details", "answer")
    return [
        {
            "at": row.created_at,
            "icon": "talk",
            "title": _("Request: %(kind)s") % {"kind": row.get_kind_display()},
            "text": row.get_state_display(),
            "url": reverse("admin:intake_request_change", args=[row.pk]) if may_open else "",
        }
        for row in window.of(rows, "created_at")
    ]


def guides_of(patient: Patient, user: User, _now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return the guides asked for from the patient's e-mail address, where no other patient has it.

    Nothing but the address is known of who asked, so nothing is said of an address that a family shares.
    """
    if not patient.email or patients.reached_by(phone="", email=patient.email, limit=2) != [patient]:
        return []
    may_open = user.has_perm("intake.view_guiderequest")
    rows = GuideRequest.objects.filter(address_key=address_key(patient.email)).select_related("guide").defer("email")
    return [
        {
            "at": row.created_at,
            "icon": "mail",
            "title": _("Guide: %(title)s") % {"title": row.guide.title},
            "text": _("Asked for from their e-mail address") + (", " + _("opened") if row.opened_at else ""),
            "url": reverse("admin:intake_guiderequest_change", args=[row.pk]) if may_open else "",
        }
        for row in window.of(rows, "created_at")
    ]


def screenings_of(patient: Patient, user: User, _now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return the patient's outcomes for the timeline: level and whether decided, never answers."""
    may_read = user.has_perm("intake.read_briefs")
    outcomes = Outcome.objects.filter(screening__patient=patient).select_related("screening", "decided_by", "clearance")
    return [
        {
            "at": outcome.created_at,
            "icon": outcome.staff_level,
            "tone": {"emergency": "red", "urgent": "red", "mechanical": ""}.get(outcome.staff_level, "amber"),
            "title": _title(outcome),
            "text": _("By %(who)s") % {"who": outcome.decided_by.display_name} if outcome.decided_by else "",
            "url": reverse("admin:brief", args=[outcome.screening.uid]) if may_read else "",
        }
        for outcome in window.of(outcomes.defer("answers", "missing", "not_sure", "screening__answers"), "created_at")
    ]


def _title(outcome: Outcome) -> str:
    level = {"level": outcome.get_staff_level_display()}
    if hasattr(outcome, "clearance"):
        return _("Cleared by %(who)s") % {"who": outcome.clearance.cleared_by}
    return (_("Level set: %(level)s") if outcome.decided_by else _("Screening complete: %(level)s")) % level


def texts_of(patient: Patient, user: User, _now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return the texts that came from the patient; what they say is behind the link."""
    may_open = user.has_perm("intake.view_receivedtext")
    rows = ReceivedText.objects.filter(patient=patient).defer("text", "answer")
    return [
        {
            "at": row.at,
            "icon": "sms",
            "tone": "red" if row.did == ReceivedText.Did.ALERT else "",
            "title": _("Text from the patient"),
            "text": row.get_did_display(),
            "url": reverse("admin:intake_receivedtext_change", args=[row.pk]) if may_open else "",
        }
        for row in window.of(rows, "at")
    ]
