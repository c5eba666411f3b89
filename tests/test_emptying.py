"""What a test that commits leaves to the next: nothing, and permissions and groups as they were."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import TransactionTestCase

from clinic.marks import MARKS
from tests.booking.house import make_house
from tests.emptying import STANDING, empty, standing
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def full() -> set[str]:
    """The tables that should be empty after a test, and are not."""
    found = set()
    with connection.cursor() as cursor:
        for name in set(connection.introspection.django_table_names(only_existing=True)) - {MARKS, *STANDING}:
            cursor.execute(f"SELECT count(*) FROM {name}")
            if cursor.fetchone() != (0,):
                found.add(name)
    return found


def test_rows_are_gone_and_what_stands_is_left_alone():
    before = standing()
    make_house().book("09:00", now=NOW)
    make_user(groups=["desk"])
    assert {"booking_block", "clinic_user", "clinic_user_groups", "clinic_clinic"} <= full()
    empty(TransactionTestCase())
    assert full() == set()
    assert standing() == before


def test_groups_and_permissions_that_a_test_has_changed_are_made_anew():
    number = Group.objects.count()
    Group.objects.get(name="desk").permissions.clear()
    Group.objects.create(name="strangers")
    Permission.objects.filter(codename="view_patient").delete()
    empty(TransactionTestCase())
    assert Group.objects.count() == number > 2
    assert Group.objects.get(name="desk").permissions.exists()
    assert Permission.objects.filter(codename="view_patient").exists()
