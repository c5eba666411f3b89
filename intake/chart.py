"""The places that can be tapped on the drawing of a body, and what they mean to the questionnaire. Pure.

The questionnaire asks for areas (`pain_areas`) and one side (`pain_side`). The drawing knows left from right and, at the
thigh, front from back, so nobody is asked for the side again. What was tapped is kept beside the answers, under
`SPOTS`, for the therapist's page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AREAS: Final = "pain_areas"
SIDE: Final = "pain_side"
SPOTS: Final = "pain_spots"
"""The key in a screening's answers that holds the spots tapped. No question of this name, so no rule reads it."""

NO_PAIN: Final = "none"
LEFT, RIGHT, BOTH, MIDDLE = "left", "right", "both", "middle"


@dataclass(frozen=True)
class Part:
    """A line of the list: its name, its area in the questionnaire, and its spots (one, or left and right)."""

    name: Promise
    area: str
    spots: tuple[str, ...]

    @property
    def has_sides(self) -> bool:
        """Say whether left and right are two spots."""
        return len(self.spots) == 2


def _one(name: Promise, area: str, spot: str = "") -> Part:
    return Part(name, area, (spot or area,))


def _two(name: Promise, area: str, spot: str = "") -> Part:
    return Part(name, area, (f"{spot or area}-l", f"{spot or area}-r"))


# The names of spots are ids in the page: `bodychart.css` lights up the region of the drawing that has the same name.
GROUPS: Final = (
    (
        _("Neck to waist"),
        (
            _one(_("Neck"), "neck"),
            _two(_("Shoulder"), "shoulder"),
            _two(_("Shoulder blade"), "shoulder_blade", "blade"),
            _one(_("Chest"), "chest"),
            _one(_("Upper back"), "upper_back"),
            _two(_("Arm"), "arm"),
            _two(_("Elbow"), "elbow"),
            _two(_("Wrist or hand"), "wrist_hand", "hand"),
            _one(_("Belly"), "abdomen_flank", "belly"),
            _two(_("Side, below the ribs"), "abdomen_flank", "flank"),
            _one(_("Low back"), "low_back"),
        ),
    ),
    (
        _("Hips and bottom"),
        (
            _one(_("Tailbone, or just above it"), "sacrum"),
            _one(_("Pelvis or pubic bone"), "pelvis"),
            _two(_("Front of hip or groin"), "hip_groin", "groin"),
            _two(_("Side of hip"), "hip_side"),
            _two(_("Buttock"), "buttock"),
        ),
    ),
    (
        _("Leg and foot"),
        (
            _two(_("Front of thigh"), "thigh", "thigh_front"),
            _two(_("Back of thigh"), "thigh", "thigh_back"),
            _two(_("Knee"), "knee"),
            _two(_("Shin"), "shin"),
            _two(_("Calf"), "calf"),
            _two(_("Achilles (back of the ankle)"), "achilles"),
            _two(_("Ankle"), "ankle"),
            _two(_("Heel"), "heel"),
            _two(_("Foot or toes"), "foot"),
        ),
    ),
)
PARTS: Final = tuple(part for _title, parts in GROUPS for part in parts)
AREA_OF: Final = {spot: part.area for part in PARTS for spot in part.spots}
_SIDES: Final = {"-l": LEFT, "-r": RIGHT}


def areas_of(spots: Iterable[str]) -> list[str]:
    """Return what to answer to `pain_areas`: each spot's area once; what is no spot stays as it is, to be judged."""
    return list(dict.fromkeys(AREA_OF.get(spot, spot) for spot in spots))


def known(spots: Iterable[str]) -> list[str]:
    """Return the spots of the drawing among these, once each, in the order of the list."""
    tapped = set(spots)
    return [spot for spot in AREA_OF if spot in tapped]


def side_of(spots: Iterable[str]) -> str | None:
    """Return what to answer to `pain_side`, or None without a spot: the one side there is, else both, else the middle."""
    sides = {_SIDES.get(spot[-2:], MIDDLE) for spot in known(spots)}
    if not sides:
        return None
    lateral = sides - {MIDDLE}
    if not lateral:
        return MIDDLE
    return lateral.pop() if len(lateral) == 1 else BOTH


def in_words(spots: Iterable[str]) -> str:
    """Return spots as a person reads them: "Knee (left), Low back"."""
    tapped = set(spots)
    said = []
    for part in PARTS:
        here = [spot for spot in part.spots if spot in tapped]
        if here and part.has_sides:
            sides = [str(_("left") if spot.endswith("-l") else _("right")) for spot in here]
            said.append(f"{part.name} ({', '.join(sides)})")
        elif here:
            said.append(str(part.name))
    return ", ".join(said)


def spots_for(areas: Iterable[str]) -> list[str]:
    """Return the spots to show for areas that were answered without the drawing: of those with sides, none is guessed."""
    wanted = set(areas)
    return [part.spots[0] for part in PARTS if part.area in wanted and not part.has_sides]
