"""What somebody on the phone needs: the search for a time. All of it comes from the address and may be nonsense."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment
from clinic.forms import ClockField, DayField, LineField
from clinic.models import Location, Mode, Practitioner, Service, ServiceMode
from clinic.models.places import Weekday
from intake.models import Request

FEWEST, MOST = 10, 100


@dataclass(frozen=True)
class Search:
    """What somebody needs: the times of a service from a day on, in a mode, perhaps at a place or with a person."""

    service: Service
    mode: str
    location: Location | None
    practitioner: Practitioner | None
    state: str
    postal_code: str
    day: date
    earliest: time | None
    latest: time | None
    only_day: bool
    moves: bool
    weekdays: frozenset[int] = frozenset()
    language: str = ""

    @property
    def ready(self) -> bool:
        """Say whether enough is known to look: a state for video, a postal code for a visit at home."""
        if self.moves:
            return True
        return bool((self.mode != Mode.TELEHEALTH or self.state) and (self.mode != Mode.MOBILE or self.postal_code))

    def suits(self, at: datetime) -> bool:
        """Say whether a local time is on a day of the week, and at a time of day, that was asked for."""
        on_day = not self.weekdays or at.weekday() in self.weekdays
        return on_day and (self.earliest or time.min) <= at.time() <= (self.latest or time.max)

    def speakers(self) -> frozenset[int] | None:
        """Return the practitioners who speak the language that was asked for; None where none was."""
        if not self.language:
            return None
        rows = Practitioner.objects.filter(active=True).values_list("pk", "languages")
        return frozenset(pk for pk, spoken in rows if self.language in languages_of(spoken))


def languages_of(spoken: str) -> list[str]:
    """Return the languages of a practitioner's "English, Spanish"."""
    return [one.strip().capitalize() for one in spoken.replace(";", ",").split(",") if one.strip()]


