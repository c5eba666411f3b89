"""The brief as a PDF: one page in the usual case, tagged, with text that can be found and copied.

Everything goes in as JSON, never as source, so that no answer can act as typst. The face is typst's own, so that the
page is the same on a machine without fonts; those of the system only lend letters that it lacks.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import typst
from django.template.loader import render_to_string
from django.utils.translation import override

from intake.brief.drawn import bars_of, body_of, scale_of
from intake.brief.load import Sheet

_TEMPLATE: Final = Path(__file__).with_name("brief.typ")
PAPERS: Final = {"letter": "us-letter", "a4": "a4"}
# The page's style sheet colours these drawings on screen; a PDF has no style sheet.
_COLOURS: Final = """
.fig { fill: #F3F1EB; stroke: #51605A; stroke-width: 2.2; stroke-linejoin: round }
.figline { fill: none; stroke: #51605A; stroke-opacity: .5; stroke-width: 1.6; stroke-linecap: round }
.hurt { fill: #D9573F } .spot { fill: #FFFFFF } .about { stroke: #B93A0B; stroke-width: 1.5 }
.hatch { fill: none; stroke: #B93A0B; stroke-width: 3 }
.base { stroke: #51605A } .span { stroke: #CFCBC0; stroke-width: 5; stroke-linecap: round }
.a { fill: #0F5B4B } .z { fill: #A3160F } .was { fill: #FFFFFF; stroke: #51605A; stroke-width: 1.5 }
.track { fill: #EFEDE6 } .bar { fill: #0F5B4B } .on { fill: #FFFFFF; font-weight: bold } .off { fill: #51605A }
.v { font-weight: bold }
text { font-family: "Libertinus Serif"; fill: #10231F }
"""


def pdf_of(sheet: Sheet, *, clinic: str, paper: str = "letter") -> bytes:
    """Return the brief as a PDF on "letter" or "a4" paper."""
    brief = sheet.brief
    scale, bars = scale_of(brief.pain), bars_of(brief.load) if brief.load else None
    with override("en"):
        drawings = {
            "body": _svg("desk/_brief_body.html", (500, 622), {"views": body_of(brief.places)}, letters=28),
            "scale": _svg("desk/_brief_scale.html", (300, 44), {"scale": scale}) if scale else "",
            "load": _svg("desk/_brief_load.html", (330, 70), {"bars": bars}) if bars else "",
        }
    data = {
        "sheet": asdict(sheet),
        "because": [rule.because for rule in brief.fired],
        "absent_count": brief.signs.absent_count,
        "drawings": drawings,
        "scale_says": scale.says if scale else "",
        "load_says": bars.says if bars else "",
        "clinic": clinic,
        "paper": PAPERS[paper],
    }
    compiler = typst.Compiler(_TEMPLATE, font_paths=_fonts(), sys_inputs={"d": json.dumps(_printable(data))})
    # Tagged, but not held to PDF/UA: that refuses the whole page for one letter that no font has.
    return cast("bytes", compiler.compile(format="pdf", pdf_tags=True))


@cache
def _fonts() -> typst.Fonts:
    """Look for fonts once a process: that takes longer than the page."""
    return typst.Fonts()


def _svg(template: str, size: tuple[int, int], context: dict[str, Any], letters: int = 10) -> str:
    inner = render_to_string(template, context)
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<style>{_COLOURS} text {{ font-size: {letters}px }}</style>{inner}</svg>"
    )


def _printable(value: Any) -> Any:
    """Return the same without what no page can hold: control characters and halves of characters."""
    if isinstance(value, str):
        return "".join("\N{REPLACEMENT CHARACTER}" if _is_unprintable(letter) else letter for letter in value)
    if isinstance(value, dict):
        return {str(key): _printable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(inner) for inner in value]
    return value


def _is_unprintable(letter: str) -> bool:
    code = ord(letter)
    return (code < 32 and letter not in "\n\t") or 127 <= code < 160 or 0xD800 <= code <= 0xDFFF
