"""Whom a message goes to, and by which ways somebody may be written to."""

from collections.abc import Collection
from typing import Protocol

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from clinic import sms, texting
from clinic.models import Message, Patient


class BadRecipient(ValueError):
    """The address is no e-mail address, or no phone number in E.164; a form should have refused it."""


class Reachable(Protocol):
    """Somebody to write to: a patient, or whoever sent a request."""

    @property
    def email(self) -> str:
        """Their address, or ""."""

    @property
    def phone(self) -> str:
        """Their number, or ""."""

    @property
    def texts_ok(self) -> bool:
        """Whether they agreed to texts."""


def ways_to_write(person: Reachable, *, stopped: Collection[str] | None = None) -> list[tuple[str, str]]:
    """Return channel and address of each way to write to somebody; none means that a person has to call.

    A text needs their leave, no STOP since, and a gateway; either address must be one (it may be older than the rule).
    Who would rather be written to one way gets it that way alone, where that is open. Whoever is not to be contacted is
    not written to at all. Who asks about many people gives the numbers that are `stopped` (`texting.stopped_among`).
    """
    if isinstance(person, Patient) and person.no_contact:
        return []
    ways: list[tuple[str, str]] = [(Message.Channel.EMAIL, person.email)]
    if person.texts_ok and sms.has_route() and not _is_stopped(person.phone, stopped):
        ways.append((Message.Channel.SMS, person.phone))
    open_ways = [(channel, to) for channel, to in ways if to and _is_address(channel, to)]
    rather = person.prefers if isinstance(person, Patient) else ""
    return [way for way in open_ways if way[0] == rather] or open_ways


def mailbox(address: str) -> str:
    """Return what stands for the mailbox of an e-mail address: capitals, and what follows a plus, lead to the same."""
    local, _at, host = address.rpartition("@")
    return f"{local.partition('+')[0]}@{host}".casefold()


def check_recipient(channel: str, to: str) -> None:
    """Raise BadRecipient for an address that no channel of this kind could reach, ValueError for no channel."""
    if channel == Message.Channel.SMS:
        if not sms.NUMBER.fullmatch(to):
            raise BadRecipient("A text message goes to a number in E.164.")
        return
    if channel != Message.Channel.EMAIL:
        raise ValueError(f"There is no channel {channel!r:.20}.")
    try:
        validate_email(to)
    except ValidationError as error:
        raise BadRecipient("An e-mail goes to one e-mail address.") from error


def _is_stopped(number: str, stopped: Collection[str] | None) -> bool:
    return texting.is_stopped(number) if stopped is None else number in stopped


def _is_address(channel: str, to: str) -> bool:
    try:
        check_recipient(channel, to)
    except BadRecipient:
        return False
    return True
