"""The intake's part of the public home page."""

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string

from intake.guides import library


def guides(request: HttpRequest, _now: datetime) -> str:
    """Draw the free guides with their covers; nothing when there are none."""
    offered = list(library.on_offer())
    return render_to_string("intake/_guides.html", {"guides": offered, "covers": True}, request) if offered else ""
