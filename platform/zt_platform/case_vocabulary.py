"""The words of a case that centres report and supervisors read: where it stands, what a centre is in it, what was decided.

They lie below both apps, because supervision is fed by messages and knows nothing of the app of cases.
"""

from __future__ import annotations

from django.db import models

from zt_tenants.language import bilingual


class Status(models.TextChoices):
    """Where a case stands at one centre. 受理 审核 审批 办结 are the four fixed steps (E-05)."""

    DRAFT = "DRAFT", bilingual("草稿", "Draft")
    SUBMITTED = "SUBMITTED", bilingual("已提交", "Submitted")
    CORRECTING = "CORRECTING", bilingual("待补正", "Awaiting correction")
    PRE_REVIEWED = "PRE_REVIEWED", bilingual("预审通过", "Pre-reviewed")
    ACCEPTED = "ACCEPTED", bilingual("已受理", "Accepted")
    REFUSED = "REFUSED", bilingual("不予受理", "Not accepted")
    HANDED_DOWN = "HANDED_DOWN", bilingual("已转下级", "Handed down")
    TRANSFERRED = "TRANSFERRED", bilingual("已转办", "Transferred")
    REVIEWED = "REVIEWED", bilingual("已审核", "Reviewed")
    APPROVED = "APPROVED", bilingual("准予许可", "Granted")
    REJECTED = "REJECTED", bilingual("不予许可", "Denied")
    COMPLETED = "COMPLETED", bilingual("已办结", "Completed")
    POSTED = "POSTED", bilingual("已寄出", "Posted")
    DELIVERED = "DELIVERED", bilingual("已送达", "Delivered")
    WITHDRAWN = "WITHDRAWN", bilingual("已撤回", "Withdrawn")
    DECLINED = "DECLINED", bilingual("已退回", "Declined")
    SUSPENDED = "SUSPENDED", bilingual("特别程序中", "In a special procedure")
    TERMINATED = "TERMINATED", bilingual("终止办理", "Terminated")
    TRANSFERRED_BY_COMPETENCE = (
        "TRANSFERRED_BY_COMPETENCE",
        bilingual("不属本机关职权，已告知向有关机关申请", "Not this organ's competence; told where to apply"),
    )


class CaseRole(models.TextChoices):
    """What this centre is in the case (domain.md, *Cross-level handling*)."""

    SOLE = "SOLE", bilingual("独立办理", "Sole")
    ACCEPTING = "ACCEPTING", bilingual("受理方", "Accepting")
    DECIDING = "DECIDING", bilingual("审批方", "Deciding")
    PORTAL = "PORTAL", bilingual("转交方", "Portal")


class Result(models.TextChoices):
    """What was decided."""

    NONE = "", bilingual("未决定", "Undecided")
    GRANTED = "GRANTED", bilingual("准予", "Granted")
    DENIED = "DENIED", bilingual("不予", "Denied")


CLOSED = frozenset(
    {
        Status.REFUSED,
        Status.DELIVERED,
        Status.WITHDRAWN,
        Status.DECLINED,
        Status.TERMINATED,
        Status.TRANSFERRED_BY_COMPETENCE,
    }
)
"""Nothing more is done here."""

DECIDED = frozenset({Status.APPROVED, Status.REJECTED, Status.COMPLETED, Status.POSTED, Status.DELIVERED})
"""The decision has been made; the decision clock stands."""

BEFORE_ACCEPTANCE = frozenset({Status.SUBMITTED, Status.CORRECTING, Status.PRE_REVIEWED})
"""The five days of art. 32 run (they rest while a correction is awaited)."""
