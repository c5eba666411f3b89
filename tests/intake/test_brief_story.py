"""The brief's places, pain, nerves, running, factors, goals, and what is new since the screening before."""

from typing import Any

import pytest

from intake.brief.care import care_of, factor_lines, goals_of, outlook_of
from intake.brief.drawn import bars_of, body_of, scale_of
from intake.brief.places import places_of
from intake.brief.since import news_of
from intake.brief.story import load_of, nerves_of, pain_of
from intake.brief.words import Words
from intake.chart import AREA_OF
from intake.questionnaire import current
from tests.intake.answering import all_clear
from tests.intake.briefs import LATER


def words(**changes: Any) -> Words:
    return Words(current(), current().effective(all_clear(**changes)))


def places(*spots: str, **changes: Any):
    return places_of(words(**changes), list(spots))


# ---------------------------------------------------------------- places


def test_spots_that_were_tapped_are_marked_and_told_with_their_side():
    found = places("knee-l", "knee-r", pain_areas=["knee"])
    assert found.tapped == ("knee-l", "knee-r")
    assert found.words == ("Knee, left and right",)


def test_worst_place_stands_first():
    found = places("low_back", "calf-l", pain_areas=["low_back", "calf"], main_area="calf")
    assert found.words == ("Calf, left (worst)", "Low back")


def test_only_place_is_not_called_the_worst():
    assert places("low_back", pain_areas=["low_back"]).words == ("Low back",)


def test_place_named_with_a_side_is_marked_there():
    found = places(pain_areas=["knee"], pain_side="left")
    assert (found.tapped, found.about, found.words) == (("knee-l",), (), ("Knee, left",))


def test_place_named_for_both_sides_or_halves_is_marked_as_not_told():
    found = places(pain_areas=["thigh"], pain_side="left")
    assert found.tapped == ()
    assert set(found.about) == {"thigh_front-l", "thigh_back-l"}
    assert found.words == ("Thigh",)


def test_spot_that_was_taken_back_in_the_list_is_not_marked():
    assert places("knee-l", pain_areas=["low_back"]).tapped == ("low_back",)


@pytest.mark.parametrize("spots", [None, "knee-l", 7, [None, {}, "tampered"]])
def test_spots_of_strange_shapes_mark_nothing(spots):
    assert places_of(words(pain_areas=["none"], visit_reason="massage"), spots).tapped == ()


def test_every_spot_can_be_marked_on_the_drawing():
    for spot, area in AREA_OF.items():
        marked = [region for view in body_of(places(spot, pain_areas=[area])) for region in view.hurt]
        assert marked != []
        assert {region.spot for region in marked} == {spot}


def test_sides_are_those_of_the_patient():
    front, back = body_of(places("low_back"))
    assert (front.left_side, front.right_side) == ("R", "L")
    assert (back.left_side, back.right_side) == ("L", "R")


# ---------------------------------------------------------------- pain


def test_pain_line_tells_scores_course_and_24_hours():
    pain = pain_of(words(pain_trend="worse", pain_night="constant", pain_mech="constant", pain_ease="no"), None)
    assert (pain.now, pain.worst, pain.before_worst) == (3, 5, None)
    assert pain.head == "2 to 6 weeks, bit by bit, no fall or blow"
    text = " ".join(pain.lines)
    assert "Over the week: getting worse." in text
    assert "Night: kept up, nothing helps; morning: not stiff" in text
    assert "with movement: stays the same; position that eases: none." in text


def test_pain_without_scores_has_no_scale():
    assert scale_of(pain_of(words(nprs_now=..., nprs_worst=...), None)) is None


@pytest.mark.parametrize(
    ("now", "worst"), [(0, 0), (0, 2), (0, 10), (1, 3), (4, 4), (4, 5), (5, 4), (7, 9), (8, 10), (9, 10)]
)
def test_labels_of_the_scale_do_not_run_into_each_other(now, worst):
    scale = scale_of(pain_of(words(nprs_now=now, nprs_worst=worst), None))
    ends = []
    for label in scale.labels:
        width = 5.5 * len(label.text)
        start = float(label.x) - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
        assert start >= -1
        assert start + width <= 301
        ends.append((start, start + width))
    assert all(one[1] <= other[0] for one, other in zip(sorted(ends), sorted(ends)[1:], strict=False))


# ---------------------------------------------------------------- nerves


def test_nerve_line_tells_what_is_there_before_what_is_not():
    line = nerves_of(words(leg_pain_extent="below_knee", leg_numb="yes", leg_weak="mild", neuro_trend="worse"))
    assert line.lead.startswith("Pain down a leg: below the knee, left; numb: yes, left; weak: a little, left;")
    assert "trend: getting worse" in line.lead
    assert "saddle" in line.rest
    assert "foot drop" in line.rest


def test_no_nerve_sign_is_said():
    assert nerves_of(words()).lead == "No nerve sign."


