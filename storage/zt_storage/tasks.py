"""Celery entry points. Right when run twice, late or never."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from zt_storage.large_uploads import check_large
from zt_tenants.context import enter


@shared_task(name="zt_storage.tasks.check_upload", ignore_result=True)  # type: ignore[untyped-decorator]
def check_upload(centre_code: str, attachment_id: int, owner_account_id: str) -> None:
    """The doorbell: read one large file that has arrived, and write down what it is."""
    with enter(centre_code):
        check_large(attachment_id=attachment_id, owner_account_id=UUID(owner_account_id))
