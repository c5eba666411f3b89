"""Text that people type, made safe to keep: one form of each letter, no characters that steer a machine. Pure."""

import re
import unicodedata

# Overrides turn the reading order of everything after them, so a name could pose as another text in a letter or a list.
# The ordinary marks that Arabic and Hebrew names carry (U+200E, U+200F, U+061C, isolates) stay.
_TURNS_THE_LINE = frozenset("\u202a\u202b\u202c\u202d\u202e")
_LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
# Mail programs make a link of a host by itself, too, if it ends as most do.
_WEB_ADDRESS = re.compile(
    r"://|\bwww\.|[a-z0-9-]{2}\.(?:com|net|org|info|biz|io|ly|ru|cn|tk|app|dev|xyz|top|site|online|shop|club|link|click)\b",
    re.IGNORECASE,
)


def tidy_lines(text: str) -> str:
    """Return `text` composed (NFC), with LF line ends, and no blanks at its ends; browsers send CR LF."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def tidy_line(text: str) -> str:
    """Return `text` composed (NFC) with each run of spaces made one space; line breaks are left for `has_line_break`."""
    return re.sub(r"[^\S\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+", " ", unicodedata.normalize("NFC", text)).strip(" ")


def has_line_break(text: str) -> bool:
    """Say whether `text` has any character that ends a line somewhere: in a mail header, a terminal or a calendar file."""
    return not _LINE_BREAKS.isdisjoint(text)


def has_control_character(text: str, allow_lines: bool = True) -> bool:
    """Say whether `text` has NUL, another control character, half a surrogate pair, or a direction override.

    Tabs pass, and line feeds too when `allow_lines`. Emoji, joiners and right-to-left letters pass.
    """
    allowed = "\t\n" if allow_lines else "\t"
    return any(
        (unicodedata.category(character) in ("Cc", "Cs") and character not in allowed) or character in _TURNS_THE_LINE
        for character in text
    )


def has_visible_character(text: str) -> bool:
    """Say whether `text` has anything to see: not only spaces, joiners and marks without a width."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)


def has_web_address(text: str) -> bool:
    """Say whether `text` has a web address; in a name it would turn our letters into somebody's advertising."""
    return _WEB_ADDRESS.search(text) is not None
