"""``zhengtong timers``: what the operator sees and can do."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from zt_platform.project.cli import timers as command
from zt_tenants import timers
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import UnknownCentre
from zt_tenants.models import Timer
from zt_tenants.timers.errors import ParkedTimerNotFound

pytestmark = pytest.mark.req("G-02")
KIND = "test.command"


@pytest.fixture
def run(world, monkeypatch):
    monkeypatch.setattr(command, "platform_running", nullcontext)
    timers.register(KIND, print)
    for centre in (world.city, world.county):
        with enter(centre):
            timers.schedule(kind=KIND, subject=f"case-{centre.code}", due_at=now() - timedelta(seconds=90))
            timers.schedule(kind=KIND, subject=f"parked-{centre.code}", due_at=now())
    error = "处理失败：X [red]\nHandling failed: X [red]"
    Timer.objects.filter(subject__startswith="parked").update(parked_at=now(), attempts=8, last_error=error)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command.timers, list(arguments))

    yield invoke
    timers.unregister(KIND)


def test_it_says_what_is_due_how_late_and_what_is_parked(run) -> None:
    output = run().output
    assert "到期待处理 2 项，最早的已等待 9" in output
    assert "搁置 2 项" in output
    timers.unregister(KIND)
    assert "其中 2 项本版本无法处理" in run().output


def test_it_lists_parked_timers_of_all_centres_or_one(run, world) -> None:
    everything = run("--parked").output
    assert "parked-340100" in everything
    assert "parked-340123" in everything
    assert "case-340100" not in everything
    one = run("--parked", "--centre", "340123").output
    assert "parked-340123" in one
    assert "parked-340100" not in one
    assert isinstance(run("--parked", "--centre", "999999").exception, UnknownCentre)
    assert run("--centre", "340123").exit_code == 2


def test_it_tries_a_parked_one_again_and_no_other(run, world) -> None:
    parked = Timer.objects.get(subject="parked-340100")
    assert run("--retry", str(parked.id)).exit_code == 0
    again = Timer.objects.get(id=parked.id)
    assert (again.parked_at, again.attempts) == (None, 0)
    assert again.next_attempt_at <= now()
    assert Timer.objects.get(subject="parked-340123").parked_at is not None
    assert isinstance(run("--retry", str(parked.id)).exception, ParkedTimerNotFound)
    assert run("--retry", "nonsense").exit_code == 2
