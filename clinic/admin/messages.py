"""The outbox: what was written to whom, and whether it left."""

import re
from datetime import datetime
from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinic import registry, sent_again, wording
from clinic.admin.base import SeenAdmin, WrittenByActs
from clinic.models import Message, User

_LINK = re.compile(r"/l/[^/\s\"'<>]+/?")
# A letter is a page of its own under this policy: its inline styles work, nothing else does, scripts and forms least.
_LETTER_POLICY: dict[str, Any] = {"default-src": [NONE], "style-src": [UNSAFE_INLINE], "sandbox": True}


# The last that fits is what a message has come to.
BECAME: "dict[str, tuple[Promise, Q]]" = {
    "planned": (_("planned"), Q(state=Message.State.PLANNED)),
    "sending": (_("on its way"), Q(state=Message.State.SENDING)),
    "sent": (_("sent"), Q(state=Message.State.SENT)),
    "delivered": (_("delivered"), Q(state=Message.State.SENT, delivered_at__isnull=False)),
    "replied": (_("answered"), Q(replied_at__isnull=False)),
    "failed": (_("failed"), Q(state=Message.State.FAILED)),
    "dropped": (_("dropped"), Q(state=Message.State.DROPPED)),
}


def became(message: Message) -> str:
    """Say what a message has come to, as the list and its filter call it."""
    if message.replied_at:
        return "replied"
    if message.state == Message.State.SENT and message.delivered_at:
        return "delivered"
    return str(message.state)


def named(kind: str) -> str:
    """Say what a kind of message is, for staff."""
    return str(registry.letter_names.get(kind) or kind.replace("_", " ").capitalize())


def without_links(text: str) -> str:
    """Return a letter's text without the keys in its links: they open what only the patient may open.

    In the demo nobody has a mailbox, so there the links stay.
    """
    return text if settings.DEMO else _LINK.sub("/l/…/", text)


def may_read(request: HttpRequest, message: Message) -> bool:
    """Say whether a person may read what a message says, beside that it was sent, when and to whom."""
    wanted = registry.letter_readers.get(message.kind, "")
    return not wanted or bool(request.user.has_perm(wanted))


def _moment(at: datetime) -> str:
    return wording.moment(timezone.localtime(at), today=timezone.localdate())


class BecameFilter(admin.SimpleListFilter):
    """What became of a message, in the words of the list."""

    title = _("what became of it")
    parameter_name = "became"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        """Offer all of them."""
        return [(name, words) for name, (words, _condition) in BECAME.items()]

    def queryset(self, _request: HttpRequest, queryset: "QuerySet[Message]") -> "QuerySet[Message]":
        """Narrow the list."""
        chosen = BECAME.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class KindFilter(admin.SimpleListFilter):
    """The kinds of messages, as the list calls them."""

    title = _("message")
    parameter_name = "kind"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        """Offer all of them, by name."""
        return sorted(((kind, named(kind)) for kind in registry.letters), key=lambda pair: pair[1])

    def queryset(self, _request: HttpRequest, queryset: "QuerySet[Message]") -> "QuerySet[Message]":
        """Narrow the list."""
        return queryset.filter(kind=self.value()) if self.value() in registry.letters else queryset


