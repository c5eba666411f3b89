import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django import forms
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, migrations, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import F, Q

from clinic.constraints import AppendOnly, NoOverlap, violates
from clinic.marks import MarksSetUp
from clinic.models import Call, SetUpMark

DAY = datetime(2026, 3, 2, tzinfo=UTC)
LONGEST = timedelta(hours=2)
MINUTE = timedelta(minutes=1)
MICRO = timedelta(microseconds=1)
registry = Apps()  # these tables exist in these tests only


def no_overlap(name: str, **changed) -> NoOverlap:
    return NoOverlap(
        **{
            "name": name,
            "key": "person",
            "start": "starts_at",
            "end": "ends_at",
            "longest": LONGEST,
            "condition": Q(state__in=["held", "booked"], overlap=False),
            "violation_error_message": "That time has just gone.",
            "violation_error_code": "slot_taken",
            **changed,
        }
    )


class Row(models.Model):
    person = models.IntegerField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="booked")
    overlap = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True


class Slot(Row):
    class Meta:
        app_label, apps = "rules", registry
        indexes = [models.Index(fields=["person", "starts_at"], name="slot_by_person")]
        constraints = [
            no_overlap("slot_person_free"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_end_after_start"),
            models.CheckConstraint(condition=Q(ends_at__lte=F("starts_at") + LONGEST), name="slot_not_too_long"),
        ]


class Unguarded(Row):
    class Meta:
        app_label, apps = "rules", registry


class Entry(models.Model):
    text = models.TextField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        app_label, apps = "rules", registry
        constraints = [AppendOnly(name="entry_append_only")]


@pytest.fixture
def tables(transactional_db) -> Iterator[None]:
    """Make the tables for one test, outside a transaction: SQLite changes tables only there."""
    made = [Slot, Unguarded, Entry]
    with connection.schema_editor() as editor:
        for model in made:
            editor.create_model(model)
    yield
    with connection.schema_editor() as editor:
        for model in made:
            editor.delete_model(model)


def slot_values(start: float = 0, end: float = 60, **changed) -> dict[str, Any]:
    """Give the values of a slot from minute to minute."""
    times = {"starts_at": DAY + start * MINUTE, "ends_at": DAY + end * MINUTE}
    return {"person": 1, **times, **changed}


def make_slot(start: float = 0, end: float = 60, **changed) -> Any:
    return Slot.objects.create(**slot_values(start, end, **changed))


@contextmanager
def refused(name: str) -> Iterator[None]:
    """Expect the database to refuse what happens inside because of the named constraint."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert violates(caught.value, name)


# ------------------------------------------------------------------ what may not be


@pytest.mark.parametrize(
    ("start", "end"), [(0, 60), (10, 50), (-10, 70), (-10, 1), (59, 90), (0, 1), (59, 60), (-30, 60), (0, 90)]
)
def test_no_overlap_refuses_shared_time(tables, start, end):
    make_slot(0, 60)
    with refused("slot_person_free"):
        make_slot(start, end)
    assert Slot.objects.count() == 1


@pytest.mark.parametrize(("start", "end"), [(-30, 0), (60, 90)])
def test_no_overlap_lets_spans_stand_back_to_back(tables, start, end):
    make_slot(0, 60)
    make_slot(start, end)
    assert Slot.objects.count() == 2


def test_no_overlap_is_per_key(tables):
    make_slot(person=1)
    make_slot(person=2)
    assert Slot.objects.count() == 2


@pytest.mark.parametrize("missing", ["person", "starts_at", "ends_at"])
def test_no_overlap_lets_rows_with_null_pass(tables, missing):
    for _ in range(2):
        Slot.objects.create(**{**slot_values(), missing: None})
    make_slot()
    assert Slot.objects.count() == 3


@pytest.mark.parametrize("other", [{"state": "cancelled"}, {"overlap": True}])
def test_no_overlap_looks_only_at_rows_that_meet_the_condition(tables, other):
    make_slot()
    make_slot(**other)
    make_slot(100, 120, **other)
    make_slot(100, 120)
    assert Slot.objects.count() == 4


def test_no_overlap_cancel_frees_the_time(tables):
    gone = make_slot()
    gone.state = "cancelled"
    gone.save()
    make_slot()
    assert Slot.objects.filter(state="booked").count() == 1


@pytest.mark.parametrize("revival", [{"state": "held"}, {"state": "booked"}])
def test_no_overlap_refuses_to_revive_into_taken_time(tables, revival):
    gone = make_slot(state="cancelled")
    make_slot()
    with refused("slot_person_free"):
        Slot.objects.filter(pk=gone.pk).update(**revival)


@pytest.mark.parametrize(
    ("row", "change"),
    [
        (slot_values(80, 100), {"starts_at": DAY + 70 * MINUTE}),
        (slot_values(10, 20, person=2), {"person": 1}),
        (slot_values(10, 20, overlap=True), {"overlap": False}),
    ],
    ids=["moved", "given to another", "no longer flagged"],
)
def test_no_overlap_refuses_an_update_into_taken_time(tables, row, change):
    make_slot(0, 80)
    made = Slot.objects.create(**row)
    with refused("slot_person_free"):
        Slot.objects.filter(pk=made.pk).update(**change)


def test_no_overlap_lets_a_row_be_saved_again_and_moved_within_its_own_time(tables):
    row = make_slot(0, 60)
    row.save()
    row.starts_at += 30 * MINUTE
    row.save()
    assert Slot.objects.get().starts_at == DAY + 30 * MINUTE


def test_no_overlap_holds_past_the_acts(tables):
    make_slot()
    table, values = connection.ops.quote_name(Slot._meta.db_table), slot_values(30, 90)
    columns = "person, starts_at, ends_at, state, overlap"
    with refused("slot_person_free"), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s, %s)",
            [
                1,
                connection.ops.adapt_datetimefield_value(values["starts_at"]),
                connection.ops.adapt_datetimefield_value(values["ends_at"]),
                "booked",
                False,
            ],
        )


def test_no_overlap_holds_within_one_bulk_insert(tables):
    with refused("slot_person_free"):
        Slot.objects.bulk_create([Slot(**slot_values(0, 60)), Slot(**slot_values(59, 90))])
    assert Slot.objects.count() == 0


def test_no_overlap_holds_when_conflicts_are_to_be_ignored(tables):
    make_slot()
    # SQLite refuses aloud, PostgreSQL leaves the row out.
    aloud = refused("slot_person_free") if connection.vendor == "sqlite" else nullcontext()
    with aloud:
        Slot.objects.bulk_create([Slot(**slot_values(30, 90))], ignore_conflicts=True)
    assert Slot.objects.count() == 1


def test_no_overlap_refuses_an_upsert_into_taken_time(tables):
    make_slot(0, 60)
    row = make_slot(60, 90)
    with refused("slot_person_free"):
        Slot.objects.bulk_create(
            [Slot(pk=row.pk, **slot_values(59, 90))],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["starts_at"],
        )


# ------------------------------------------------------------------ fractions of a second
# On SQLite datetimes are text, with a fraction only if there is one.


@pytest.mark.parametrize("fraction", [MICRO, 500_000 * MICRO, 999_999 * MICRO], ids=["1", "500000", "999999"])
def test_no_overlap_sees_a_fraction_of_a_second(tables, fraction):
    make_slot(0, 60)
    with refused("slot_person_free"):
        Slot.objects.create(person=1, starts_at=DAY + 60 * MINUTE - fraction, ends_at=DAY + 90 * MINUTE)
    with refused("slot_person_free"):
        Slot.objects.create(person=1, starts_at=DAY - 30 * MINUTE, ends_at=DAY + fraction)


@pytest.mark.parametrize("fraction", [MICRO, 500_000 * MICRO, 999_999 * MICRO], ids=["1", "500000", "999999"])
def test_no_overlap_lets_spans_meet_at_a_fraction_of_a_second(tables, fraction):
    meet = DAY + 60 * MINUTE + fraction
    Slot.objects.create(person=1, starts_at=DAY, ends_at=meet)
    Slot.objects.create(person=1, starts_at=meet, ends_at=DAY + 90 * MINUTE)
    with refused("slot_person_free"):
        Slot.objects.create(person=1, starts_at=meet - MICRO, ends_at=meet)
    assert Slot.objects.count() == 2


@pytest.mark.parametrize("fraction", [0 * MICRO, MICRO, 999_499 * MICRO, 999_500 * MICRO, 999_999 * MICRO])
def test_no_overlap_looks_back_far_enough_for_the_longest_span(tables, fraction):
    start = DAY + fraction
    Slot.objects.create(person=1, starts_at=start, ends_at=start + LONGEST)
    with refused("slot_person_free"):
        Slot.objects.create(person=1, starts_at=start + LONGEST - MICRO, ends_at=start + LONGEST + MINUTE)


def test_no_overlap_works_where_the_month_and_the_year_turn(tables):
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    Slot.objects.create(person=1, starts_at=eve, ends_at=eve + timedelta(hours=1))
    with refused("slot_person_free"):
        Slot.objects.create(person=1, starts_at=datetime(2027, 1, 1, tzinfo=UTC), ends_at=eve + timedelta(hours=2))


def test_no_overlap_agrees_with_comparing_spans(tables):
    chance = random.Random(20260302)
    kept: list[tuple[int, datetime, datetime]] = []
    for _ in range(250):
        person = chance.randint(1, 2)
        start = DAY + chance.randint(0, 1200) * MINUTE + chance.choice([0, 0, 1, 500_000, 999_999]) * MICRO
        end = start + chance.randint(1, 120) * MINUTE - chance.choice([0, 0, 1, 500_000]) * MICRO
        free = all(end <= other_start or other_end <= start for p, other_start, other_end in kept if p == person)
        with nullcontext() if free else refused("slot_person_free"):
            Slot.objects.create(person=person, starts_at=start, ends_at=end)
        if free:
            kept.append((person, start, end))
    assert len(kept) > 20


# ------------------------------------------------------------------ telling which fired


def test_violates_tells_a_check_from_an_overlap(tables):
    with refused("slot_end_after_start"):
        make_slot(60, 0)
    with refused("slot_not_too_long"):
        make_slot(0, 121)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make_slot(60, 0)
    assert not violates(caught.value, "slot_person_free")
    assert not violates(caught.value, "slot_end")


def test_violates_knows_a_unique_constraint_by_name(db):
    values = {"reason": "request", "subject_uid": uuid4(), "due_at": DAY, "created_at": DAY, "name": "Alice"}
    Call.objects.create(**values)
    with refused("call_open_once"):
        Call.objects.create(**values)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Call.objects.create(**values)
    assert not violates(caught.value, "message_once")


# ------------------------------------------------------------------ forms and the admin


def test_no_overlap_validate_tells_a_person(tables):
    make_slot()
    with pytest.raises(ValidationError) as caught:
        Slot(**slot_values(30, 90)).full_clean()
    assert caught.value.message_dict == {"__all__": ["That time has just gone."]}
    assert caught.value.error_dict["__all__"][0].code == "slot_taken"


@pytest.mark.parametrize(
    "values",
    [
        slot_values(60, 90),
        slot_values(state="cancelled"),
        slot_values(overlap=True),
        slot_values(person=2),
        slot_values(person=None),
        slot_values(starts_at=None),
    ],
)
def test_no_overlap_validate_passes_what_the_database_takes(tables, values):
    make_slot()
    no_overlap("slot_person_free").validate(Slot, Slot(**values))
    Slot.objects.create(**values)
    assert Slot.objects.count() == 2


def test_no_overlap_validate_leaves_the_row_itself_out(tables):
    row = make_slot()
    row.starts_at += MINUTE
    row.full_clean(exclude=["person"])


def test_no_overlap_validate_in_a_form_that_shows_the_state_only(tables):
    gone = make_slot(state="cancelled")
    make_slot()
    form = forms.modelform_factory(Slot, fields=["state"])({"state": "booked"}, instance=gone)
    assert form.errors == {"__all__": ["That time has just gone."]}


def test_no_overlap_validate_has_words_of_its_own(tables):
    make_slot()
    rule = no_overlap("slot_person_free", violation_error_message=None, violation_error_code=None)
    with pytest.raises(ValidationError, match="overlaps with another"):
        rule.validate(Slot, Slot(**slot_values()))


def test_no_overlap_check_asks_for_an_index():
    warnings = no_overlap("unguarded_free")._check(Unguarded, connection)
    assert [warning.id for warning in warnings] == ["clinic.W102"]
    assert no_overlap("slot_person_free")._check(Slot, connection) == []


# ------------------------------------------------------------------ append only


def test_append_only_refuses_an_update(tables):
    entry = Entry.objects.create(text="as it was")
    with refused("entry_append_only"):
        Entry.objects.filter(pk=entry.pk).update(text="as it should have been")
    with refused("entry_append_only"):
        entry.save()
    assert Entry.objects.get().text == "as it was"


def test_append_only_refuses_an_upsert(tables):
    entry = Entry.objects.create(text="as it was")
    with refused("entry_append_only"):
        Entry.objects.bulk_create(
            [Entry(pk=entry.pk, text="new")], update_conflicts=True, unique_fields=["id"], update_fields=["text"]
        )


def test_append_only_lets_retention_delete(tables):
    Entry.objects.create(text="old")
    Entry.objects.all().delete()
    assert Entry.objects.count() == 0


def test_append_only_validate_refuses_a_written_row(tables):
    entry = Entry.objects.create(text="as it was")
    Entry(text="new").full_clean()
    with pytest.raises(ValidationError, match="cannot be changed"):
        entry.full_clean()


# ------------------------------------------------------------------ migrations


class Steps:
    """Runs migration operations one after another, each in a schema editor of its own."""

    def __init__(self) -> None:
        self.state = ProjectState()

    def run(self, *operations: migrations.operations.base.Operation) -> None:
        with connection.schema_editor() as editor:
            for operation in operations:
                before, self.state = self.state, self.state.clone()
                operation.state_forwards("rules", self.state)
                operation.database_forwards("rules", editor, before, self.state)

    def undo(self, operation: migrations.operations.base.Operation, before: ProjectState) -> None:
        with connection.schema_editor() as editor:
            operation.database_backwards("rules", editor, self.state, before)
        self.state = before

    def model(self, name: str):
        return self.state.apps.get_model("rules", name)


def create_shift(*constraints: models.BaseConstraint) -> migrations.CreateModel:
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("person", models.IntegerField(null=True)),
        ("starts_at", models.DateTimeField()),
        ("ends_at", models.DateTimeField()),
        ("state", models.CharField(max_length=10, default="booked")),
        ("overlap", models.BooleanField(default=False)),
    ]
    return migrations.CreateModel("Shift", fields, {"constraints": list(constraints)})


SHIFT_RULE = no_overlap("shift_person_free")


@pytest.fixture
def steps(transactional_db) -> Iterator[Steps]:
    steps = Steps()
    yield steps
    with connection.schema_editor() as editor:
        for model in steps.state.apps.get_models():
            editor.delete_model(model)


def guards(model) -> bool:
    """Tell whether the table refuses an overlap, and leave it empty."""
    model.objects.create(**slot_values(0, 60))
    try:
        with transaction.atomic():
            model.objects.create(**slot_values(30, 90))
    except IntegrityError as error:
        return violates(error, "shift_person_free")
    finally:
        model.objects.all().delete()
    return False


def test_no_overlap_comes_with_create_model(steps):
    steps.run(create_shift(SHIFT_RULE))
    assert guards(steps.model("Shift"))


def test_no_overlap_added_and_removed_by_migrations(steps):
    steps.run(create_shift())
    assert not guards(steps.model("Shift"))
    steps.run(migrations.AddConstraint("Shift", SHIFT_RULE))
    assert guards(steps.model("Shift"))
    steps.run(migrations.RemoveConstraint("Shift", SHIFT_RULE.name))
    assert not guards(steps.model("Shift"))


def test_no_overlap_removed_leaves_no_trigger_behind(steps):
    steps.run(create_shift(SHIFT_RULE, no_overlap("shift_other")))
    steps.run(migrations.RemoveConstraint("Shift", "shift_other"))
    tables = "pg_constraint WHERE conname" if connection.vendor == "postgresql" else "sqlite_master WHERE name"
    with connection.cursor() as cursor:
        found = {}
        for name in ("shift_other", "shift_person_free"):
            cursor.execute(f"SELECT count(*) FROM {tables} LIKE %s", [f"{name}%"])
            found[name] = cursor.fetchone()[0]
    assert found == {"shift_other": 0, "shift_person_free": 1 if connection.vendor == "postgresql" else 2}


def test_no_overlap_added_and_taken_back(steps):
    steps.run(create_shift())
    before, operation = steps.state, migrations.AddConstraint("Shift", SHIFT_RULE)
    steps.run(operation)
    steps.undo(operation, before)
    assert not guards(steps.model("Shift"))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AlterField("Shift", "state", models.CharField(max_length=20, default="booked", db_index=True)),
        migrations.AlterField("Shift", "person", models.BigIntegerField(default=0)),
        migrations.AlterField("Shift", "starts_at", models.DateTimeField(db_index=True)),
        migrations.AddField("Shift", "note", models.TextField(default="")),
        migrations.AddField("Shift", "uid", models.CharField(max_length=9, null=True, unique=True)),
        migrations.AlterModelTable("Shift", "rules_turns"),
        migrations.RenameModel("Shift", "Turn"),
        migrations.AddConstraint("Shift", models.CheckConstraint(condition=~Q(state=""), name="shift_has_state")),
        migrations.AddIndex("Shift", models.Index(fields=["person", "starts_at"], name="shift_by_person")),
        migrations.AddConstraint("Shift", no_overlap("shift_second", condition=None, key="id")),
    ],
    ids=lambda operation: operation.describe(),
)
def test_no_overlap_survives_changes_of_its_table(steps, operation):
    steps.run(create_shift(SHIFT_RULE))
    steps.run(operation)
    assert guards(steps.model("Turn" if isinstance(operation, migrations.RenameModel) else "Shift"))


def test_no_overlap_survives_changes_in_the_migration_that_makes_it(steps):
    steps.run(
        create_shift(),
        migrations.AddConstraint("Shift", SHIFT_RULE),
        migrations.AlterField("Shift", "state", models.CharField(max_length=20, default="booked")),
    )
    assert guards(steps.model("Shift"))


def test_no_overlap_without_condition_holds_for_all_rows(steps):
    steps.run(create_shift(no_overlap("shift_person_free", condition=None)))
    assert guards(steps.model("Shift"))
    shift = steps.model("Shift")
    shift.objects.create(**slot_values(state="cancelled"))
    with refused("shift_person_free"):
        shift.objects.create(**slot_values(state="cancelled"))


def test_append_only_added_altered_and_removed(steps):
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("text", models.TextField()),
    ]
    steps.run(migrations.CreateModel("Note", fields))
    steps.run(migrations.AddConstraint("Note", AppendOnly(name="note_append_only")))
    steps.run(migrations.AlterField("Note", "text", models.CharField(max_length=30)))
    steps.model("Note").objects.create(text="as it was")
    with refused("note_append_only"):
        steps.model("Note").objects.update(text="new")
    steps.run(migrations.RemoveConstraint("Note", "note_append_only"))
    assert steps.model("Note").objects.update(text="new") == 1


def test_marks_set_up_added_altered_and_removed(steps):
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("text", models.TextField()),
    ]

    def marked() -> bool:
        before = SetUpMark.objects.get().mark
        steps.model("Sign").objects.create(text="as it was")
        return bool(SetUpMark.objects.get().mark != before)

    steps.run(migrations.CreateModel("Sign", fields))
    assert not marked()
    steps.run(migrations.AddConstraint("Sign", MarksSetUp(name="sign_marks_set_up")))
    assert marked()
    steps.run(migrations.AlterField("Sign", "text", models.CharField(max_length=30)))
    assert marked()
    steps.run(migrations.RenameModel("Sign", "Board"), migrations.RenameModel("Board", "Sign"))
    assert marked()
    steps.run(migrations.RemoveConstraint("Sign", "sign_marks_set_up"))
    assert not marked()


def test_marks_set_up_finds_nothing_wrong():
    MarksSetUp(name="c").validate(Entry, Entry())


@pytest.mark.parametrize(
    "rule",
    [
        MarksSetUp(name="c"),
        no_overlap("a"),
        no_overlap("a", condition=None, violation_error_message=None, violation_error_code=None),
        AppendOnly(name="b"),
        AppendOnly(name="b", violation_error_message="No."),
    ],
)
def test_constraints_are_written_into_migrations_and_read_back(rule):
    text, imports = MigrationWriter.serialize(rule)
    scope: dict[str, object] = {}
    exec("\n".join(sorted(imports)), scope)
    assert eval(text, scope) == rule
    assert any(type(rule).__module__ in line for line in imports)


def changes(old: models.BaseConstraint, new: models.BaseConstraint) -> list[str]:
    """Name the operations that makemigrations would write."""
    before, after = ProjectState(), ProjectState()
    create_shift(old).state_forwards("rules", before)
    create_shift(new).state_forwards("rules", after)
    detector = MigrationAutodetector(before, after, NonInteractiveMigrationQuestioner(specified_apps={"rules"}))
    found = detector.changes(graph=MigrationGraph())
    return [type(operation).__name__ for each in found.get("rules", []) for operation in each.operations]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"longest": timedelta(hours=3)}, ["RemoveConstraint", "AddConstraint"]),
        ({"condition": Q(state="booked")}, ["RemoveConstraint", "AddConstraint"]),
        ({"end": "starts_at"}, ["RemoveConstraint", "AddConstraint"]),
        ({"violation_error_message": "Gone."}, ["AlterConstraint"]),
    ],
)
def test_no_overlap_changes_are_seen_by_makemigrations(changed, expected):
    assert changes(SHIFT_RULE, no_overlap("shift_person_free", **changed)) == expected


def test_no_overlap_tells_what_it_is():
    assert repr(AppendOnly(name="b")) == "<AppendOnly: name='b'>"


# ------------------------------------------------------------------ races


def race(book: Callable[[Barrier], None], threads: int = 16) -> list[BaseException | None]:
    """Run `book` in threads that all pass the barrier before any of them writes; give what each ended with."""
    barrier = Barrier(threads, timeout=30)
    results: list[BaseException | None] = []

    def run() -> None:
        try:
            book(barrier)
        except DatabaseError as error:
            results.append(error)
        else:
            results.append(None)
        finally:
            connection.close()

    started = [Thread(target=run) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return results


def look_then_book(model) -> Callable[[Barrier], None]:
    """Book as a careless program would: look whether the time is free, then write."""

    def book(barrier: Barrier) -> None:
        taken = model.objects.filter(starts_at__lt=DAY + 60 * MINUTE, ends_at__gt=DAY).exists()
        barrier.wait()
        if not taken:
            model.objects.create(**slot_values(0, 60))

    return book


def lost(error: BaseException) -> bool:
    """Tell whether a racer lost as it may: refused by the rule, or on PostgreSQL picked to end a deadlock.

    Rows that wait for one another in an exclusion constraint may do so in a circle. The acts avoid it by taking locks
    in order first; here nobody does.
    """
    if isinstance(error, IntegrityError):
        return violates(error, "slot_person_free")
    return getattr(error.__cause__, "sqlstate", None) == "40P01"


def test_race_without_the_guard_books_everyone(tables):
    results = race(look_then_book(Unguarded))
    assert results == [None] * 16
    assert Unguarded.objects.count() == 16


def test_race_with_no_overlap_has_one_winner(tables):
    results = race(look_then_book(Slot))
    assert len(results) == 16
    assert results.count(None) == 1
    assert all(lost(error) for error in results if error)
    assert Slot.objects.count() == 1
