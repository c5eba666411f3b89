"""A site with three pages behind links, for tests/clinic/test_links.py."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.urls import include, path

from clinic import links
from clinic.link_gate import by_link


@by_link("open")
def open_page(request: HttpRequest, row) -> HttpResponse:
    return HttpResponse(f"{request.method} {row.given_name}")


@by_link("guarded")
def guarded_page(request: HttpRequest, row) -> HttpResponse:
    return HttpResponse(f"{request.method} {row.given_name}")


@by_link("open")
def leave(request: HttpRequest, row) -> HttpResponse:
    response = HttpResponseRedirect("/")
    links.forget(response, "open")
    return response


urlpatterns = [
    path("open/", open_page),
    path("open/<uuid:uid>/", open_page),
    path("guarded/", guarded_page),
    path("leave/", leave),
    path("", include("clinic.urls")),
]
