"""What is still missing before the first patient comes: facts in, a list in plain words out. Pure.

Each package registers its part (`register`). What no machine can know, such as whether a backup was tried,
a manager ticks.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from clinic.models import Clinic


# Django's checks of secure cookies and https, which stand or fall by our setting HTTPS, and our own.
_ENCRYPTION = frozenset(
    {"security.W004", "security.W008", "security.W012", "security.W016", "stridewell.E003", "stridewell.E005"}
)
Part = Callable[[Collection[str], datetime], "list[Item]"]
parts: dict[str, Part] = {}


def register(name: str, part: Part) -> None:
    """Add to the list; `part(ticked, now)` gives its items."""
    parts[name] = part


class State(StrEnum):
    """How far a thing is."""

    DONE = "done"
    MISSING = "missing"
    # A person has to look, and ticks it.
    LOOK = "look"


@dataclass(frozen=True)
class Item:
    """One thing on the list: how far it is, in words, and the name of the address where it is mended, if there is one.

    `page` names a page that patients read, where that is what to look at.
    """

    name: str
    state: State
    title: str
    words: str = ""
    place: str = ""
    page: str = ""

    @property
    def done(self) -> bool:
        """Say whether nothing is left to do."""
        return self.state == State.DONE


@dataclass(frozen=True)
class Facts:
    """What is known of a clinic's set-up."""

    clinic: "Clinic | None"
    demo: bool
    places: int = 0
    opening_hours: bool = False
    first_in_line: bool = False
    second_in_line: bool = False
    groups_with_people: frozenset[str] = frozenset()
    easy_passwords: tuple[str, ...] = ()
    payers: int = 0
    unpriced: tuple[str, ...] = ()
    sends_mail: bool = False
    letter_arrived: bool = False
    from_address: str = ""
    sends_texts: bool = False
    text_arrived: bool = False
    worker: str = ""
    found: tuple[tuple[str, str, str], ...] = field(default=())
    ticked: frozenset[str] = frozenset()


def item(name: str, ok: bool, title: str, words: str, place: str = "") -> Item:
    """Return a thing that is done, or that is missing for a reason."""
    return Item(name, State.DONE if ok else State.MISSING, title, "" if ok else words, place)


def look(name: str, ticked: Iterable[str], title: str, words: str, place: str = "", *, page: str = "") -> Item:
    """Return a thing that a person has to look at, done once it is ticked."""
    return Item(name, State.DONE if name in ticked else State.LOOK, title, words, place, page)


def items(facts: Facts) -> list[Item]:
    """List what this package knows of, in the order in which one does it."""
    clinic = facts.clinic
    record = "clinic_clinic_changelist"
    rows = [
        item(
            "demo",
            not facts.demo,
            _("No demo"),
            _("This is the demo: invented people, and passwords that everybody knows."),
        ),
        item(
            "clinic",
            bool(clinic and clinic.name and clinic.phone and clinic.email),
            _("Name, phone and e-mail of the clinic"),
            _("Every page and letter says them. Fill them in."),
            record,
        ),
        item(
            "emergency",
            bool(clinic and clinic.emergency_number and clinic.crisis_number),
            _("Emergency number and crisis line"),
            _("Patients are told to call them. Fill them in."),
            record,
        ),
        item(
            "place",
            bool(facts.places),
            _("An address"),
            _("There is no active location."),
            "clinic_location_changelist",
        ),
        item(
            "hours",
            facts.opening_hours,
            _("Opening hours"),
            _("Without them, “we call within two hours” counts nights and weekends."),
            "clinic_location_changelist",
        ),
        *_people(facts),
        *_offer(facts),
        *_sending(facts),
        item(
            "worker",
            not facts.worker,
            _("The worker that sends messages"),
            _("Nothing was heard of it: %(what)s. docs/deploy.md says how it is started.") % {"what": facts.worker},
        ),
    ]
    rows += _found(facts)
    return [*rows, *_looks(facts)]


