"""What all processes remember together for a while. A cache that is down costs a little time, and never a page."""

import logging
from typing import Any

from django.core.cache import cache

logger = logging.getLogger(__name__)


def recall(key: str) -> Any | None:
    """Return what was kept, or None: nothing was, it is too old, or the cache does not answer."""
    try:
        return cache.get(key)
    except Exception as error:  # noqa: BLE001  (each cache raises its own kind)
        logger.warning("the cache does not answer: %s", type(error).__name__)
        return None


def keep(key: str, value: Any, *, seconds: int | None) -> None:
    """Keep a value for so long, or for good; a cache that does not take it is passed over."""
    try:
        cache.set(key, value, timeout=seconds)
    except Exception as error:  # noqa: BLE001
        logger.warning("the cache takes nothing: %s", type(error).__name__)
