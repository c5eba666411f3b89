"""For who stands at the desk: type the code, and the check begins on this phone."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import link_gate
from intake import handovers
from intake.forms.code import MOST, CodeForm


@require_http_methods(["GET", "HEAD", "POST"])
def here(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code, or go on to the check with it."""
    # The picture at the desk carries the code: one tap is left.
    given = {"code": request.GET.get("code", "")[:MOST]}
    form = CodeForm(request.POST if request.method == "POST" else None, initial=given)
    if form.is_bound and form.is_valid():
        return _open(request, form)
    return _ask(request, form, status=422 if form.is_bound else 200)


def _open(request: HttpRequest, form: CodeForm) -> HttpResponseBase:
    now = timezone.now()
    try:
        with link_gate.counted(request, now):
            row = handovers.find(form.cleaned_data["code"], now=now)
    except link_gate.TooManyTries:
        form.add_error("code", _("That was not right too many times. Ask at the front desk."))
        return _ask(request, form, status=429)
    except handovers.UnknownCode:
        form.add_error("code", _("This code does not work, or not any more. Ask the front desk for a new one."))
        return _ask(request, form, status=422)
    response = redirect("intake:check")
    handovers.remember(response, row)
    return response


def _ask(request: HttpRequest, form: CodeForm, *, status: int) -> HttpResponse:
    return render(request, "intake/check/here.html", {"form": form}, status=status)
