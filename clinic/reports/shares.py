"""Shares in words and numbers, and when there are too few to say. Pure."""

from django.utils.translation import gettext as _

# Of fewer than this no share is told: with twelve visits one no-show is eight percent.
ENOUGH = 20


def share(part: int, whole: int, *, enough: int = ENOUGH) -> float | None:
    """Return the percentage with one decimal, or None where there are too few to say."""
    return round(100 * part / whole, 1) if whole >= max(enough, 1) else None


def percent(part: int, whole: int, *, enough: int = ENOUGH) -> str:
    """Say the percentage with its counts: "5.9 %, 29 of 488"; only the counts where there are too few."""
    value = share(part, whole, enough=enough)
    counts = _("%(part)s of %(whole)s") % {"part": f"{part:,}", "whole": f"{whole:,}"}
    return counts if value is None else _("%(value)s %%, %(counts)s") % {"value": f"{value:g}", "counts": counts}


def in_ten(part: int, whole: int) -> str:
    """Say a share as people do, to begin a sentence: "9 in 10", "All", "Fewer than 1 in 10". `whole` is above 0."""
    if part <= 0:
        return _("None")
    if part >= whole:
        return _("All")
    tenths = round(10 * part / whole)
    if tenths >= 10:
        return _("More than 9 in 10")
    if tenths < 1:
        return _("Fewer than 1 in 10")
    return _("About %(tenths)d in 10") % {"tenths": tenths}
