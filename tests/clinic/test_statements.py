"""Statements through one cursor of the connection are answered as through a cursor of their own."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from clinic.models import Location
from clinic.statements import send
from tests.factories import make_location

pytestmark = pytest.mark.django_db


def cursor() -> object:
    """What the statement before was sent through."""
    return connections["default"].__dict__["_cursor_for_statements"].cursor


def test_all_rows_come_back():
    assert send("SELECT 1, 'one' UNION ALL SELECT %s, %s ORDER BY 1", [2, "two"]) == [(1, "one"), (2, "two")]


def test_no_rows_come_back_of_a_statement_that_gives_none():
    place = make_location(name="Midtown")
    rename = "UPDATE clinic_location SET name = %s WHERE id = %s"
    assert send(rename, ["Hillside", place.pk], gives_rows=False) == []
    place.refresh_from_db()
    assert place.name == "Hillside"


def test_what_came_back_is_not_changed_by_the_next_statement():
    first = send("SELECT 1")
    assert (first, send("SELECT 2")) == ([(1,)], [(2,)])


def test_one_cursor_serves_many_statements():
    send("SELECT 1")
    before = cursor()
    send("SELECT 2")
    assert cursor() is before


def test_statements_are_counted(django_assert_num_queries):
    with django_assert_num_queries(2) as queries:
        send("SELECT 1")
        send("SELECT 2")
    assert [one["sql"] for one in queries] == ["SELECT 1", "SELECT 2"]


def test_wrong_statement_is_an_error_of_django_and_the_next_is_answered():
    with pytest.raises(DatabaseError), transaction.atomic():
        send("SELECT nothing FROM nowhere")
    assert send("SELECT 1") == [(1,)]


def test_refused_row_is_an_error_of_django_and_the_next_statement_is_answered():
    place = make_location()
    with pytest.raises(IntegrityError), transaction.atomic():
        send("UPDATE clinic_location SET name = NULL WHERE id = %s", [place.pk])
    assert send("SELECT count(*) FROM clinic_location") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_connection_that_was_opened_anew_has_another_cursor():
    send("SELECT 1")
    before = cursor()
    connection.close()
    assert send("SELECT 1") == [(1,)]
    assert cursor() is not before


@pytest.mark.django_db(transaction=True)
def test_each_thread_has_a_cursor_of_its_own():
    send("SELECT 1")
    others = []

    def other() -> None:
        try:
            send("SELECT 1")
            others.append(cursor())
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    (theirs,) = others
    assert theirs is not cursor()


def test_other_queries_may_run_between_the_rows_of_theirs():
    make_location(name="Hillside"), make_location(name="Midtown")
    for place in Location.objects.order_by("name").iterator(chunk_size=1):
        assert send("SELECT name FROM clinic_location WHERE id = %s", [place.pk]) == [(place.name,)]
