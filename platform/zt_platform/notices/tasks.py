"""Celery entry point. Right when run twice, late or never."""

from __future__ import annotations

from celery import shared_task

from zt_platform.notices.sending import send_due


@shared_task(name="zt_platform.notices.tasks.send", ignore_result=True)  # type: ignore[untyped-decorator]
def send() -> int:
    """The beat's tick: send the text messages that are due in all centres."""
    return send_due()
