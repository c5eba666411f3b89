"""Mistyped words of the watch list, mended: the short ones by a list, the long ones by likeness."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

MISSPELT: Final[dict[str, str]] = {
    **dict.fromkeys(("chst", "ches", "cheast", "chets", "chset", "chestt", "chesst"), "chest"),
    **dict.fromkeys(("chestpain", "chestpains"), "chest pain"),
    **dict.fromkeys(("heartattack", "heartatack"), "heart attack"),
    **dict.fromkeys(("atack", "attak", "atak"), "attack"),
    **dict.fromkeys(("hart",), "heart"),
    **dict.fromkeys(("nubm", "num", "nub", "numm", "nmb", "numbb"), "numb"),
    **dict.fromkeys(("cnt", "carnt", "kant", "caint", "cudnt", "coudnt", "couldn"), "cant"),
    **dict.fromkeys(("peee", "pea", "peeee"), "pee"),
    **dict.fromkeys(("urin", "uring", "uriin"), "urine"),
    **dict.fromkeys(("urinat", "urinte"), "urinate"),
    **dict.fromkeys(("breth", "breeth", "breath", "brethe"), "breathe"),
    **dict.fromkeys(("brething", "breathin", "breating"), "breathing"),
    **dict.fromkeys(("strok", "storke", "stoke", "stroek"), "stroke"),
    **dict.fromkeys(("fevr", "feaver", "fevor", "feber"), "fever"),
    **dict.fromkeys(("canser", "cancr", "canccer"), "cancer"),
    **dict.fromkeys(("suiside", "sucide", "suicde", "sueside", "suicid3", "su1cide", "sewerslide"), "suicide"),
    **dict.fromkeys(("suicidle", "sucidal", "suisidal", "suicidial"), "suicidal"),
    **dict.fromkeys(("parylized", "paralized", "parilyzed", "paralyed"), "paralyzed"),
    **dict.fromkeys(("testical", "testicals", "testicel", "testies"), "testicle"),
    **dict.fromkeys(("anurism", "anyurism", "aneurizm", "anuerysm"), "aneurysm"),
    **dict.fromkeys(("diing", "dieing"), "dying"),
    **dict.fromkeys(("seisure", "siezure", "seizer"), "seizure"),
    "killmyself": "kill myself",
    "cantpee": "cant pee",
    "cantbreathe": "cant breathe",
    "cantbreath": "cant breathe",
    "wana": "wanna",
    "2": "to",
}
"""Short or joined words as they are mistyped. Longer ones are found by likeness."""

SHORTEST: Final = 6
"""Shorter words are too near to others to be guessed: "fever" and "never", "chest" and "chess"."""
MEANT: Final = (
    "breathe",
    "breathing",
    "bladder",
    "bowels",
    "control",
    "urinate",
    "urinating",
    "incontinence",
    "incontinent",
    "between",
    "privates",
    "genitals",
    "numbness",
    "tingling",
    "drooping",
    "slurred",
    "speech",
    "paralyzed",
    "unconscious",
    "fainted",
    "fainting",
    "shortness",
    "headache",
    "testicle",
    "pregnant",
    "bleeding",
    "aneurysm",
    "seizure",
    "suicide",
    "suicidal",
    "myself",
    "overdose",
    "strangled",
    "swollen",
    "swelling",
    "concussion",
    "orinar",
    "respirar",
    "piernas",
    "embarazada",
)
"""Words of the lists that are long enough, and that stand in phrases."""
REAL_WORDS: Final = frozenset(
    [
        "ladder",
        "ladders",
        "bladders",
        "towels",
        "vowels",
        "dowels",
        "bower",
        "breather",
        "breathed",
        "breathes",
        "headaches",
        "controls",
        "controlled",
        "speeches",
        "dumbness",
        "painted",
        "tainted",
        "painting",
        "mingling",
        "jingling",
        "bleeping",
        "breeding",
        "feeding",
        "blending",
        "smelling",
        "spelling",
        "dwelling",
        "swelled",
        "shortest",
        "pierna",
        "respira",
    ]
)
"""Words of their own, however like one of the lists they are. A face that is "dropping" droops, so that is not one."""


@lru_cache(maxsize=4096)
def mended(token: str) -> str:
    """Return the word of the lists that a token most likely is, or the token."""
    if token in MISSPELT:
        return MISSPELT[token]
    if len(token) < SHORTEST or token in REAL_WORDS or token in MEANT:
        return token
    for near in _shortened(token):
        if near in _by_shortened():
            return _by_shortened()[near]
    return token


@cache
def _by_shortened() -> dict[str, str]:
    """Each word of the lists under all that is left of it when one letter is gone, and under itself."""
    return {short: word for word in MEANT for short in _shortened(word)}


def _shortened(word: str) -> Iterator[str]:
    """Yield a word and what is left when one letter is gone: two words a slip apart share one of these."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]
