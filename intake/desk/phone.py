"""The check on the phone: somebody at the clinic types what is read out to them, page by page, and reads none of it again.

It is the check of the web: the same questionnaire, the same acts, the same stop at an emergency. What was saved is not
shown to who types; only a PT reads it. Each screening can be typed by the one person who began it.
"""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from clinic.desk.access import must_say_why
from clinic.desk.pages import posted, read_uid
from clinic.models import Call, Patient, User
from intake import gate, requests, results, steps, way, workflow
from intake import screening as rules
from intake.forms.check_page import PageForm
from intake.forms.check_phone import READ_OUT_VERSION, PhoneBeginForm, blank_page
from intake.forms.nudges import nudges_of
from intake.models import BookingGate, Request, Screening
from intake.questionnaire import Page


@sensitive_post_parameters()
def begin(request: HttpRequest) -> HttpResponseBase:
    """Ask who is on the phone, how to reach them and where they are; for a patient, a request, or somebody new."""
    now, user = timezone.now(), cast("User", request.user)
    patient, asked = _who(request)
    if patient and must_say_why(request, patient, now=now):
        return redirect("admin:patient", uid=patient.uid)
    form = PhoneBeginForm(posted(request), now=now, patient=patient, initial=_initial(patient, asked))
    if not form.is_bound or not form.is_valid():
        context = {"form": form, "patient": patient, "asked": asked}
        return render(request, "desk/phone_begin.html", context, status=422 if form.is_bound else 200)
    screening = workflow.start(
        submission=form.cleaned_data["submission"],
        contact=form.contact(),
        visit_reason=form.cleaned_data["visit_reason"],
        disclaimer_version=READ_OUT_VERSION,
        patient=patient,
        typed_by=user,
        now=now,
    )
    if asked:
        requests.belongs_to(request=asked, patient=screening.patient, now=now)
    return redirect(where(screening))


@sensitive_post_parameters()
def page(request: HttpRequest, uid: uuid.UUID, number: int) -> HttpResponseBase:
    """Ask one page of questions, always blank. What was sent is saved and judged first, whatever is wrong with it."""
    screening = _mine(request, uid)
    asked = steps.page_at(steps.form_of(screening), number)
    if asked is None:
        raise Http404
    if request.method != "POST":
        if screening.state == Screening.State.FINISHED or not steps.is_reached(screening, asked):
            return redirect(where(screening))
        return _show(request, screening, asked, blank_page(request, screening, asked))
    form = blank_page(request, screening, asked)
    try:
        saved = workflow.save_page(screening=screening, page_id=asked.id, cleaned=form.cleaned_page, now=timezone.now())
    except workflow.AlreadyFinished:
        return redirect("admin:phone-result", uid=uid)
    if saved.state == Screening.State.FINISHED:
        return redirect("admin:phone-result", uid=uid)
    nudges = nudges_of(form)
    if form.errors or nudges:
        return _show(request, saved, asked, form, nudges)
    return redirect(where(saved))


