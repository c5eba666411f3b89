"""The page of roads: minutes between all zones in one table, and what is still missing."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic import audit
from clinic import roads as acts
from clinic.desk.pages import desk_response, posted
from clinic.desk.road_form import RoadForm
from clinic.models import Clinic


def roads(request: HttpRequest) -> HttpResponseBase:
    """Show the table, or keep what was typed into it."""
    known = acts.load()
    form = RoadForm(posted(request), roads=known)
    if form.is_bound and form.is_valid():
        return _save(request, form)
    return desk_response(
        request,
        "desk/roads.html",
        page="roads",
        title=_("Roads"),
        crumbs=[(_("Roads"), "")],
        status=422 if form.is_bound else 200,
        form=form,
        zones=known.zones,
        missing=known.missing,
        without_zone=acts.without_zone(),
        unknown=Clinic.get().road_minutes,
    )


def _save(request: HttpRequest, form: RoadForm) -> HttpResponseBase:
    try:
        changed = acts.save(minutes=form.minutes)
    except IntegrityError:
        messages.error(request, _("Not saved: a zone was changed at the same moment. Look and try again."))
        return redirect("admin:roads")
    if changed:
        audit.record(
            act="record.changed", subject_uid=None, request=request, details={"record": "zoneminutes", "rows": changed}
        )
    words = ngettext("Saved: %(number)d road changed.", "Saved: %(number)d roads changed.", changed)
    messages.success(request, words % {"number": changed})
    return redirect("admin:roads")
