"""Phone numbers: read what people type, keep E.164, show it as people write it. Pure; the rules are libphonenumber's."""

import phonenumbers

# Where a number without a country code is dialled from.
HOME_REGION = "US"


class NotAPhoneNumber(ValueError):
    """The text is not a number we can call: too short, too long, or letters."""


class PaidNumber(NotAPhoneNumber):
    """The number charges whoever calls it (900 numbers), so we never call or text it."""


class HasExtension(NotAPhoneNumber):
    """The number ends in an extension, which neither a text nor the queue's call link can reach."""


def read(text: str, region: str = HOME_REGION) -> str:
    """Return `text` as E.164 ("+19075550142"), reading it as dialled from `region` (ISO 3166 code, two letters).

    Raises NotAPhoneNumber, or its subclasses PaidNumber and HasExtension when that is what is wrong.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise NotAPhoneNumber(text) from error
    if number.extension:
        raise HasExtension(text)
    if not phonenumbers.is_valid_number(number):
        raise NotAPhoneNumber(text)
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        raise PaidNumber(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show(stored: str, region: str = HOME_REGION) -> str:
    """Return a stored number as people write it: "907-555-0142" at home, "+44 20 7946 0958" from elsewhere.

    Short numbers ("911") and anything that is no phone number come back unchanged.
    """
    try:
        number = phonenumbers.parse(stored, region)
    except phonenumbers.NumberParseException:
        return stored
    if not phonenumbers.is_possible_number(number):
        return stored
    if number.country_code == phonenumbers.country_code_for_region(region):
        # RFC 3966 is libphonenumber's only format with hyphens: "tel:+1-907-555-0142".
        hyphened = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966)
        return hyphened.removeprefix(f"tel:+{number.country_code}-")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def link(stored: str) -> str:
    """Return the `tel:` address of a stored number, with nothing in it but digits and a leading plus."""
    digits = "".join(character for character in stored if character.isascii() and character.isdigit())
    return f"tel:+{digits}" if stored.strip().startswith("+") else f"tel:{digits}"
