"""The business clock can be set for a block; UUIDv7 sort by time."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from zt_tenants import clock
from zt_tenants.uuid7 import uuid7


def test_the_clock_is_set_for_a_block_only() -> None:
    before = clock.now()
    with clock.at(datetime(2026, 2, 14, 17, 0, tzinfo=UTC)):
        assert clock.now() == datetime(2026, 2, 14, 17, 0, tzinfo=UTC)
        assert clock.today() == date(2026, 2, 15), "01:00 in Shanghai is already the next day"
    assert clock.now() >= before


def test_another_thread_keeps_the_real_time() -> None:
    with clock.at(datetime(2020, 1, 1, tzinfo=UTC)), ThreadPoolExecutor(1) as pool:
        assert pool.submit(clock.now).result().year > 2020


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.at(datetime(2026, 1, 1)):
        pass


def test_ids_are_version_7_unique_and_ordered() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(value.version, value.variant) for value in made} == {(7, uuid.RFC_4122)}
