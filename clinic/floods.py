"""How much one network may send us: so that nobody fills the queue, rings those on duty, or mails strangers by our forms.

What was done is in the audit, with the address it came from, and is counted there. Whatever a page refuses, it goes on to
say whom to call, and which number in an emergency.
"""

import ipaddress
from collections import Counter
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic import audit, phones
from clinic.models import AuditEvent, Clinic
from clinic.prepared import IPAddress, prepared

WITHIN = timedelta(minutes=15)
# Of IPv6 the addresses are read and their networks counted; a flood needs no more of them to be one.
_MOST_READ = 5_000


def is_flood(*, act: str, most: int, now: datetime) -> bool:
    """Say whether the network of the request being answered has done an act (its name in the audit) `most` times lately.

    What staff do does not count. Addresses of a house of its own never flood: behind a proxy that TRUSTED_PROXIES does
    not name, all patients would come from one, and the check must not close for them.
    """
    address = audit.address_of(audit.current_request.get())
    if address is None or not ipaddress.ip_address(address).is_global:
        return False
    return count(act=act, address=address, now=now) >= most


def count(*, act: str, address: str, now: datetime) -> int:
    """Return how often an act was done within fifteen minutes from the network of an address, by patients."""
    if ":" not in address:
        return len(_done_from(address=IPAddress(address), act=act, since=now - WITHIN))
    addresses = Counter(_addresses(act=act, since=now - WITHIN))
    network = audit.network_of(address)
    return sum(number for one, number in addresses.items() if one and audit.network_of(one) == network)


@prepared
def _done_from(*, address: IPAddress, act: str, since: datetime) -> QuerySet[AuditEvent, int]:
    return _done(act, since).filter(ip=address).order_by().values_list("pk", flat=True)[:_MOST_READ]


@prepared
def _addresses(*, act: str, since: datetime) -> QuerySet[AuditEvent, str | None]:
    return _done(act, since).order_by("-at").values_list("ip", flat=True)[:_MOST_READ]


def _done(act: str, since: datetime) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(act=act, at__gt=since, actor=None, ip__isnull=False)


def words() -> str:
    """Say to a patient what to do instead."""
    clinic = Clinic.get()
    told = _("Too much came from your network just now. Call us at %(phone)s, or try again in 15 minutes.")
    grave = _("In an emergency call %(emergency)s.")
    return f"{told} {grave}" % {"phone": phones.show(clinic.phone), "emergency": clinic.emergency_number}
