"""What a merge of two patients does to their checks: each keeps where it came from, so that no level is lost."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinic.models import Patient, PatientMerge
from intake.models import Outcome, Screening


def mark(keys: Collection[int], of: Patient, to: Patient, at: datetime) -> None:
    """Note of checks that have moved whose they were and since when they count here; back home they need no note.

    What was decided before that was decided by somebody who did not see the other record (`intake.gate`).
    """
    moved = Screening.objects.filter(pk__in=keys)
    home = list(moved.filter(made_for=to).values_list("pk", flat=True))
    moved.filter(made_for=None).update(made_for=of, joined_at=at)
    moved.exclude(pk__in=home).update(joined_at=at)
    moved.filter(pk__in=home).update(made_for=None, joined_at=None)


def follow(_merge: PatientMerge, _now: datetime) -> list[Any]:
    """Give nothing to remember: the levels count where they are now, and the diary sees to the visits."""
    return []


def against(merge: PatientMerge) -> str:
    """Say that a PT has decided a level with both records in sight: that cannot be split."""
    since = Outcome.objects.filter(screening__patient=merge.kept_id, by_pt=True, created_at__gt=merge.at)
    return _("A PT has decided the level since, with both records in sight.") if since.exists() else ""


def back(_merge: PatientMerge, _notes: Any, _now: datetime) -> None:
    """Do nothing: the checks have gone home."""
