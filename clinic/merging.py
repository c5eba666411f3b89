"""Two records of one person become one, and for a day two again. The only code that changes whose a row is.

A merge takes every row that hangs on the one record over to the other (`registry.patient_rows`), in one transaction, and
writes down which. The old row stays and leads to the one that was kept. What other acts wrote on the old row at that
very moment follows by `gather`. Why it is done so: docs/decisions/0052.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, cast

from django.apps import apps
from django.db import OperationalError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clinic import audit, registry
from clinic.models import Patient, PatientMerge, User
from clinic.models.merges import UNDO_WITHIN

# What is chosen field by field; what stands in one line belongs together.
CHOICES: dict[str, tuple[str, ...]] = {
    "given_name": ("given_name",),
    "family_name": ("family_name",),
    "preferred_name": ("preferred_name",),
    "birth_date": ("birth_date",),
    "phone": ("phone", "texts_ok"),
    "email": ("email",),
    "language": ("language",),
    "spoken_language": ("spoken_language", "interpreter"),
    "time_zone": ("time_zone",),
    "city": ("city", "state"),
    "guardian_name": ("guardian_name", "guardian_relation"),
    "access_needs": ("access_needs",),
    "prefers": ("prefers",),
    "emergency_name": ("emergency_name", "emergency_relation", "emergency_phone"),
}
# Taken over unasked, and together, too.
_NO_CONTACT = ("no_contact", "no_contact_since")
_PATIENTS = "clinic.Patient"


class CannotMerge(Exception):
    """The two cannot become one: they are one already, or one of them was merged meanwhile."""


class CannotUndo(Exception):
    """The merge cannot be taken back; `why` says in words what is in the way."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Busy(Exception):
    """Somebody else was at work on the same records; try again."""


def merge(*, kept: Patient, gone: Patient, take: Collection[str] = (), by: User, now: datetime) -> PatientMerge:
    """Merge the record `gone` into `kept` and return what was done.

    `take` names the CHOICES of which the kept record takes over what the other says. Staff or VIP stays marked if
    either was, and whom nobody may contact stays so. Levels of both count from now on, and visits to come follow them.
    Raises CannotMerge, Busy, ValueError for a choice that is none, ValidationError if what was chosen cannot stand.
    """
    if unknown := set(take) - CHOICES.keys():
        raise ValueError(f"No such choice: {min(unknown)[:40]}.")
    with _alone():
        kept, gone = _lock(kept.pk, gone.pk)
        if kept.pk == gone.pk or kept.merged_into_id or gone.merged_into_id:
            raise CannotMerge
        before, after = _take_over(kept, gone, take)
        gone.merged_into = kept
        gone.save(update_fields=["merged_into"])
        row = PatientMerge.objects.create(kept=kept, gone=gone, by=by, at=now, before=before, after=after)
        # Nobody leads to somebody who leads on: whoever was merged into this one leads to the one that counts.
        led = list(Patient.objects.filter(merged_into=gone).order_by("pk").values_list("pk", flat=True))
        Patient.objects.filter(pk__in=led).update(merged_into=kept)
        row.moved = {_PATIENTS: led, **_move(gone, kept, now=now)}
        row.moved["notes"] = {name: follower.follow(row, now) for name, follower in registry.merge_followers.items()}
        row.save(update_fields=["moved"])
        _note("patient.merged", row, by, now)
    return row


def undo(*, merge: PatientMerge, by: User, now: datetime) -> PatientMerge:
    """Give back everything that a merge moved, and what was written since about it; return the merge.

    What the kept record said before it says again, but for what was changed since. Raises CannotUndo, Busy.
    """
    with _alone():
        kept, gone = _lock(merge.kept_id, merge.gone_id)
        row = PatientMerge.objects.select_for_update(of=("self",)).select_related("kept", "gone").get(pk=merge.pk)
        row.kept, row.gone = kept, gone
        if why := against(row, now=now):
            raise CannotUndo(why)
        gone.merged_into = None
        gone.save(update_fields=["merged_into"])
        Patient.objects.filter(pk__in=row.moved[_PATIENTS], merged_into=kept).update(merged_into=gone)
        about = _uids(row.moved)
        for name, rows in registry.patient_rows.items():
            mine = _rows(name).filter(patient=kept)
            wanted = Q(pk__in=row.moved.get(name, []))
            if rows.about:
                wanted |= Q(**{f"{rows.about}__in": about})
            _hand_over(rows, mine.filter(wanted), of=kept, to=gone, now=now)
        _say_again(kept, row)
        row.undone_at, row.undone_by = now, by
        row.save(update_fields=["undone_at", "undone_by"])
        for name, follower in registry.merge_followers.items():
            follower.back(row, row.moved["notes"].get(name), now)
        _note("patient.unmerged", row, by, now)
    return row


def against(merge: PatientMerge, *, now: datetime) -> str:
    """Say in words what stands in the way of taking a merge back; "" when nothing does."""
    if merge.undone_at:
        return _("It was taken back already.")
    if now > merge.undo_until:
        return _("A merge can be taken back for a day. That has passed.")
    if merge.kept.merged_into_id:
        return _("The record was merged into another since. Take that back first.")
    if merge.gone.merged_into_id != merge.kept_id:
        return _("The old record leads elsewhere now.")
    for name in registry.patient_rows:
        keys = merge.moved.get(name, [])
        if _rows(name).filter(pk__in=keys, patient=merge.kept_id).count() != len(keys):
            return _("Something that was moved belongs to another record now.")
    return next((words for each in registry.merge_followers.values() if (words := each.against(merge))), "")


