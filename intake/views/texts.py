"""Texts that come in through the gateway."""

from collections.abc import Mapping
from datetime import datetime
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic import sms
from clinic.gateway_hooks import by_gateway
from intake import texts

_LONGEST_ID = 64


@by_gateway
def received(_request: HttpRequest, fields: Mapping[str, str]) -> HttpResponse:
    """Take a text, and answer it in the gateway's own words. One without a sender or a number of its own is no text."""
    now: datetime = timezone.now()
    number, gateway_id = fields.get("From", ""), fields.get("MessageSid", "")
    if not sms.NUMBER.fullmatch(number) or not 0 < len(gateway_id) <= _LONGEST_ID:
        return HttpResponse(status=400)
    row = texts.receive(gateway_id=gateway_id, number=number, text=fields.get("Body", ""), now=now)
    answer = f"<Message>{escape(row.answer)}</Message>" if row.answer else ""
    return HttpResponse(f'<?xml version="1.0" encoding="UTF-8"?><Response>{answer}</Response>', content_type="text/xml")
