"""The pages of message texts: which there are, and one to rewrite with a preview beside it."""

from collections.abc import Callable
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from clinic import letters, own_words, registry
from clinic.desk.pages import desk_response, posted, read_uid
from clinic.desk.text_form import TextForm
from clinic.models import Clinic, Message, MessageText, User
from clinic.placeholders import Wording

# As in the outbox: a letter's inline styles work, nothing else does; only our own editor may frame it.
_PREVIEW_POLICY: dict[str, Any] = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}
MOST = 50


def texts(request: HttpRequest) -> HttpResponseBase:
    """List the kinds of messages, and whose words each has."""
    spoken = _languages()
    rows = {
        (row.kind, row.channel, row.language): row
        for row in MessageText.objects.filter(current=True).select_related("made_by")
    }
    broken = {one.text.pk for one in own_words.broken(rows.values())}
    kinds = [
        (
            own,
            [
                (Message.Channel(way), code, name, rows.get((own.kind, way, code)))
                for way in own_words.channels(own)
                for code, name in spoken
            ],
        )
        for own in registry.wordings.values()
    ]
    lost = [row for row in rows.values() if row.kind not in registry.wordings]
    return desk_response(
        request,
        "desk/texts.html",
        page="texts",
        title=_("Message texts"),
        crumbs=[(_("Message texts"), "")],
        kinds=kinds,
        fixed=registry.fixed_letters.values(),
        lost=lost,
        broken=broken,
        several=len(spoken) > 1,
    )


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def text(request: HttpRequest, kind: str, channel: str, language: str) -> HttpResponseBase:
    """Show the words of one kind of message to rewrite, or keep what was written."""
    own = _own(kind, channel, language)
    row = own_words.current(kind=kind, channel=channel, language=language)
    history = MessageText.objects.filter(kind=kind, channel=channel, language=language)
    older = history.filter(uid=read_uid(request.GET["from"])).first() if request.GET.get("from") else None
    words = older.parts if older else row.parts if row else own.shipped(channel)
    form = TextForm(posted(request), own=own, channel=channel, language=language, words=words, seen=row and row.uid)
    if form.is_bound and form.is_valid() and _keep(request, form):
        return redirect("admin:text", kind, channel, language)
    return desk_response(
        request,
        "desk/text.html",
        page="texts",
        title=str(own.about),
        crumbs=[(_("Message texts"), reverse("admin:texts")), (str(own.about), "")],
        status=422 if form.is_bound else 200,
        form=form,
        own=own,
        channel=Message.Channel(channel),
        channels=[Message.Channel(one) for one in own_words.channels(own)],
        language=language,
        languages=_languages(),
        row=row,
        older=older,
        broken=own_words.broken([row]) if row else [],
        placeholders=own_words.explained(own, channel=channel, language=language),
        history=history.select_related("made_by", "ended_by")[:MOST],
        shipped=own.shipped(channel).values(),
    )


@require_POST
def shipped(request: HttpRequest, kind: str, channel: str, language: str) -> HttpResponseBase:
    """Go back to the shipped words."""
    _own(kind, channel, language)
    by: Any = request.user
    if own_words.back_to_shipped(kind=kind, channel=channel, language=language, by=by, now=timezone.now()):
        messages.success(request, _("The shipped words are sent again. Yours stay in the history."))
    return redirect("admin:text", kind, channel, language)


def _preview(request: HttpRequest, kind: str, channel: str, language: str) -> HttpResponse:
    """Show what the words would make of an example: those that were typed, or those that count."""
    own = _own(kind, channel, language)
    row = own_words.current(kind=kind, channel=channel, language=language)
    words = row.parts if row else own.shipped(channel)
    form = TextForm(posted(request), own=own, channel=channel, language=language, words=words, seen=None)
    problems: list[str] = []
    if form.is_bound:
        form.is_valid()
        words = form.parts
        problems = [str(error) for part in own.parts(channel) for error in form.errors.get(part, [])]
    try:
        letter = own_words.preview(own, parts=words, language=language)
    except ValueError as error:
        letter, problems = None, problems or [str(error)]
    context = {
        "letter": letter,
        "problems": problems,
        "sms": channel == Message.Channel.SMS,
        "segments": letters.segments(letter.text) if letter else 0,
        "length": len(letter.text) if letter else 0,
        "clinic": Clinic.get(),
    }
    return render(request, "desk/text_preview.html", context)


preview: Callable[..., HttpResponseBase] = xframe_options_sameorigin(csp(_PREVIEW_POLICY)(_preview))  # type: ignore[arg-type]


def _keep(request: HttpRequest, form: TextForm) -> bool:
    by = request.user if isinstance(request.user, User) else None
    try:
        own_words.keep(
            kind=form.own.kind,
            channel=form.channel,
            language=form.language,
            parts=form.parts,
            seen=form.version,
            by=by,
            now=timezone.now(),
        )
    except own_words.SavedMeanwhile:
        form.add_error(
            None, _("Not saved: somebody else has changed this text. Open it anew in another tab and compare.")
        )
        return False
    messages.success(request, _("Saved. This is what is sent from now on."))
    return True


def _own(kind: str, channel: str, language: str) -> Wording:
    own = registry.wordings.get(kind)
    if own is None or channel not in own_words.channels(own) or language not in dict(_languages()):
        raise Http404
    if not Clinic.objects.exists():  # nothing could be written in its name
        raise Http404
    return own


def _languages() -> list[tuple[str, str]]:
    """Return the clinic's languages that the product speaks."""
    spoken = Clinic.objects.values_list("languages", flat=True).first() or ()
    return [(code, str(name)) for code, name in settings.LANGUAGES if code in spoken] or [("en", "English")]
