"""`manage.py screen`: JSON lines in, JSON lines out, nothing written."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from intake.questionnaire import current
from intake.screening import records
from tests.intake.answering import all_clear


def clear(**changes):
    return {key: value for key, value in all_clear(**changes).items() if value is not None}


def screen(monkeypatch, *lines, **options):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    out = io.StringIO()
    call_command("screen", stdout=out, **options)
    return out.getvalue()


def judged(monkeypatch, *lines):
    return [json.loads(line) for line in screen(monkeypatch, *lines).splitlines()]


def test_line_gives_the_outcome_with_all_its_keys(monkeypatch):
    answers = clear(leg_numb="yes", sit_hours="gt_8")
    (record,) = judged(monkeypatch, {"id": "7", "answers": answers})
    assert record == {
        "id": "7",
        "level": "refer",
        "class": "structural",
        "booking": "consult_flagged",
        "call_due": "2_working_days",
        "first_contact": "pt_evaluation",
        "points_to": ["radiculopathy, disc"],
        "findings": [
            {
                "rule": "R01",
                "level": "refer",
                "class": "structural",
                "strength": "B",
                "answers": {"leg_numb": "yes", "pain_areas": ["low_back"]},
            }
        ],
        "factors": ["F01"],
        "missing": [],
        "questionnaire": "intake-1",
        "ruleset": "3",
    }


def test_no_call_is_null_and_sciatica_has_its_week(monkeypatch):
    (record,) = judged(monkeypatch, {"id": 1, "answers": clear(leg_pain_extent="above_knee")})
    assert (record["level"], record["call_due"], record["visit_within"]) == ("mechanical", None, "1_week")


def test_crisis_words_are_an_alert(monkeypatch):
    (record,) = judged(monkeypatch, {"id": 1, "answers": clear(free_text="I want to end my life")})
    assert record["alerts"] == ["crisis_words"]


def test_contact_part_is_not_needed(monkeypatch):
    answers = clear(pain_areas=["knee"])
    for question in current().page("P0").questions:
        if question.id != "age_years":
            answers.pop(question.id, None)
    (record,) = judged(monkeypatch, {"id": 1, "answers": answers})
    assert (record["level"], record["missing"]) == ("mechanical", [])


def test_minor_without_who_answered_is_not_held_for_that(monkeypatch):
    answers = clear(pain_areas=["elbow"], age_years=16)
    del answers["answered_by"]
    (record,) = judged(monkeypatch, {"id": 1, "answers": answers})
    assert record["level"] == "mechanical"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"nonsense": "yes"}, "unknown question nonsense"),
        ({"leg_numb": "perhaps"}, 'unknown value of leg_numb: "perhaps"'),
        ({"leg_numb": True}, "unknown value of leg_numb: true"),
        ({"age_years": "41"}, 'unknown value of age_years: "41"'),
        ({"age_years": 41.0}, "unknown value of age_years: 41.0"),
        ({"age_years": True}, "unknown value of age_years: true"),
        ({"age_years": -1}, "unknown value of age_years: -1"),
        ({"nprs_now": 11}, "unknown value of nprs_now: 11"),
        ({"pain_areas": "low_back"}, 'unknown value of pain_areas: "low_back"'),
        ({"pain_areas": ["back"]}, 'unknown value of pain_areas: ["back"]'),
        ({"pain_areas": [["knee"]]}, 'unknown value of pain_areas: [["knee"]]'),
        ({"leg_numb": ["yes"]}, 'unknown value of leg_numb: ["yes"]'),
        ({"free_text": 3}, "unknown value of free_text: 3"),
    ],
)
def test_unknown_question_or_value_is_an_error_and_the_rest_goes_on(monkeypatch, answers, error):
    first, second = judged(monkeypatch, {"id": "a", "answers": answers}, {"id": "b", "answers": clear()})
    assert first == {"id": "a", "error": error}
    assert (second["id"], second["level"]) == ("b", "mechanical")


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"id": 1}', '{"id": 1, "answers": []}', "[" * 100_000, "\ufffd\x00"])
def test_line_that_is_no_record_is_an_error_and_the_rest_goes_on(monkeypatch, line):
    first, second = judged(monkeypatch, line, {"id": "b", "answers": clear()})
    assert set(first) == {"id", "error"}
    assert second["id"] == "b"


def test_empty_lines_are_passed_over(monkeypatch):
    assert len(judged(monkeypatch, "", {"id": 1, "answers": clear()}, "  ", "")) == 1


def test_null_is_left_empty_and_absent_is_not_asked(monkeypatch):
    answers = clear(pain_areas=["knee"])
    del answers["walk_claud"]
    absent, empty = judged(
        monkeypatch, {"id": 1, "answers": answers}, {"id": 2, "answers": {**answers, "walk_claud": None}}
    )
    assert (absent["level"], empty["level"]) == ("mechanical", "unsure")


def test_answer_that_the_form_would_not_have_asked_counts_when_it_is_grave(monkeypatch):
    answers = clear(pain_areas=["knee"])
    grave, mild = judged(
        monkeypatch,
        {"id": 1, "answers": {**answers, "ces_saddle": "new"}},
        {"id": 2, "answers": {**answers, "hx_inflam": "yes"}},
    )
    assert (grave["level"], grave["findings"][0]["rule"]) == ("emergency", "E08")
    assert mild["level"] == "mechanical"


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"answered_by": "parent", "age_years": 15, "pain_areas": ["elbow"]}, "mechanical"),
        ({"em_cannot_walk": "older"}, "unsure"),
        ({"limp": "not_sure", "pain_areas": ["knee"]}, "unsure"),
    ],
)
def test_codes_of_the_brief_that_the_form_words_otherwise_are_read(monkeypatch, changes, level):
    answers = {**clear(**{k: v for k, v in changes.items() if k in ("age_years", "pain_areas")}), **changes}
    (record,) = judged(monkeypatch, {"id": 1, "answers": answers})
    assert record["level"] == level


def test_file_is_read_and_a_missing_one_is_refused(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps({"id": 5, "answers": clear()}) + "\n", encoding="utf-8")
    out = io.StringIO()
    call_command("screen", str(path), stdout=out)
    assert json.loads(out.getvalue())["id"] == 5
    with pytest.raises(CommandError, match="can't be read"):
        call_command("screen", str(tmp_path / "none.jsonl"))


def test_explain_says_what_fired_what_is_missing_and_what_it_hangs_on(monkeypatch):
    answers = clear(leg_numb="yes", hx_immune="not_sure", sit_hours="gt_8", nprs_now=9)
    del answers["band_pain"]
    text = screen(monkeypatch, {"id": 7, "answers": answers}, explain=True)
    assert text.startswith("7: refer (structural), booking held, call same_working_day, rules 3\n")
    for line in (
        "first contact: pt_evaluation",
        "R01 refer, strength B: A numb or tingling leg",
        "      leg_numb = Yes",
        "must be answered and is not: band_pain",
        "not sure: hx_immune",
        "contradiction: The pain now is above the worst",
        "factors: F01 posture, form",
        "em_collapse = Yes -> emergency",
        "would lower the level: leg_numb = No -> unsure",
    ):
        assert line in text


def test_explain_says_alerts_and_the_week_of_sciatica(monkeypatch):
    answers = clear(leg_pain_extent="above_knee", free_text="I want to end my life")
    text = screen(monkeypatch, {"id": 7, "answers": answers}, explain=True)
    assert "ALERT: crisis_words" in text
    assert "a PT within: 1_week" in text


def test_explain_names_no_first_contact_where_no_rule_has_one(monkeypatch):
    text = screen(monkeypatch, {"id": 7, "answers": clear(em_collapse="not_sure")}, explain=True)
    assert "7: unsure" in text
    assert "first contact" not in text


def test_it_needs_no_database(monkeypatch):
    # No django_db mark here: pytest-django refuses any query.
    assert judged(monkeypatch, {"id": 1, "answers": clear()})[0]["level"] == "mechanical"


def test_error_carries_the_id_of_its_line():
    with pytest.raises(records.BadRecord) as caught:
        records.read('{"id": "x", "answers": {"a": 1}}', current())
    assert caught.value.id == "x"
