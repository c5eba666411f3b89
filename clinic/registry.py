"""Where the apps register what the clinic package shows or runs without naming them.

Each app calls these in its `registrations` module, which its `AppConfig.ready()` imports.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.functional import Promise

    from clinic.letters import Letter
    from clinic.models import Call, Message, Patient, PatientMerge, User
    from clinic.placeholders import Wording
    from clinic.window import Window

Renderer = Callable[["Message", datetime], "Letter | None"]
R = TypeVar("R", bound=Renderer)


@dataclass(frozen=True)
class DeskPage:
    """A page of the front desk inside the admin: its path below the admin's root and who may open it.

    Whoever has one of several permissions may; the view then decides what each of them sees.
    """

    path: str
    name: str
    view: "Callable[..., HttpResponseBase]"
    permission: str | tuple[str, ...]
    label: "str | Promise" = ""
    icon: str = ""
    tab: bool = False
    position: int = 100
    # Left out of the navigation once the clinic has gone live.
    only_before: bool = False
    # Number shown beside the label (calls open, screenings unread), 0 for none, and whether something in it is late.
    count: "Callable[[HttpRequest, datetime], tuple[int, bool]] | None" = None

    def open_to(self, user: Any) -> bool:
        """Say whether a person may open the page."""
        wanted = (self.permission,) if isinstance(self.permission, str) else self.permission
        return any(user.has_perm(permission) for permission in wanted)


@dataclass(frozen=True)
class PatientPanel:
    """A part of a patient's page at the desk: safe HTML, or an empty string for nothing.

    The main ones stand above the timeline, the others beside it.
    """

    name: str
    render: "Callable[[HttpRequest, Patient, datetime], str]"
    main: bool = False
    position: int = 100


@dataclass(frozen=True)
class PatientSection:
    """A part of a patient's timeline: `entries` gives what happened (at, icon, title, text, url, perhaps tone) in a window.

    Sections with the same label are shown and hidden as one; `kind` names them in the address.
    """

    name: str
    kind: str
    label: "str | Promise"
    entries: "Callable[[Patient, User, datetime, Window], list[dict[str, Any]]]"
    position: int = 100


@dataclass(frozen=True)
class PatientColumn:
    """What a list of patients says of each, to tell them apart: words by the patient's key, for all at once, or `none`."""

    name: str
    label: "str | Promise"
    cells: "Callable[[Collection[int], datetime], Mapping[int, str]]"
    none: "str | Promise" = ""


@dataclass(frozen=True)
class PatientRows:
    """A table whose rows are a patient's, by its column `patient`: a merge takes them along.

    `about` names its column with the uid of what a row is about, if any: rows written later about what moved go back
    too. Rows of tables `locked_first` others lock before the patient. `marked(keys, of, to, at)` runs after a move.
    """

    model: str
    about: str = ""
    locked_first: bool = False
    marked: "Callable[[Collection[int], Patient, Patient, datetime], None] | None" = None


@dataclass(frozen=True)
class MergeFollower:
    """What follows when two records become one, and when they become two again.

    `follow(merge, now)` lists what `back(merge, notes, now)` has to know; `against(merge)` says in words what stands in
    the way of going back, or "". All run in the transaction of the merge, the patients locked.
    """

    name: str
    follow: "Callable[[PatientMerge, datetime], Any]"
    against: "Callable[[PatientMerge], str]"
    back: "Callable[[PatientMerge, Any, datetime], None]"


@dataclass(frozen=True)
class LinkPurpose:
    """What a patient's link of one purpose opens, for how long, and what is read along with it (`reads`)."""

    purpose: str
    model: str
    target: "Callable[[Any], str]"
    max_age: timedelta
    asks_birth_date: bool = False
    reads: tuple[str, ...] = ()


letters: dict[str, Renderer] = {}
letter_readers: dict[str, str] = {}
must_reach_letters: set[str] = set()
letter_names: "dict[str, str | Promise]" = {}
wordings: "dict[str, Wording]" = {}
fixed_letters: "dict[str, tuple[str | Promise, str | Promise]]" = {}
desk_pages: dict[str, DeskPage] = {}
link_purposes: dict[str, LinkPurpose] = {}
text_answers: "dict[str, Callable[[str, datetime], str]]" = {}
home_panels: "dict[str, Callable[[HttpRequest, datetime], str]]" = {}
team_notes: "dict[str, Callable[[HttpRequest, datetime], Mapping[int, str]]]" = {}
site_links: dict[str, str] = {}
patient_sections: "dict[str, PatientSection]" = {}
patient_panels: "dict[str, PatientPanel]" = {}
patient_rows: "dict[str, PatientRows]" = {}
merge_followers: "dict[str, MergeFollower]" = {}
patient_columns: "dict[str, PatientColumn]" = {}
brief_panels: "dict[str, Callable[[HttpRequest, Patient, datetime], str]]" = {}
call_panels: "dict[str, Callable[[HttpRequest, Call, datetime], str]]" = {}
patient_lines: "dict[str, Callable[[Patient, datetime], str]]" = {}
call_followers: "dict[str, Callable[..., None]]" = {}
outcome_followers: "dict[str, Callable[..., Any]]" = {}
carers: "dict[str, Callable[[Patient, User, datetime], bool]]" = {}
hours_followers: "dict[str, Callable[[HttpRequest, datetime], None]]" = {}
health_checks: dict[str, Callable[[datetime], str]] = {}


