"""Many threads switch between centres on reused connections; none ever reads another centre's schema."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from schema_seen import schema_seen

from zt_tenants.context import enter, on_commit
from zt_tenants.models import Centre

THREADS = 6
SWITCHES_EACH = 150


class DeliberateFailure(Exception):
    """Aborts a transaction in the middle."""


def _switch_about(seed: int, centres: list[Centre]) -> list[str]:
    chance = random.Random(seed)
    wrong: list[str] = []

    def check(centre: Centre, where: str) -> None:
        if schema_seen() != centre.schema_name:
            wrong.append(f"{where}: wanted {centre.code}")

    try:
        for _ in range(SWITCHES_EACH):
            outer, inner = chance.choice(centres), chance.choice(centres)
            with enter(outer):
                check(outer, "outer")
                with enter(inner):
                    check(inner, "inner")
                try:
                    with transaction.atomic():
                        check(outer, "transaction")
                        on_commit(lambda outer=outer: check(outer, "on_commit"))
                        if chance.random() < 0.3:
                            raise DeliberateFailure
                except DeliberateFailure:
                    check(outer, "after rollback")
    finally:
        connection.close()
    return wrong


@pytest.mark.req("A-01")
def test_threads_never_see_a_neighbour(committed_world) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda seed: _switch_about(seed, committed_world.all), range(THREADS)))
    assert found == [[]] * THREADS
