"""kill -9 between the file of a paper and its signature: one paper, one number, and the file that was signed."""

from __future__ import annotations

import signal

import pytest
from killed import run_task
from paper_cast import content

from zt_platform.actors import Actor
from zt_platform.cases.testing import MONDAY, make_catalogue
from zt_platform.organisation.models import Department
from zt_platform.papers.commands import issue_paper
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper, PaperState
from zt_platform.papers.rendering import digest
from zt_platform.papers.signature import verified_statement
from zt_storage.objects import ensure_bucket
from zt_storage.uploads import read_bytes
from zt_tenants.clock import at
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
MAKE = "zt_platform.papers.tasks.make_paper"


def test_a_paper_whose_maker_died_before_signing_is_made_by_the_next(committed_world) -> None:
    ensure_bucket()
    city = committed_world.city
    with at(MONDAY):
        make_catalogue(city, "合肥市")
        with enter(city):
            paper = issue_paper(
                kind=PaperKind.ACCEPTANCE,
                department=Department.objects.get(code="SC"),
                subject="1",
                content=content(),
                actor=Actor.system(),
            )

    assert run_task(MAKE, "paper_after_put", city.code, paper.pk) == -signal.SIGKILL
    with enter(city):
        left = Paper.objects.get()
        assert (left.state, left.attachment_id, left.signature) == (PaperState.PENDING, None, "")

    assert [run_task(MAKE, "nowhere", city.code, paper.pk) for _ in range(2)] == [0, 0]
    with enter(city):
        made = Paper.objects.select_related("attachment").get()
        assert (made.state, made.number) == (PaperState.ISSUED, paper.number)
        assert made.attachment is not None
        assert digest(read_bytes(made.attachment)) == made.sha256
        assert verified_statement(made.signature)["sha256"] == made.sha256
