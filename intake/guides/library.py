"""Our own guides as rows, and a guide ready to be read with the clinic's name and numbers in it."""

from functools import cache
from pathlib import Path

from django.db.models import QuerySet

from clinic import phones
from clinic.models import Clinic
from clinic.safety_net import EMERGENCY_SIGNS
from intake.guides import text
from intake.models import Guide

_FOLDER = Path(__file__).parent


def load_guides() -> list[Guide]:
    """Write our guides as rows, and return them; a guide that is there already stays as a manager left it."""
    return [_load(path) for path in sorted(_FOLDER.glob("*.txt"))]


def on_offer() -> QuerySet[Guide]:
    """Return the guides that the site offers, in their order."""
    return Guide.objects.filter(active=True)


def pieces(guide: Guide, clinic: Clinic) -> list[text.Piece]:
    """Return the guide in pieces for a page or a leaflet, with the clinic's own names and numbers."""
    names = {
        "CLINIC_NAME": clinic.name,
        "CLINIC_PHONE": phones.show(clinic.phone),
        "EMERGENCY_NUMBER": clinic.emergency_number,
        "CRISIS_NUMBER": clinic.crisis_number,
    }
    return text.read(guide.body, names, [str(sign) for sign in EMERGENCY_SIGNS])


def _load(path: Path) -> Guide:
    facts, body = _read(path)
    guide, _made = Guide.objects.get_or_create(
        slug=path.stem,
        defaults={
            "title": facts["title"],
            "summary": facts["summary"],
            "cover": facts["cover"],
            "position": int(facts["position"]),
            "body": body,
        },
    )
    return guide


@cache
def _read(path: Path) -> tuple[dict[str, str], str]:
    """Return the facts at the head of a file ("title: ...", one a line, then an empty line) and its text."""
    head, _blank, body = path.read_text(encoding="utf-8").partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), body.strip()
