"""The bare views: a page of as many times from the same blocks, and the inserts that a booking leaves."""

from datetime import datetime, timedelta
from functools import cache
from itertools import cycle, islice

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from booking.models import LIVE, LONGEST, Block
from clinic.models import Practitioner
from tests.bench.left import as_saved, copies, left_by_booking


def health(_request: HttpRequest) -> HttpResponse:
    """The server answers."""
    return HttpResponse("ok", content_type="text/plain")


def times(request: HttpRequest) -> HttpResponse:
    """As many rows as asked for, each made of a block of the coming weeks."""
    now = timezone.now()
    people = dict(Practitioner.objects.values_list("pk", "given_name"))
    first, last = now - timedelta(days=2), now + timedelta(days=int(request.GET["days"]) + 2)
    blocks = Block.objects.filter(
        practitioner__in=list(people),
        state__in=LIVE,
        busy_from__gt=first - LONGEST,
        busy_from__lt=last,
        busy_until__gt=first,
    ).values_list("practitioner_id", "starts_at")
    rows = [
        {
            "value": f"{start:%Y-%m-%dT%H:%MZ}|{person}",
            "day": f"{start:%A %d %B}",
            "clock": f"{start:%H:%M}",
            "name": people[person],
        }
        for person, start in islice(cycle(list(blocks)), int(request.GET["rows"]))
    ]
    return render(request, "times.html", {"rows": rows})


def insert(request: HttpRequest, like: int) -> HttpResponse:
    """The rows that the booking of an appointment has left, once more for another time."""
    start = datetime.fromisoformat(request.POST["start"])
    rows = copies(_left(like))
    for row in rows:
        if isinstance(row, Block):
            as_saved(row, start, int(request.POST["person"]), int(request.POST["room"]))
    with transaction.atomic():
        for row in rows:
            row.save(force_insert=True)
    return HttpResponseRedirect("/done/")


@cache
def _left(appointment: int) -> list[models.Model]:
    return left_by_booking(appointment)
