"""Rows that are inserted by a text put together once are the rows that Django would have saved."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection, models, transaction
from django.db.models.base import ModelState
from django.db.models.signals import post_save
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking.models import Appointment, AppointmentEvent, Block
from clinic import audit
from clinic.crypto import EncryptedField, decrypt
from clinic.insert_texts import text_for
from clinic.inserting import insert, insert_all, together
from clinic.models import AuditEvent, Consent, Location, Message
from tests.bench.left import as_saved, copies, left_by_booking
from tests.booking.house import House, local, make_house
from tests.factories import NOW, make_message, make_patient, make_user

pytestmark = pytest.mark.django_db
KINDS = {Block, Appointment, AppointmentEvent, Consent, Message, AuditEvent}


@pytest.fixture
def house() -> House:
    return make_house()


def rows_of_a_booking(house: House) -> list[models.Model]:
    """Rows like those that a booking leaves, for another day, with each column that it may fill filled."""
    jo, patient = make_user(), make_patient(no_contact="")
    consents = {"privacy": "2026-11-22", "policy": "2026-11-22/é % s"}
    visit = house.book("09:00", patient=patient, consents=consents, now=NOW)
    rows = copies(left_by_booking(visit.pk))
    for row in rows:
        if isinstance(row, Block):
            as_saved(row, local("13:00"), house.jun.pk, house.rooms[1].pk)
            row.overlap, row.overlap_reason = True, "they are one family: 100 %s"
        if isinstance(row, Appointment):
            row.access_notes, row.time_zone = "Gate 12 %s", "America/Anchorage"
        if isinstance(row, AppointmentEvent):
            row.by, row.by_label, row.why, row.details = jo, "staff", "asked for it", {"was": [1, None], "é": "ö"}
        if isinstance(row, AuditEvent):
            row.actor, row.ip, row.request_id, row.details = jo, "2001:db8::1", uuid.uuid4().hex, {"n": 1.5}
        if isinstance(row, Message):
            row.context, row.claim, row.sent_at = {"when": "9:00", "n": [1, 2]}, uuid.uuid4(), NOW
    return rows


def as_new(rows: list[models.Model]) -> Iterator[models.Model]:
    """The rows, not saved yet; each when those that it points to are."""
    targets = [{one.name: getattr(row, one.name) for one in row._meta.fields if one.is_relation} for row in rows]
    for row in rows:
        row.pk, row._state = None, ModelState()
    for row, pointed_to in zip(rows, targets, strict=True):
        for name, target in pointed_to.items():
            setattr(row, name, target)
        yield row


def as_stored(row: models.Model) -> dict[str, Any]:
    """The columns of a row as the database has them; keys as whether they are those that the row knows."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        (values,) = cursor.fetchall()
        names = [column[0] for column in cursor.description]
    return {name: _value(row, name, value) for name, value in zip(names, values, strict=True)}


def _value(row: models.Model, name: str, value: Any) -> Any:
    try:
        field = row._meta.get_field(name)
    except FieldDoesNotExist:
        field = row._meta.get_field(name.removesuffix("_id"))
    if field.primary_key or field.is_relation:
        return value == getattr(row, field.attname)
    return decrypt(value) if isinstance(field, EncryptedField) else value


def as_save_writes(rows: list[models.Model]) -> list[dict[str, Any]]:
    """What Django itself stores of new rows; it is taken back."""
    with transaction.atomic():
        for row in rows:
            row.save(force_insert=True)
        saved = [as_stored(row) for row in rows]
        transaction.set_rollback(True)
    return saved


def test_inserted_rows_are_those_that_save_writes(house, monkeypatch):
    rows = rows_of_a_booking(house)
    assert {type(row) for row in rows} == KINDS
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    saved = as_save_writes(rows)
    for row in as_new(rows):
        assert insert(row) is row
    assert [as_stored(row) for row in rows] == saved
    for row in rows:
        assert (row._state.adding, row._state.db) == (False, "default")
        assert type(row)._default_manager.get(pk=row.pk) == row
        assert all(
            getattr(type(row)._default_manager.get(pk=row.pk), field.attname) == getattr(row, field.attname)
            for field in row._meta.concrete_fields
        )


