"""The bare views: a page of as many times from the same blocks, and the inserts that a booking leaves."""

from datetime import timedelta
from functools import cache
from itertools import cycle, islice

from django import forms
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from booking.models import LIVE, LONGEST, Appointment, Block
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


class VisitForm(forms.Form):
    """What the last page sends, judged by itself: nobody is looked for in the database."""

    submission = forms.UUIDField()
    agree = forms.BooleanField()
    start = forms.DateTimeField()
    person = forms.IntegerField()
    room = forms.IntegerField()


def insert(request: HttpRequest, like: int) -> HttpResponse:
    """The rows that the booking of an appointment has left, once more for another time."""
    form = VisitForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422)
    given, rows = form.cleaned_data, copies(_left(like))
    for row in rows:
        if isinstance(row, Block):
            as_saved(row, given["start"], given["person"], given["room"])
        if isinstance(row, Appointment):
            row.submission = given["submission"]
    with transaction.atomic():
        for row in rows:
            row.save(force_insert=True)
    return redirect("done")


@cache
def _left(appointment: int) -> list[models.Model]:
    return left_by_booking(appointment)
