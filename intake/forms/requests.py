"""The four request forms: ask for a free call, ask a PT, times and cost, a team.

Each form's `asked()` gives `intake.requests.receive` what it needs, but for the kind, the language and the time.
"""

from datetime import datetime
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from clinic import opening, phones, wording
from clinic.forms import LineField, PlainTextField
from clinic.hours import Hours
from clinic.models import Clinic, Mode, Payer, Service, ServiceMode
from clinic.models.places import Weekday
from clinic.spans import Span
from intake import promises
from intake.forms.ask import END, REACH, AskForm

# The value of a window's box is its start and end: a window that is not offered any more is no other window.
_WINDOW_TIME = "%Y%m%dT%H%MZ"


class CallForm(AskForm):
    """Ask for a free discovery session: we call back in a window that suits."""

    field_order = ("name", *REACH, "when", "text", "how_long", *END)
    when = forms.MultipleChoiceField(
        label=_("When can we call?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("One of the times you picked has passed. Look at the times again."),
            "invalid_list": _("Pick from the times below."),
        },
    )
    text = PlainTextField(
        label=_("What is going on?"),
        required=False,
        help_text=_("Where it hurts, and what you want to get back to. A few words are fine."),
    )
    how_long = forms.ChoiceField(
        label=_("How long has it been?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("lt_2w", _("Less than 2 weeks")),
            ("w2_6", _("2 to 6 weeks")),
            ("w6_12", _("6 to 12 weeks")),
            ("gt_12w", _("More than 3 months")),
            ("no_pain", _("Nothing hurts")),
        ],
        error_messages={"invalid_choice": _("Pick one of the answers.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = opening.hours_for()
        self.windows = {
            _value(span): span for spans in promises.call_windows(hours, self.now).values() for span in spans
        }
        self.fields["when"].choices = _by_day(hours, self.windows)  # type: ignore[attr-defined]
        self.fields["when"].help_text = _("Pick all that work, or none if any time will do. %(zone)s.") % {
            "zone": wording.zone_words(hours.zone)
        }
        self.fields["phone"].help_text = _("We call from %(phone)s.") % {"phone": phones.show(Clinic.get().phone)}

    def window_days(self) -> list[tuple[str, list[BoundWidget]]]:
        """Return the days with their boxes, for the template."""
        boxes = iter(self["when"].subwidgets)
        days: list[tuple[str, list[Any]]] = self.fields["when"].choices  # type: ignore[attr-defined]
        return [(day, [next(boxes) for _choice in choices]) for day, choices in days]

    def details(self, data: dict[str, Any]) -> dict[str, Any]:
        spans = [self.windows[value] for value in self.windows if value in data["when"]]
        return {
            "how_long": data["how_long"],
            "windows": [[span.start.isoformat(), span.end.isoformat()] for span in spans],
        }

    def layout(self) -> Layout:
        when = [Field("when", template="intake/_windows.html")] if self.windows else []
        return Layout("name", *self.reach(), *when, "text", Div("how_long", css_class="two"), *self.end())


class QuestionForm(AskForm):
    """Ask a PT one question."""

    field_order = ("text", "answer_by", "name", *REACH, *END)
    text = PlainTextField(
        label=_("Your question"),
        max_length=3000,
        rows=7,
        error_messages={"required": _("Write your question.")},
    )
    answer_by = forms.ChoiceField(
        label=_("How shall we answer?"),
        widget=forms.RadioSelect,
        choices=[("email", _("By e-mail, with a link to the answer")), ("phone", _("By phone"))],
        error_messages={
            "required": _("Pick how we shall answer."),
            "invalid_choice": _("Pick how we shall answer: by e-mail or by phone."),
        },
    )

    def missing_way(self, data: dict[str, Any]) -> tuple[str, str] | None:
        """Ask for what the answer goes to, and for nothing beside it."""
        wanted = data.get("answer_by", "")
        asks = {
            "email": _("Give an e-mail address for the answer."),
            "phone": _("Give a phone number for the answer."),
        }
        if wanted not in asks:
            return super().missing_way(data)
        return None if data.get(wanted) or wanted in self.errors else (wanted, str(asks[wanted]))

    def details(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"answer_by": data["answer_by"]}

    def about(self) -> list[Any]:
        return ["text", "answer_by"]


class CostForm(AskForm):
    """Ask for times and what it would cost; it counts as asking for a Good Faith Estimate."""

    field_order = ("service", "mode", "payer", "days", "text", "name", *REACH, *END)
    service = forms.ChoiceField(
        label=_("What would you like?"),
        error_messages={"invalid_choice": _("Pick one of the services."), "required": _("Pick one of the services.")},
    )
    mode = forms.ChoiceField(
        label=_("Where?"),
        widget=forms.RadioSelect,
        choices=[*Mode.choices, ("any", _("Any of these"))],
        error_messages={"required": _("Pick where."), "invalid_choice": _("Pick one of the places.")},
    )
    payer = forms.ChoiceField(
        label=_("Who pays?"),
        help_text=_("We check what your plan covers before you come."),
        error_messages={"required": _("Pick who pays."), "invalid_choice": _("Pick one of the answers.")},
    )
    days = forms.MultipleChoiceField(
        label=_("Which days suit you?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("Pick from the days below."),
            "invalid_list": _("Pick from the days below."),
        },
    )
    text = PlainTextField(
        label=_("Anything else?"), required=False, rows=4, help_text=_("The name of another plan, or times of day.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(active=True)
        payers = Payer.objects.filter(active=True).exclude(kind=Payer.Kind.SELF)
        days = sorted({stretch.weekday for stretch in opening.hours_for().weekly})
        choices: dict[str, list[tuple[str, Any]]] = {
            "service": [
                ("", _("Pick one")),
                *((row.slug, row.name) for row in services),
                ("not_sure", _("I am not sure")),
            ],
            "payer": [
                ("", _("Pick one")),
                ("self", _("I pay myself")),
                *((row.name, row.name) for row in payers),
                ("other", _("Another plan")),
                ("not_sure", _("I am not sure")),
            ],
            "days": [(str(day), Weekday(day).label) for day in days],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a service in a mode that it is not offered in, and say which there are."""
        data = super().clean()
        service, mode = data.get("service"), data.get("mode")
        if not service or service == "not_sure" or not mode or mode == "any":
            return data
        modes = ServiceMode.objects.filter(service__slug=service, active=True, service__active=True)
        offered = [str(Mode(code).label) for code in modes.values_list("mode", flat=True)]
        if str(Mode(mode).label) not in offered and offered:
            self.add_error("mode", _("This is offered here: %(modes)s.") % {"modes": wording.listed(offered)})
        return data

    def details(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "service": "" if data["service"] == "not_sure" else data["service"],
            "mode": "" if data["mode"] == "any" else data["mode"],
            "payer": data["payer"],
            "days": [int(day) for day in data["days"]],
        }

    def about(self) -> list[Any]:
        return ["service", Div("mode", css_class="two"), "payer", Div("days", css_class="two"), "text"]


class TeamForm(AskForm):
    """Ask for help for a team, a club or a class."""

    field_order = ("group", "dates", "size", "ages", "text", "name", *REACH, *END)
    group = LineField(label=_("Team or group"), error_messages={"required": _("Give the name of the team or group.")})
    dates = LineField(
        label=_("When would it be?"),
        max_length=200,
        help_text=_("Dates, weekdays or a month."),
        error_messages={"required": _("Write when it would be.")},
    )
    size = forms.IntegerField(
        label=_("How many people?"),
        min_value=1,
        max_value=1000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
        error_messages={
            "required": _("Write how many people, as a number."),
            "invalid": _("Write how many people, as a number."),
            "min_value": _("Write a number from 1 to 1000."),
            "max_value": _("Write a number from 1 to 1000."),
        },
    )
    ages = LineField(
        label=_("How old are they?"),
        max_length=60,
        help_text=_("For example 14 to 18."),
        error_messages={"required": _("Write how old they are.")},
    )
    text = PlainTextField(
        label=_("What are you looking for?"),
        required=False,
        help_text=_("Strength, running form, a talk, help on race day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ages"].widget.attrs["class"] = "short"

    def details(self, data: dict[str, Any]) -> dict[str, Any]:
        return {key: data[key] for key in ("group", "dates", "size", "ages")}

    def about(self) -> list[Any]:
        return ["group", "dates", "size", "ages", "text"]


def _value(span: Span) -> str:
    return f"{span.start:{_WINDOW_TIME}}-{span.end:{_WINDOW_TIME}}"


def _by_day(hours: Hours, windows: dict[str, Span]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the windows as choices in groups, one for each day: ("Monday 23 November", [(value, "8 to 10 am"), ...])."""
    days: dict[str, list[tuple[str, str]]] = {}
    for value, span in windows.items():
        start: datetime = hours.local(span.start)
        label = wording.hours(start.time(), hours.local(span.end).time())
        days.setdefault(wording.day(start.date()), []).append((value, label))
    return list(days.items())