@pytest.mark.parametrize("count", [1, 2, 3])
def test_rows_inserted_together_are_those_that_save_writes(count, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    patient = make_patient()
    values = {"to": patient.email, "planned_at": NOW, "subject_uid": uuid.uuid4(), "context": {"é": None}}
    values |= {"patient": patient, "channel": "email"}
    rows = [Message(kind=f"kind{n}", sequence=n, not_after=NOW if n else None, **values) for n in range(count)]
    assert insert_all(rows) is rows
    assert len({row.pk for row in rows}) == count
    inserted = [as_stored(row) for row in rows]
    Message.objects.all().delete()
    for row in as_new(rows):
        row.save(force_insert=True)
    assert [as_stored(row) for row in rows] == inserted


def insert_together(*rows: models.Model) -> None:
    with together():
        for row in rows:
            insert(row)


def test_rows_that_wait_for_each_other_are_those_that_save_writes(house, monkeypatch):
    rows = rows_of_a_booking(house)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    saved = as_save_writes(rows)
    new = list(as_new(rows))
    with CaptureQueriesContext(connection) as queries:
        insert_together(*new)
    assert [as_stored(row) for row in rows] == saved
    assert [(row._state.adding, row._state.db) for row in rows] == [(False, "default")] * len(rows)
    assert len({(type(row), row.pk) for row in rows}) == len(rows)
    assert all(type(row)._default_manager.get(pk=row.pk) == row for row in rows)
    visit = next(row for row in rows if isinstance(row, Appointment))
    assert visit.block_id == visit.block.pk == next(row.pk for row in rows if isinstance(row, Block))
    assert len(queries) == len(rows) if connection.vendor == "sqlite" else len(queries) < len(rows) // 2


def test_rows_that_wait_know_their_keys_also_of_several_at_once():
    patient, about = make_patient(), {"planned_at": NOW, "channel": "email"}
    rows = [Message(kind=f"kind{n}", subject_uid=uuid.uuid4(), to=f"{n}@example.org", **about) for n in range(7)]
    event = AuditEvent(at=NOW, act="a")
    with together():
        insert_all(rows[:3])
        insert(event)
        insert_all([Consent(kind="privacy", subject_uid=patient.uid, given_at=NOW)], ignore_conflicts=True)
        insert_all(rows[3:])
    assert [Message.objects.get(pk=row.pk).to for row in rows] == [row.to for row in rows]
    assert AuditEvent.objects.get(pk=event.pk).act == "a"
    assert Consent.objects.count() == 1
    assert rows[3:] == sorted(rows[3:], key=lambda row: row.pk)


def test_rows_wait_until_the_end(django_assert_num_queries):
    event = AuditEvent(at=NOW, act="a")
    with together():
        with django_assert_num_queries(0):
            assert insert(event) is event
        assert event.pk is None
        assert not AuditEvent.objects.exists()
    assert AuditEvent.objects.get() == event


def test_rows_of_an_inner_block_wait_for_the_end_of_the_outer(house):
    block, visit = [row for row in as_new(rows_of_a_booking(house)) if isinstance(row, (Block, Appointment))]
    with together():
        insert(block)
        insert_together(visit)
        assert visit.pk is None
    assert Appointment.objects.get(pk=visit.pk).block_id == block.pk


def test_row_that_waits_may_point_to_one_that_was_saved_meanwhile(house):
    block, visit = [row for row in as_new(rows_of_a_booking(house)) if isinstance(row, (Block, Appointment))]
    place = Location(name="Hill", slug="hill", time_zone=house.location.time_zone)
    block.location = visit.location = place
    with together():
        insert(block)
        insert(visit)
        place.save()
    assert Appointment.objects.get(pk=visit.pk).location_id == place.pk
    assert Block.objects.get(pk=block.pk).location_id == place.pk


def test_rows_that_wait_may_point_to_one_of_several():
    """No booking does so; on both databases it is as if each were written by itself."""
    patients = [make_patient(), make_patient()]
    messages = [
        Message(kind=f"kind{n}", subject_uid=uuid.uuid4(), channel="email", to="a@example.org", planned_at=NOW)
        for n in range(2)
    ]
    again = Message(kind="kind1", again=1, subject_uid=messages[1].subject_uid, channel="email", planned_at=NOW)
    again.to, again.again_of, again.patient = "b@example.org", messages[1], patients[0]
    with together():
        insert_all(messages)
        insert(again)
    assert Message.objects.get(pk=again.pk).again_of_id == messages[1].pk


@pytest.mark.parametrize("other", [insert, AuditEvent.save], ids=["insert", "save"])
def test_row_that_waits_is_written_once(other):
    event = AuditEvent(at=NOW, act="a")

    def write() -> None:
        with transaction.atomic(), together():
            insert(event)
            insert(AuditEvent(at=NOW, act="b"))
            other(event)

    with pytest.raises(ValueError, match="each once"):
        write()
    assert not AuditEvent.objects.exists()


def test_rows_that_learn_no_keys_may_wait_alone():
    kinds = [("privacy", uuid.uuid4()), ("policy", uuid.uuid4())]
    with together():
        for kind, subject in kinds:
            insert_all([Consent(kind=kind, subject_uid=subject, given_at=NOW)], ignore_conflicts=True)
    assert sorted(Consent.objects.values_list("kind", "subject_uid")) == sorted(kinds)


def test_nothing_that_waits_is_written_if_the_block_raises():
    def write() -> None:
        with together():
            insert(AuditEvent(at=NOW, act="a"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    insert(AuditEvent(at=NOW, act="b"))
    assert [event.act for event in AuditEvent.objects.all()] == ["b"]


def test_row_that_waits_may_not_point_to_one_that_is_written_nowhere(house):
    rows = list(as_new(rows_of_a_booking(house)))
    visit, event = (next(row for row in rows if isinstance(row, kind)) for kind in (Appointment, AppointmentEvent))
    with transaction.atomic():
        with pytest.raises(ValueError, match="unsaved related object 'appointment'"):
            insert_together(AuditEvent(at=NOW, act="before"), event)
        transaction.set_rollback(True)
    assert visit.pk is None


def test_refused_row_that_waited_ends_the_transaction_as_with_save():
    message = make_message()
    twin = Message(**{name: getattr(message, name) for name in ("subject_uid", "kind", "channel", "to", "planned_at")})
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert_together(AuditEvent(at=NOW, act="a"), twin)
        with pytest.raises(TransactionManagementError):
            Message.objects.exists()
    assert not AuditEvent.objects.exists()
    assert twin.pk is None


def test_row_for_which_somebody_listens_is_written_after_what_waits(house):
    told = []

    def listen(sender, instance, **more):
        told.append(AuditEvent.objects.filter(act="before").exists())

    post_save.connect(listen, sender=Message)
    try:
        with together():
            insert(AuditEvent(at=NOW, act="before"))
            insert(Message(kind="k", subject_uid=uuid.uuid4(), channel="email", to="a@example.org", planned_at=NOW))
    finally:
        post_save.disconnect(listen, sender=Message)
    assert told == [True]


def test_row_that_is_there_stays_as_it_is_where_conflicts_are_ignored():
    about = {"subject_uid": uuid.uuid4(), "text_version": "1", "given_at": NOW}
    insert(Consent(kind="privacy", language="en", **about))
    rows = [Consent(kind=kind, language="de", **about) for kind in ("privacy", "policy")]
    insert_all(rows, ignore_conflicts=True)
    assert dict(Consent.objects.values_list("kind", "language")) == {"privacy": "en", "policy": "de"}


def test_nothing_is_inserted_of_no_rows(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert_all([]) == []


def test_row_is_one_statement(django_assert_num_queries):
    insert(AuditEvent(at=NOW, act="a"))
    with CaptureQueriesContext(connection) as queries:
        insert(AuditEvent(at=NOW, act="b"))
    assert len(queries) == 1
    assert queries[0]["sql"].startswith('INSERT INTO "clinic_auditevent"')


def test_row_that_is_written_is_not_inserted_again():
    event = audit.record(act="a.look", subject_uid=None, now=NOW)
    with pytest.raises(ValueError, match="new rows"):
        insert(event)
    with pytest.raises(ValueError, match="of one model"):
        insert_all([AuditEvent(at=NOW, act="a"), Consent()])


def test_row_must_be_saved_before_others_point_to_it(house):
    rows = rows_of_a_booking(house)
    block, visit = rows[0], rows[1]
    with pytest.raises(ValueError, match="unsaved related object 'block'"):
        insert(visit)
    insert(block)
    assert insert(visit).block_id == block.pk


def test_refused_row_ends_the_transaction_as_with_save():
    message = make_message()
    twin = Message(**{name: getattr(message, name) for name in ("subject_uid", "kind", "channel", "to", "planned_at")})
    for write in (insert, lambda row: row.save(force_insert=True)):
        with transaction.atomic():
            with pytest.raises(IntegrityError):
                write(twin)
            with pytest.raises(TransactionManagementError):
                Message.objects.exists()
    assert Message.objects.count() == 1
    assert twin.pk is None


def test_who_listens_is_told_as_with_save():
    told = []

    def listen(sender, instance, created, **more):
        told.append((instance.act, created))

    insert(AuditEvent(at=NOW, act="before"))
    post_save.connect(listen, sender=AuditEvent)
    try:
        insert(AuditEvent(at=NOW, act="a"))
    finally:
        post_save.disconnect(listen, sender=AuditEvent)
    insert(AuditEvent(at=NOW, act="after"))
    assert told == [("a", True)]


# One of each type that a column of these tables may be given, empty ones too.
VALUES = [None, "", "é", True, 7, 2.5, uuid.uuid4(), NOW, NOW.replace(tzinfo=None), NOW.date(), {"a": [1]}, ["a"]]


@pytest.mark.parametrize("model", sorted(KINDS, key=str), ids=lambda model: model.__name__)
def test_values_that_are_taken_as_they_are_are_those_that_the_field_leaves_so(model):
    text = text_for(model, "default", 1, False)
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    for field, column in zip(fields, text.columns, strict=True):
        for value in VALUES:
            if type(value) in column.as_is and not (isinstance(value, datetime) and value.tzinfo is None):
                prepared = field.get_db_prep_save(value, connection)
                assert (type(prepared), prepared) == (type(value), value), field


def test_time_without_a_zone_is_refused_as_with_save():
    event = AuditEvent(act="visit.booked", subject_uid=uuid.uuid4(), at=NOW.replace(tzinfo=None))
    with pytest.raises(RuntimeWarning, match="naive datetime"):
        insert(event)
