"""Read a FHIR R4 Questionnaire file into `model`'s values. See `extensions` for the part of FHIR that we keep to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from intake.questionnaire import checks, errors, extensions
from intake.questionnaire.model import (
    NO_TEXT,
    EnableWhen,
    Gate,
    ItemType,
    Operator,
    Option,
    Page,
    Question,
    Questionnaire,
    Text,
)

Item = Mapping[str, Any]
QUESTION_TYPES = frozenset({"choice", "integer", "string", "text", "date"})


def load(path: Path) -> Questionnaire:
    """Read and check one file. Raises a QuestionnaireError that names what is wrong and where."""
    try:
        resource = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise errors.NotAQuestionnaire(f"{path.name}: {problem}") from problem
    return parse(resource)


def parse(resource: Any) -> Questionnaire:
    """Turn a parsed FHIR Questionnaire into a checked value. Raises a QuestionnaireError."""
    try:
        return _parse(resource)
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError) as problem:
        raise errors.NotAQuestionnaire(f"its shape is not FHIR's: {problem!r}") from problem


def _parse(resource: Any) -> Questionnaire:
    if not isinstance(resource, dict) or resource.get("resourceType") != "Questionnaire":
        raise errors.NotAQuestionnaire("resourceType is not Questionnaire")
    for name in ("id", "url", "version", "title"):
        if not isinstance(resource.get(name), str) or not resource[name]:
            raise errors.NotAQuestionnaire(f"{name} is missing")
    items = resource.get("item")
    if not isinstance(items, list) or not items:
        raise errors.NotAQuestionnaire("there is no item")
    questionnaire = Questionnaire(
        id=resource["id"],
        url=resource["url"],
        version=resource["version"],
        title=_text(resource, "title"),
        pages=tuple(_page(item) for item in items),
    )
    checks.check(questionnaire, group_ids=tuple(_group_ids(items)))
    return questionnaire


def _group_ids(items: list[Item]) -> Iterator[str]:
    for item in items:
        if item.get("type") == "group":
            yield item["linkId"]
            yield from _group_ids(item.get("item", []))


def _page(item: Item) -> Page:
    link_id = _link_id(item)
    if item.get("type") != "group":
        if item.get("type") in QUESTION_TYPES:
            raise errors.QuestionOutsidePage(link_id)
        raise errors.UnknownItemType(f"{link_id}: {item.get('type')}")
    ours = _ours(item, extensions.ON_PAGE, link_id)
    kind = ours.get("page-kind", "questions")
    if kind not in ("questions", "contact"):
        raise errors.UnknownExtension(f"{link_id}: page-kind {kind}")
    return Page(
        id=link_id,
        title=_string_of(item, "short-title"),
        heading=_text(item, "text"),
        intro=_string_of(item, "intro"),
        kind=cast("Any", kind),
        contact_fields=tuple(_values(item, "contact-field")),
        none_of_these=_string_of(item, "none-of-these"),
        always_asked=bool(ours.get("always-asked", False)),
        after_result=bool(ours.get("after-result", False)),
        questions=tuple(_questions(item, (), ())),
    )


def _questions(group: Item, path: tuple[str, ...], gates: tuple[Gate, ...]) -> Iterator[Question]:
    link_id = _link_id(group)
    path = (*path, link_id)
    gates = gates + _gates(group)
    for item in group.get("item", []):
        kind = item.get("type")
        if kind == "group":
            if any(name in extensions.ON_PAGE for name in _our_names(item)):
                raise errors.QuestionOutsidePage(f"{_link_id(item)}: a page stands inside a page")
            yield from _questions(item, path, gates)
        elif kind in QUESTION_TYPES:
            yield _question(item, path, gates + _gates(item))
        else:
            raise errors.UnknownItemType(f"{_link_id(item)}: {kind}")


def _question(item: Item, path: tuple[str, ...], gates: tuple[Gate, ...]) -> Question:
    link_id = _link_id(item)
    ours = _ours(item, extensions.ON_QUESTION, link_id)
    if item.get("item"):
        raise errors.UnknownItemType(f"{link_id}: questions inside a question")
    kind = cast("ItemType", item["type"])
    layout = str(ours.get("layout", "text" if kind in ("text", "string") else "list"))
    if layout not in extensions.LAYOUTS:
        raise errors.UnknownExtension(f"{link_id}: layout {layout}")
    two_step = _extension(item, extensions.OURS + "two-step") or {}
    return Question(
        id=link_id,
        type=kind,
        text=_text(item, "text"),
        path=path,
        gates=gates,
        options=tuple(_option(option, link_id) for option in item.get("answerOption", [])),
        repeats=bool(item.get("repeats", False)),
        required=bool(item.get("required", False)),
        max_length=item.get("maxLength"),
        minimum=_limit(item, extensions.MIN_VALUE),
        maximum=_limit(item, extensions.MAX_VALUE),
        layout=layout,
        hint=_string_of(item, "hint"),
        plain_help=_string_of(item, "plain-help"),
        child_text=_string_of(item, "child-text"),
        none_answer=str(ours.get("none-answer", "")),
        private=bool(ours.get("private", False)),
        derived_from=str(ours.get("derived-from", "")),
        options_from=str(ours.get("options-from", "")),
        first_step_yes=_part(two_step, "yes"),
        second_step_ask=_part(two_step, "ask"),
    )


def _option(option: Item, link_id: str) -> Option:
    coding = option.get("valueCoding")
    if not isinstance(coding, dict) or not coding.get("code"):
        raise errors.NoChoices(f"{link_id}: an option is no valueCoding with a code")
    ours = _ours(option, extensions.ON_OPTION, link_id)
    exclusive = _extension(option, extensions.OPTION_EXCLUSIVE) or {}
    only_for = tuple(
        (
            next(part["valueString"] for part in entry["extension"] if part["url"] == "question"),
            next(part["valueCode"] for part in entry["extension"] if part["url"] == "answer"),
        )
        for entry in option.get("extension", [])
        if entry["url"] == extensions.OURS + "only-for"
    )
    return Option(
        code=coding["code"],
        text=_text(coding, "display"),
        exclusive=bool(exclusive.get("valueBoolean", False)),
        second_step=bool(ours.get("second-step", False)),
        only_for=only_for,
    )


def _gates(item: Item) -> tuple[Gate, ...]:
    conditions = item.get("enableWhen", [])
    if not conditions:
        return ()
    behavior = item.get("enableBehavior", "all" if len(conditions) == 1 else None)
    if behavior not in ("all", "any"):
        raise errors.MissingBehavior(_link_id(item))
    return (Gate(behavior=behavior, tests=tuple(_enable_when(entry, _link_id(item)) for entry in conditions)),)


def _enable_when(entry: Item, link_id: str) -> EnableWhen:
    operator = entry.get("operator")
    if operator not in ("exists", "=", ">", "<", ">=", "<="):
        raise errors.UnsupportedOperator(f"{link_id}: {operator}")
    given = [(name, value) for name, value in entry.items() if name.startswith("answer")]
    if len(given) != 1 or not isinstance(entry.get("question"), str):
        raise errors.WrongAnswerType(f"{link_id}: a condition needs one question and one answer")
    name, value = given[0]
    if name == "answerCoding":
        value = value.get("code")
    fits: type | None = {"answerBoolean": bool, "answerInteger": int, "answerCoding": str}.get(name)
    if fits is None or type(value) is not fits or (operator == "exists") != (name == "answerBoolean"):
        raise errors.WrongAnswerType(f"{link_id}: {operator} {name} {value!r}")
    return EnableWhen(entry["question"], cast("Operator", operator), cast("str | int | bool", value))


def _link_id(item: Item) -> str:
    link_id = item.get("linkId")
    if not isinstance(link_id, str) or not link_id:
        raise errors.NotAQuestionnaire(f"an item has no linkId: {str(item)[:80]}")
    return link_id


def _extension(element: Item, url: str) -> Item | None:
    return next((entry for entry in element.get("extension", []) if entry.get("url") == url), None)


def _our_names(element: Item) -> list[str]:
    urls = [str(entry.get("url", "")) for entry in element.get("extension", [])]
    return [url.removeprefix(extensions.OURS) for url in urls if url.startswith(extensions.OURS)]


def _ours(element: Item, known: frozenset[str], link_id: str) -> dict[str, Any]:
    """Our own extensions by name, each with its value. Raises UnknownExtension."""
    for name in _our_names(element):
        if name not in known:
            raise errors.UnknownExtension(f"{link_id}: {name}")
    return {
        entry["url"].removeprefix(extensions.OURS): next(
            (value for key, value in entry.items() if key.startswith("value")), None
        )
        for entry in element.get("extension", [])
        if entry.get("url", "").startswith(extensions.OURS)
    }


def _values(element: Item, name: str) -> list[str]:
    return [entry["valueCode"] for entry in element.get("extension", []) if entry.get("url") == extensions.OURS + name]


def _limit(item: Item, url: str) -> int | None:
    entry = _extension(item, url)
    return None if entry is None else int(entry["valueInteger"])


def _string_of(element: Item, name: str) -> Text:
    entry = _extension(element, extensions.OURS + name)
    return NO_TEXT if entry is None else _text(entry, "valueString")


def _part(entry: Item, name: str) -> Text:
    part = _extension(entry, name)
    return NO_TEXT if part is None else _text(part, "valueString")


def _text(element: Item, name: str) -> Text:
    """A string and the translations beside it (`_text`, `_display`, ...)."""
    beside = element.get("_" + name) or {}
    translations: dict[str, str] = {}
    for entry in beside.get("extension", []):
        if entry.get("url") == extensions.TRANSLATION:
            parts = {part["url"]: part for part in entry["extension"]}
            translations[parts["lang"]["valueCode"]] = parts["content"]["valueString"]
    return Text(str(element.get(name, "")), translations)