def last(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """After the last page: say what is still open, without a word of what was answered; then have it judged."""
    screening = _mine(request, uid)
    if request.method == "POST":
        try:
            workflow.finish(screening=screening, now=timezone.now())
        except workflow.NotFinished:
            return redirect(where(screening))
        return redirect("admin:phone-result", uid=uid)
    if where(screening) != request.path:
        return redirect(where(screening))
    form = steps.form_of(screening)
    missing = set(rules.evaluate(screening.answers, questionnaire=form).missing)
    pages = [
        {
            "title": one.title.text_for(get_language() or "en"),
            "url": _page_url(screening, one),
            "open": sum(question.id in missing for question in one.questions),
        }
        for one in way.pages(form, screening.answers)
        if one.kind != "contact"
    ]
    context = {"screening": screening, "pages": pages, "open_count": len(missing)}
    return render(request, "desk/phone_last.html", context)


@require_POST
def stop(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """They had to hang up: what was answered is kept, and somebody calls them."""
    screening = _mine(request, uid)
    try:
        owed = workflow.leave_off(screening=screening, by=cast("User", request.user), now=timezone.now())
    except workflow.AlreadyFinished:
        return redirect("admin:phone-result", uid=uid)
    if owed:
        messages.warning(request, _("Kept. A PT calls them because of what was answered; until then do not book."))
    else:
        messages.success(request, _("Kept. A call to go on is in the queue."))
    return redirect("admin:patient", uid=screening.patient.uid)


def result(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Show what to read out now: what the patient does next, and when a PT calls. Nothing of why."""
    screening = _mine(request, uid)
    shown = results.shown(screening, now=timezone.now())
    if shown is None:
        return redirect(where(screening))
    # An older check, or a call still to be made, may hold back what this one alone would open.
    held = bool(gate.undecided(patient_id=screening.patient_id, besides=screening.pk))
    held = held or gate.still_to_call(patient=screening.patient)
    may_book = not held and shown.outcome.booking in (BookingGate.OPEN, BookingGate.CONSULT_FLAGGED)
    context = {"screening": screening, "shown": shown, "watch": shown.words, "held": held, "may_book": may_book}
    return render(request, "desk/phone_result.html", context)


def where(screening: Screening) -> str:
    """Return the address at which a check on the phone goes on."""
    if screening.state == Screening.State.FINISHED:
        return reverse("admin:phone-result", args=[screening.uid])
    page = way.first_open(steps.form_of(screening), screening.answers)
    return reverse("admin:phone-last", args=[screening.uid]) if page is None else _page_url(screening, page)


def _page_url(screening: Screening, asked: Page) -> str:
    return reverse("admin:phone-page", args=[screening.uid, steps.form_of(screening).page_order[asked.id]])


def _mine(request: HttpRequest, uid: uuid.UUID) -> Screening:
    """Return a screening that this person types. Raises Http404, PermissionDenied for a colleague's."""
    row = Screening.objects.select_related("patient", "typed_by").filter(uid=uid, typed_by__isnull=False).first()
    if row is None:
        raise Http404
    if row.typed_by != request.user:
        raise PermissionDenied
    return row


def _who(request: HttpRequest) -> tuple[Patient | None, Request | None]:
    """Return whom the address names: a patient, or the one a request or a call is from. Raises Http404."""
    given = {name: request.GET.get(name, "") for name in ("patient", "request", "call")}
    patient = asked = None
    if given["call"]:
        call = Call.objects.select_related("patient").filter(uid=read_uid(given["call"])).first()
        if call is None:
            raise Http404
        patient = call.patient
        asked = Request.objects.select_related("patient").filter(uid=call.subject_uid).first()
    if given["request"]:
        asked = Request.objects.select_related("patient").filter(uid=read_uid(given["request"])).first()
        if asked is None:
            raise Http404
    if asked and asked.patient:
        patient = asked.patient
    if given["patient"]:
        patient = Patient.objects.current().filter(uid=read_uid(given["patient"])).first()
        if patient is None:
            raise Http404
    return patient, asked


def _initial(patient: Patient | None, asked: Request | None) -> dict[str, Any]:
    """Return what we know already, so that nobody types it again."""
    if patient:
        return {
            "phone": patient.phone,
            "email": patient.email,
            "texts_ok": patient.texts_ok,
            "interpreter": patient.interpreter,
            "spoken": patient.spoken_language if patient.interpreter else "",
            "city": patient.city,
            "state": patient.state or None,
        }
    if asked is None:
        return {}
    given, _blank, family = asked.name.strip().rpartition(" ")
    return {
        "given_name": given or family,
        "family_name": family if given else "",
        "phone": asked.phone,
        "email": asked.email,
        "texts_ok": asked.texts_ok,
        "interpreter": bool(asked.interpreter),
        "spoken": asked.interpreter,
    }


def _show(
    request: HttpRequest,
    screening: Screening,
    asked: Page,
    form: PageForm,
    nudges: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    language = get_language() or "en"
    earlier = _before(screening, asked)
    context = {
        "screening": screening,
        "form": form,
        "watch": form.refused_words(),
        "heading": asked.heading.text_for(language),
        "intro": asked.intro.text_for(language),
        "none_of_these": asked.none_of_these.text_for(language),
        "has_chart": any(question.layout == "bodychart" for question in asked.questions),
        "back_url": _page_url(screening, earlier) if earlier else "",
        "step": steps.step_at(screening, asked),
        "nudges": nudges,
        "again": asked.id in screening.pages_done and not form.is_bound,
    }
    return render(request, "desk/phone_page.html", context, status=422 if form.errors else 200)


def _before(screening: Screening, asked: Page) -> Page | None:
    form = steps.form_of(screening)
    pages = [page for page in way.pages(form, screening.answers) if page.kind != "contact"]
    earlier = [page for page in pages if form.page_order[page.id] < form.page_order[asked.id]]
    return earlier[-1] if earlier else None
