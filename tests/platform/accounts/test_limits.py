"""The generic limit on guessing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from zt_platform.accounts.errors import TooManyTries
from zt_platform.accounts.limits import RateLimit
from zt_tenants.clock import at

LIMIT = RateLimit("test", limit=3, minutes=10)
NOON = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)


def test_the_window_starts_with_the_first_hit_and_ends() -> None:
    with at(NOON):
        assert [LIMIT.hit("k") for _ in range(3)] == [1, 2, 3]
    with at(NOON + timedelta(minutes=7)):
        with pytest.raises(TooManyTries) as refused:
            LIMIT.hit("k")
        assert refused.value.data == {"minutes": 3}
        assert "3分钟" in refused.value.zh_text
        with pytest.raises(TooManyTries):
            LIMIT.check("k")
    with at(NOON + timedelta(minutes=10)):
        LIMIT.check("k")
        assert LIMIT.hit("k") == 1


def test_keys_do_not_share_a_window() -> None:
    for _ in range(3):
        LIMIT.hit("a")
    assert LIMIT.hit("b") == 1


def test_checking_does_not_count_and_clearing_forgets() -> None:
    for _ in range(9):
        LIMIT.check("k")
    for _ in range(3):
        LIMIT.hit("k")
    LIMIT.clear("k")
    assert LIMIT.hit("k") == 1


def test_a_good_try_is_forgiven() -> None:
    for _ in range(9):
        LIMIT.hit("k")
        LIMIT.forgive("k")
    LIMIT.forgive("k")
    assert LIMIT.hit("k") == 1


def close_this_threads_connections() -> None:
    """Django keeps a cache client per thread and has no way to close it."""
    for pool in cache._cache._pools.values():
        pool.disconnect()


def test_parallel_tries_do_not_slip_through() -> None:
    def attempt(_: int) -> bool:
        try:
            LIMIT.hit("parallel")
        except TooManyTries:
            return False
        finally:
            close_this_threads_connections()
        return True

    LIMIT.hit("parallel")
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(40))) == 2


def test_the_cache_holds_no_key_in_clear() -> None:
    LIMIT.hit("zhangsan")
    keys = cache._cache.get_client().keys("*")
    assert keys
    assert not any(b"zhangsan" in key for key in keys)
