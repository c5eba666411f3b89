"""A PT's page with the address of their calendar feed: to subscribe to it, and to make it stop."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import feed
from clinic import links
from clinic.desk.pages import desk_response
from clinic.models import Practitioner


@require_http_methods(["GET", "HEAD", "POST"])
def own_feed(request: HttpRequest) -> HttpResponseBase:
    """Show the address; on POST make a new one, after which the old one is empty."""
    person = Practitioner.objects.filter(user=request.user.pk, active=True).first()
    if person and request.method == "POST":
        links.revoke(row=person)
        messages.success(request, _("Done. The old address no longer works. Subscribe to the new one."))
        return redirect("admin:own-feed")
    address = feed.address(person) if person else ""
    return desk_response(
        request,
        "desk/own_feed.html",
        page="today",
        title=_("Your calendar elsewhere"),
        crumbs=[(_("Today"), reverse("admin:index")), (_("Your calendar elsewhere"), "")],
        person=person,
        address=address,
        subscribe=urlsplit(address)._replace(scheme="webcal").geturl() if address else "",
    )
