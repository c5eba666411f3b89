"""A clinic's own two colours, made into a whole palette whose text can always be read. Pure.

A manager may pick any colour; what is drawn with it is darkened or lightened until it has the contrast that WCAG 2.2
asks for (4.5 to 1 for text), on light and on dark pages.
"""

from collections.abc import Mapping

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
# Fixed parts of the palette (clinic/static/site.css) that the clinic's colours must stand on.
# Sheet, paper, and the grounds of warnings (red and amber).
LIGHT_GROUNDS: tuple[Colour, ...] = (WHITE, (251, 250, 247), (253, 236, 234), (255, 244, 220))
DARK_GROUNDS: tuple[Colour, ...] = ((18, 33, 29), (11, 22, 19), (58, 20, 17), (46, 35, 8))
DARK_TEXT: Colour = (28, 11, 3)
READABLE = 4.6  # a little above the law's 4.5, for rounding


def parse(text: str) -> Colour:
    """Return "#0F5B4B" or "0f5b4b" as numbers; raise ValueError for anything else."""
    digits = text.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(f"{text!r} is no colour")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def write(colour: Colour) -> str:
    """Return a colour as CSS writes it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """Return the colour with a share (0 to 1) of another in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG counts it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def until_readable(colour: Colour, towards: Colour, grounds: tuple[Colour, ...], least: float = READABLE) -> Colour:
    """Return the colour mixed towards another only as far as it takes to stand out from each of the grounds."""
    for step in range(101):
        mixed = mix(colour, towards, step / 100)
        if all(contrast(mixed, ground) >= least for ground in grounds):
            return mixed
    return towards


def palette(brand: Colour, accent: Colour) -> tuple[Mapping[str, Colour], Mapping[str, Colour]]:
    """Return the custom properties that carry the clinic's colours: for light pages, and what dark ones change."""
    mist = mix(WHITE, brand, 0.1)
    brand = until_readable(brand, BLACK, (*LIGHT_GROUNDS, mist))
    deep = until_readable(mix(brand, BLACK, 0.3), BLACK, (WHITE,), least=9)
    night = mix(brand, BLACK, 0.55)
    go = until_readable(accent, BLACK, LIGHT_GROUNDS)
    deep_go = until_readable(accent, WHITE, (deep, DARK_TEXT))
    dark_mists = mix(DARK_GROUNDS[0], brand, 0.2), mix(DARK_GROUNDS[0], brand, 0.4)
    dark_brand = until_readable(brand, WHITE, (*DARK_GROUNDS, dark_mists[0], DARK_TEXT), least=7)
    dark_go = until_readable(accent, WHITE, (*DARK_GROUNDS, DARK_TEXT), least=6)
    light = {
        "brand": brand,
        "brand-hover": mix(brand, BLACK, 0.3),
        "link": brand,
        "day-link": brand,
        "go": go,
        "go-hover": mix(go, BLACK, 0.2),
        "mark": go,
        "warm": go,
        "mist": mist,
        "mist-2": mix(WHITE, brand, 0.2),
        "deep": deep,
        "deeper": mix(deep, BLACK, 0.3),
        "face": deep,
        "on-deep-soft": until_readable(mix(WHITE, brand, 0.3), WHITE, (deep,)),
        "deep-go": deep_go,
        "deep-go-hover": mix(deep_go, WHITE, 0.15),
        "deep-link": until_readable(mix(WHITE, brand, 0.4), WHITE, (deep,), least=6),
        "deep-line": mix(deep, WHITE, 0.15),
        "deep-mist": mix(deep, WHITE, 0.06),
    }
    dark = {
        "brand": dark_brand,
        "brand-hover": mix(dark_brand, WHITE, 0.3),
        "on-brand": DARK_TEXT,
        "link": dark_brand,
        "go": dark_go,
        "go-hover": mix(dark_go, WHITE, 0.2),
        "mark": dark_go,
        "mist": dark_mists[0],
        "mist-2": dark_mists[1],
        "deep": night,
        "deeper": mix(night, BLACK, 0.5),
    }
    return light, dark


def stylesheet(brand: Colour, accent: Colour) -> str:
    """Return the palette as a stylesheet to load after site.css."""
    light, dark = (
        "".join(f"  --{name}: {write(colour)};\n" for name, colour in part.items()) for part in palette(brand, accent)
    )
    return f":root {{\n{light}}}\n@media (prefers-color-scheme: dark) {{\n:root {{\n{dark}}}\n}}\n"


def _luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour in sRGB (WCAG 2.2, glossary)."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
