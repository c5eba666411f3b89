"""The rule on late fees: what is said about it before a booking, and what a visit keeps of it.

The words come from the service's figures, so that no text can promise another sum than the one that is recorded. A
visit keeps words and figures as its patient accepted them.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic import wording
from clinic.models import Clinic, Payer, Service

# Whoever books late, or picks the wrong time, may think again for this long.
GRACE = timedelta(hours=1)
# A time that we have chosen ourselves can be cancelled at no cost for this long, late or not.
GRACE_FOR_OURS = timedelta(hours=24)


@dataclass(frozen=True)
class Terms:
    """The rule of a service as it is said to one person: amounts in the clinic's currency, 0 for none."""

    hours: int
    late_fee: Decimal
    no_show_fee: Decimal
    words: str

    @property
    def version(self) -> str:
        """Return what tells these words from any others; a form sends it back."""
        return hashlib.sha256(self.words.encode()).hexdigest()[:8]

    def columns(self, *, start: datetime, now: datetime) -> dict[str, Any]:
        """Return what a visit that begins at `start` keeps of the rule once it is accepted."""
        return {
            "terms": self.words,
            "terms_at": now,
            "late_hours": self.hours,
            "late_fee": self.late_fee,
            "no_show_fee": self.no_show_fee,
            "free_until": free_until(start, hours=self.hours, grace=GRACE, now=now) if self.late_fee else None,
        }


def terms_of(service: Service) -> Terms | None:
    """Return the rule of a service in the reader's language; None when it has none."""
    if not service.late_fee and not service.no_show_fee:
        return None
    words = "\n".join(_sentences(service, Clinic.get().currency))
    return Terms(service.late_hours, service.late_fee, service.no_show_fee, words)


def free_until(start: datetime, *, hours: int, grace: timedelta, now: datetime) -> datetime:
    """Return until when a visit can be cancelled at no cost: so many hours before it, or a while from now; at most its start."""
    return min(start, max(start - timedelta(hours=hours), now + grace))


def _sentences(service: Service, currency: str) -> list[str]:
    said = []
    if service.late_fee:
        fee = wording.money(service.late_fee, currency)
        hours = ngettext("%(n)d hour", "%(n)d hours", service.late_hours) % {"n": service.late_hours}
        told = {"hours": hours, "fee": fee}
        said += [
            _("You can cancel free of charge until %(hours)s before the visit. After that it costs %(fee)s.") % told,
            _("Moving the visit is free. If you move it later than that and then cancel it, the %(fee)s is due.")
            % told,
        ]
    if service.no_show_fee:
        fee = wording.money(service.no_show_fee, currency)
        said.append(_("If you do not come and have not cancelled, it costs %(fee)s.") % {"fee": fee})
    said.append(_("Nothing is due when we cancel, or within an hour after you book."))
    free = list(Payer.objects.filter(active=True, no_fees=True).values_list("name", flat=True))
    if free:
        said.append(_("No such fees with: %(names)s.") % {"names": ", ".join(free)})
    return [*said, *([service.fee_note] if service.fee_note else [])]
