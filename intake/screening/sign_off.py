"""Which versions of the rules and the questionnaire a physical therapist and a physician have signed off.

Nothing here decides about a patient. Until a pair of versions stands in the list, staff read on the rules page and on
every brief that nobody has signed it off.
"""

from __future__ import annotations

from typing import Final

SIGNED_OFF: Final[frozenset[tuple[str, str]]] = frozenset()
"""Pairs of RULESET and questionnaire ("1", "intake-1"); who signed, and when, goes to docs/clinical-safety.md."""


def is_signed_off(ruleset: str, questionnaire: str) -> bool:
    """Whether clinicians have signed off this pair of versions."""
    return (ruleset, questionnaire) in SIGNED_OFF
