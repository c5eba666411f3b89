import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from intake import chart, figure
from intake.questionnaire import current


def test_drawing_has_every_place_of_the_questionnaire_and_no_other():
    areas = current().question(chart.AREAS).codes - {chart.NO_PAIN}
    assert set(chart.AREA_OF.values()) == areas


def test_every_spot_has_a_region_in_the_drawing():
    drawn = {region.spot for view in figure.VIEWS for region in view.regions}
    assert drawn == set(chart.AREA_OF)


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_drawing_is_made_of_labels_of_the_spots_with_numbers_that_a_browser_reads(language):
    with translation.override(language):
        drawing = render_to_string("intake/check/_figures.html")
    assert set(re.findall(r'<label for="([^"]+)"', drawing)) == set(chart.AREA_OF)
    assert re.findall(r'c[xy]="[^"]*[^-0-9."][^"]*"', drawing) == []


def test_other_side_of_a_pair_is_the_same_path_mirrored():
    front = {region.spot: region for region in figure.VIEWS[0].regions}
    left, right = front["knee-l"], front["knee-r"]
    assert (left.path, left.mirrored, right.mirrored) == (right.path, False, True)


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
