import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db.models.signals import post_migrate

from clinic import permissions
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def may(group: str, permission: str) -> bool:
    return make_user(groups=[group]).has_perm(permission)


def test_the_three_groups_are_there_after_migrate():
    assert {"desk", "pt", "manager"} <= set(Group.objects.values_list("name", flat=True))


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("permission", "groups"),
    [
        ("clinic.work_calls", {"desk", "pt", "manager"}),
        ("clinic.see_patients", {"desk", "pt", "manager"}),
        ("clinic.end_pt_calls", {"pt"}),
        ("clinic.change_patient", {"desk", "manager"}),
        ("clinic.view_patient", {"desk", "pt", "manager"}),
        ("clinic.delete_patient", set()),
        ("clinic.view_message", {"desk", "manager"}),
        ("clinic.change_message", set()),
        ("clinic.view_auditevent", {"manager"}),
        ("clinic.change_auditevent", set()),
        ("clinic.delete_auditevent", set()),
        ("clinic.change_openinghours", {"manager"}),
        ("clinic.change_service", {"manager"}),
        ("clinic.change_clinic", {"manager"}),
        ("clinic.add_clinic", set()),
        ("clinic.delete_clinic", set()),
        ("clinic.change_user", {"manager"}),
        ("clinic.delete_user", set()),
        ("clinic.change_dutyshift", {"manager"}),
    ],
)
def test_each_permission_belongs_to_its_groups(permission, groups):
    assert {group for group in permissions.GROUPS if may(group, permission)} == groups


def test_a_login_without_a_group_may_nothing():
    assert make_user().get_all_permissions() == set()


def test_superusers_may_all():
    assert make_user(is_superuser=True).has_perm("clinic.delete_patient")


def test_grant_keeps_what_a_group_has_more():
    permissions.grant("desk", ["clinic.view_payer"])
    permissions.grant("desk", ["clinic.view_room"])
    assert may("desk", "clinic.view_payer")


def test_grant_makes_a_group_that_is_missing():
    permissions.grant("interns", [])
    assert Group.objects.filter(name="interns").exists()


def test_grant_of_a_permission_that_is_none_names_it():
    with pytest.raises(permissions.NoSuchPermission, match="view_payers"):
        permissions.grant("desk", ["clinic.view_payer", "clinic.view_payers"])


def test_migrate_gives_back_what_was_taken_away():
    Group.objects.get(name="desk").permissions.clear()
    call_command("migrate", verbosity=0)
    assert may("desk", "clinic.work_calls")


def test_going_back_grants_nothing():
    Group.objects.get(name="desk").permissions.clear()
    config = apps.get_app_config("clinic")
    post_migrate.send(
        sender=config,
        app_config=config,
        verbosity=0,
        interactive=False,
        using="default",
        plan=[(None, True)],
        apps=apps,
    )
    assert not may("desk", "clinic.work_calls")
