"""Change a visit: the way back to one's visits for somebody who has lost our message."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from booking import finding
from booking.forms import FindForm


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask who somebody is, and send the links. The answer is the same for everybody."""
    now = timezone.now()
    form = FindForm(request.POST if request.method == "POST" else None, now=now)
    if not (form.is_bound and form.is_valid()):
        return render(request, "booking/find.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        finding.ask(
            contact=form.cleaned_data["contact"],
            birth_date=form.cleaned_data["birth_date"],
            language=get_language() or "en",
            now=now,
        )
    except finding.TooManyAsked:
        form.add_error(None, _("That was too often. Wait 15 minutes, or call us."))
        return render(request, "booking/find.html", {"form": form}, status=429)
    return redirect("booking:find_sent")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say what was done, for those we know and those we do not."""
    return render(request, "booking/find_sent.html")
