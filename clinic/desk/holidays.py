"""The page of public holidays: a manager picks those on which the clinic, or one location, is closed."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import audit, public_holidays, registry
from clinic.desk.holiday_form import HolidayForm
from clinic.desk.pages import desk_response, posted
from clinic.models import Location
from clinic.states import STATES


def holidays(request: HttpRequest) -> HttpResponseBase:
    """Show the holidays of this year and the next that are still to come, or keep what was picked."""
    today = timezone.localdate(timezone.now())
    places = list(Location.objects.filter(active=True).order_by("position", "name"))
    place = next((place for place in places if place.slug == request.GET.get("place")), None)
    form = HolidayForm(posted(request), listed=public_holidays.listed(location=place, first=today))
    if form.is_bound and form.is_valid():
        return _save(request, form, place, today)
    state = public_holidays.state_of(place)
    return desk_response(
        request,
        "desk/holidays.html",
        page="holidays",
        title=_("Public holidays"),
        crumbs=[(_("Public holidays"), "")],
        status=422 if form.is_bound else 200,
        form=form,
        places=places if len(places) > 1 else [],
        place=place,
        state=STATES.get(state, state),
    )


def _save(request: HttpRequest, form: HolidayForm, place: Location | None, today: date) -> HttpResponseBase:
    added, removed = public_holidays.pick(location=place, days=form.cleaned_data["days"], first=today)
    if added or removed:
        details = {"record": "closure", "added": added, "removed": removed}
        audit.record(act="record.changed", subject_uid=place.uid if place else None, request=request, details=details)
    words = _("Saved. Closed days added: %(added)d, taken away: %(removed)d.")
    messages.success(request, words % {"added": added, "removed": removed})
    registry.tell_hours_changed(request, timezone.now())
    return HttpResponseRedirect(reverse("admin:holidays") + (f"?place={place.slug}" if place else ""))
