"""A guide as a PDF to keep or print: tagged for screen readers, about 40 ms."""

import json
from dataclasses import asdict
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from clinic import phones
from clinic.models import Clinic
from intake.guides import library
from intake.models import Guide

_TEMPLATE = Path(__file__).with_name("guide.typ")


def leaflet(guide: Guide, clinic: Clinic, language: str = "en") -> bytes:
    """Return the guide as a PDF. What a manager wrote goes in as data, so no text can act as typst source."""
    data = {
        "title": guide.title,
        "summary": guide.summary,
        "lead": _("A free guide. General advice, not a diagnosis."),
        "language": language,
        "clinic": {"name": clinic.name},
        "foot": _("%(clinic)s, %(phone)s. In an emergency call %(emergency)s.")
        % {"clinic": clinic.name, "phone": phones.show(clinic.phone), "emergency": clinic.emergency_number},
        "pieces": [asdict(piece) for piece in library.pieces(guide, clinic)],
    }
    return typst.compile(
        _TEMPLATE,
        sys_inputs={"d": json.dumps(data)},
        # Tagged, but not held to PDF/UA: that refuses the whole leaflet for one letter that no font has.
        pdf_tags=True,
    )
