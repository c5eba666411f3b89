"""The free guides: asked for by e-mail, read by link, kept as a PDF."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic import floods
from clinic.link_gate import by_link
from clinic.models import Clinic
from intake.forms.guides import GuideForm
from intake.guides import asking, library
from intake.guides.leaflet import leaflet
from intake.models import GuideRequest

# From one network within fifteen minutes: each is a letter to an address that anybody may type.
MOST_ASKED = 20


@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    """List the guides."""
    return render(request, "intake/guides.html", {"guides": library.on_offer()})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask where to send a guide, and send it."""
    chosen, now = get_object_or_404(library.on_offer(), slug=slug), timezone.now()
    form = GuideForm(request.POST if request.method == "POST" else None, now=now)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid() and floods.is_flood(act="guide.asked", most=MOST_ASKED, now=now):
        form.add_error(None, floods.words())
        status = 429
    if form.is_bound and form.is_valid():
        asking.ask_for(guide=chosen, language=get_language() or "en", now=now, **form.cleaned_data)
        return redirect("intake:guide_thanks")
    contents = [piece.text for piece in library.pieces(chosen, Clinic.get()) if piece.kind == "heading"]
    context = {"form": form, "guide": chosen, "contents": contents}
    return render(request, "intake/guide.html", context, status=status)


@require_safe
def guide_thanks(request: HttpRequest) -> HttpResponse:
    """Say where the guide went; the page is the same for every address."""
    return render(request, "intake/guide_thanks.html", {"guides": library.on_offer()})


@require_safe
@by_link("guide")
def guide_read(request: HttpRequest, row: GuideRequest) -> HttpResponse:
    """Show a guide to whoever has the link to it."""
    if request.method == "GET":
        asking.note_opened(request=row, now=timezone.now())
    context = {"guide": row.guide, "pieces": library.pieces(row.guide, Clinic.get())}
    return render(request, "intake/guide_read.html", context)


@require_safe
@by_link("guide")
def guide_leaflet(_request: HttpRequest, row: GuideRequest) -> HttpResponse:
    """Give the guide as a PDF."""
    content = leaflet(row.guide, Clinic.get(), row.language)
    headers = {"Content-Disposition": f'attachment; filename="{row.guide.slug}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
