"""Which times are free, for patients and staff, and why another is not. The number of queries never grows."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet

from booking import availability
from booking.availability import Reason, Slot
from booking.calendars import calendar_around, calendar_of
from booking.errors import OutsideArea
from booking.models import Appointment, Block
from clinic.models import Location, Mode, Patient, Practitioner, Service, ServiceMode, TravelZone
from clinic.set_up import kept
from clinic.spans import Span


def find(
    *,
    service: Service,
    mode: str,
    location: Location | None = None,
    practitioner: Practitioner | None = None,
    state: str = "",
    postal_code: str = "",
    first_day: date,
    days: int,
    now: datetime,
    new_patient: bool = False,
    staff: bool = False,
    except_block: Block | None = None,
    busy: Sequence[Span] = (),
) -> list[Slot]:
    """List the free slots of `days` days from `first_day`, as the location's calendar counts them, by time.

    A visit by video needs the `state` where the patient will be, a visit at home the `postal_code`; raises OutsideArea
    for one where we do not go. `new_patient` leaves out what new patients may not book; `staff` also finds what is not
    booked online. A service that is not offered in the mode has no slots.

    `except_block` is to be moved, or held by who asks, and does not stand in the way; what is at a home already needs
    no postal code. `busy` is when the patient is at other visits of theirs.
    """
    zone = _home(mode, postal_code, except_block)
    offer = offer_of(service, mode)
    if offer is None:
        return []
    # A first day from an address bar may be any: only days that can have slots are looked at.
    today = now.astimezone(UTC).date().toordinal()
    first = max(first_day.toordinal(), today - 1)
    last = min(first_day.toordinal() + days - 1, today + offer.horizon_days + 1)
    if first > last:
        return []
    first_day, days = date.fromordinal(first), last - first + 1
    calendar = calendar_of(
        offer,
        first_day=first_day,
        days=days,
        now=now,
        asked=practitioner.pk if practitioner else None,
        state=state,
        home=zone,
        barred=barred(offer, new_patient, staff),
        except_block=except_block.pk if except_block else None,
    )
    slots = availability.free_slots(
        calendar,
        first_day=first_day,
        days=days,
        now=now,
        practitioner_id=practitioner.pk if practitioner else None,
        location_id=location.pk if location else None,
    )
    return [slot for slot in slots if not clashes(slot.start, calendar.rules.duration, busy)] if busy else slots


def clashes(start: datetime, duration: timedelta, busy: Iterable[Span]) -> bool:
    """Tell whether a visit would share time with one of the patient's other visits."""
    visit = Span(start, start + duration)
    return any(span.overlaps(visit) for span in busy)


def why_not(
    *,
    service: Service,
    mode: str,
    start: datetime,
    practitioner: Practitioner,
    location: Location | None = None,
    state: str = "",
    zone: TravelZone | None = None,
    now: datetime,
    new_patient: bool = False,
    staff: bool = True,
) -> list[Reason]:
    """Name every rule that a time breaks; empty if it is offered. `location` is None unless the visit is at the clinic.

    `zone` is where a visit at home would be; None if that is not known.
    """
    offer = offer_of(service, mode)
    if offer is None:
        return [Reason.MODE]
    if far_off(start, now):
        return [Reason.PAST if start < now else Reason.HORIZON]
    calendar = calendar_around(
        offer,
        start,
        now=now,
        asked=practitioner.pk,
        state=state,
        home=zone.pk if zone else None,
        barred=barred(offer, new_patient, staff),
    )
    slot = Slot(start, practitioner.pk, location.pk if location else None, mode)
    return availability.refusal(calendar, slot, now=now)


def lightest(
    *,
    service: Service,
    mode: str,
    start: datetime,
    location: Location | None = None,
    state: str = "",
    zone: TravelZone | None = None,
    now: datetime,
    new_patient: bool = False,
    except_block: Block | None = None,
) -> Slot | None:
    """Give a time with the one of those free who has least to do that day, as the diary would; None if nobody is free.

    `except_block` is to be moved there; without a `zone` a visit at home stays where it is.
    """
    offer = offer_of(service, mode)
    if offer is None or far_off(start, now):
        return None
    calendar = calendar_around(
        offer,
        start,
        now=now,
        asked=None,
        state=state,
        home=zone.pk if zone else except_block.zone_id if except_block else None,
        barred=barred(offer, new_patient, staff=False),
        except_block=except_block.pk if except_block else None,
    )
    return availability.lightest(calendar, start=start, location_id=location.pk if location else None, now=now)


def offer_of(service: Service, mode: str) -> ServiceMode | None:
    """Give the service in the mode, if it is offered at all; no query for a service whose modes were read with it."""
    offers = service.modes.all() if service.active else ()
    return next((offer for offer in offers if offer.mode == mode and offer.active), None)


def zone_of(postal_code: str) -> TravelZone:
    """Give the travel zone of a postal code; raise OutsideArea where we do not go. ZIP+4 counts as its ZIP."""
    code = postal_code.strip().upper()[:12]
    for zone in _zones_of(codes=sorted({code, code.partition("-")[0]})):
        return zone
    raise OutsideArea


@kept
def _zones_of(*, codes: list[str]) -> QuerySet[TravelZone]:
    return TravelZone.objects.filter(active=True, postal_codes__code__in=codes)


def _home(mode: str, postal_code: str, block: Block | None) -> int | None:
    """Give the travel zone of a home by its postal code, or by the visit that is to be moved; raise OutsideArea."""
    if mode != Mode.MOBILE:
        return None
    if block is not None and not postal_code:
        return block.zone_id
    return zone_of(postal_code).pk


def is_new(patient: Patient) -> bool:
    """Tell whether a patient has never been here."""
    been = [Block.State.ARRIVED, Block.State.SEEN]
    return not Appointment.objects.filter(patient=patient, block__state__in=been).exists()


def barred(offer: ServiceMode, new_patient: bool, staff: bool) -> tuple[Reason, ...]:
    """Give the reasons why a service in a mode has no times at all for somebody."""
    reasons = []
    if not staff and not offer.service.online:
        reasons.append(Reason.NOT_ONLINE)
    if new_patient and not offer.new_patients:
        reasons.append(Reason.NEW_PATIENT)
    return tuple(reasons)


def far_off(start: datetime, now: datetime) -> bool:
    """Tell whether a time is years away: a mistake or mischief, which nobody may book."""
    return not -366 <= (start.astimezone(UTC).date() - now.astimezone(UTC).date()).days <= 3 * 366