class FindForm(forms.Form):
    """The search. Without a service it takes the first, so that a click shows times at once."""

    use_required_attribute = False
    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), to_field_name="uid", required=False, empty_label=None
    )
    mode = forms.ChoiceField(label=_("How"), choices=Mode.choices, required=False)
    location = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Location.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=_("Either"),
    )
    practitioner = forms.ModelChoiceField(
        label=_("With"),
        queryset=Practitioner.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=_("Anyone"),
    )
    language = forms.ChoiceField(label=_("Who speaks"), required=False)
    state = forms.ChoiceField(
        label=_("State they will be in"),
        required=False,
        error_messages={
            "invalid_choice": _(
                "Nobody here holds a license there. Pick a state from the list, or another way to meet."
            )
        },
    )
    postal_code = LineField(label=_("Postal code of the visit"), max_length=12, required=False)
    day = DayField(label=_("From day"), required=False)
    days = forms.TypedMultipleChoiceField(
        label=_("Days"), coerce=int, choices=Weekday.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    # Their words in addresses: from and to.
    earliest = ClockField(label=_("Not before"), required=False)
    latest = ClockField(label=_("Not after"), required=False)

    def __init__(self, data: Any, *, visit: Appointment | None, request: Request | None, this_day: date) -> None:
        self.visit, self.this_day = visit, this_day
        services = Service.objects.filter(active=True, modes__active=True).distinct()
        super().__init__(self._with_defaults(data, list(services), request), label_suffix="")
        self.services = services
        self._choices("service", services)
        self._choices("location", Location.objects.filter(active=True))
        self._choices("practitioner", Practitioner.objects.filter(active=True))
        self._languages()
        states = Practitioner.objects.filter(active=True, licences__isnull=False).values_list("licences__state")
        names = sorted({row[0] for row in states})
        self.fields["state"].choices = [("", _("Pick one")), *((name, name) for name in names)]  # type: ignore[attr-defined]
        if visit is not None:
            for name in ("service", "mode", "state", "postal_code"):
                del self.fields[name]
        else:
            if self.mode_asked != Mode.TELEHEALTH:
                del self.fields["state"]
            if self.mode_asked != Mode.MOBILE:
                del self.fields["postal_code"]
        if self.mode_asked != Mode.IN_CLINIC:
            del self.fields["location"]

    def _choices(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _languages(self) -> None:
        """Offer the languages that not everybody speaks; none, and the question is left out."""
        if "language" not in self.fields:
            return
        people = [
            languages_of(row) for row in Practitioner.objects.filter(active=True).values_list("languages", flat=True)
        ]
        some = sorted({one for spoken in people for one in spoken if any(one not in other for other in people)})
        self.fields["language"].choices = [("", _("Any language")), *((one, one) for one in some)]  # type: ignore[attr-defined]
        if not some:
            del self.fields["language"]

    def _with_defaults(self, data: Any, services: list[Service], request: Request | None) -> dict[str, Any]:
        """Fill in what the address leaves out: the first service, how it can be had, from today."""
        given: dict[str, Any] = {key: value for key, value in data.items() if "\x00" not in value}
        asked = request.details if request else {}
        first_look = "service" not in given
        given["days"] = [day for day in data.getlist("days") if "\x00" not in day]
        if first_look and not given["days"]:
            given["days"] = [str(day) for day in asked.get("days", [])]
        if not given.get("service"):
            wished = next((row for row in services if row.slug == asked.get("service")), None)
            if wished or services:
                given["service"] = str((wished or services[0]).uid)
        if not given.get("mode"):
            given["mode"] = asked.get("mode") if asked.get("mode") in Mode.values else self._first_mode(given)
        if not given.get("day"):
            given["day"] = self.this_day.isoformat()
        if given.get("from"):
            given.setdefault("earliest", given["from"])
        return given

    def _first_mode(self, given: dict[str, Any]) -> str:
        modes = ServiceMode.objects.filter(service__uid=_plain_uid(given.get("service")), active=True)
        first = modes.order_by("mode").values_list("mode", flat=True).first()
        return first or Mode.IN_CLINIC

    @property
    def mode_asked(self) -> str:
        """Return how the visit takes place, valid or not yet checked."""
        return self.visit.mode if self.visit else str(self.data.get("mode", ""))

    @property
    def search(self) -> Search:
        """Return what was asked for; only for a valid form."""
        given, visit = self.cleaned_data, self.visit
        return Search(
            service=visit.service if visit else given["service"],
            mode=visit.mode if visit else given["mode"],
            location=given.get("location"),
            practitioner=given.get("practitioner"),
            state=visit.state_then if visit else given.get("state", ""),
            postal_code=given.get("postal_code", ""),
            day=max(given.get("day") or self.this_day, self.this_day),
            earliest=given.get("earliest"),
            latest=given.get("latest"),
            only_day=self.only_day,
            moves=visit is not None,
            weekdays=frozenset(given.get("days") or ()),
            language=given.get("language", ""),
        )

    @property
    def only_day(self) -> bool:
        """Say whether all times of one day are asked for."""
        return self.data.get("only") == "1"

    @property
    def count(self) -> int:
        """Return how many times to show."""
        asked = str(self.data.get("n", ""))
        return min(max(int(asked), FEWEST), MOST) if asked.isdecimal() and len(asked) < 4 else FEWEST

    def clean(self) -> dict[str, Any]:
        """Ask for a service and a mode; refuse times in the wrong order."""
        given = super().clean() or self.cleaned_data
        if not self.visit:
            if not given.get("service") and "service" not in self.errors:
                self.add_error("service", _("Pick a service."))
            if not given.get("mode") and "mode" not in self.errors:
                self.add_error("mode", _("Pick how."))
        first, last = given.get("earliest"), given.get("latest")
        if first and last and last < first:
            self.add_error("latest", _("This is before the earliest time."))
        day = given.get("day")
        if day and day > self.this_day + timedelta(days=730):
            self.add_error("day", _("That is too far ahead."))
        return given


def _plain_uid(text: Any) -> Any:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