def gather(*, now: datetime) -> int:
    """Take along what was written on a merged record while it was being merged; return how many rows that were."""
    left: set[int] = set()
    for name in registry.patient_rows:
        left |= set(_rows(name).filter(patient__merged_into__isnull=False).values_list("patient", flat=True))
    number = 0
    for key in sorted(left):
        with _alone():
            gone = Patient.objects.select_for_update().get(pk=key)
            if gone.merged_into_id is None:
                continue
            kept, gone = _lock(gone.merged_into_id, gone.pk)
            moved = _move(gone, kept, now=now)
            number += sum(map(len, moved.values()))
            on_the_way = PatientMerge(kept=kept, gone=gone, at=now)
            notes = {name: follower.follow(on_the_way, now) for name, follower in registry.merge_followers.items()}
            for row in _merges_of(gone, now):
                for name, keys in moved.items():
                    row.moved[name] = [*row.moved.get(name, []), *keys]
                if row.kept_id == kept.pk:  # what changed here changes back when this one is taken back
                    for name, noted in notes.items():
                        row.moved["notes"][name] = [*row.moved["notes"].get(name, []), *noted]
                row.save(update_fields=["moved"])
    return number


def _merges_of(gone: Patient, now: datetime) -> list[PatientMerge]:
    """Return the merges that a record's rows have gone through: its own, and those of whom it led to by then.

    Taken back one by one they carry the rows back the same way.
    """
    rows = PatientMerge.objects.select_for_update(of=("self",)).filter(undone_at=None)
    rows = rows.filter(Q(gone=gone) | Q(at__gt=now - UNDO_WITHIN)).order_by("pk")
    return [row for row in rows if row.gone_id == gone.pk or gone.pk in row.moved.get(_PATIENTS, [])]


@contextmanager
def _alone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) in ("40P01", "55P03", "40001") or "is locked" in str(error):
            raise Busy from error
        raise


def _lock(kept: int, gone: int) -> tuple[Patient, Patient]:
    """Lock both records as all acts do: what is locked before a patient first, then the patients by key; read them anew."""
    pair = sorted({kept, gone})
    for name, rows in registry.patient_rows.items():
        if rows.locked_first:
            list(_rows(name).filter(patient__in=pair).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    read = {row.pk: row for row in Patient.objects.select_for_update(no_key=True).filter(pk__in=pair).order_by("pk")}
    return read[kept], read[gone]


def _take_over(kept: Patient, gone: Patient, take: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    fields = [field for choice in CHOICES if choice in take for field in CHOICES[choice]]
    values = {field: getattr(gone, field) for field in fields}
    if gone.sensitive and not kept.sensitive:
        values["sensitive"] = True
    if gone.no_contact and not kept.no_contact:
        values |= {field: getattr(gone, field) for field in _NO_CONTACT}
    before = {field: _plain(getattr(kept, field)) for field in values}
    for field, value in values.items():
        setattr(kept, field, value)
    if values:
        kept.full_clean(validate_unique=False)
        kept.save(update_fields=list(values))
    return before, {field: _plain(value) for field, value in values.items()}


def _say_again(kept: Patient, row: PatientMerge) -> None:
    """Put back what belongs together only where none of it was changed since: a new number keeps its own leave for texts."""
    changed = {field for field, value in row.after.items() if _plain(getattr(kept, field)) != value}
    together = [{*fields} for fields in (*CHOICES.values(), _NO_CONTACT)]
    stays = changed.union(*(fields for fields in together if fields & changed))
    same = [field for field in row.after if field not in stays]
    for field in same:
        setattr(
            kept, field, cast("models.Field[Any, Any]", Patient._meta.get_field(field)).to_python(row.before[field])
        )
    if same:
        kept.save(update_fields=same)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _move(gone: Patient, kept: Patient, *, now: datetime) -> dict[str, list[int]]:
    moved = {}
    for name, rows in registry.patient_rows.items():
        moved[name] = _hand_over(rows, _rows(name).filter(patient=gone), of=gone, to=kept, now=now)
    return moved


def _hand_over(
    rows: registry.PatientRows, which: "models.QuerySet[Any]", *, of: Patient, to: Patient, now: datetime
) -> list[int]:
    keys = list(which.order_by("pk").values_list("pk", flat=True))
    _rows(rows.model).filter(pk__in=keys).update(patient=to)
    if rows.marked and keys:
        rows.marked(keys, of, to, now)
    return keys


def _uids(moved: Mapping[str, Any]) -> set[uuid.UUID]:
    """Return the uids of what moved: messages, calls and consents written since are about these."""
    found: set[uuid.UUID] = set()
    for name, rows in registry.patient_rows.items():
        if not rows.about and moved.get(name):
            found |= set(_rows(name).filter(pk__in=moved[name]).values_list("uid", flat=True))
    return found


def _rows(name: str) -> "models.QuerySet[Any]":
    return cast("models.QuerySet[Any]", apps.get_model(name)._default_manager.all())


def _note(act: str, row: PatientMerge, by: User, now: datetime) -> None:
    """Write it into the audit of both records."""
    fields = {"fields": sorted(row.after)} if row.after else {}
    audit.record(act=act, subject_uid=row.kept.uid, actor=by, details={"gone": row.gone.uid, **fields}, now=now)
    audit.record(act=act, subject_uid=row.gone.uid, actor=by, details={"into": row.kept.uid}, now=now)
