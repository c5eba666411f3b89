"""What is kept in the cache, and a cache that is down."""

import socket
import time
from copy import deepcopy

import pytest
from django.conf import settings as loaded
from django.core.cache import cache

from clinic import kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def redis(settings):
    """Have the cache be a Redis at a port, with the options of the product."""

    def at(port: int) -> None:
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": f"redis://127.0.0.1:{port}/0",
                "OPTIONS": deepcopy(loaded.REDIS_CACHE_OPTIONS),
            }
        }

    return at


def test_value_is_kept_until_it_is_too_old():
    kept.keep("test.kept", [1, "a"], seconds=60)
    assert kept.recall("test.kept") == [1, "a"]
    kept.keep("test.kept", 2, seconds=0)
    assert kept.recall("test.kept") is None


def test_value_without_an_age_is_kept_for_good():
    kept.keep("test.kept", 1, seconds=None)
    assert kept.recall("test.kept") == 1
    cache.delete("test.kept")


def test_dead_cache_keeps_nothing_and_breaks_nothing(redis, caplog):
    redis(1)
    kept.keep("test.kept", 1, seconds=60)
    assert kept.recall("test.kept") is None
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_cache_that_does_not_answer_is_not_waited_for(redis):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        redis(silent.getsockname()[1])
        started = time.monotonic()
        assert kept.recall("test.kept") is None
        assert time.monotonic() - started < 20  # without a limit it would be waited for all day
