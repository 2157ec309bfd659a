"""Celery entry points. Right when run twice, late or never."""

from __future__ import annotations

from celery import shared_task

from zt_platform.papers.commands.making import make_pending
from zt_tenants.context import enter


@shared_task(name="zt_platform.papers.tasks.make_paper", ignore_result=True)  # type: ignore[untyped-decorator]
def make_paper(centre_code: str, paper_id: int) -> None:
    """The doorbell: make the file of one paper."""
    with enter(centre_code):
        make_pending(paper_id)
