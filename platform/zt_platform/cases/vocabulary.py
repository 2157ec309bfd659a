"""The words of a case inside its centre: what can be done to it, by whom and through which channel, how each step is called.

Its statuses, roles and results, which supervisors read too, are those of :mod:`zt_platform.case_vocabulary`."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from zt_platform.case_vocabulary import BEFORE_ACCEPTANCE as BEFORE_ACCEPTANCE
from zt_platform.case_vocabulary import CLOSED as CLOSED
from zt_platform.case_vocabulary import DECIDED as DECIDED
from zt_platform.case_vocabulary import CaseRole as CaseRole
from zt_platform.case_vocabulary import Result as Result
from zt_platform.case_vocabulary import Status as Status
from zt_platform.lights import Light as Light
from zt_tenants.language import bilingual


class Channel(models.TextChoices):
    """How the application came in."""

    ONLINE = "ONLINE", bilingual("网上", "Online")
    WINDOW = "WINDOW", bilingual("窗口", "At the window")
    MESSAGE = "MESSAGE", bilingual("其他中心转来", "From another centre")


class DeliveryMethod(models.TextChoices):
    """How the applicant wants the result (art. 44)."""

    PICK_UP = "PICK_UP", bilingual("窗口领取", "Collected at the window")
    POST = "POST", bilingual("邮寄送达", "By post")


class ActingParty(StrEnum):
    """Who may act besides the staff roles of :class:`zt_platform.organisation.roles.Role`."""

    APPLICANT = "APPLICANT"
    SYSTEM = "SYSTEM"
    CENTRE = "CENTRE"


class Action(StrEnum):
    """What can be done to a case. ``RECORD_…`` is done by another centre's signed message."""

    START = "START"
    AMEND = "AMEND"
    SUBMIT = "SUBMIT"
    RETURN_FOR_CORRECTION = "RETURN_FOR_CORRECTION"
    RESUBMIT = "RESUBMIT"
    PASS_PRE_REVIEW = "PASS_PRE_REVIEW"
    ACCEPT = "ACCEPT"
    ACCEPT_TO_PASS_ON = "ACCEPT_TO_PASS_ON"
    REFUSE = "REFUSE"
    HAND_DOWN = "HAND_DOWN"
    TRANSFER = "TRANSFER"
    REVIEW = "REVIEW"
    GRANT = "GRANT"
    DENY = "DENY"
    COMPLETE = "COMPLETE"
    DELIVER = "DELIVER"
    WITHDRAW = "WITHDRAW"
    DECLINE = "DECLINE"
    RECEIVE_APPLICATION = "RECEIVE_APPLICATION"
    RECEIVE_CASE = "RECEIVE_CASE"
    RECORD_RECEIPT = "RECORD_RECEIPT"
    RECORD_CORRECTION = "RECORD_CORRECTION"
    RECORD_RESUBMISSION = "RECORD_RESUBMISSION"
    RECORD_REFUSAL = "RECORD_REFUSAL"
    RECORD_GRANT = "RECORD_GRANT"
    RECORD_DENIAL = "RECORD_DENIAL"
    RECORD_COMPLETION = "RECORD_COMPLETION"
    RECORD_DELIVERY = "RECORD_DELIVERY"
    RECORD_WITHDRAWAL = "RECORD_WITHDRAWAL"
    RECORD_DECLINE = "RECORD_DECLINE"
    # The clock and the ways out (art. 32, 42, 45).
    PAUSE = "PAUSE"
    END_PROCEDURE = "END_PROCEDURE"
    RESUME = "RESUME"
    REQUEST_EXTENSION = "REQUEST_EXTENSION"
    EXTEND = "EXTEND"
    REFUSE_EXTENSION = "REFUSE_EXTENSION"
    TERMINATE = "TERMINATE"
    TRANSFER_BY_COMPETENCE = "TRANSFER_BY_COMPETENCE"
    SECOND_CORRECTION_NOTICE = "SECOND_CORRECTION_NOTICE"
    ADD_MATERIALS = "ADD_MATERIALS"
    # The special ways: what is deemed, commitments and temporary permits, special approval (art. 50, I-04, I-05, E-17).
    DEEM_GRANTED = "DEEM_GRANTED"
    SIGN_COMMITMENT = "SIGN_COMMITMENT"
    GRANT_ON_COMMITMENT = "GRANT_ON_COMMITMENT"
    CONVERT_PERMIT = "CONVERT_PERMIT"
    WITHDRAW_PERMIT = "WITHDRAW_PERMIT"
    APPROVE_SPECIALLY = "APPROVE_SPECIALLY"
    # Delivery by post (art. 44).
    CHOOSE_DELIVERY = "CHOOSE_DELIVERY"
    POST_RESULT = "POST_RESULT"
    CONFIRM_RECEIPT = "CONFIRM_RECEIPT"
    TAKE_BACK = "TAKE_BACK"
    RECORD_DELIVERY_CHOICE = "RECORD_DELIVERY_CHOICE"
    RECORD_POSTING = "RECORD_POSTING"
    RECORD_RETURN = "RECORD_RETURN"
    RECORD_COMMITMENT = "RECORD_COMMITMENT"
    RECORD_CONVERSION = "RECORD_CONVERSION"
    RECORD_PERMIT_WITHDRAWAL = "RECORD_PERMIT_WITHDRAWAL"
    RECORD_PAUSE = "RECORD_PAUSE"
    RECORD_RESUMPTION = "RECORD_RESUMPTION"
    RECORD_EXTENSION = "RECORD_EXTENSION"
    RECORD_TERMINATION = "RECORD_TERMINATION"
    RECORD_TRANSFER_BY_COMPETENCE = "RECORD_TRANSFER_BY_COMPETENCE"
    RECORD_MATERIALS = "RECORD_MATERIALS"


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
    CLAIMED = "CLAIMED", bilingual("认领", "Claimed")
    RELEASED = "RELEASED", bilingual("退回公共队列", "Given back to the queue")
    ASSIGNED = "ASSIGNED", bilingual("交办", "Handed to a colleague")
    NOTED = "NOTED", bilingual("内部留言", "Note between clerks")


class SpecialProcedure(models.TextChoices):
    """What art. 45 lists: its time is not counted. A site survey (现场踏勘) is not in the list."""

    HEARING = "HEARING", bilingual("听证", "Hearing")
    BIDDING = "BIDDING", bilingual("招标", "Bidding")
    AUCTION = "AUCTION", bilingual("拍卖", "Auction")
    INSPECTION = "INSPECTION", bilingual("检验", "Inspection")
    TESTING = "TESTING", bilingual("检测", "Testing")
    QUARANTINE = "QUARANTINE", bilingual("检疫", "Quarantine")
    APPRAISAL = "APPRAISAL", bilingual("鉴定", "Appraisal")
    EXPERT_REVIEW = "EXPERT_REVIEW", bilingual("专家评审", "Expert review")


PERMIT_VALID, PERMIT_CONVERTED, PERMIT_WITHDRAWN, PERMIT_ENDED = "VALID", "CONVERTED", "WITHDRAWN", "ENDED"
"""How a temporary permit stands."""
