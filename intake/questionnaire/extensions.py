"""The FHIR extensions that our questionnaires use, and the part of FHIR that we keep to.

Standard ones, from HL7's own namespace:
    translation         on `_text`, `_title`, `_display`, `_valueString`: sub-extensions lang and content
    minValue, maxValue  limits of an integer, both inclusive
    questionnaire-optionExclusive  an option that excludes all others ("no pain")

Our own live under `OURS`. An unknown one is refused when the file is loaded. Strings can be translated.

On a page (a top-level group):
    short-title     valueString   two or three words for the step line; the group's `text` is the page's heading
    intro           valueString   a sentence under the heading
    page-kind       valueCode     "contact": an ordinary form asks the person's data as well as the items
    contact-field   valueCode     repeats; what that form asks; it goes to the Patient, never into the answers
    none-of-these   valueString   words of a button under the last row that gives each unanswered row its none-answer
    always-asked    valueBoolean  asked before every service, and again when older than 7 days
    after-result    valueBoolean  optional, and never on the way to a result: asked once the patient knows what to do
On a question:
    hint            valueString   help that always stands under the question
    plain-help      valueString   plainer words, offered once when "not sure" is chosen
    child-text      valueString   the question when a parent or guardian answers for a child
    layout          valueCode     row (yes, no, not sure beside each other), list, scale, bodychart, two_step, derived
    none-answer     valueCode     what the page's none-of-these button answers
    private         valueBoolean  asked in private: not on check pages, letters, resume links or a guardian's copy
    derived-from    valueCode     never asked here: worked out from this contact field
    options-from    valueString   offers only the options chosen in that other question; not asked below two of them
    two-step        complex       sub-extensions yes (words of the first step's yes) and ask (the second question).
                                  The first step asks no, yes and the options without `second-step`; yes opens
                                  the others. One code is stored.
On an option (inside valueCoding's answerOption):
    second-step     valueBoolean  offered in the second step of a two_step question
    only-for        complex       repeats; sub-extensions question and answer: the option is offered only to those
                                  who gave one of these answers

Of enableWhen we refuse "!=": FHIR leaves open whether it holds for a question without an answer, and unknown is not
no. Say which answers open a question. "exists" with false is allowed; it is how a page says "or not answered yet".
A group's enableWhen counts for all that it holds, so that nested groups say "and" between two lists of "any".
A hidden question has no answer, whatever was typed before it was hidden.
"""

from __future__ import annotations

from typing import Final

HL7: Final = "http://hl7.org/fhir/StructureDefinition/"
TRANSLATION: Final = HL7 + "translation"
MIN_VALUE: Final = HL7 + "minValue"
MAX_VALUE: Final = HL7 + "maxValue"
OPTION_EXCLUSIVE: Final = HL7 + "questionnaire-optionExclusive"

HOME: Final = "https://stridewell.example/fhir/"
OURS: Final = HOME + "StructureDefinition/"
CODES: Final = HOME + "CodeSystem/intake"

ON_PAGE: Final = frozenset(
    {"short-title", "intro", "page-kind", "contact-field", "none-of-these", "always-asked", "after-result"}
)
ON_QUESTION: Final = frozenset(
    {
        "hint",
        "plain-help",
        "child-text",
        "layout",
        "none-answer",
        "private",
        "derived-from",
        "options-from",
        "two-step",
    }
)
ON_OPTION: Final = frozenset({"second-step", "only-for"})
LAYOUTS: Final = frozenset({"row", "list", "scale", "bodychart", "two_step", "derived", "text"})
