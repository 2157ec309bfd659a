"""Celery entry points. Right when run twice, late or never."""

from __future__ import annotations

from celery import shared_task

from zt_platform.cases.commands.batch_runs import work_off
from zt_tenants.context import enter


@shared_task(name="zt_platform.cases.tasks.work_off_batch", ignore_result=True)  # type: ignore[untyped-decorator]
def work_off_batch(centre_code: str, batch_id: int) -> None:
    """The doorbell: do what is left of one batch."""
    with enter(centre_code):
        work_off(batch_id)
