"""The page of roads between travel zones, what it says is missing, and who may open it."""

import re

import pytest
from django.db import IntegrityError

from clinic import checks, roads
from clinic.models import AuditEvent, TravelZone, ZoneMinutes
from tests.desk import staff, unknown_targets, words
from tests.factories import make_clinic, make_location

pytestmark = pytest.mark.django_db
PAGE = "/desk/roads/"


@pytest.fixture(autouse=True)
def clinic():
    return make_clinic(road_minutes=45)


@pytest.fixture
def hana():
    return staff("manager")


@pytest.fixture
def zones() -> list[TravelZone]:
    return [TravelZone.objects.create(name=name) for name in ("East", "River")]


def name(start: TravelZone, end: TravelZone) -> str:
    return f"road-{start.pk}-{end.pk}"


def plain(page) -> str:
    """The words above the page's main part, too."""
    return re.sub(r"<[^>]+>", "", page.content.decode())


def known() -> dict[tuple[str, str], int]:
    return {(row.from_zone.name, row.to_zone.name): row.minutes for row in ZoneMinutes.objects.all()}


def test_page_keeps_what_is_typed_in_and_forgets_what_is_taken_out(hana, zones):
    east, river = zones
    ZoneMinutes.objects.create(from_zone=river, to_zone=river, minutes=9)
    page = hana.post(PAGE, {name(east, east): "10", name(east, river): " 25 ", name(river, river): ""}, follow=True)
    assert "Saved: 3 roads changed." in words(page)
    assert known() == {("East", "East"): 10, ("East", "River"): 25}
    assert AuditEvent.objects.get(act="record.changed").details == {"record": "zoneminutes", "rows": 3}
    assert (
        f'name="{name(river, east)}" inputmode="numeric" maxlength="3" aria-label="River to East" placeholder="25"'
        in (page.content.decode())
    )
    assert unknown_targets(page) == set()


def test_page_says_which_roads_are_missing_and_what_counts_until_then(hana, zones):
    studio = make_location(name="Hillside studio")
    text = words(hana.get(PAGE))
    for part in ("Within East", "East and River", "Within River", "In which zone Hillside studio lies", "45 minutes"):
        assert part in text
    roads.save(minutes={(start.pk, end.pk): 10 for start in zones for end in zones})
    studio.zone = zones[0]
    studio.save()
    assert "Not typed in yet" not in words(hana.get(PAGE))


def test_list_of_zones_leads_to_the_roads_that_are_missing(hana, zones):
    assert "3 roads have no minutes yet: type them in." in plain(hana.get("/desk/clinic/travelzone/"))
    roads.save(minutes={(start.pk, end.pk): 10 for start in zones for end in zones})
    assert "no minutes yet" not in plain(hana.get("/desk/clinic/travelzone/"))


@pytest.mark.parametrize("typed", ["-1", "241", "1e400", "ten", "9" * 400, "5\x00", "🦵", "1.5"])
def test_minutes_that_cannot_be_are_refused_with_the_road_named(hana, zones, typed):
    page = hana.post(PAGE, {name(*zones): typed, name(zones[0], zones[0]): "10"})
    assert page.status_code == 422
    assert "East to River: a road takes 0 to 240 minutes" in words(page)
    assert known() == {}


def test_field_of_a_zone_that_is_not_there_is_left_alone(hana, zones):
    hana.post(PAGE, {"road-0-99999": "5", name(*zones): "5"})
    assert known() == {("East", "River"): 5}


@pytest.mark.django_db(transaction=True)
def test_zone_that_is_gone_is_refused_by_the_database(zones):
    with pytest.raises(IntegrityError):
        roads.save(minutes={(zones[0].pk, 99999): 5})
    assert known() == {}


def test_unchanged_table_changes_nothing(hana, zones):
    roads.save(minutes={(zones[0].pk, zones[1].pk): 10})
    assert "Saved: 0 roads changed." in words(hana.post(PAGE, {name(*zones): "10"}, follow=True))
    assert "Saved: 0 roads changed." in words(hana.post(PAGE, {}, follow=True))  # cut short, not emptied
    assert not AuditEvent.objects.filter(act="record.changed").exists()


def test_zones_out_of_use_are_not_asked_about(zones):
    TravelZone.objects.filter(pk=zones[1].pk).update(active=False)
    assert roads.load().missing == [(zones[0], zones[0])]
    make_location(zone=zones[1])
    assert len(roads.load().missing) == 3


@pytest.mark.parametrize(("group", "status"), [("manager", 200), ("desk", 403), ("pt", 403)])
def test_page_is_for_managers(group, status, zones):
    assert staff(group).get(PAGE).status_code == status


def test_page_without_zones_leads_to_the_first(hana):
    assert "There are no zones yet." in words(hana.get(PAGE))


def test_check_counts_the_roads_that_are_missing(zones):
    make_location()
    found = {message.id: message.msg for message in checks.check_clinic(["default"])}
    assert found["stridewell.W018"].startswith("3 roads between travel zones have no minutes, and count 45")
    assert "stridewell.W019" in found
