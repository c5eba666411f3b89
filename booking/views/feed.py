"""The address that calendar programs read again and again: nobody is logged in there, and the address is the key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking import feed
from clinic import links
from clinic.models import Practitioner


@require_safe
@never_cache
def read(_request: HttpRequest, token: str) -> HttpResponse:
    """Give the calendar; 404 for an address that was never given out or no longer counts."""
    try:
        row, purpose = links.open_token(token)
    except links.BadLink:
        raise Http404 from None
    if purpose != feed.PURPOSE or not isinstance(row, Practitioner) or not row.active:
        raise Http404
    if row.user is not None and not row.user.is_active:  # they have left, and so has the address in their telephone
        raise Http404
    response = HttpResponse(feed.calendar(row, now=timezone.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{feed.NAME}"'
    return response
