"""The records of the intake. Answers and findings are for those who may read briefs, and every look is on record."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinic.admin.base import DeskAdmin, KeptForGood, SeenAdmin, Table, WrittenByActs
from intake.models import BriefRead, Clearance, Finding, Guide, GuideRequest, Outcome, ReceivedText, Request, Screening

READS_BRIEFS = "intake.read_briefs"
READS_REQUESTS = "intake.answer_requests"
# What an outcome tells of the answers themselves.
OF_ANSWERS = ("klass", "first_contact", "missing_words", "not_sure_words", "reason")


def may(request: HttpRequest, permission: str) -> bool:
    """Say whether the person has a permission."""
    return bool(request.user.has_perm(permission))


class ForReaders:
    """Mix in before an admin class: only those who may read briefs see these rows at all."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for both: the record and the answers."""
        return may(request, READS_BRIEFS) and super().has_view_permission(request, obj)  # type: ignore[misc]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Leave it out of the navigation of others."""
        return may(request, READS_BRIEFS) and super().has_module_permission(request)  # type: ignore[misc]


@admin.register(Guide)
class GuideAdmin(KeptForGood, DeskAdmin):
    """A free guide."""

    list_display = ["title", "slug", "active", "position"]
    list_filter = ["active"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(GuideRequest)
class GuideRequestAdmin(WrittenByActs, SeenAdmin):
    """Who asked for a guide."""

    list_display = ["created_at", "guide", "language", "opened_at"]
    list_filter = ["guide", "created_at"]
    list_select_related = ["guide"]


@admin.register(ReceivedText)
class ReceivedTextAdmin(WrittenByActs, SeenAdmin):
    """A text from a patient. Its words are health data: those who must answer read them, and that is on record."""

    list_display = ["at", "number", "patient", "did"]
    list_filter = ["did", "at"]
    list_select_related = ["patient"]
    search_fields = ["number", "patient__family_name", "patient__given_name"]
    date_hierarchy = "at"
    readonly_fields = ["uid", "their_words", "our_answer"]
    _always = ((None, {"fields": ("number", "patient", "did", "at")}), (_("Record"), {"fields": ("uid", "gateway_id")}))
    _words = (_("What it says"), {"fields": ("their_words", "our_answer")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the words out for those who do not answer."""
        return (self._always[0], self._words, self._always[1]) if may(request, READS_REQUESTS) else self._always

    @admin.display(description=_("their words"))
    def their_words(self, row: ReceivedText) -> str:
        """Return what was sent."""
        return row.text or "-"

    @admin.display(description=_("our answer"))
    def our_answer(self, row: ReceivedText) -> str:
        """Return what was answered at once."""
        return row.answer or "-"


@admin.register(Request)
class RequestAdmin(WrittenByActs, SeenAdmin):
    """A request. Its words are health data: those who must answer read them, and that is on record."""

    list_display = ["created_at", "kind", "name", "state", "due_at", "alert", "answered_by"]
    list_filter = ["state", "kind", "alert", "created_at"]
    list_select_related = ["answered_by"]
    search_fields = ["name", "phone", "email"]
    date_hierarchy = "created_at"
    readonly_fields = ["uid", "their_words", "particulars", "our_answer"]
    _always = (
        (None, {"fields": ("kind", "state", "name", "phone", "texts_ok", "email", "language", "interpreter")}),
        (_("When"), {"fields": ("created_at", "due_at", "answered_at", "answered_by", "alert")}),
        (_("Record"), {"fields": ("uid", "patient")}),
    )
    _words = (_("What was asked"), {"fields": ("their_words", "particulars", "our_answer")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the words out for those who do not answer requests."""
        if may(request, READS_REQUESTS):
            return (self._always[0], self._words, *self._always[1:])
        return self._always

    @admin.display(description=_("their words"))
    def their_words(self, row: Request) -> SafeString | str:
        """Return what was written."""
        return format_html('<pre class="letter">{}</pre>', row.text) if row.text else "-"

    @admin.display(description=_("details"))
    def particulars(self, row: Request) -> SafeString | str:
        """Return what the form asked beside the text."""
        if not row.details:
            return "-"
        return format_html('<pre class="letter">{}</pre>', json.dumps(row.details, ensure_ascii=False, indent=1))

    @admin.display(description=_("our answer"))
    def our_answer(self, row: Request) -> SafeString | str:
        """Return what was answered."""
        return format_html('<pre class="letter">{}</pre>', row.answer) if row.answer else "-"


class OutcomeInline(WrittenByActs, Table):
    """The outcomes of a screening, without what they rest on."""

    model = Outcome
    fields = ["created_at", "current", "staff_level", "booking", "call_due", "call_due_at", "decided_by"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch who decided with the outcomes."""
        return super().get_queryset(request).select_related("decided_by", "screening__patient")


@admin.register(Screening)
class ScreeningAdmin(WrittenByActs, SeenAdmin):
    """A screening without its answers; those are in the brief."""

    list_display = ["started_at", "patient", "state", "respondent", "finished_at", "brief"]
    list_filter = ["state", "respondent", "started_at"]
    list_select_related = ["patient"]
    search_fields = ["patient__family_name", "patient__given_name", "uid"]
    date_hierarchy = "started_at"
    fields = [
        "uid",
        "patient",
        "questionnaire",
        "state",
        "respondent",
        "respondent_name",
        "language",
        "city",
        "place_state",
        "time_zone",
        "started_at",
        "saved_at",
        "finished_at",
        "brief",
    ]
    readonly_fields = ["uid", "brief", "as_fhir"]
    inlines = [OutcomeInline]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Offer the answers as a file to those who may read them."""
        return [*self.fields, "as_fhir"] if may(request, READS_BRIEFS) else self.fields

    @admin.display(description=_("brief"))
    def brief(self, row: Screening) -> SafeString:
        """Link to the brief; it opens for PTs."""
        return format_html('<a href="{}">{}</a>', reverse("admin:brief", args=[row.uid]), _("Open the brief"))

    @admin.display(description=_("for other systems"))
    def as_fhir(self, row: Screening) -> SafeString:
        """Link to the answers as a file; private ones are not in it."""
        address = reverse("admin:brief-answers", args=[row.uid])
        return format_html('<a href="{}">{}</a>', address, _("The answers as FHIR, without private ones"))


class FindingInline(ForReaders, WrittenByActs, Table):
    """The rules that fired."""

    model = Finding
    fields = ["rule", "level", "klass", "strength", "points_to"]


@admin.register(Outcome)
class OutcomeAdmin(WrittenByActs, SeenAdmin):
    """What the rules made of a screening, or what staff decided after."""

    list_display = ["created_at", "patient", "staff_level", "booking", "call_due_at", "current", "decided_by"]
    list_filter = ["staff_level", "booking", "current", "created_at"]
    list_select_related = ["screening__patient", "decided_by"]
    search_fields = ["screening__patient__family_name", "screening__patient__given_name", "screening__uid"]
    inlines = [FindingInline]
    readonly_fields = ["uid", "missing_words", "not_sure_words"]
    _always = (
        "uid",
        "screening",
        "current",
        "level",
        "staff_level",
        "booking",
        "call_due",
        "call_due_at",
        "decided_by",
        "ruleset",
        "questionnaire",
        "created_at",
    )

    @admin.display(description=_("patient"), ordering="screening__patient__family_name")
    def patient(self, outcome: Outcome) -> str:
        """Return whose it is."""
        return str(outcome.screening.patient)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what tells of the answers for those who may not read them."""
        return (*self._always, *OF_ANSWERS) if may(request, READS_BRIEFS) else self._always

    @admin.display(description=_("not answered"))
    def missing_words(self, row: Outcome) -> str:
        """Return the ids of safety questions without an answer."""
        return ", ".join(row.missing) or "-"

    @admin.display(description=_("not sure"))
    def not_sure_words(self, row: Outcome) -> str:
        """Return the ids of questions answered with "not sure"."""
        return ", ".join(row.not_sure) or "-"

    def note_look(self, request: HttpRequest, obj: Any) -> None:
        """Write the look into the audit, under the screening."""
        super().note_look(request, obj.screening)


@admin.register(Finding)
class FindingAdmin(ForReaders, WrittenByActs, SeenAdmin):
    """A rule that fired; the answers are in the brief."""

    list_display = ["rule", "level", "klass", "strength", "outcome"]
    list_filter = ["level", "rule"]
    list_select_related = ["outcome"]
    search_fields = ["rule"]
    fields = ["outcome", "rule", "level", "klass", "strength", "points_to"]

    def note_look(self, request: HttpRequest, obj: Any) -> None:
        """Write the look into the audit, under the screening."""
        super().note_look(request, obj.outcome.screening)


@admin.register(Clearance)
class ClearanceAdmin(ForReaders, WrittenByActs, SeenAdmin):
    """Who cleared a patient, and what the letter says."""

    list_display = ["created_at", "outcome", "cleared_by", "cleared_on", "recorded_by"]
    list_filter = ["recorded_by", "cleared_on"]
    list_select_related = ["outcome", "recorded_by"]

    def note_look(self, request: HttpRequest, obj: Any) -> None:
        """Write the look into the audit, under the screening."""
        super().note_look(request, obj.outcome.screening)


@admin.register(BriefRead)
class BriefReadAdmin(WrittenByActs, DeskAdmin):
    """Who read which brief, when."""

    list_display = ["at", "by", "screening"]
    list_filter = ["by", "at"]
    list_select_related = ["by", "screening__patient"]
    search_fields = ["by__username", "screening__patient__family_name"]
