"""Words in free text that a person must see at once."""

import re
import time
from pathlib import Path

import pytest

from intake.screening import watch_emergency, watch_words
from intake.screening.watch_spelling import MEANT, SHORTEST, mended
from intake.screening.watchlist import WORDS, Kind, normalise, scan

PHRASES = Path(__file__).with_name("watch_phrases.txt")
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
        ("no fever", set()),
        ("no chest pain", {HEALTH}),
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
    assert {word.phrase for word in hits.words} == {"{cannot} ... breathe|breath|breathing", "fever*"}
    assert not scan("fine")


def written() -> list[tuple[str, str]]:
    """The sentences of the table, each with what it must do."""
    rows = [
        line.split(": ", 1) for line in PHRASES.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    return [(want, re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)) for want, text in rows]


def does(text: str) -> str:
    """What the watch does: what is shown at once, else whether a person reads it the same day."""
    hits = scan(text)
    at_once = "+".join(kind for kind in ("emergency", "crisis") if getattr(hits, kind))
    return at_once or ("health" if hits.health else "none")


def test_table_of_sentences_holds_danger_and_harmless():
    wants = [want for want, _ in written()]
    assert len(wants) > 600
    assert min(wants.count(want) for want in ("emergency", "crisis", "health", "quiet", "none")) > 30


@pytest.mark.parametrize("want", ["emergency", "crisis", "emergency+crisis", "health", "quiet", "none"])
def test_sentence_does_what_the_table_says(want):
    wrong = []
    for text in (text for told, text in written() if told == want):
        done = does(text)
        fine = {"quiet": done in ("health", "none"), "health": done == want, "none": done == want}
        if not fine.get(want, set(want.split("+")) <= set(done.split("+"))):
            wrong.append((text, done))
    assert wrong == []


@pytest.mark.parametrize("written_as", ["{0}", "🏃 {0} 😢", "\n\n{0}\n"])
def test_danger_is_found_however_it_is_written(written_as):
    for want, text in written():
        if want in ("emergency", "crisis", "emergency+crisis"):
            assert set(want.split("+")) <= set(does(written_as.format(text.upper())).split("+")), text


@pytest.mark.parametrize(
    "around", ["Knee pain on stairs. {} I run 20 miles a week.", "{}, since Monday", "مرحبا {} شكرا"]
)
def test_danger_is_found_among_other_words(around):
    for want, text in written():
        if want in ("emergency", "crisis", "emergency+crisis"):
            assert set(want.split("+")) <= set(does(around.format(text)).split("+")), text


def test_danger_is_found_at_the_end_of_ten_thousand_characters():
    long = "My knee hurts on stairs, and I like hills. " * 233
    assert does(long + "I can't pee") == "emergency"
    assert does(long) == "none"


@pytest.mark.parametrize(
    "text", ["cant " * 4_000, "no a or " * 2_500 + "chest", "numb between pee " * 1_200, "chest " * 3_300]
)
def test_long_text_made_to_keep_us_busy_takes_no_time(text):
    began = time.process_time()
    scan(text)
    assert time.process_time() - began < 0.3


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u2060", "\ufeff"])
def test_hidden_characters_hide_nothing(hidden):
    assert scan(f"sui{hidden}cide").crisis
    assert scan(f"can't{hidden}pee").emergency


@pytest.mark.parametrize("code", [0x27, 0x60, 0xB4, 0x2018, 0x2019, 0x2BC, 0x2032, 0xFF07])
def test_every_apostrophe_is_one(code):
    assert scan(f"can{chr(code)}t pee").emergency


@pytest.mark.parametrize("word", MEANT)
def test_long_word_is_read_with_one_slip(word):
    slips = [word[:3] + word[4:], word[:3] + word[2:], word[:2] + word[3] + word[2] + word[4:]]
    slips = [slip for slip in slips if len(slip) >= SHORTEST and slip not in MEANT]
    assert slips
    assert {mended(slip) for slip in slips} == {word}


@pytest.mark.parametrize(
    "real", ["ladder", "towels", "breather", "painting", "never", "fewer", "chess", "dancer", "running"]
)
def test_word_of_its_own_is_left_alone(real):
    assert mended(real) == real


def test_wide_and_accented_letters_are_read_as_plain_ones():
    assert normalise("\uff23\uff21\uff2e’\uff34  pée\u00a0now") == "cant pee now"
    assert normalise("O\u0301rale") == "orale"


def own_words(phrase: str) -> str:
    """A phrase as somebody may write it: the first of each choice, one word in each gap."""
    said = []
    for word in phrase.split():
        if word.startswith("!"):
            continue
        first = word.split("|")[0]
        said.append(watch_emergency.SHORT[first[1:-1]][0] if first.startswith("{") else first.replace("....", "really"))
    return " ".join(said).replace("...", "really").replace("*", "")


def test_every_phrase_is_found_in_its_own_words():
    for word in WORDS:
        assert word in scan(f"well, {own_words(word.phrase)}.").words, word


def test_every_choice_of_a_phrase_is_one_word():
    for word in WORDS:
        assert not re.search(r"[^\w*|!{}. ]", word.phrase), word
        assert set(re.findall(r"{(\w+)}", word.phrase)) <= set(watch_emergency.SHORT), word
    assert set(watch_words.ASKED_BY) <= {word.phrase for word in WORDS}


def test_every_kind_has_english_and_spanish_words():
    assert {(word.kind, word.language) for word in WORDS} == {(kind, lang) for kind in Kind for lang in ("en", "es")}
