"""The outbox: what was written to whom, and whether it left."""

import re
from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinic import registry
from clinic.admin.base import SeenAdmin, WrittenByActs
from clinic.models import Message

_LINK = re.compile(r"/l/[^/\s\"'<>]+/?")
# A letter is a page of its own under this policy: its inline styles work, nothing else does, scripts and forms least.
_LETTER_POLICY: dict[str, Any] = {"default-src": [NONE], "style-src": [UNSAFE_INLINE], "sandbox": True}


def without_links(text: str) -> str:
    """Return a letter's text without the keys in its links: they open what only the patient may open.

    In the demo nobody has a mailbox, so there the links stay.
    """
    return text if settings.DEMO else _LINK.sub("/l/…/", text)


def may_read(request: HttpRequest, message: Message) -> bool:
    """Say whether a person may read what a message says, beside that it was sent, when and to whom."""
    wanted = registry.letter_readers.get(message.kind, "")
    return not wanted or bool(request.user.has_perm(wanted))


@admin.register(Message)
class MessageAdmin(WrittenByActs, SeenAdmin):
    """A letter or text message, with what it said."""

    list_display = ["planned_at", "kind", "channel", "recipient", "state", "sent_at", "attempts", "error"]
    list_filter = ["state", "channel", "kind", "planned_at"]
    list_select_related = ["patient"]
    search_fields = ["subject_uid", "patient__family_name", "patient__given_name", "kind"]
    list_per_page = 50
    fieldsets = [
        (None, {"fields": ["kind", "channel", "recipient", "to", "state", "error"]}),
        (_("What it says"), {"fields": ["subject_line", "words", "letter_page"]}),
        (_("When"), {"fields": ["created_at", "planned_at", "not_after", "sent_at", "delivered_at", "attempts"]}),
        (_("Record"), {"fields": ["uid", "subject_uid", "sequence", "language", "message_id"]}),
    ]
    readonly_fields = ["uid", "created_at", "recipient", "subject_line", "words", "letter_page"]
    _without_words = (
        _("What it says"),
        {"fields": ["subject_line"], "description": _("It tells of a patient's answers. PTs read it in the brief.")},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the words out for those who may not read them."""
        head, words, *rest = self.fieldsets
        return [head, words if obj is None or may_read(request, obj) else self._without_words, *rest]

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
        return [path("<int:pk>/letter/", page, name="clinic_message_letter"), *super().get_urls()]

    def letter_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the HTML letter as it left, and nothing around it."""
        message: Any = self.get_object(request, str(pk))
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        if message is None or not message.html:
            raise Http404
        if not may_read(request, message):
            raise PermissionDenied
        self.note_look(request, message)
        return HttpResponse(without_links(message.html))