def _found(facts: Facts) -> list[Item]:
    """Put what the system checks found in words; those about encryption on the way are one thing."""
    unsafe = [name for name, _said, _hint in facts.found if name in _ENCRYPTION]
    rows = [
        item(
            "https",
            not unsafe,
            _("The way to patients is encrypted"),
            _("The site is not served by https alone. Set SITE_URL to https:// and leave HTTPS on; docs/deploy.md."),
        )
    ]
    for name, said, hint in facts.found:
        if name not in _ENCRYPTION:
            # Those of our own say all; of Django's the name leads to its documentation.
            title = _("Found in the settings or records")
            title = title if name.startswith("stridewell.") else f"{title} ({name})"
            rows.append(Item(name, State.MISSING, title, f"{said} {hint}".strip()))
    return rows


def _people(facts: Facts) -> list[Item]:
    missing = {"desk": _("front desk"), "pt": _("PT"), "manager": _("manager")}
    lacks = [words for group, words in missing.items() if group not in facts.groups_with_people]
    return [
        item(
            "logins",
            not lacks,
            _("Logins for the people who work here"),
            _("Nobody yet as: %(groups)s.") % {"groups": ", ".join(lacks)},
            "clinic_user_changelist",
        ),
        item(
            "passwords",
            not facts.easy_passwords,
            _("No password that everybody knows"),
            _("Change the password of: %(names)s.") % {"names": ", ".join(facts.easy_passwords)},
            "clinic_user_changelist",
        ),
        item(
            "duty",
            facts.first_in_line,
            _("Somebody on duty"),
            _("Nobody is first in line: alerts of emergencies reach the managers only."),
            "duty",
        ),
        item(
            "second",
            facts.second_in_line,
            _("A second in line"),
            _("When the first does not answer an alert, nobody is next."),
            "duty",
        ),
    ]


def _offer(facts: Facts) -> list[Item]:
    return [
        item(
            "prices",
            not facts.unpriced,
            _("A price for each service"),
            _("No price: %(names)s.") % {"names": ", ".join(facts.unpriced)},
            "clinic_service_changelist",
        ),
        item(
            "payers",
            bool(facts.payers),
            _("Plans accepted"),
            _("The site says nothing about insurance. Add the plans, or “we are out of network”."),
            "clinic_payer_changelist",
        ),
    ]


def _sending(facts: Facts) -> list[Item]:
    domain = facts.from_address.rpartition("@")[2].strip("> ")
    rows = [
        item(
            "mail",
            facts.sends_mail,
            _("E-mail leaves this machine"),
            _("No mail provider is set: see EMAIL_URL in docs/deploy.md."),
        ),
        item(
            "letter",
            facts.letter_arrived,
            _("A test letter"),
            _("Send yourself one from this page, and look whether it lands in the spam folder."),
        ),
        item(
            "sender",
            bool(domain) and not domain.endswith(("example.org", "example.com")),
            _("Letters come from your own domain"),
            _("They come from %(address)s: set DEFAULT_FROM_EMAIL.") % {"address": facts.from_address},
        ),
    ]
    if facts.sends_texts:
        rows.append(item("text", facts.text_arrived, _("A test text message"), _("Send yourself one from this page.")))
    else:
        rows.append(
            look(
                "no_texts",
                facts.ticked,
                _("Text messages"),
                _("None are sent: no gateway is set. Tick this if that is how you want it."),
            )
        )
    return rows


def _looks(facts: Facts) -> list[Item]:
    return [
        look(
            "privacy",
            facts.ticked,
            _("Your privacy promise"),
            _("Read the page as a patient does. Is it what you do?"),
            page="privacy",
        ),
        look(
            "words",
            facts.ticked,
            _("What patients read from you"),
            _("Read the messages once, and write your own where you like."),
            "texts",
        ),
        look(
            "backups",
            facts.ticked,
            _("Backups"),
            _(
                "Is one made each night, kept elsewhere, and was it tried? The keys are not in it. docs/deploy.md says how."
            ),
        ),
    ]


def left(rows: Iterable[Item]) -> int:
    """Count what is still to do."""
    return sum(not row.done for row in rows)


def summary(rows: Iterable[Item]) -> str:
    """Say how much is left."""
    number = left(rows)
    if not number:
        return _("Everything is there. Patients may come.")
    return ngettext("%(n)d thing is still to do.", "%(n)d things are still to do.", number) % {"n": number}
