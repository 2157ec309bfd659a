"""The soak at its smallest: four processes of both shapes over the world's centres, thousands of visits, none wrong."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from soak import watch

pytestmark = pytest.mark.req("A-01")
BENCH = Path(__file__).parent
ROUNDS, THREADS = 40, 3


def test_every_worker_visits_every_centre_and_keeps_to_the_bounds(committed_world) -> None:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    environment = {
        "DATABASE_URL": urlunsplit(database),
        "DJANGO_SETTINGS_MODULE": "zt_platform.project.settings",
        "PYTHONPATH": str(BENCH),
    }
    centres = len(committed_world.all)
    seen = watch.soak(workers={"web": 2, "celery": 2}, threads=THREADS, rounds=ROUNDS, environment=environment)
    assert seen.visits == 4 * THREADS * ROUNDS * centres
    assert seen.broken() == []


def _sample(connections: int = 4, backend: float = 50, every: float = 200, process: float = 100) -> watch.Sample:
    return watch.Sample(connections, backend, every, process)


@pytest.mark.parametrize(
    ("samples", "wrong", "words"),
    [
        ([_sample()] * 4, 0, ""),
        ([_sample()] * 4, 1, "another centre"),
        ([_sample()] * 3 + [_sample(connections=9)], 0, "connections"),
        ([_sample()] * 3 + [_sample(backend=101)], 0, "a backend held"),
        ([_sample()] * 3 + [_sample(process=401)], 0, "a process held"),
        ([_sample()] * 3 + [_sample(every=280)], 0, "all_backends grew"),
        ([_sample()] * 3, 0, "too short"),
    ],
)
def test_a_broken_promise_is_told(samples: list[watch.Sample], wrong: int, words: str) -> None:
    seen = watch.Soaked(visits=9, wrong=wrong, samples=samples, most_connections=8, most_backend_mb=100)
    found = seen.broken()
    assert any(words in one for one in found) if words else found == []
