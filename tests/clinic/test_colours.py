"""Whatever two colours a manager picks, everything drawn with them can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic import colours

colour = st.tuples(*(st.integers(0, 255) for _ in range(3)))


def test_contrast_is_counted_as_the_guidelines_do():
    assert colours.contrast(colours.WHITE, colours.BLACK) == pytest.approx(21)
    assert colours.contrast((119, 119, 119), colours.WHITE) == pytest.approx(4.48, abs=0.01)


@given(brand=colour, accent=colour)
def test_any_two_colours_give_text_that_can_be_read(brand, accent):
    light, dark = colours.palette(brand, accent)
    night = {**light, **dark}
    pairs = [
        *((light[name], ground) for name in ("brand", "link", "go", "mark") for ground in colours.LIGHT_GROUNDS),
        *((night[name], ground) for name in ("brand", "link", "go", "mark") for ground in colours.DARK_GROUNDS),
        (light["link"], light["mist"]),
        (night["link"], night["mist"]),
        (colours.WHITE, light["brand"]),
        (colours.WHITE, light["brand-hover"]),
        (colours.WHITE, light["go"]),
        (colours.WHITE, light["go-hover"]),
        (colours.WHITE, light["face"]),
        (colours.WHITE, light["warm"]),
        (night["on-brand"], night["brand"]),
        (night["on-brand"], night["brand-hover"]),
        (colours.DARK_TEXT, night["go"]),
        (colours.DARK_TEXT, night["go-hover"]),
        (colours.DARK_TEXT, light["deep-go"]),
        (colours.DARK_TEXT, light["deep-go-hover"]),
    ]
    for deep in (light["deep"], night["deep"]):
        pairs += [(light[name], deep) for name in ("deep-go", "deep-link", "on-deep-soft")]
        pairs += [(colours.WHITE, deep)]
    # What our own colours print on the clinic's mist: ordinary and soft text.
    pairs += [((16, 35, 31), light["mist"]), ((75, 93, 87), light["mist"])]
    pairs += [((236, 242, 239), night["mist"]), ((169, 187, 180), night["mist"])]
    assert [(one, two) for one, two in pairs if colours.contrast(one, two) < 4.5] == []


def test_colours_that_can_be_read_stay_as_they_are():
    light, _dark = colours.palette(colours.parse("#1F3A8A"), colours.parse("#9D174D"))
    assert (colours.write(light["brand"]), colours.write(light["go"])) == ("#1f3a8a", "#9d174d")


@pytest.mark.parametrize("text", ["", "#12345", "red", "#12345g", "#0f5b4b0f"])
def test_parse_refuses_what_is_no_colour(text):
    with pytest.raises(ValueError):
        colours.parse(text)