@admin.register(Message)
class MessageAdmin(WrittenByActs, SeenAdmin):
    """A letter or text message, with what it said."""

    list_display = ["planned_at", "what", "recipient", "channel", "outcome"]
    list_filter = [BecameFilter, "channel", KindFilter, "planned_at"]
    list_select_related = ["patient"]
    search_fields = ["subject_uid", "patient__family_name", "patient__given_name", "kind", "patient__uid"]
    list_per_page = 50
    change_form_template = "admin/message.html"
    fieldsets = [
        (None, {"fields": ["what", "channel", "recipient", "to", "came_to", "error"]}),
        (_("What it says"), {"fields": ["subject_line", "words", "letter_page"]}),
        (
            _("When"),
            {"fields": ["created_at", "planned_at", "not_after", "sent_at", "delivered_at", "replied_at", "attempts"]},
        ),
        (_("Record"), {"fields": ["uid", "subject_uid", "kind", "sequence", "again_of", "language", "message_id"]}),
    ]
    readonly_fields = [*("uid", "created_at", "what", "came_to", "recipient", "subject_line", "words", "letter_page")]
    _without_words = (
        _("What it says"),
        {"fields": ["subject_line"], "description": _("It tells of a patient's answers. PTs read it in the brief.")},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the words out for those who may not read them."""
        head, words, *rest = self.fieldsets
        return [head, words if obj is None or may_read(request, obj) else self._without_words, *rest]

    @admin.display(description=_("message"), ordering="kind")
    def what(self, message: Message) -> str:
        """Return the kind in words, and which time it is sent again."""
        name = named(message.kind)
        return _("%(name)s, again") % {"name": name} if message.again else name

    @admin.display(description=_("what became of it"))
    def outcome(self, message: Message) -> str:
        """Return what became of it, when, after how many tries, and why not, in one cell of the list."""
        at = message.replied_at or message.delivered_at or message.sent_at
        parts = [self.came_to(message) + (f" {_moment(at)}" if at else "")]
        if message.attempts > 1:
            parts.append(_("%(number)d tries") % {"number": message.attempts})
        return ", ".join([*parts, message.error] if message.error else parts)

    @admin.display(description=_("what became of it"))
    def came_to(self, message: Message) -> str:
        """Return what became of it in words."""
        return str(BECAME[became(message)][0])

    @admin.display(description=_("for"))
    def recipient(self, message: Message) -> str:
        """Return the patient, or what it is about where there is none."""
        return str(message.patient or "-")

    @admin.display(description=_("subject line"))
    def subject_line(self, message: Message) -> str:
        """Return the subject."""
        return message.title or "-"

    @admin.display(description=_("text"))
    def words(self, message: Message) -> Any:
        """Return the text as it left."""
        if not message.text:
            return _("Not written yet: a letter is written when it is sent.")
        return format_html('<pre class="letter">{}</pre>', without_links(message.text))

    @admin.display(description=_("as a page"))
    def letter_page(self, message: Message) -> SafeString | str:
        """Link to the HTML letter, on a page of its own."""
        if not message.html:
            return "-"
        address = reverse("admin:clinic_message_letter", args=[message.pk])
        return format_html(
            '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', address, _("See the letter in a new tab")
        )

    def get_urls(self) -> list[URLPattern]:
        """Add the page with the letter."""
        letter: Any = csp(_LETTER_POLICY)(self.letter_view)  # type: ignore[arg-type]
        page = self.admin_site.admin_view(letter)
        again = self.admin_site.admin_view(self.again_view)
        return [
            path("<int:pk>/letter/", page, name="clinic_message_letter"),
            path("<int:pk>/again/", again, name="clinic_message_again"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the message, with the button that sends it again or why it cannot be."""
        message: Any = self.get_object(request, object_id)
        context: dict[str, Any] = {"may_send": request.user.has_perm("clinic.send_again")}
        if message is not None:
            context["subtitle"] = f"{self.what(message)}, {message.get_channel_display()}"
        if message is not None and context["may_send"]:
            context["why_not"] = sent_again.why_not(message.again_of or message, now=timezone.now())
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a message once more."""
        message: Any = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request, message) or not request.user.has_perm("clinic.send_again"):
            raise PermissionDenied
        if message is None:
            raise Http404
        by = request.user if isinstance(request.user, User) else None
        try:
            message = sent_again.send_again(message=message, by=by, now=timezone.now())
        except sent_again.NotAgain as why:
            messages.error(request, _("Not sent again: %(why)s") % {"why": why})
        else:
            messages.success(request, _("It is sent once more, to the address that we have now."))
        return HttpResponseRedirect(reverse("admin:clinic_message_change", args=[message.pk]))

    def letter_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the HTML letter as it left, and nothing around it."""
        message: Any = self.get_object(request, str(pk))
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        if message is None or not message.html:
            raise Http404
        if not may_read(request, message):
            raise PermissionDenied
        if ask := self.why_first(request, message):
            return ask
        self.note_look(request, message)
        return HttpResponse(without_links(message.html))