def test_arm_that_was_not_asked_about_is_not_called_clear():
    assert "arm" not in nerves_of(words(pain_areas=["low_back"])).rest


def test_patient_without_a_question_about_nerves_has_no_nerve_line():
    assert nerves_of(Words(current(), {"pain_areas": ["none"]})) is None


# ---------------------------------------------------------------- running


def test_running_line_tells_what_was_asked():
    load = load_of(words(run_miles_week=28, run_long_jump="some", run_week_change="up_lot"), None)
    assert (load.miles, load.scale, load.jump, load.week) == (28, 40, 1, 3)
    bars = bars_of(load)
    assert bars.says == (
        "Running before this began: 28 miles a week, one run much longer: 10 to 30% longer, weekly miles or speed: up a lot"
    )
    assert [step.text for step in (*bars.jump, *bars.week) if step.chosen] == ["10 to 30% longer", "up a lot"]


def test_bar_of_many_miles_stays_within_its_track():
    bars = bars_of(load_of(words(run_miles_week=121), None))
    assert bars.most == "140"
    assert 0 < float(bars.width) < 250


def test_running_that_was_not_answered_is_not_drawn_as_none():
    load = load_of(words(run_miles_week=..., run_long_jump=..., run_week_change=...), None)
    bars = bars_of(load)
    assert (load.miles, bars.width, bars.miles) == (None, "0", "not answered")
    assert [step for step in (*bars.jump, *bars.week) if step.chosen] == []


def test_who_does_not_run_has_no_running_line():
    assert load_of(words(runner="no"), None) is None


# ---------------------------------------------------------------- factors, goals, care


def together(**changes: Any) -> dict[str, Any]:
    return {**all_clear(**changes), **LATER}


def test_factors_of_the_pages_after_the_result_join_those_stored():
    given = together(run_long_jump="large")
    lines = factor_lines(["F05"], given, Words(current(), current().effective(given)))
    assert [line.id for line in lines] == ["F01", "F03", "F05", "F12"]
    assert lines[2].why == "one run much longer: much longer"


def test_factor_that_was_stored_stays_when_later_answers_hide_why():
    lines = factor_lines(["F06"], all_clear(), words())
    assert [(line.id, line.name, line.why) for line in lines] == [("F06", "Warm-up", "")]


def test_goals_and_care_are_told_in_the_patients_words():
    given = Words(current(), current().effective(together(prior_imaging=["mri"], prior_imaging_finding=["disc"])))
    goals = {entry.label: entry.text for entry in goals_of(given)}
    assert goals == {"Back to": "The Crow Pass run in July", "Stops them": "Sit through a shift; can do it 4 of 10"}
    care = {entry.label: entry.text for entry in care_of(given)}
    assert care["Medicines"] == "Ibuprofen at times"
    assert care["Scans"] == "MRI; disc; older, or another place"
    assert care["Care"].endswith("tried PT, rest")
    assert outlook_of(given) == "Worry 4 of 10, sure to get back 6 of 10, fear that moving harms 7 of 10"


def test_nothing_is_said_of_what_was_not_answered():
    assert (goals_of(words()), outlook_of(words())) == ((), "")


# ---------------------------------------------------------------- new since


def news(before: dict[str, Any], **now: Any) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in news_of(words(**now), words(**before))]


def test_sign_that_is_new_stands_before_one_that_has_gone():
    assert news({"sys_fever": "yes"}, foot_drop="yes") == [
        ("up", "Foot drop, was no"),
        ("down", "Fever or chills: no, was yes"),
    ]


def test_step_up_of_a_sign_is_news():
    assert ("up", "Pain down a leg: below the knee, was not past the knee") in news(
        {"leg_pain_extent": "above_knee"}, leg_pain_extent="below_knee"
    )


def test_scores_tell_both_numbers():
    assert news({"nprs_worst": 4}, nprs_worst=7) == [("up", "Worst pain 7, was 4")]
    assert news({"nprs_worst": 7}, nprs_worst=5) == [("down", "Worst pain 5, was 7")]


def test_place_that_is_new_and_one_that_has_gone_stand_in_one_line():
    found = news({"pain_areas": ["low_back", "knee"], "main_area": "knee"}, pain_areas=["low_back", "calf"])
    assert ("up", "Places: now also calf; no longer knee") in found


def test_same_answers_are_no_news():
    assert news({}) == []


def test_no_to_a_question_that_is_new_is_no_news():
    assert not [text for _kind, text in news({"pain_areas": ["knee"]}) if "Saddle" in text]


def test_sign_that_was_not_asked_about_before_is_news():
    found = news({"pain_areas": ["knee"]}, ces_bladder="new")
    assert ("up", "Bladder change: new in 2 weeks, was not asked") in found


def test_what_passes_by_itself_is_no_news():
    assert news({"duration_band": "lt_2w"}, duration_band="w2_6") == []
