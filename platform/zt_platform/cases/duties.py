"""What waits for the applicant of a case, and until when. Pure; shown first in "my cases"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models

from zt_platform.cases.models import Case
from zt_platform.cases.postal import is_by_post
from zt_platform.cases.tolerance import open_debts, takes_materials
from zt_platform.cases.vocabulary import Channel, Status
from zt_tenants.language import bilingual

DISCARDED_KEPT_FOR: Final = timedelta(days=7)
"""How long a draft that was thrown away can be taken back; then its content and its files are gone."""


def kept_until(case: Case) -> datetime | None:
    """Until when a draft that was thrown away can be taken back; None for any other case."""
    return None if case.discarded_at is None else case.discarded_at + DISCARDED_KEPT_FOR


class Duty(models.TextChoices):
    """What the applicant has to do; the value lies in the index of "my cases"."""

    CONTINUE = "CONTINUE", bilingual("接着填", "Go on with the draft")
    RESTORE = "RESTORE", bilingual("恢复草稿", "Take the draft back")
    CORRECT = "CORRECT", bilingual("去补正", "Put it right")
    SUPPLY = "SUPPLY", bilingual("补交材料", "Supply what is owed")
    COLLECT = "COLLECT", bilingual("领取结果", "Collect the result")
    CONFIRM = "CONFIRM", bilingual("确认收到邮件", "Confirm that it has arrived")


def duty_of(case: Case) -> tuple[str, datetime | None]:
    """The duty of a case's applicant here and its end; "" when nothing waits. A window's draft is the window's."""
    if case.discarded_at is not None:
        return (Duty.RESTORE.value, kept_until(case)) if case.channel == Channel.ONLINE else ("", None)
    if case.status == Status.DRAFT:
        return (Duty.CONTINUE.value, None) if case.channel == Channel.ONLINE else ("", None)
    if case.status == Status.CORRECTING:
        return Duty.CORRECT.value, None
    owed = [debt.due_at for debt in open_debts(case) if debt.due_at is not None] if takes_materials(case) else []
    if owed:
        return Duty.SUPPLY.value, min(owed)
    if case.status == Status.POSTED:
        return Duty.CONFIRM.value, None
    if case.status == Status.COMPLETED and not is_by_post(case):
        return Duty.COLLECT.value, None
    return "", None
