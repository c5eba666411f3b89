"""What every test pays for: the collector of memory, and Django's record of what was drawn."""

import gc
from typing import Any

import pytest
from django.template import Template
from django.test.signals import template_rendered


def pytest_configure(config: pytest.Config) -> None:
    """Let the collector rest while thousands of tests are collected, none of which goes away."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Take what is there by now (hundreds of MiB) out of the collector's rounds, and let it go round less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def _render_and_tell(self: Template, context: Any) -> str:
    """Draw; tell `response.context` of whole pages. Django tells of each included part, too, and copies its context."""
    if context.template is self:
        template_rendered.send(sender=self, template=self, context=context)
    return self.nodelist.render(context)


@pytest.fixture(scope="session", autouse=True)
def _tell_of_whole_pages(django_test_environment: None) -> None:
    Template._render = _render_and_tell  # type: ignore[attr-defined,method-assign]
