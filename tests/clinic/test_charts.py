"""Charts: where the marks stand, and what reaches the page."""

import re

from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from clinic.charts import Chart, Part, Row, Stack, bars, columns, dots, nice_ticks, stacks


def attributes(chart: Chart, css: str) -> list[dict[str, str]]:
    """The attributes of the marks of a class."""
    return [dict(mark.attributes) for mark in chart.marks if dict(mark.attributes)["class"] == css]


@given(st.floats(min_value=0.01, max_value=1e12))
def test_ticks_are_few_round_and_reach_the_largest_value(most):
    ticks = nice_ticks(most)
    step = ticks[1] - ticks[0]
    assert ticks[0] == 0 and ticks[-1] >= most * 0.999999 and len(ticks) <= 7
    assert step >= 1 and f"{step:.0e}"[0] in "125"


def test_ticks_of_nothing_still_make_an_axis():
    assert nice_ticks(0) == nice_ticks(float("nan")) == nice_ticks(-3) == [0.0, 1.0]


def test_ticks_of_people_are_whole_numbers():
    assert nice_ticks(88) == [0, 50, 100]
    assert nice_ticks(3) == [0, 1, 2, 3]


def test_bar_is_as_long_as_its_share_of_the_largest():
    chart = bars([Row("Asked", "200", 200), Row("Booked", "50", 50), Row("Seen", "0", 0)])
    assert [mark["width"] for mark in attributes(chart, "bar")] == ["480", "120"]
    assert chart.box == "0 0 480 144"


def test_column_stacks_its_parts_on_the_axis():
    chart = columns([Stack("1 h", "4", (Part("bar", 3), Part("late", 1)))])
    kept, late = attributes(chart, "bar")[0], attributes(chart, "late")[0]
    assert float(late["y"]) + float(late["height"]) == float(kept["y"])
    assert float(kept["y"]) + float(kept["height"]) == 172
    assert late["fill"] == "url(#hatch)"  # by shape, not by colour alone


def test_dots_show_the_mean_and_rings_where_there_are_too_few():
    chart = dots([Row("Video", "9 %", 9), None, Row("Eli", "1 of 7", 0, "few")], mean=5, mean_said="all: 5 %")
    assert len(attributes(chart, "dotc")) == len(attributes(chart, "ring")) == 1
    assert {mark["x1"] for mark in attributes(chart, "promise")} == {"236"}


@given(st.lists(st.lists(st.floats(0, 1e9), min_size=3, max_size=3), max_size=5))
def test_stacks_stay_within_the_drawing(values):
    rows = [Stack("Dana", "", tuple(Part("bar", value) for value in row)) for row in values]
    for mark in attributes(stacks(rows, legend=()), "bar"):
        assert float(mark["x"]) >= 0 and float(mark["x"]) + float(mark["width"]) <= 480.2


def test_drawing_escapes_names_and_has_no_style():
    chart = bars([Row('<script>"&', "1", 1)])
    html = Template("{% load charts %}{% plot chart 'one' title %}").render(Context({"chart": chart, "title": "<b>"}))
    assert "&lt;script&gt;&quot;&amp;" in html and "<b>" not in html
    assert not re.search(r"style|<script", html)
    assert 'role="img" aria-labelledby="plot-one"' in html


def test_rings_are_explained_below_where_there_are_some():
    few, enough = Row("Eli", "1 of 7", 0, "few"), Row("Video", "9 %", 9)
    assert dots([enough, few], mean=5, few_said="too few").legend == (("ring", "too few"),)
    assert dots([enough], mean=5, few_said="too few").legend == ()
