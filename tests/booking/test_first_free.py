"""The first free times on the home page and the team page."""

import re
from datetime import datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import home
from booking.models import WorkingHours
from clinic.models import Licence, Practitioner, Service, TravelZone
from tests.booking.visitor import later, text
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    yield
    cache.clear()


def test_home_page_shows_the_first_time_in_each_mode(client, house):
    WorkingHours.objects.filter(practitioner=house.dana).update(modes=["in_clinic"])
    WorkingHours.objects.filter(practitioner=house.jun).update(modes=["mobile", "telehealth"])
    page = client.get("/")
    assert f"Wed 25 Nov, 8:00 am {house.dana.name}, Midtown clinic" in text(page)
    assert "Jun Park, at your home" in text(page)
    assert "Jun Park, by video" in text(page)
    for mode in ("in_clinic", "mobile", "telehealth"):
        assert f'href="/book/{house.service.slug}/?mode={mode}"' in page.content.decode()


def test_earliest_stands_first(client, house):
    house.service.modes.filter(mode="in_clinic").update(notice_minutes=3 * 24 * 60)
    shown = text(client.get("/")).partition("First free times")[2].partition("See all")[0]
    assert shown.index("by video") < shown.index("Midtown clinic")


def test_modes_without_a_time_are_left_out_and_without_any_the_panel(client, house):
    TravelZone.objects.update(active=False)
    Licence.objects.all().delete()
    shown = text(client.get("/"))
    assert "Midtown clinic" in shown.partition("First free times")[2].partition("See all")[0]
    assert "by video" not in shown.partition("First free times")[2].partition("See all")[0]
    cache.clear()
    Service.objects.update(online=False)
    assert "First free times" not in text(client.get("/"))


def test_times_are_looked_for_once_a_minute(client, house):
    client.get("/")
    WorkingHours.objects.all().delete()
    with CaptureQueriesContext(connection) as captured:
        assert "First free times" in text(client.get("/"))
    assert not [query for query in captured if "booking_workinghours" in query["sql"]]
    cache.delete(home.KEY)
    assert "First free times" not in text(client.get("/"))


def test_kept_times_that_have_passed_and_people_who_have_left_are_not_shown(client, house, monkeypatch):
    client.get("/")
    monkeypatch.setattr(timezone, "now", lambda: later(days=20))
    assert "First free times" not in text(client.get("/"))
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    Practitioner.objects.filter(pk__in=[house.dana.pk, house.jun.pk]).update(active=False)
    cache.clear()
    assert "First free times" not in text(client.get("/"))


def test_team_page_tells_the_next_time_of_each(client, house):
    page = client.get("/team/")
    assert text(page).count("Next free:") == 2
    assert f"with={house.jun.slug}" in page.content.decode()
    links = re.findall(r'<a class="button[^>]*>(.*?)</a>', page.content.decode())
    told = [re.sub(r"<[^>]+>", "", link) for link in links if "Next free" in link]
    assert [
        name for name in (house.dana.name, house.jun.name) if sum(f"with {name}" in words for words in told) != 1
    ] == []


def test_times_are_shown_without_a_cache(client, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }
    assert "First free times" in text(client.get("/"))
    assert client.get("/team/").status_code == 200


def test_cache_keeps_plain_values(client, house):
    client.get("/")
    assert {type(value) for row in cache.get(home.KEY) for value in row} <= {str, int, datetime}
