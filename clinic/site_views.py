"""The public pages of the clinic itself: home, team, costs, privacy, access, interpreter."""

import datetime as dt
import uuid

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic import colours, context, credentials, floods, interpreters, registry, storefront, wording
from clinic.forms.interpreter import InterpreterForm
from clinic.models import Call, Mode, Service
from clinic.notices import PRIVACY_NOTICE
from clinic.safety_net import EMERGENCY_SIGNS

# "An interpreter is free. Tell us your language." The footer's two come first.
GREETINGS = [
    ("es", "Español: el intérprete es gratis. Díganos su idioma."),
    ("tl", "Tagalog: libre ang interpreter. Sabihin sa amin ang inyong wika."),
    ("ko", "한국어: 통역은 무료입니다. 사용하시는 언어를 알려 주세요."),
    ("zh", "中文：口译免费。请告诉我们您的语言。"),  # noqa: RUF001
    ("ru", "Русский: переводчик бесплатно. Назовите ваш язык."),
    ("vi", "Tiếng Việt: thông dịch miễn phí. Hãy cho biết ngôn ngữ của quý vị."),
]

# Calls asked for from one network within fifteen minutes.
MOST_WISHES = 40


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what the clinic offers, where and by whom, and every way to begin."""
    now = timezone.now()
    lines, zones = storefront.lines(), list(storefront.zones())
    modes = storefront.modes(lines)
    panels = {name: draw(request, now) for name, draw in registry.home_panels.items()}
    people = list(storefront.people())
    return render(
        request,
        "site/home.html",
        {
            "first_free": panels.pop("first_free", ""),
            "guides": panels.pop("guides", ""),
            "panels": panels.values(),
            "lines": lines,
            "free_consultation": any(line.category == Service.Category.CONSULTATION for line in lines),
            "ways": [way for way in _ways([zone.name for zone in zones]) if way["mode"] in modes],
            "home_visits": Mode.MOBILE in modes,
            "plans": storefront.plans(),
            "people": people,
            "letters": credentials.spelled_out(person.credentials for person in people),
            "places": storefront.places(),
            "closed_days": storefront.closed_days(_local(now)),
            "signs": EMERGENCY_SIGNS,
        },
    )


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Show the practitioners, with what the apps add about each (the next free time)."""
    now = timezone.now()
    meets = storefront.meets()
    notes = [draw(request, now) for draw in registry.team_notes.values()]
    shown = list(storefront.people())
    people = [
        {
            "name": person.name,
            "initials": person.initials,
            "credentials": person.credentials,
            "bio": person.bio,
            "focus": person.focus,
            "languages": person.languages,
            "meets": meets.get(person.pk, ""),
            "notes": [note[person.pk] for note in notes if person.pk in note],
        }
        for person in shown
    ]
    letters = credentials.spelled_out(person.credentials for person in shown)
    return render(request, "site/team.html", {"people": people, "letters": letters})


@require_safe
def costs(request: HttpRequest) -> HttpResponse:
    """Show every price, and the notice of the right to a good faith estimate (45 CFR 149.610)."""
    lines = storefront.lines()
    zones = storefront.zones() if Mode.MOBILE in storefront.modes(lines) else []
    return render(request, "site/costs.html", {"lines": lines, "zones": zones, "plans": storefront.plans()})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the notice of privacy practices (45 CFR 164.520)."""
    return render(request, "site/privacy.html", {"version": PRIVACY_NOTICE})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how to get help in the way that suits each person."""
    return render(request, "site/accessibility.html", {"places": storefront.places()})


@require_http_methods(["GET", "HEAD", "POST"])
def interpreter(request: HttpRequest) -> HttpResponseBase:
    """Take a wish for a call with an interpreter."""
    now = timezone.now()
    form = InterpreterForm(request.POST if request.method == "POST" else None, now=now)
    status = 422 if form.is_bound else 200
    if form.is_valid() and floods.is_flood(act="call.opened", most=MOST_WISHES, now=now):
        form.add_error(None, floods.words())
        status = 429
    if form.is_valid():
        call = interpreters.ask(**form.cleaned_data, now=now)
        return redirect("interpreter_asked", uid=call.uid)
    return render(
        request,
        "site/interpreter.html",
        {"form": form, "greetings": GREETINGS},
        status=status,
    )


@require_safe
def interpreter_asked(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Say by when the call comes; the page shows nothing of who asked."""
    call = get_object_or_404(Call, uid=uid, reason=Call.Reason.INTERPRETER)
    return render(request, "site/interpreter_asked.html", {"due": _local(call.due_at)})


@require_safe
def look(request: HttpRequest, brand: str, accent: str) -> HttpResponse:  # noqa: ARG001
    """Give the stylesheet of two colours; the address says all of it, so it may be kept for ever."""
    text = colours.stylesheet(colours.parse(brand), colours.parse(accent))
    return HttpResponse(
        text, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


@require_safe
def favicon(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Lead browsers that look for the icon at the root (on files without a <link>) to it."""
    return redirect(static("favicon.ico"))


def _local(at: dt.datetime) -> dt.datetime:
    return context.current().hours.local(at)


def _ways(zones: list[str]) -> list[dict[str, str]]:
    area = _("We visit %(zones)s.") % {"zones": wording.listed(zones)} if zones else _("Ask us if we come to you.")
    return [
        {
            "mode": Mode.IN_CLINIC,
            "icon": "footprints",
            "name": str(Mode.IN_CLINIC.label),
            "about": _("Treadmill, tables, and room to move. Bring the shoes you run in."),
        },
        {
            "mode": Mode.MOBILE,
            "icon": "house",
            "name": str(Mode.MOBILE.label),
            "about": _("%(area)s We bring the table. You clear two yards of floor.") % {"area": area},
        },
        {
            "mode": Mode.TELEHEALTH,
            "icon": "video",
            "name": str(Mode.TELEHEALTH.label),
            "about": _("Good for a check on your plan, and for days when the road is ice."),
        },
    ]
