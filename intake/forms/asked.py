"""A question as it stands on a page, ready for the template, and the form field that carries it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from intake import chart
from intake.questionnaire import Question

# Four short answers fit into a row at 320 pixels, four longer ones do not.
MOST_IN_A_ROW, LONGEST_IN_A_ROW = 3, 12
# Characters from which a free text is a story, not a line or two.
LONG_TEXT = 2000


@dataclass(frozen=True)
class Box:
    """A radio button or box of a question, ready for the template."""

    id: str
    name: str
    value: str
    label: Any
    checked: bool
    when: str = ""
    shown: bool = True


@dataclass(frozen=True)
class Asked:
    """A question as it stands on the page now."""

    question: Question
    id: str
    text: str
    hint: str
    shape: str
    shown: bool
    when: str
    boxes: tuple[Box, ...] = ()
    second: tuple[Box, ...] = ()
    second_text: str = ""
    second_shown: bool = False
    value: str = ""
    plain_help: str = ""
    help_shown: bool = False
    spots: frozenset[str] = frozenset()
    # Answered before, in private: neither shown nor asked for again.
    kept: bool = False

    @property
    def focus_id(self) -> str:
        """Return the id of the first input, where a link to this question leads."""
        if self.shape == "chart":
            return next(iter(chart.AREA_OF))
        if self.second_shown:
            return self.second[0].id
        return self.boxes[0].id if self.boxes else self.id

    @property
    def rows(self) -> int:
        """Return how many lines a box for free text shows: as many as its answers are long."""
        return 6 if (self.question.max_length or LONG_TEXT) >= LONG_TEXT else 2

    @property
    def groups(self) -> list[tuple[Any, list[tuple[chart.Part, list[Box]]]]]:
        """Return the list beside the drawing: titles, their lines, and the boxes of each line."""
        name = self.question.id
        return [
            (title, [(part, [Box(spot, name, spot, "", spot in self.spots) for spot in part.spots]) for part in parts])
            for title, parts in chart.GROUPS
        ]

    @property
    def crowded(self) -> bool:
        """Say whether the answers do not fit beside each other on a telephone."""
        return len(self.boxes) > MOST_IN_A_ROW and any(len(str(box.label)) > LONGEST_IN_A_ROW for box in self.boxes)


class AskedBoundField(BoundField):
    """A bound field that knows where links to its question lead."""

    @property
    def focus_id(self) -> str:
        """Return the id of the input that an error link leads to."""
        asked: Asked = self.field.asked  # type: ignore[attr-defined]
        return asked.focus_id


class AskedField(forms.Field):
    """Carries a question through the form; it reads nothing itself."""

    mark_optional = False

    def __init__(self, asked: Asked) -> None:
        super().__init__(required=False, label=asked.text)
        self.asked = asked

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> AskedBoundField:
        return AskedBoundField(form, self, field_name)
