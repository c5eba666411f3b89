"""Words in free text that a person must see at once."""

import pytest

from intake.screening.watchlist import WORDS, Kind, normalise, scan

EMERGENCY, CRISIS, HEALTH = Kind.EMERGENCY, Kind.CRISIS, Kind.HEALTH


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I can't pee", {EMERGENCY}),
        ("I can’t pee", {EMERGENCY}),
        ("i cant pee since noon", {EMERGENCY}),
        ("I CANNOT PEE", {EMERGENCY}),
        ("I can not even pee", {EMERGENCY}),
        ("numb between my legs", {EMERGENCY}),
        ("numbness between the legs", {EMERGENCY}),
        ("It feels numb down there", {EMERGENCY}),
        ("I wet myself twice", {EMERGENCY}),
        ("my chest\nhurts", {EMERGENCY}),
        ("can't breathe well", {EMERGENCY}),
        ("my face is drooping", {EMERGENCY}),
        ("No puedo orinar", {EMERGENCY}),
        ("no puedo casi orinar", {EMERGENCY}),
        ("me oriné encima", {EMERGENCY}),
        ("me orine encima", {EMERGENCY}),
        ("dolor en el pecho", {EMERGENCY}),
        ("adormecido entre las piernas", {EMERGENCY}),
        ("tiene la cara caída", {EMERGENCY}),
        ("no puedo respirar", {EMERGENCY}),
        ("I feel suicidal", {CRISIS}),
        ("suicide", {CRISIS}),
        ("I will kill myself", {CRISIS}),
        ("end my life", {CRISIS}),
        ("quiero matarme", {CRISIS}),
        ("ideas de suicidio", {CRISIS}),
        ("acabar con mi vida", {CRISIS}),
        ("a fever last week", {HEALTH}),
        ("feverish", {HEALTH}),
        ("no fever", {HEALTH}),
        ("I had cancer", {HEALTH}),
        ("tuve cáncer y fiebre", {HEALTH}),
        ("a lump in my thigh", {HEALTH}),
        ("un bulto", {HEALTH}),
        ("fever, and I can't pee, and want to end my life", {EMERGENCY, CRISIS, HEALTH}),
        ("since yesterday I lost control of my bladder", {EMERGENCY}),
        ("I am losing bladder control", {EMERGENCY}),
        ("I can't feel my private parts when I wipe", {EMERGENCY}),
        ("I can’t feel it when I wipe", {EMERGENCY}),
        ("I leak urine since my back went", {EMERGENCY}),
        ("peeing my pants", {EMERGENCY}),
        ("I can't hold my bowels", {EMERGENCY}),
        ("cant move my legs", {EMERGENCY}),
        ("cannot feel my legs", {EMERGENCY}),
        ("sudden tearing pain in my back", {EMERGENCY}),
        ("coughing up blood", {EMERGENCY}),
        ("I am short of breath", {EMERGENCY}),
        ("I think I had a stroke", {EMERGENCY}),
        ("I dont want to live any more", {CRISIS}),
        ("I do not want to live", {CRISIS}),
        ("there's no point in living", {CRISIS}),
        ("thinking of ending it all", {CRISIS}),
        ("they are better off without me, I wish I was dead", {CRISIS}),
        ("I hurt myself on purpose", {CRISIS}),
        ("I keep hurting myself when I run", set()),
        ("my swim stroke got worse", set()),
        ("a congenital hip", set()),
        ("the tap leaks, and my legs are tired", set()),
        ("I ran the chestnut trail", set()),
        ("race in May, will end it with a PR", set()),
        ("I peed before the run and cannot wait", set()),
        ("my clumps of hair", set()),
        ("surface", set()),
        ("pechoso", set()),
        ("", set()),
        ("knee pain on stairs 🏃", set()),
    ],
)
def test_text_hits_these_lists(text, kinds):
    assert scan(text).kinds == kinds


def test_hits_say_which_kind_and_which_word():
    hits = scan("My child has a fever and can't breathe")
    assert hits
    assert (hits.emergency, hits.crisis, hits.health) == (True, False, True)
    assert {word.phrase for word in hits.words} == {"can't ... breathe", "fever*"}
    assert not scan("fine")


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u2060", "\ufeff"])
def test_hidden_characters_hide_nothing(hidden):
    assert scan(f"sui{hidden}cide").crisis


def test_wide_and_accented_letters_are_read_as_plain_ones():
    assert normalise("\uff23\uff21\uff2e’\uff34  pée\u00a0now") == "cant pee now"
    assert normalise("O\u0301rale") == "orale"


def test_every_phrase_is_found_in_its_own_words():
    for word in WORDS:
        plain = word.phrase.replace("...", "really").replace("*", "")
        assert word in scan(f"well, {plain}.").words, word


def test_every_kind_has_english_and_spanish_words():
    assert {(word.kind, word.language) for word in WORDS} == {(kind, lang) for kind in Kind for lang in ("en", "es")}
