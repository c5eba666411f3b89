"""For tests of the desk's pages: staff who are logged in, and a page's words."""

import re
from typing import Any

from django.test import Client

from clinic.models import User
from tests.factories import make_user


def staff(group: str, **values: Any) -> Client:
    """A client logged in as a member of a group; `client.user` is who."""
    groups = [group] if group else []
    client = Client()
    user: User = make_user(groups=groups, **values)
    client.force_login(user)
    client.user = user  # type: ignore[attr-defined]
    return client


def words(answer: Any) -> str:
    """The page's words without marks, on one line."""
    main = answer.content.decode().partition("<main")[2] or answer.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def links(answer: Any) -> set[str]:
    """Where the page's links lead."""
    return set(re.findall(r'href="([^"#?]+)', answer.content.decode()))


def unknown_targets(answer: Any) -> set[str]:
    """The ids that labels, links and descriptions refer to and that are not on the page."""
    html = answer.content.decode()
    there = set(re.findall(r'\bid="([^"]+)"', html))
    used = [name for value in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', html) for name in value.split()]
    used += re.findall(r'href="#([^"]+)"', html) + re.findall(r'\bfor="([^"]+)"', html)
    return set(used) - there
