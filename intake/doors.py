"""The four ways to ask without booking, in words: their addresses, titles, and what they promise."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from intake.models import Request


@dataclass(frozen=True)
class Door:
    """One request form. `slug` is its address, `link` its name among the site's links (`registry.site_link`)."""

    slug: str
    link: str
    kind: Request.Kind
    title: Promise
    lead: Promise
    # What happens by the due time.
    act: Promise
    button: Promise

    @property
    def url_name(self) -> str:
        """Return the name of the form's address."""
        return f"intake:ask_{self.slug}"


DOORS = (
    Door(
        "call",
        "discovery",
        Request.Kind.DISCOVERY,
        _("Ask for a free call"),
        _("A PT calls you for 15 minutes. You say what is going on. We say what we would do next."),
        _("A PT calls you."),
        _("Send my request"),
    ),
    Door(
        "question",
        "question",
        Request.Kind.QUESTION,
        _("Ask a PT"),
        _("One question, one plain answer from a physical therapist. It is free."),
        _("A PT answers."),
        _("Send my question"),
    ),
    Door(
        "cost",
        "cost",
        Request.Kind.COST,
        _("Availability and cost"),
        _("We look up free times and what you would pay, and tell you both before you choose."),
        _("Our front desk answers."),
        _("Send my request"),
    ),
    Door(
        "team",
        "group",
        Request.Kind.TEAM,
        _("For teams and groups"),
        _("Strength, running form, a talk or help on race day, for any group that runs."),
        _("Our front desk answers."),
        _("Send my request"),
    ),
)
BY_SLUG = {door.slug: door for door in DOORS}
BY_KIND = {door.kind.value: door for door in DOORS}


def who_acts(row: Request) -> str:
    """Return what happens with a request by its due time: "A PT calls you."."""
    if row.kind == Request.Kind.DISCOVERY and not row.phone:
        return gettext("We write to you to set up the call.")
    if row.kind == Request.Kind.QUESTION and row.details.get("answer_by") == "phone":
        return gettext("A PT calls you with the answer.")
    return str(BY_KIND[row.kind].act)