def letter(kind: str, *, readers: str = "", name: "str | Promise" = "", must_reach: bool = False) -> Callable[[R], R]:
    """Register the renderer of a kind of message; it returns None when the letter no longer makes sense.

    `name` is what staff read of it before it is written. Staff without the permission `readers` see that it was sent, when and to whom, and not what it says. `must_reach`: where nobody may write to the patient, a person has to decide what to do instead.
    """

    def register(render: R) -> R:
        if kind in letters:
            raise ValueError(f"A second renderer for {kind}.")
        letters[kind] = render
        if readers:
            letter_readers[kind] = readers
        if name:
            letter_names[kind] = name
        if must_reach:
            must_reach_letters.add(kind)
        return render

    return register


def wording(words: "Wording") -> None:
    """Let managers rewrite a kind of message; its placeholders and shipped words come with it."""
    wordings[words.kind] = words
    letter_names.setdefault(words.kind, words.about)


def fixed_letter(kind: str, *, name: "str | Promise", why: "str | Promise") -> None:
    """Say why nobody may rewrite a kind of message."""
    fixed_letters[kind] = (name, why)
    letter_names.setdefault(kind, name)


def desk_page(page: DeskPage) -> None:
    """Add a page to the admin site; `admin:<name>` is its address. The page named "today" is the admin's index."""
    desk_pages[page.name] = page


def link_purpose(purpose: LinkPurpose) -> None:
    """Say what links of a purpose open."""
    link_purposes[purpose.purpose] = purpose


def text_answer(word: str, answer: "Callable[[str, datetime], str]") -> None:
    """Say what follows when somebody answers a text with a word such as "confirm": `answer(number, now)` does it.

    It returns what to write back, or "" when there was nothing to do: then a person reads the answer.
    """
    text_answers[word] = answer


def home_panel(name: str, render: "Callable[[HttpRequest, datetime], str]") -> None:
    """Add a part to the public home page; it returns safe HTML, or an empty string for nothing.

    `first_free` stands beside the headline, `guides` under "Not ready to book?", any other before "Find us".
    """
    home_panels[name] = render


def team_note(name: str, render: "Callable[[HttpRequest, datetime], Mapping[int, str]]") -> None:
    """Add a line to practitioners on the public team page; it returns safe HTML by the practitioner's pk."""
    team_notes[name] = render


def site_link(name: str, url_name: str) -> None:
    """Say where a link of the public pages leads; `{% address %}` lists the names. A link nobody gave is not shown."""
    site_links[name] = url_name


def patient_section(section: PatientSection) -> None:
    """Add a part to the timeline of a patient at the desk."""
    patient_sections[section.name] = section


def patient_panel(panel: PatientPanel) -> None:
    """Add a part to the patient's page at the desk."""
    patient_panels[panel.name] = panel


def patients_rows(rows: PatientRows) -> None:
    """Say that a table holds rows of patients."""
    patient_rows[rows.model] = rows


def merge_follower(follower: MergeFollower) -> None:
    """Add what follows a merge of two patients."""
    merge_followers[follower.name] = follower


def patient_column(column: PatientColumn) -> None:
    """Add a column to the lists of patients at the desk."""
    patient_columns[column.name] = column


def brief_panel(name: str, render: "Callable[[HttpRequest, Patient, datetime], str]") -> None:
    """Add a part above a patient's brief, for what a PT does next; safe HTML, or an empty string for nothing."""
    brief_panels[name] = render


def patient_line(name: str, line: "Callable[[Patient, datetime], str]") -> None:
    """Add a line about a patient that heads pages about them, such as the next visit; an empty string for nothing."""
    patient_lines[name] = line


def call_panel(reason: str, render: "Callable[[HttpRequest, Call, datetime], str]") -> None:
    """Show more beside an open call of a reason (what was asked, a form to answer); safe HTML. Showing it is logged there."""
    call_panels[reason] = render


def call_follower(name: str, follow: "Callable[..., None]") -> None:
    """Have `follow(call=..., now=...)` run, in the same transaction, when a person has finished a call.

    It may raise `calls.NotDecided`: then the call stays open.
    """
    call_followers[name] = follow


def outcome_follower(name: str, follow: "Callable[..., Any]") -> None:
    """Have `follow(patient=..., decided=..., by=..., now=...)` run, in the same transaction, when a level was written.

    `decided` says that a PT decided it: what was held back by an older one may then go on. The patient is locked.
    """
    outcome_followers[name] = follow


def hours_follower(name: str, tell: "Callable[[HttpRequest, datetime], None]") -> None:
    """Have `tell(request, now)` run after staff changed when the clinic is open or who works when: it may add a message."""
    hours_followers[name] = tell


def tell_hours_changed(request: "HttpRequest", now: datetime) -> None:
    """Run what was registered for when hours have changed; call it once they are saved."""
    for tell in hours_followers.values():
        tell(request, now)


def carer(name: str, looks_after: "Callable[[Patient, User, datetime], bool]") -> None:
    """Add a way to tell that a person looks after a patient; who does not is covering when opening a brief."""
    carers[name] = looks_after


def health_check(name: str, check: Callable[[datetime], str]) -> None:
    """Add a check of the running system; it returns an empty string when all is well, else what is wrong."""
    health_checks[name] = check
