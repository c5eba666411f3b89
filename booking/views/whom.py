"""With whom another time for a visit is looked for: its own practitioner first, each person, or anybody."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from booking import listing, schedule
from booking.choices import Choice
from booking.models import Appointment
from booking.picked import Picked, PickedTime
from clinic.models import ANYBODY, Practitioner
from clinic.spans import Span

# What an address says for each person.
EACH = "each"


def with_whom(choice: Choice, visit: Appointment, asked: str) -> Choice:
    """Return a choice with whom an address asks for: unless told otherwise the visit's own practitioner, if they can.

    A choice that names somebody picked for who takes anybody stays as it is.
    """
    if choice.practitioner and choice.anybody:
        return choice
    own = visit.block.practitioner
    if asked == ANYBODY:
        return replace(choice, practitioner=None, anybody=True)
    alone = asked != EACH and own.pk in _givers(choice)
    return replace(choice, practitioner=own if alone else None, anybody=False)


def named(choice: Choice) -> str:
    """Return what an address says for whom a choice asks for."""
    if choice.practitioner:
        return choice.practitioner.slug
    return ANYBODY if choice.anybody else EACH


def times_of(
    choice: Choice, visit: Appointment, *, now: datetime, busy: Sequence[Span]
) -> tuple[Choice, listing.Week, str]:
    """List the free times of a choice; where its one person has none at all, those with each, and the name of who has none."""
    found, alone = listing.week(choice, now=now, new_patient=False, moving=visit, busy=busy), choice.practitioner
    if alone is None or not found.empty or found.following:
        return choice, found, ""
    choice = replace(choice, practitioner=None, anybody=False)
    return choice, listing.week(choice, now=now, new_patient=False, moving=visit, busy=busy), alone.name


def looked_at(choice: Choice, visit: Appointment) -> Choice:
    """Return the choice whose times were listed when somebody was picked from them."""
    own = choice.practitioner == visit.block.practitioner and not choice.anybody
    return choice.at(choice.location, choice.practitioner if own else None, anybody=choice.anybody)


def links(choice: Choice, visit: Appointment, url: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return a link to the times with each of these, where more than one gives the visit; `url` makes one from a name."""
    own, givers = visit.block.practitioner, _givers(choice)
    if len(givers) < 2:
        return []
    words = [(own.slug, own.name)] if own.pk in givers else []
    words += [(EACH, _("Each person")), (ANYBODY, _("Anybody"))]
    return [{"label": label, "url": url(name), "current": name == named(choice)} for name, label in words]


def picked_for(visit: Appointment, picked: PickedTime, *, now: datetime) -> Picked | None:
    """Return a time with the one of those free who has least to do that day, for who takes anybody; None if nobody is."""
    found = schedule.lightest(
        service=visit.service,
        mode=picked.choice.mode,
        start=picked.start,
        location=picked.choice.location,
        state=picked.choice.state,
        zone=picked.choice.area,
        except_block=visit.block,
        now=now,
    )
    return picked.by(Practitioner.objects.get(pk=found.practitioner_id)) if found and found.practitioner_id else None


def tell_another(request: HttpRequest, visit: Appointment, picked: Picked) -> None:
    """Say that a visit is with somebody else than the page named, if it is."""
    if visit.block.practitioner != picked.person:
        names = {"gone": picked.person.name, "name": visit.block.practitioner.name}
        messages.info(
            request, _("%(gone)s is not free any more. Your visit is with %(name)s, at the same time.") % names
        )


def _givers(choice: Choice) -> set[int]:
    return {person.pk for person in choice.people}
