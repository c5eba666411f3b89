"""What can be wrong with a questionnaire file, each with a name of its own.

A file that fails here never loads: a question that is not asked, or is asked of the wrong person, is a safety
defect, so nothing is repaired or guessed.
"""

from __future__ import annotations


class QuestionnaireError(Exception):
    """A questionnaire file or a response to it cannot be used. The message names the item."""


class NotAQuestionnaire(QuestionnaireError):
    """The file is not JSON, not a FHIR R4 Questionnaire, or lacks its url, version or pages."""


class UnknownItemType(QuestionnaireError):
    """An item has a type that this loader does not ask (only group, choice, integer, string, text and date)."""


class UnknownExtension(QuestionnaireError):
    """An extension in our own namespace that nobody reads: most likely a slip of the pen."""


class DuplicateLinkId(QuestionnaireError):
    """Two items share a linkId."""


class QuestionOutsidePage(QuestionnaireError):
    """A question stands at the top level instead of on a page, or a page stands inside a page."""


class NoChoices(QuestionnaireError):
    """A choice has no options, or an item that is no choice has some."""


class DuplicateChoice(QuestionnaireError):
    """Two options of one question share a code."""


class MissingText(QuestionnaireError):
    """A page, question or option has no words."""


class BadRange(QuestionnaireError):
    """A least value above the greatest, or limits on an item that has none."""


class DanglingTarget(QuestionnaireError):
    """A condition hangs on a question that does not exist, or on a group."""


class UnsupportedOperator(QuestionnaireError):
    """An enableWhen operator that is unknown or that we refuse (see `extensions`)."""


class WrongAnswerType(QuestionnaireError):
    """A condition compares a question with an answer of another type."""


class UnknownChoice(QuestionnaireError):
    """A condition, or the answer of a "none of these" button, names a code that is no option of its question."""


class MissingBehavior(QuestionnaireError):
    """Several enableWhen conditions without enableBehavior: "all" or "any" must be said."""


class EnableWhenCycle(QuestionnaireError):
    """Questions hang on each other in a circle, so that none could be asked first."""


class UnknownQuestionnaire(QuestionnaireError):
    """No released questionnaire has this id and version."""


class UnknownPage(QuestionnaireError):
    """The questionnaire has no page of this id."""


class UnknownQuestion(QuestionnaireError):
    """The questionnaire has no question of this id."""


class NotItsResponse(QuestionnaireError):
    """A QuestionnaireResponse belongs to another questionnaire or version, or its shape does not fit."""
