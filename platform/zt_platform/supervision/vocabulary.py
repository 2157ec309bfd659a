"""The words shown for what travels in ``supervision.event.v1``: codes of steps and statuses, names of figures.

Supervision knows the wire's codes and not the case app; a code it does not know is shown as it came.
"""

from __future__ import annotations

from django.utils.functional import Promise

from zt_platform.case_vocabulary import CaseRole, Status
from zt_platform.catalogue.kinds import CaseKind
from zt_platform.lights import Light
from zt_tenants.language import bilingual

STATUSES: dict[str, Promise | str] = {status.value: status.label for status in Status}
STEPS: dict[str, Promise | str] = {
    "DRAFTED": bilingual("开始填报", "Draft begun"),
    "SUBMITTED": bilingual("提交申请", "Application submitted"),
    "CORRECTION_REQUESTED": bilingual("一次性告知补正", "Correction requested"),
    "RESUBMITTED": bilingual("补正后提交", "Correction supplied"),
    "PRE_REVIEWED": bilingual("网上预审通过", "Pre-review passed"),
    "ACCEPTED": bilingual("受理", "Accepted"),
    "REFUSED": bilingual("不予受理", "Not accepted"),
    "HANDED_DOWN": bilingual("转下级办理", "Handed down"),
    "TRANSFERRED": bilingual("转送审批机关", "Sent to the deciding centre"),
    "RECEIVED": bilingual("审批机关签收", "Received by the deciding centre"),
    "REVIEWED": bilingual("审核", "Reviewed"),
    "APPROVED": bilingual("审批：准予", "Decision: granted"),
    "REJECTED": bilingual("审批：不予", "Decision: denied"),
    "COMPLETED": bilingual("盖章办结", "Sealed and completed"),
    "DELIVERY_CHOSEN": bilingual("选择送达方式", "Way of delivery chosen"),
    "POSTED": bilingual("邮寄寄出", "Posted"),
    "RETURNED": bilingual("退件，改为窗口领取", "Came back by post; kept at the window"),
    "DELIVERED": bilingual("送达", "Delivered"),
    "WITHDRAWN": bilingual("申请人撤回", "Withdrawn by the applicant"),
    "DECLINED": bilingual("退回（不属本机关职权）", "Declined: not competent"),
    "DELEGATION_NOT_IN_FORCE": bilingual("授权未生效，留在本中心办理", "Stays: delegation not in force"),
    "DECISION_VOID": bilingual("撤回在先，决定不生效", "Withdrawn before the decision, which is void"),
    "WITHDRAWAL_TOO_LATE": bilingual("决定在先，撤回不生效", "Decided before the withdrawal"),
    "SECOND_CORRECTION_REQUESTED": bilingual("再次告知补正（违反一次性告知）", "Second correction notice: a violation"),
    "PAUSED": bilingual("进入特别程序，不计时限", "Special procedure begun: time not counted"),
    "PROCEDURE_ENDED": bilingual("一项特别程序结束", "One of the special procedures over"),
    "RESUMED": bilingual("特别程序结束，恢复计时", "Special procedure over: time runs again"),
    "EXTENSION_REQUESTED": bilingual("提请延长期限", "Extension asked for"),
    "EXTENDED": bilingual("批准延长期限", "Time limit extended"),
    "EXTENSION_REFUSED": bilingual("不同意延长期限", "Extension refused"),
    "TERMINATED": bilingual("终止办理", "Terminated"),
    "TRANSFERRED_BY_COMPETENCE": bilingual("不属本机关职权，告知向有关机关申请", "Not competent: told where to apply"),
    "LIMITS_RECOMPUTED": bilingual("工作日历调整，时限重新计算", "Limits counted anew: calendar"),
    "MATERIALS_ADDED": bilingual("补充提交材料", "Materials added"),
    "REMINDED": bilingual("催办", "Reminded: the limit is near"),
    "SUPERVISION_ORDERED": bilingual("超期督办（黄牌）", "Supervision order: overdue, yellow card"),
    "RED_CARDED": bilingual("红牌督办", "Supervision order: long overdue, red card"),
    "ORDERED_FROM_ABOVE": bilingual("上级督办", "Supervision order from above"),
    "ORDERED_INSIDE": bilingual("本中心督办", "Supervision order of the centre"),
    "ORDER_ANSWERED": bilingual("回复督办", "Supervision order answered"),
    "ORDER_RETURNED": bilingual("督办回复被退回", "Answer to the order returned"),
    "ORDER_ENDED": bilingual("督办销号或撤销", "Supervision order settled or taken back"),
    "DEEMED_GRANTED": bilingual("逾期未决定，视为准予", "Not decided in time: counts as granted"),
    "MATERIALS_REMINDED": bilingual("容缺材料即将到期", "Materials owed are nearly due"),
    "MATERIALS_OVERDUE": bilingual("容缺材料逾期未补", "Materials owed are overdue"),
    "COMMITMENT_SIGNED": bilingual("签署承诺书", "Commitment signed"),
    "GRANTED_ON_COMMITMENT": bilingual("审批：凭承诺核发临时许可", "Decision: temporary permit on a commitment"),
    "PERMIT_CONVERTED": bilingual("核查通过，换发正式证件", "Verified: full certificate issued"),
    "PERMIT_WITHDRAWN": bilingual("撤回临时许可", "Temporary permit withdrawn"),
    "PERMIT_REMINDED": bilingual("临时许可即将到期", "The temporary permit ends soon"),
    "PERMIT_ENDED": bilingual("临时许可到期失效", "Temporary permit ended"),
    "SPECIALLY_APPROVED": bilingual("特事特办：负责人批准", "Special handling approved by the head"),
}

MEASURES: dict[str, Promise | str] = {
    "submitted": bilingual("申请", "Submitted"),
    "accepted": bilingual("受理", "Accepted"),
    "refused": bilingual("不予受理", "Not accepted"),
    "withdrawn": bilingual("撤回", "Withdrawn"),
    "completed": bilingual("办结", "Completed"),
    "instant": bilingual("当场办结", "Decided on the spot"),
    "on_time": bilingual("按时办结", "Completed on time"),
    "late": bilingual("超时办结", "Completed late"),
    "limited": bilingual("有时限的办结", "Completed with a limit"),
    "granted": bilingual("准予", "Granted"),
    "denied": bilingual("不予许可", "Denied"),
    "decided": bilingual("作出决定", "Decided"),
    "handed_down": bilingual("转下级", "Handed down"),
    "overrun": bilingual("到期未办", "Limit overrun"),
}
HEAT_MEASURES = ("accepted", "completed", "late", "overrun")

LIGHTS: dict[str, Promise | str] = {
    "RUNNING": bilingual("在办", "Running"),
    "OVERDUE": bilingual("超期（黄牌和红牌）", "Overdue (yellow and red)"),
    **{light.value: light.label for light in (Light.RED, Light.YELLOW, Light.WARNING, Light.GREEN)},
}

KINDS: dict[str, Promise | str] = {kind.value: kind.label for kind in CaseKind}
ROLES: dict[str, Promise | str] = {role.value: role.label for role in CaseRole}


def word(words: dict[str, Promise | str], code: str) -> str:
    """The word for a code in the active language; the code itself when there is none."""
    return str(words.get(code, code))
