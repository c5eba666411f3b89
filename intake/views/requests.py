"""Asking without booking: the four forms, the thank-you page, and the answer."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic import audit, floods, links, opening, recipients, wording
from clinic.link_gate import by_link
from clinic.models import Clinic
from intake import requests
from intake.doors import BY_SLUG, Door, who_acts
from intake.forms.ask import AskForm
from intake.forms.requests import CallForm, CostForm, QuestionForm, TeamForm
from intake.models import Request
from intake.screening import watchlist

FORMS: dict[str, type[AskForm]] = {
    Request.Kind.DISCOVERY: CallForm,
    Request.Kind.QUESTION: QuestionForm,
    Request.Kind.COST: CostForm,
    Request.Kind.TEAM: TeamForm,
}

# From one network within fifteen minutes.
MOST_SENT = 40
# More than the forms take.
LONGEST_READ = 10_000


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """Show one of the four forms; keep what was sent and thank for it."""
    if kind not in BY_SLUG:
        raise Http404
    door, now = BY_SLUG[kind], timezone.now()
    wanted = {"interpreter": "interpreter" in request.GET, "answer_by": "email"}
    form = FORMS[door.kind](request.POST if request.method == "POST" else None, now=now, initial=wanted)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid() and floods.is_flood(act="request.received", most=MOST_SENT, now=now):
        form.add_error(None, floods.words())
        status = 429
    if form.is_bound and form.is_valid():
        row = requests.receive(kind=door.kind, language=get_language() or "en", now=now, **form.asked())
        response = redirect("intake:ask_thanks")
        links.remember(response, row=row, purpose="request")
        return response
    context = {"form": form, "door": door, "watch": _worrying(request), **_promise(door, now)}
    return render(request, "intake/ask.html", context, status=status)


@require_safe
def ask_thanks(request: HttpRequest) -> HttpResponse:
    """Say who answers by when, and before that what cannot wait, to the browser that has just asked."""
    row: Request | None = links.recall(request, purpose="request")
    if row is None:
        return render(request, "intake/thanks.html")
    zone = Clinic.get().time_zone
    place, now = ZoneInfo(zone), timezone.now()
    alert_due = requests.alert_due_at(row)
    due, windows = (alert_due or row.due_at).astimezone(place), requests.wished(row.details)
    context = {
        "row": row,
        "act": who_acts(row),
        "ways": [channel for channel, _to in recipients.ways_to_write(row)],
        "due": due,
        "zone": wording.zone_words(zone),
        "today": due.date() == now.astimezone(place).date(),
        "window": next(((s.start.astimezone(place), due) for s in windows if s.end == row.due_at), None),
        "watch": row.details.get("watch", []),
        "alarmed": alert_due is not None,
    }
    return render(request, "intake/thanks.html", context)


@require_safe
@by_link("answer")
def answer(request: HttpRequest, row: Request) -> HttpResponse:
    """Show our answer to whoever has the link to it."""
    if row.state != Request.State.ANSWERED:
        return links.gone(request)
    audit.record(act="request.answer_shown", subject_uid=row.uid, request=request)
    return render(request, "intake/answer.html", {"row": row})


def _worrying(request: HttpRequest) -> list[str]:
    """Return which watch lists are hit by words that were refused with their form: nobody else reads them."""
    typed = "\n".join(value for values in dict(request.POST).values() for value in values)
    hits = watchlist.scan(typed[:LONGEST_READ])
    return [kind for kind in ("emergency", "crisis") if getattr(hits, kind)]


def _promise(door: Door, now: Any) -> dict[str, Any]:
    """Return when a request sent now would be answered, for the "what happens next" beside the form."""
    clinic = Clinic.get()
    due = opening.due_after(minutes=getattr(clinic, f"{door.kind}_due_minutes"), now=now)
    place = ZoneInfo(clinic.time_zone)
    local = due.astimezone(place)
    return {
        "due": local,
        "today": local.date() == now.astimezone(place).date(),
        "zone": wording.zone_words(clinic.time_zone),
    }
