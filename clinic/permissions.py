"""What each group of staff may do. Each app grants its own permissions after `migrate`, by `grant_after_migrate`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.db.models.signals import post_migrate

DESK, PT, MANAGER = "desk", "pt", "manager"
GROUPS = (DESK, PT, MANAGER)


class NoSuchPermission(LookupError):
    """A permission that no model declares: misspelt, or granted by the wrong app."""


def grant(group: str, permissions: Iterable[str]) -> None:
    """Give a group permissions such as "clinic.view_patient"; make the group if need be. What it has more, it keeps.

    Raises NoSuchPermission, naming it.
    """
    wanted = set(permissions)
    condition = Q()
    for name in wanted:
        app, _dot, codename = name.partition(".")
        condition |= Q(content_type__app_label=app, codename=codename)
    found = list(Permission.objects.filter(condition).select_related("content_type")) if wanted else []
    missing = wanted - {f"{row.content_type.app_label}.{row.codename}" for row in found}
    if missing:
        raise NoSuchPermission(", ".join(sorted(missing)))
    Group.objects.get_or_create(name=group)[0].permissions.add(*found)


def grant_after_migrate(app: AppConfig, grants: Mapping[str, Iterable[str]]) -> None:
    """Have the groups get their permissions on an app's models each time `migrate` has run; call it in ready()."""

    def run(plan: Sequence[tuple[Any, bool]] = (), **_kwargs: Any) -> None:
        if any(backwards for _migration, backwards in plan):
            return  # on the way back models, and their permissions, may be gone
        for group, permissions in grants.items():
            grant(group, permissions)

    post_migrate.connect(run, sender=app, weak=False, dispatch_uid=f"{app.label}.permissions")


def may(*names: str, on: Iterable[str]) -> list[str]:
    """Write out permissions on models of this app: "view" on "patient" is "clinic.view_patient"."""
    return [f"clinic.{name}_{model}" for name in names for model in on]


# A manager's records: what patients are offered, by whom, where and when.
_SET_UP = [
    "clinic",
    "location",
    "room",
    "openinghours",
    "closure",
    "travelzone",
    "zonepostalcode",
    "zoneminutes",
    "service",
    "servicemode",
    "payer",
    "practitioner",
    "licence",
    "dutyshift",
]

GRANTS: dict[str, list[str]] = {
    DESK: [
        "clinic.work_calls",
        "clinic.send_again",
        "clinic.see_patients",
        "clinic.see_reports",
        *may("view", "change", on=["patient", "call"]),
        *may("view", on=["callnote", "message", "consent"]),
    ],
    PT: [
        "clinic.work_calls",
        "clinic.end_pt_calls",
        "clinic.see_patients",
        *may("view", on=["patient", "call", "callnote"]),
    ],
    MANAGER: [
        "clinic.work_calls",
        "clinic.send_again",
        "clinic.see_patients",
        "clinic.see_reports",
        "clinic.take_lists",
        *may("view", "add", "change", "delete", on=[name for name in _SET_UP if name != "clinic"]),
        *may("view", "change", on=["clinic", "patient", "call", "messagetext"]),
        *may("view", "add", "change", on=["user"]),
        *may("view", on=["callnote", "message", "consent", "auditevent", "linktry", "export"]),
    ],
}
