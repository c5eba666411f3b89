"""The minutes of road between all zones, in one table to type in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from clinic.models.travel import LONGEST_ROAD
from clinic.roads import Pair, RoadTable


class RoadForm(forms.Form):
    """A field for each way from a zone to a zone; empty where the way back holds, or nothing is known."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, roads: RoadTable) -> None:
        super().__init__(data, label_suffix="")
        self.roads = roads
        for start in roads.zones:
            for end in roads.zones:
                pair = (start.pk, end.pk)
                label = _("%(start)s to %(end)s") % {"start": start, "end": end}
                wrong = _("%(road)s: a road takes 0 to %(most)d minutes, in whole numbers.") % {
                    "road": label,
                    "most": LONGEST_ROAD,
                }
                field = forms.IntegerField(
                    label=label,
                    required=False,
                    min_value=0,
                    max_value=LONGEST_ROAD,
                    initial=roads.minutes.get(pair),
                    widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3, "aria-label": label}),
                    error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
                )
                field.validators = [_named(one, wrong) for one in field.validators]
                if roads.back(pair) is not None:
                    field.widget.attrs["placeholder"] = str(roads.back(pair))
                self.fields[_name(pair)] = field

    @property
    def rows(self) -> list[tuple[Any, list[Any]]]:
        """Return the table: each zone with the fields of its ways to all."""
        zones = self.roads.zones
        return [(start, [self[_name((start.pk, end.pk))] for end in zones]) for start in zones]

    @property
    def minutes(self) -> dict[Pair, int | None]:
        """Return what was typed in; only for a valid form. A field that was not sent is none that was emptied."""
        pairs = [(start.pk, end.pk) for start in self.roads.zones for end in self.roads.zones]
        return {pair: self.cleaned_data[_name(pair)] for pair in pairs if _name(pair) in self.data}


def _name(pair: Pair) -> str:
    return f"road-{pair[0]}-{pair[1]}"


def _named(validator: Any, message: str) -> Any:
    """Let a limit say which road it is about: the table has no room for words beside each field."""
    validator.message = message
    return validator
