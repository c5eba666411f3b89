"""What was set up is asked once and kept: never out of date, whoever changes it, and however."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date
from inspect import signature
from threading import Thread
from typing import Any, get_type_hints

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from booking.models import WorkingHours
from clinic import set_up
from clinic.marks import MarksSetUp
from clinic.models import (
    Clinic,
    Closure,
    GivenBy,
    Location,
    Practitioner,
    Room,
    Service,
    ServiceMode,
    SetUpMark,
    TravelZone,
    ZoneMinutes,
)
from clinic.set_up import KEPT, kept, look, look_again, worked_out
from tests.booking.house import make_house
from tests.factories import make_clinic, make_location, make_practitioner, make_room, make_service

SET_UP = [model for model in apps.get_models() if any(isinstance(rule, MarksSetUp) for rule in model._meta.constraints)]


@kept
def places(*, city: str) -> QuerySet[Location]:
    return Location.objects.filter(city=city, active=True)


@kept
def names(*, city: str) -> QuerySet[Location, str]:
    return Location.objects.filter(city=city).values_list("name", flat=True)


@kept
def offers() -> QuerySet[ServiceMode]:
    return ServiceMode.objects.select_related("service")


@kept
def givers(*, offer: int) -> QuerySet[Practitioner]:
    return Practitioner.objects.filter(service_modes=offer)


def seen(city: str = "Anchorage") -> list[str]:
    """What a request sees."""
    with look():
        return names(city=city)


def mark() -> Any:
    return SetUpMark.objects.get().mark


@contextmanager
def asking(*asked: str) -> Iterator[None]:
    """Expect so many questions, each of which names this table."""
    with CaptureQueriesContext(connection) as queries:
        yield
    found = [query["sql"] for query in queries]
    assert len(found) == len(asked), found
    assert all(table in sql for table, sql in zip(asked, found, strict=True)), found


def elsewhere(work: Callable[[], Any]) -> None:
    """Do something by another connection, and commit it."""
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (handed on)
            wrong.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    assert not wrong, wrong


# ------------------------------------------------------------------ each change gives a new mark


def rows_everywhere() -> None:
    house = make_house()
    zone = TravelZone.objects.get()
    ZoneMinutes.objects.create(from_zone=zone, to_zone=zone, minutes=10)
    Closure.objects.create(first_day=date(2026, 12, 25), last_day=date(2026, 12, 25), reason="Closed")
    make_room(house.location)


def test_set_up_is_what_searches_and_bookings_ask_about():
    assert {model.__name__ for model in SET_UP} == {
        "Clinic",
        "Closure",
        "GivenBy",
        "Licence",
        "Location",
        "OpeningHours",
        "Practitioner",
        "Room",
        "Service",
        "ServiceMode",
        "TravelZone",
        "WorkingHours",
        "ZoneMinutes",
        "ZonePostalCode",
    }


@pytest.mark.parametrize("model", SET_UP, ids=lambda model: model.__name__)
def test_every_change_of_the_set_up_gives_it_a_new_mark(db, model):
    rows_everywhere()
    table, column = model._meta.db_table, model._meta.pk.column
    row, other = model.objects.first(), next(one.name for one in model._meta.fields if not one.primary_key)
    with connection.cursor() as cursor, transaction.atomic():
        marks = [mark()]
        for change in (
            row.save,
            lambda: model.objects.update(id=F("id")),
            lambda: model.objects.bulk_update([row], [other]),
            lambda: cursor.execute(f'UPDATE "{table}" SET "{column}" = "{column}"'),
            lambda: cursor.execute(f'DELETE FROM "{table}" WHERE "{column}" = {row.pk}'),
            lambda: row.save(force_insert=True),
            lambda: cursor.execute(f'DELETE FROM "{table}" WHERE "{column}" = {row.pk}'),
            lambda: model.objects.bulk_create([row], ignore_conflicts=True),
        ):
            change()
            marks.append(mark())
        assert len(set(marks)) == len(marks)
        transaction.set_rollback(True)
    assert mark() == marks[0]


@pytest.mark.postgres
def test_truncate_gives_a_new_mark(transactional_db):
    rows_everywhere()
    marks = [mark()]
    with connection.cursor() as cursor:
        for model in SET_UP:
            cursor.execute(f'TRUNCATE "{model._meta.db_table}" CASCADE')
            marks.append(mark())
    assert len(set(marks)) == len(SET_UP) + 1


def test_flush_leaves_a_new_mark(transactional_db):
    make_location(name="Hill", city="Anchorage")
    before = mark()
    assert seen() == ["Hill"]
    call_command("flush", interactive=False, verbosity=0)
    assert seen() == []
    assert mark() != before


def test_migrate_gives_a_new_mark(transactional_db):
    before = mark()
    call_command("migrate", verbosity=0)
    assert mark() != before


# ------------------------------------------------------------------ kept, and never out of date


def test_kept_is_asked_once_for_each_mark_and_each_argument(db):
    make_location(name="Hill", city="Anchorage")
    marks, table = "clinic_setupmark", "clinic_location"
    with asking(marks, table, table, marks), look():  # the last before others may have it
        assert names(city="Anchorage") == names(city="Anchorage") == ["Hill"]
        assert names(city="Nome") == []
    with asking(marks), look():
        assert (names(city="Anchorage"), names(city="Nome")) == (["Hill"], [])
    with asking(), look():
        pass
    make_location(name="Coast", city="Nome")
    with asking(marks, table, marks):
        assert seen("Nome") == ["Coast"]


def test_without_a_look_all_is_asked(db):
    make_location(name="Hill", city="Anchorage")
    assert seen() == ["Hill"]
    for _ in range(2):
        with asking("clinic_location"):
            assert names(city="Anchorage") == ["Hill"]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Location.objects.update(name="New"),
        lambda: Location.objects.filter(name="Hill").delete(),
        lambda: Location.objects.bulk_update([Location(pk=Location.objects.get().pk, name="New")], ["name"]),
        lambda: connection.cursor().execute("UPDATE clinic_location SET name = 'New'"),
        lambda: connection.cursor().execute("UPDATE clinic_location SET city = 'Nome'"),
        lambda: make_location(name="New", city="Anchorage", open_hours=False),
    ],
    ids=["update", "delete", "bulk_update", "by hand", "out of it", "one more"],
)
def test_a_change_is_seen_by_the_next_look(db, change):
    make_location(name="Hill", city="Anchorage", open_hours=False)
    assert seen() == ["Hill"]
    change()
    assert seen() == list(Location.objects.filter(city="Anchorage").values_list("name", flat=True)) != ["Hill"]


def test_who_gives_a_service_is_seen_by_the_next_look(db):
    dana = make_practitioner(given_name="Dana")
    offer = make_service().modes.get()

    def found() -> list[Practitioner]:
        with look():
            return givers(offer=offer.pk)

    assert found() == []
    offer.practitioners.add(dana)
    assert found() == [dana]
    offer.practitioners.add(dana)
    assert found() == [dana]
    offer.practitioners.remove(dana)
    assert found() == []
    offer.practitioners.set([dana])
    assert found() == [dana]
    GivenBy.objects.all().delete()
    assert found() == []


def test_what_was_taken_back_is_never_seen(db):
    make_location(name="Hill", city="Anchorage")
    assert seen() == ["Hill"]
    for name in ("Vale", "Coast"):
        with transaction.atomic():
            Location.objects.update(name=name)
            assert seen() == [name]
            transaction.set_rollback(True)
        assert seen() == ["Hill"]
    with transaction.atomic():
        savepoint = transaction.savepoint()
        Location.objects.update(name="Vale")
        assert seen() == ["Vale"]
        transaction.savepoint_rollback(savepoint)
        assert seen() == ["Hill"]
        Location.objects.update(name="Coast")
        assert seen() == ["Coast"]
    assert seen() == ["Coast"]


def test_a_change_by_another_connection_is_seen(transactional_db):
    make_location(name="Hill", city="Anchorage")
    assert seen() == ["Hill"]
    elsewhere(lambda: Location.objects.update(name="Coast"))
    assert seen() == ["Coast"]


def test_what_another_has_not_committed_is_seen_by_nobody_else(transactional_db):
    make_location(name="Hill", city="Anchorage")
    found: list[str] = []
    with transaction.atomic():
        Location.objects.update(name="Coast")
        assert seen() == ["Coast"]  # and kept, under a mark that only this transaction has
        elsewhere(lambda: found.extend(seen()))
        transaction.set_rollback(True)
    assert found == seen() == ["Hill"]


def test_a_change_between_the_mark_and_the_rows_is_kept_under_neither(transactional_db):
    make_location(name="Hill", city="Anchorage")
    with look():
        assert offers() == []  # the mark is read
        elsewhere(lambda: Location.objects.update(name="Coast"))
        assert names(city="Anchorage") == ["Coast"]  # newer than its mark, never older
        assert names(city="Anchorage") == ["Coast"]
        elsewhere(lambda: Location.objects.update(name="Vale"))
    assert seen() == ["Vale"]
    with asking("clinic_setupmark"):
        assert seen() == ["Vale"]


def test_two_looks_at_once_go_each_by_its_own_mark(transactional_db):
    make_location(name="Hill", city="Anchorage")
    found: list[str] = []
    with look():
        assert names(city="Anchorage") == ["Hill"]
        elsewhere(lambda: Location.objects.update(name="Coast"))
        elsewhere(lambda: found.extend(seen()))
        assert names(city="Anchorage") == ["Hill"]
    assert found == seen() == ["Coast"]


def test_look_again_goes_by_the_mark_of_now(transactional_db):
    make_location(name="Hill", city="Anchorage")
    with look():
        assert names(city="Anchorage") == ["Hill"]
        elsewhere(lambda: Location.objects.update(name="Coast"))
        assert names(city="Anchorage") == ["Hill"]
        look_again(set_up._read())
        assert names(city="Anchorage") == ["Coast"]
    assert seen() == ["Coast"]


def test_a_request_looks_again_after_its_act(transactional_db):
    make_location(name="Hill", city="Anchorage")
    with look():
        assert names(city="Anchorage") == ["Hill"]
        with look():
            assert names(city="Anchorage") == ["Hill"]
            elsewhere(lambda: Location.objects.update(name="Coast"))
        assert names(city="Anchorage") == ["Coast"]
    assert seen() == ["Coast"]


def test_look_again_keeps_what_was_learnt_while_nothing_changes(db):
    with look():
        names(city="Anchorage")
        look_again(set_up._read())
        with asking():
            names(city="Anchorage")


def test_look_begins_with_a_mark_that_was_read_already(db):
    make_location(name="Hill", city="Anchorage")
    assert seen() == ["Hill"]
    with connection.cursor() as cursor:
        cursor.execute(set_up.READ_MARK)
        (read,) = cursor.fetchone()
    with asking(), look(read):
        assert names(city="Anchorage") == ["Hill"]


def test_what_ended_in_an_error_is_not_kept(db):
    make_location(name="Hill", city="Anchorage")
    with pytest.raises(ZeroDivisionError), look():
        assert len(names(city="Anchorage")) / 0
    with asking("clinic_setupmark", "clinic_location", "clinic_setupmark"):
        assert seen() == ["Hill"]


def test_without_the_row_of_the_mark_all_is_asked(db):
    make_location(name="Hill", city="Anchorage")
    SetUpMark.objects.all().delete()
    for _ in range(2):
        with asking("clinic_setupmark", "clinic_location"):
            assert seen() == ["Hill"]
    Location.objects.update(name="Coast")
    assert SetUpMark.objects.count() == 1
    assert seen() == ["Coast"]


def test_what_is_kept_has_a_bound(db, monkeypatch):
    monkeypatch.setattr(set_up, "MOST_KEPT", 3)
    make_location(name="Hill", city="Anchorage")
    for city in "abcdefgh":
        assert seen(city) == []
        assert len(set_up._newest.found) <= 3
    assert seen() == ["Hill"]


# ------------------------------------------------------------------ nobody changes another's


def test_rows_are_handed_out_as_copies_with_what_came_with_them(db):
    make_clinic(languages=["en"])
    make_service()
    for _ in range(3):
        with look():
            (offer,), clinic = offers(), Clinic.get()
            assert offer.service.name != "Mine"
            assert (clinic.languages, offer.duration_minutes, offer._state.adding) == (["en"], 60, False)
            offer.service.name, offer.duration_minutes = "Mine", 5
            clinic.languages.append("es")
            offer.extra = clinic.extra = 1
            assert not hasattr(offers()[0], "extra")
    assert offers()[0].service == Service.objects.get()


def test_a_copy_is_saved_as_the_row_it_is(db):
    make_clinic(name="Sidehill")
    with look():
        clinic = Clinic.get()
    clinic.name = "Hillside"
    clinic.save()
    assert Clinic.objects.get().name == "Hillside"


def test_lists_and_dictionaries_are_refused(db):
    make_clinic()

    @kept
    def languages() -> QuerySet[Clinic, Any]:
        return Clinic.objects.values_list("languages")

    KEPT.remove(languages)
    with look(), pytest.raises(TypeError):
        languages()


# ------------------------------------------------------------------ only the set-up

STAND_IN = {int: 1, str: "x", date: date(2026, 12, 1), Collection[int]: [1], Collection[str]: ["AK"], list[str]: ["AK"]}


def asked_about(query: Any) -> dict[str, Any]:
    """Arguments of their kind."""
    kinds = get_type_hints(query.__wrapped__)
    return {name: STAND_IN.get(kinds[name], [1]) for name in signature(query).parameters}


@pytest.mark.parametrize("query", KEPT, ids=lambda query: f"{query.__module__}.{query.__name__}")
def test_kept_queries_read_nothing_but_the_set_up(db, query):
    query(**asked_about(query))


def test_kept_queries_of_the_house_are_among_those_asked():
    assert {query.__module__ for query in KEPT} >= {"booking.calendars", "booking.rota", "booking.choices"}


@pytest.mark.parametrize(
    "rows",
    [
        lambda: WorkingHours.objects.filter(practitioner__time_off__reason="x"),
        lambda: Practitioner.objects.select_related("user"),
        lambda: Room.objects.filter(pk__in=apps.get_model("booking.Block").objects.values("room")),
        lambda: Practitioner.objects.filter(blocks__isnull=False),
    ],
    ids=["filter", "select_related", "subquery", "join"],
)
def test_a_query_that_reads_another_table_cannot_be_kept(db, rows):
    query = kept(rows)
    KEPT.remove(query)
    with pytest.raises(ImproperlyConfigured, match="does not declare MarksSetUp"):
        query()


def test_what_is_worked_out_is_kept_and_may_ask_for_nothing_else(db):
    make_location(name="Hill", city="Anchorage")

    @worked_out
    def count(*, city: str) -> int:
        return len(names(city=city))

    @worked_out
    def patients(*, city: str) -> int:
        return int(apps.get_model("clinic.Patient").objects.filter(city=city).count())

    with look():
        assert count(city="Anchorage") == 1
    with asking("clinic_setupmark"), look():
        assert count(city="Anchorage") == 1
    make_location(name="Coast", city="Anchorage")
    with look():
        assert count(city="Anchorage") == 2
        with pytest.raises(ImproperlyConfigured):
            patients(city="Anchorage")


def test_no_test_changes_the_set_up_within_a_look(db):
    make_location(name="Hill", city="Anchorage")
    for change in (
        lambda: Location.objects.update(name="Coast"),
        lambda: Location.objects.all().delete(),
        make_location,
        lambda: make_service().modes.get().practitioners.add(make_practitioner()),
    ):
        with pytest.raises(AssertionError, match="within a look"), transaction.atomic(), look():
            change()
