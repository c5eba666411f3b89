"""What stands before a page that a patient's link opens: the right row, and where needed the date of birth."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import audit, links, registry
from clinic.forms.birth_date import BirthDateForm
from clinic.models import LinkTry, Patient

# Wrong dates of birth behind one link; a day's keep a guess at an age from coming through in the 30 days of a link.
MOST_TRIES, MOST_TRIES_A_DAY = 5, 10
# From one address (a family, or a clinic's own waiting room, shares one): behind all links, and of short codes.
MOST_TRIES_FROM_ADDRESS, MOST_CODES_FROM_ADDRESS = 30, 100
TRIES_WITHIN, DAY = timedelta(minutes=15), timedelta(days=1)
# Stands for the subject of tries of short codes, which name nobody.
CODES = uuid.UUID(int=1)
# Marks a post as an answer to the question, not one to the page behind it.
MARK = "birth_date_asked"

View = Callable[..., HttpResponseBase]


class TooManyTries(Exception):
    """Too many wrong dates of birth for this link, or from this address, or wrong codes; `today`: none any more today."""

    today = False


def by_link(purpose: str) -> Callable[[View], View]:
    """Guard a view: it is called as `view(request, row, **kwargs)` with the row that this browser may open.

    Without a row: the page for links that open nothing. A `uid` in the address or a hidden field `row` that names
    another row counts as none, so that a page left open in another tab cannot act on the wrong one. Where the purpose
    asks for the date of birth, that comes first, once for as long as the cookie lives.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            row = links.recall(request, purpose=purpose)
            if row is None or not _is_meant(row, request, kwargs.pop("uid", None)):
                return links.gone(request)
            if needs_birth_date(request, row, purpose):
                return _ask(request, row, purpose, now=timezone.now())
            response = view(request, row, *args, **kwargs)
            _keep(request, response, purpose)
            return response

        return guarded

    return decorate


def needs_birth_date(request: HttpRequest, row: Model, purpose: str) -> bool:
    """Say whether this browser has still to give the date of birth before it may see the row."""
    if not registry.link_purposes[purpose].asks_birth_date:
        return False
    held = links.read_pass(request, purpose=purpose)
    return held is None or held.uid != row.uid or not held.birth_date_given  # type: ignore[attr-defined]


def check_birth_date(request: HttpRequest, row: Model, given: date, now: datetime) -> bool:
    """Say whether the date of birth is the patient's; a wrong one is counted.

    Raises TooManyTries, without looking at the date, after five wrong ones for the row or thirty from the address
    within fifteen minutes, or ten for the row within a day. Wrong codes do not count: who mistypes one must not keep a
    waiting room from its links. Each try is written before tries are counted: of many at once, no more get through.
    """
    uid: uuid.UUID = row.uid  # type: ignore[attr-defined]
    address = _network(request)
    tried = LinkTry.objects.create(subject_uid=uid, at=now, ip=address)
    recent = LinkTry.objects.filter(at__gt=now - TRIES_WITHIN)
    from_address = recent.filter(ip=address).exclude(subject_uid=CODES).count() if address else 0
    of_today = LinkTry.objects.filter(at__gt=now - DAY, subject_uid=uid).count()
    if (
        recent.filter(subject_uid=uid).count() > MOST_TRIES
        or from_address > MOST_TRIES_FROM_ADDRESS
        or of_today > MOST_TRIES_A_DAY
    ):
        tried.delete()  # only tries that were looked at count, so that waiting helps
        refused = TooManyTries()
        refused.today = of_today > MOST_TRIES_A_DAY
        raise refused
    patient = row if isinstance(row, Patient) else getattr(row, "patient", None)
    if patient is None or patient.birth_date != given:
        audit.record(act="link.wrong_birth_date", subject_uid=uid, request=request, now=now)
        return False
    tried.delete()
    return True


@contextmanager
def counted(request: HttpRequest, now: datetime) -> Iterator[None]:
    """Count a try of a short code: what raises within was a wrong one.

    Raises TooManyTries, and lets nobody try, after a hundred wrong ones from the address within fifteen minutes: far
    more than a waiting room mistypes, and far less than the 887 million codes ask for.
    """
    address = _network(request)
    tried = LinkTry.objects.create(subject_uid=CODES, at=now, ip=address)
    recent = LinkTry.objects.filter(at__gt=now - TRIES_WITHIN, subject_uid=CODES, ip=address)
    if recent.count() > MOST_CODES_FROM_ADDRESS:
        tried.delete()
        raise TooManyTries
    yield
    tried.delete()


def _ask(request: HttpRequest, row: Model, purpose: str, *, now: datetime) -> HttpResponse:
    """Ask for the date of birth at the page's own address; the right one is kept in the cookie."""
    answered = request.method == "POST" and MARK in request.POST
    form = BirthDateForm(request.POST if answered else None, now=now)
    status = 200
    if answered and form.is_valid():
        try:
            if check_birth_date(request, row, form.cleaned_data["birth_date"], now):
                return _let_in(request, purpose)
            form.add_error("birth_date", _("This is not the date of birth we have for this link. Check it."))
        except TooManyTries as refused:
            wait = _("That was not right too many times. Wait 15 minutes, or call us.")
            form.add_error(None, _("That was not right too many times today. Call us.") if refused.today else wait)
            status = 429
    return render(request, "site/birth_date.html", {"form": form, "mark": MARK}, status=status)


def _let_in(request: HttpRequest, purpose: str) -> HttpResponse:
    held = links.read_pass(request, purpose=purpose)
    response = HttpResponseRedirect(request.get_full_path())
    if held is not None:
        links.set_pass(response, links.with_birth_date(held))
    return response


def _keep(request: HttpRequest, response: HttpResponseBase, purpose: str) -> None:
    """Let the idle time begin anew, unless the view has itself written or deleted the cookie."""
    held = links.read_pass(request, purpose=purpose)
    if held is not None and links.cookie_name(purpose) not in response.cookies:
        links.set_pass(response, held)


def _network(request: HttpRequest) -> str | None:
    address = audit.address_of(request)
    return audit.network_of(address) if address else None


def _is_meant(row: Model, request: HttpRequest, uid: uuid.UUID | None) -> bool:
    named = {str(uid)} if uid is not None else set()
    if "row" in request.POST:
        named.add(request.POST["row"])
    return named <= {str(row.uid)}  # type: ignore[attr-defined]
