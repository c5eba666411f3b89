"""How often people come to the site: what counts, and that nothing else is kept."""

import pytest
from django.db import DatabaseError

from clinic import footfall
from clinic.models import Arrival
from tests.factories import NOW, make_clinic

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone)"}


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        (PHONE, "direct"),
        (PHONE | {"Referer": "https://www.google.com/search?q=knee"}, "search"),
        (PHONE | {"Referer": "https://t.co/x"}, "social"),
        (PHONE | {"Referer": "https://runners.example/clubs"}, "site"),
        (PHONE | {"Referer": "http://[half"}, "direct"),
        (PHONE | {"Referer": "https://us.example/book/"}, None),
        (PHONE | {"Sec-Purpose": "prefetch;prerender"}, None),
        ({"User-Agent": "Googlebot/2.1"}, None),
        ({}, None),
    ],
)
def test_arrival_comes_from(headers, origin):
    assert footfall.origin_of(headers, "us.example") == origin


@pytest.mark.django_db
def test_arrivals_are_counted_by_the_day_of_the_clinic(client, settings):
    settings.COUNT_ARRIVALS = True
    make_clinic()
    for address in ("/", "/check/", "/privacy/", "/desk/login/"):
        client.get(address, headers=PHONE)
    client.get("/", headers=PHONE | {"referer": "http://testserver/team/"})
    footfall.write()
    assert list(Arrival.objects.values_list("origin", "number")) == [("direct", 2)]
    footfall.note("search", now=NOW.replace(hour=3))  # 18:40 of the day before in Anchorage
    footfall.write()
    assert Arrival.objects.get(origin="search").day.isoformat() == "2026-11-23"


def test_arrival_of_a_write_that_broke_off_in_the_middle_is_counted_once(monkeypatch, db):
    make_clinic()
    for origin in ("site", "search"):
        footfall.note(origin, now=NOW)
    make, left = Arrival.objects.get_or_create, [1]

    def breaks_at_the_second(**values):
        if not left:
            raise DatabaseError
        left.pop()
        return make(**values)

    with monkeypatch.context() as patched:
        patched.setattr(Arrival.objects, "get_or_create", breaks_at_the_second)
        footfall.write()
    footfall.write()
    assert dict(Arrival.objects.values_list("origin", "number")) == {"site": 1, "search": 1}


def test_arrivals_are_kept_while_the_database_does_not_take_them(monkeypatch, db):
    make_clinic()
    footfall.note("site", now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr(Arrival.objects, "get_or_create", lambda **_values: (_ for _ in ()).throw(DatabaseError))
        footfall.write()
    footfall.write()
    assert Arrival.objects.get().number == 1
