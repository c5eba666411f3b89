"""Prepared queries give what the query itself gives, whatever they are asked."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext

from clinic.models import Message, Patient
from clinic.prepared import keep_related, prepared
from tests.factories import NOW, make_message, make_patient

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def about(*, subjects: list[uuid.UUID], after: object = None) -> QuerySet[Message]:
    rows = Message.objects.filter(subject_uid__in=subjects).select_related("patient").order_by("pk")
    return rows if after is None else rows.filter(planned_at__gt=after)


def columns(*, subject: uuid.UUID) -> QuerySet[Message, tuple[object, ...]]:
    return Message.objects.filter(subject_uid=subject).values_list(
        "uid", "to", "context", "planned_at", "patient__email"
    )


def of_patients(*, patients: list[int]) -> QuerySet[Message]:
    return Message.objects.filter(patient__in=patients).order_by("pk")


def named(*, name: str) -> QuerySet[Patient]:
    return Patient.objects.filter(family_name=name).defer("access_needs")


def test_prepared_gives_the_rows_of_the_query_for_each_shape_of_its_arguments():
    ana, ben = make_patient(), make_patient(family_name="O'Neil % s")
    rows = [make_message(patient=who, planned_at=NOW + timedelta(days=n)) for n, who in enumerate((ana, ben))]
    uids, asked = [row.subject_uid for row in rows], prepared(about)
    for subjects, after, found in (
        (uids, None, rows),
        (uids[:1], None, rows[:1]),
        (uids[1:], None, rows[1:]),
        ([], None, []),
        (uids, NOW, rows[1:]),
        (uids, NOW - timedelta(days=1), rows),
    ):
        assert asked(subjects=subjects, after=after) == found
    assert prepared(of_patients)(patients=[ben.pk, ana.pk]) == rows
    assert set(asked(subjects=set(uids), after=None)) == set(rows)
    assert prepared(named)(name="O'Neil % s") == [ben]


def test_prepared_reads_values_as_the_models_have_them():
    row = make_message(patient=make_patient(), context={"n": 1})
    asked, query = prepared(columns), columns(subject=row.subject_uid)
    for _ in range(2):
        assert asked(subject=row.subject_uid) == list(query)
    assert asked(subject=row.subject_uid) == [
        (row.uid, row.to, {"n": 1}, row.planned_at, row.patient.email),
    ]


def test_prepared_asks_once_and_joins_what_the_query_joins():
    row, asked = make_message(patient=make_patient()), prepared(about)
    asked(subjects=[row.subject_uid])
    with CaptureQueriesContext(connection) as queries:
        assert asked(subjects=[row.subject_uid])[0].patient.email == row.patient.email
    assert len(queries) == 1


def to_be_sent(*, after: object) -> QuerySet[Message]:
    odd = Q(language="O'N") | Q(kind="100 %s") | Q(sequence=7)
    return Message.objects.filter(Q(state="planned") & ~odd, channel__in=["email", "sms"], planned_at__gt=after)


def test_codes_that_never_change_stand_in_the_text_and_nothing_else_does():
    row, asked = make_message(), prepared(to_be_sent)
    asked(after=NOW)
    with CaptureQueriesContext(connection) as queries, connection.execute_wrapper(shown := Shown()):
        assert asked(after=row.planned_at - DAY) == [row]
    assert len(queries) == 1
    assert "= 'planned'" in shown.sql.replace("('planned')", "'planned'")
    assert "'email'" in shown.sql
    assert set(shown.params) == {"O'N", "100 %s", 7, connection.ops.adapt_unknown_value(row.planned_at - DAY)}
    Message.objects.update(state="sent")
    assert asked(after=row.planned_at - DAY) == []


class Shown:
    """Keeps what a query was sent with."""

    def __call__(self, execute, sql, params, many, context):
        self.sql, self.params = sql, params
        return execute(sql, params, many, context)


def test_query_that_looks_into_its_arguments_is_asked_as_it_is():
    def looking(*, name: str) -> QuerySet[Patient]:
        return Patient.objects.filter(given_name=name) if name == "Ana" else Patient.objects.none()

    ana, asked = make_patient(), prepared(looking)
    with pytest.warns(UserWarning, match="cannot be prepared"):
        assert asked(name="Ana") == [ana]
    assert asked(name="Ben") == []


def test_query_that_reckons_with_its_arguments_is_asked_as_it_is():
    def reckoning(*, day: date) -> QuerySet[Patient]:
        return Patient.objects.filter(birth_date__lt=day + timedelta(days=1))

    ana, asked = make_patient(), prepared(reckoning)
    with pytest.warns(UserWarning, match="cannot be prepared"):
        assert asked(day=ana.birth_date) == [ana]


def test_related_rows_that_are_kept_are_not_asked_for_again(django_assert_num_queries):
    ana = make_patient()
    message = make_message(patient=ana)
    keep_related(ana, "messages", [Message.objects.get(pk=message.pk)])
    with django_assert_num_queries(0):
        assert [one.patient.email for one in ana.messages.all()] == [ana.email]
    with django_assert_num_queries(1):
        assert ana.messages.filter(kind="none").first() is None
