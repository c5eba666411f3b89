from pathlib import Path

import pytest

from intake import chart
from intake.questionnaire import current


def test_drawing_has_every_place_of_the_questionnaire_and_no_other():
    areas = current().question(chart.AREAS).codes - {chart.NO_PAIN}
    assert set(chart.AREA_OF.values()) == areas


def test_every_spot_has_a_region_in_the_drawing():
    drawing = Path("templates/intake/check/_figures.html").read_text()
    missing = [spot for spot in chart.AREA_OF if f'for="{spot}"' not in drawing]
    assert missing == []


def test_spots_become_areas_once():
    assert chart.areas_of(["thigh_front-l", "thigh_back-l", "low_back"]) == ["thigh", "low_back"]


def test_what_is_no_spot_is_left_to_be_judged():
    assert chart.areas_of(["tampered", "none"]) == ["tampered", "none"]
    assert chart.known(["tampered", "knee-l"]) == ["knee-l"]


@pytest.mark.parametrize(
    ("spots", "side"),
    [
        ([], None),
        (["tampered"], None),
        (["low_back"], "middle"),
        (["knee-l"], "left"),
        (["knee-r", "calf-r"], "right"),
        (["knee-l", "calf-r"], "both"),
        (["low_back", "buttock-l"], "left"),
    ],
)
def test_side_follows_from_the_spots(spots, side):
    assert chart.side_of(spots) == side


def test_spots_in_words_name_their_sides():
    assert chart.in_words(["low_back", "knee-l", "knee-r"]) == "Low back, Knee (left, right)"


def test_areas_without_a_drawing_guess_no_side():
    assert chart.spots_for(["low_back", "knee"]) == ["low_back"]
