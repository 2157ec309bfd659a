"""kill -9 at each step of a question to a department: one record, one answer, and always the same question."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from killed import run_task, run_worker

from zt_interop.departments.calls import Question, ask, drain
from zt_interop.departments.models import DueCall
from zt_interop.departments.testing import IDENTITY_CHECK, NAME, NUMBER, Offices, grant, offices_in
from zt_interop.log.models import DataCall
from zt_tenants.clock import now
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01", "Y-03")]
ASKER = Path(__file__).with_name("ask_worker.py")
DRAIN = "zt_interop.tasks.drain_data_calls"
AFTER_ITS_LEASE = timedelta(seconds=61)


@pytest.fixture
def offices(committed_world, tmp_path) -> Iterator[Offices]:
    """A department that answers; the city may ask it."""
    with offices_in(tmp_path) as offices:
        offices.register(IDENTITY_CHECK)
        grant(committed_world.city, IDENTITY_CHECK, "result")
        yield offices


def _asked(offices: Offices) -> list[str]:
    """The ids of the questions that the department answered, in order."""
    log = offices.folder / "log.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [line["request"]["request_id"] for line in lines]


def _states(world) -> list[tuple[str, str]]:
    with enter(world.city):
        return list(DataCall.objects.values_list("state", "verdict"))


def _finished(world, offices: Offices, asked_then: int) -> list[tuple[str, str]]:
    """What stands there once others have gone on; they wait for the lease of the dead one, and ask what it asked."""
    assert _states(world) == [("QUEUED", "")]
    assert len(_asked(offices)) == asked_then
    assert drain() == 0, "the lease still runs"
    with offices.at(now() + AFTER_ITS_LEASE):
        assert drain() == 1
        assert drain() == 0
    with enter(world.city):
        question = str(DataCall.objects.get().request_id)
    assert _asked(offices) == [question] * (asked_then + 1)
    assert not DueCall.objects.filter(waiting=True).exists()
    return _states(world)


@pytest.mark.parametrize(("crash_at", "asked_then"), [("call_after_write", 0), ("call_after_answer", 1)])
def test_a_request_that_dies_while_it_asks_is_made_up_for(
    committed_world, offices: Offices, crash_at: str, asked_then: int
) -> None:
    origins = {"ZT_DEPARTMENT_ORIGINS": offices.endpoint}
    code = committed_world.city.code
    assert run_worker(ASKER, crash_at, code, environment_too=origins) == -signal.SIGKILL
    assert _finished(committed_world, offices, asked_then) == [("ANSWERED", "MATCH")]


@pytest.mark.parametrize(("crash_at", "asked_then"), [("call_after_claim", 0), ("call_after_answer", 1)])
def test_a_worker_that_dies_while_it_asks_again_is_succeeded(
    committed_world, offices: Offices, crash_at: str, asked_then: int
) -> None:
    offices.status = 503
    with enter(committed_world.city):
        ask(Question(IDENTITY_CHECK, {"name": NAME, "id_number": NUMBER}))
    offices.status = 200
    DueCall.objects.update(due_at=now() - timedelta(seconds=1))
    origins = {"ZT_DEPARTMENT_ORIGINS": offices.endpoint}
    assert run_task(DRAIN, crash_at, environment_too=origins) == -signal.SIGKILL
    assert _finished(committed_world, offices, asked_then) == [("ANSWERED", "MATCH")]
