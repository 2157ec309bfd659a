"""The words of a case that centres report and supervisors read: where it stands, what a centre is in it, each step.

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


class Step(models.TextChoices):
    """One line of a case's timeline. The value travels in ``case.progressed.v1`` and ``supervision.event.v1``."""

    DRAFTED = "DRAFTED", bilingual("开始填报", "Draft begun")
    SUBMITTED = "SUBMITTED", bilingual("提交申请", "Application submitted")
    CORRECTION_REQUESTED = "CORRECTION_REQUESTED", bilingual("一次性告知补正", "Correction requested")
    RESUBMITTED = "RESUBMITTED", bilingual("补正后提交", "Correction supplied")
    PRE_REVIEWED = "PRE_REVIEWED", bilingual("网上预审通过", "Pre-review passed")
    ACCEPTED = "ACCEPTED", bilingual("受理", "Accepted")
    REFUSED = "REFUSED", bilingual("不予受理", "Not accepted")
    HANDED_DOWN = "HANDED_DOWN", bilingual("转下级办理", "Handed down")
    TRANSFERRED = "TRANSFERRED", bilingual("转送审批机关", "Sent to the deciding centre")
    RECEIVED = "RECEIVED", bilingual("审批机关签收", "Received by the deciding centre")
    REVIEWED = "REVIEWED", bilingual("审核", "Reviewed")
    APPROVED = "APPROVED", bilingual("审批：准予", "Decision: granted")
    REJECTED = "REJECTED", bilingual("审批：不予", "Decision: denied")
    COMPLETED = "COMPLETED", bilingual("盖章办结", "Sealed and completed")
    DELIVERY_CHOSEN = "DELIVERY_CHOSEN", bilingual("选择送达方式", "Way of delivery chosen")
    POSTED = "POSTED", bilingual("邮寄寄出", "Posted")
    RETURNED = "RETURNED", bilingual("退件，改为窗口领取", "Came back by post; kept at the window")
    DELIVERED = "DELIVERED", bilingual("送达", "Delivered")
    WITHDRAWN = "WITHDRAWN", bilingual("申请人撤回", "Withdrawn by the applicant")
    DECLINED = "DECLINED", bilingual("退回(不属本机关职权)", "Declined: not competent")
    STAYS = "STAYS", bilingual("授权未生效，留在本中心办理", "Stays here: delegation not in force")
    DECISION_VOID = "DECISION_VOID", bilingual("撤回在先，决定不生效", "Withdrawn before the decision, which is void")
    WITHDRAWAL_TOO_LATE = "WITHDRAWAL_TOO_LATE", bilingual("决定在先，撤回不生效", "Decided before the withdrawal")
    SECOND_CORRECTION_REQUESTED = (
        "SECOND_CORRECTION_REQUESTED",
        bilingual("再次告知补正(监察批准)", "Second correction notice, by a supervisor"),
    )
    PAUSED = "PAUSED", bilingual("进入特别程序，不计时限", "Special procedure begun: time not counted")
    PROCEDURE_ENDED = "PROCEDURE_ENDED", bilingual("一项特别程序结束", "One of the special procedures over")
    RESUMED = "RESUMED", bilingual("特别程序结束，恢复计时", "Special procedure over: time runs again")
    EXTENSION_REQUESTED = "EXTENSION_REQUESTED", bilingual("提请延长期限", "Extension asked for")
    EXTENDED = "EXTENDED", bilingual("批准延长期限", "Time limit extended")
    EXTENSION_REFUSED = "EXTENSION_REFUSED", bilingual("不同意延长期限", "Extension refused")
    TERMINATED = "TERMINATED", bilingual("终止办理", "Terminated")
    TRANSFERRED_BY_COMPETENCE = (
        "TRANSFERRED_BY_COMPETENCE",
        bilingual("不属本机关职权，告知向有关机关申请", "Not this organ's competence: told where to apply"),
    )
    MATERIALS_ADDED = "MATERIALS_ADDED", bilingual("补充提交材料", "Materials added")
    REMINDED = "REMINDED", bilingual("催办", "Reminded: the limit is near")
    SUPERVISION_ORDERED = (
        "SUPERVISION_ORDERED",
        bilingual("超期督办（黄牌）", "Supervision order: overdue, yellow card"),
    )
    RED_CARDED = "RED_CARDED", bilingual("红牌督办", "Supervision order: long overdue, red card")
    ORDERED_FROM_ABOVE = "ORDERED_FROM_ABOVE", bilingual("上级督办", "Supervision order from above")
    ORDERED_INSIDE = "ORDERED_INSIDE", bilingual("本中心督办", "Supervision order of the centre")
    ORDER_ANSWERED = "ORDER_ANSWERED", bilingual("回复督办", "Supervision order answered")
    ORDER_RETURNED = "ORDER_RETURNED", bilingual("督办回复被退回", "Answer to the order returned")
    ORDER_ENDED = "ORDER_ENDED", bilingual("督办销号或撤销", "Supervision order settled or taken back")
    DEEMED_GRANTED = "DEEMED_GRANTED", bilingual("逾期未决定，视为准予", "Not decided in time: counts as granted")
    MATERIALS_REMINDED = "MATERIALS_REMINDED", bilingual("容缺材料即将到期", "Materials owed are nearly due")
    MATERIALS_OVERDUE = "MATERIALS_OVERDUE", bilingual("容缺材料逾期未补", "Materials owed are overdue")
    COMMITMENT_SIGNED = "COMMITMENT_SIGNED", bilingual("签署承诺书", "Commitment signed")
    GRANTED_ON_COMMITMENT = (
        "GRANTED_ON_COMMITMENT",
        bilingual("审批：凭承诺核发临时许可", "Decision: temporary permit on a commitment"),
    )
    PERMIT_CONVERTED = "PERMIT_CONVERTED", bilingual("核查通过，换发正式证件", "Verified: full certificate issued")
    PERMIT_WITHDRAWN = "PERMIT_WITHDRAWN", bilingual("撤回临时许可", "Temporary permit withdrawn")
    PERMIT_REMINDED = "PERMIT_REMINDED", bilingual("临时许可即将到期", "The temporary permit ends soon")
    PERMIT_ENDED = "PERMIT_ENDED", bilingual("临时许可到期失效", "Temporary permit ended")
    SPECIALLY_APPROVED = (
        "SPECIALLY_APPROVED",
        bilingual("特事特办：负责人批准", "Special handling approved by the head"),
    )
    LIMITS_RECOMPUTED = "LIMITS_RECOMPUTED", bilingual("工作日历调整，时限重新计算", "Limits counted anew: calendar")
    JOINT_OPENED = "JOINT_OPENED", bilingual("并联登记", "Registered for joint handling")
    OPINIONS_ASKED = "OPINIONS_ASKED", bilingual("征求有关部门意见", "Opinions of other departments asked")
    JOINT_SIGNED = "JOINT_SIGNED", bilingual("参与部门签收", "Signed for by a participant")
    OPINION_GIVEN = "OPINION_GIVEN", bilingual("参与部门答复", "Opinion given by a participant")
    OPINION_DEEMED = "OPINION_DEEMED", bilingual("参与部门视为同意", "Counts as a participant's consent")
    OPINION_OVERDUE = "OPINION_OVERDUE", bilingual("参与部门逾期未办", "A participant is late")
    OPINION_RECALLED = "OPINION_RECALLED", bilingual("撤回征求意见", "Request for an opinion recalled")
    MEETING_CONVENED = "MEETING_CONVENED", bilingual("召集并联会议", "Joint meeting convened")
    MEETING_CLOSED = "MEETING_CLOSED", bilingual("并联会议结束", "Joint meeting closed or cancelled")
    DISAGREEMENT_COORDINATED = "DISAGREEMENT_COORDINATED", bilingual("协调部门意见分歧", "Disagreement coordinated")
    CLAIMED = "CLAIMED", bilingual("认领", "Claimed")
    RELEASED = "RELEASED", bilingual("退回公共队列", "Given back to the queue")
    ASSIGNED = "ASSIGNED", bilingual("交办", "Handed to a colleague")
    NOTED = "NOTED", bilingual("内部留言", "Note between clerks")


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
