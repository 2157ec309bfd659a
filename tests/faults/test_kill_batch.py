"""kill -9 while a worker does one act on many marked cases: each is done once, with its result."""

from __future__ import annotations

import signal

import pytest
from killed import run_task

from zt_platform.audit.models import AuditRecord
from zt_platform.cases.commands.batch_runs import Marked, start_batch, work_off
from zt_platform.cases.models import CaseEvent
from zt_platform.cases.testing import MONDAY, make_town
from zt_platform.organisation.models import StaffMember
from zt_tenants.clock import at, today
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
WORK_OFF = "zt_platform.cases.tasks.work_off_batch"


@pytest.mark.parametrize(("crash_at", "done_then"), [("batch_before_commit", 0), ("batch_after_commit", 1)])
def test_a_batch_goes_on_behind_the_case_at_which_its_worker_died(
    committed_world, crash_at: str, done_then: int
) -> None:
    with at(MONDAY):
        town = make_town(committed_world.city, committed_world.county, committed_world.other_county)
        cases = [town.city.submitted(town.zhang) for _ in range(3)]
        clerk, code = town.city.clerk, town.city.centre.code
        with enter(code):
            StaffMember.objects.create(
                account_id=clerk.account_id, full_name=clerk.name, roles=["WINDOW_CLERK"], posted_on=today()
            )
            marked = [Marked(case.pk, case.lock_version, case.tracking_number or "") for case in cases]
            batch = start_batch(actor=clerk, slug="claim", marked=marked, arguments={})

    assert run_task(WORK_OFF, crash_at, code, batch.pk) == -signal.SIGKILL
    results = AuditRecord.objects.filter(part_of=batch.pk).order_by("id")
    with enter(code):
        assert results.count() == done_then
        assert [town.city.fresh(case).holder_account_id for case in cases].count(clerk.account_id) == done_then
        assert work_off(batch.pk) == 3 - done_then
        assert work_off(batch.pk) == 0
        assert [(line.case_id, line.data["done"]) for line in results] == [(case.pk, True) for case in cases]
        assert {town.city.fresh(case).holder_account_id for case in cases} == {clerk.account_id}
        assert not CaseEvent.objects.filter(case__in=cases, step="ACCEPTED").exists()
