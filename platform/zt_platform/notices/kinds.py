"""The words of a notice: what it tells, and how its text message stands."""

from __future__ import annotations

from django.db import models

from zt_tenants.language import bilingual


class Event(models.TextChoices):
    """What a notice tells; each has its sentences in :mod:`zt_platform.notices.wording`."""

    SUBMITTED = "SUBMITTED", bilingual("已收到申请", "Application received")
    CORRECTION_WANTED = "CORRECTION_WANTED", bilingual("需要补正", "To be corrected")
    ACCEPTED = "ACCEPTED", bilingual("已受理", "Accepted")
    REFUSED = "REFUSED", bilingual("不予受理", "Not accepted")
    APPLY_ELSEWHERE = "APPLY_ELSEWHERE", bilingual("请向其他机关申请", "Apply elsewhere")
    PAUSED = "PAUSED", bilingual("进入特别程序", "Special procedure begun")
    RESUMED = "RESUMED", bilingual("恢复计时", "Time runs again")
    EXTENDED = "EXTENDED", bilingual("期限延长", "Limit extended")
    LIMIT_MOVED = "LIMIT_MOVED", bilingual("工作日历调整，时限变动", "Limit moved: calendar changed")
    MATERIALS_NEAR = "MATERIALS_NEAR", bilingual("容缺材料快到期", "Papers owed are nearly due")
    MATERIALS_OVERDUE = "MATERIALS_OVERDUE", bilingual("容缺材料已逾期", "Papers owed are overdue")
    MATERIALS_RECEIVED = "MATERIALS_RECEIVED", bilingual("已收到补交材料", "Papers received")
    PERMIT_GRANTED = "PERMIT_GRANTED", bilingual("已核发临时许可证", "Temporary permit granted")
    PERMIT_NEAR = "PERMIT_NEAR", bilingual("临时许可证快到期", "The temporary permit ends soon")
    PERMIT_ENDED = "PERMIT_ENDED", bilingual("临时许可证已失效", "The temporary permit has ended")
    PERMIT_CONVERTED = "PERMIT_CONVERTED", bilingual("已换发正式证件", "Full certificate issued")
    PERMIT_WITHDRAWN = "PERMIT_WITHDRAWN", bilingual("临时许可证已撤回", "Temporary permit withdrawn")
    DEEMED_GRANTED = "DEEMED_GRANTED", bilingual("视为准予", "Counts as granted")
    TERMINATED = "TERMINATED", bilingual("终止办理", "Terminated")
    WITHDRAWN = "WITHDRAWN", bilingual("已撤回", "Withdrawn")
    READY = "READY", bilingual("可以领取结果", "Ready for pick-up")
    READY_EARLY = "READY_EARLY", bilingual("提前办结，可以领取", "Ready early")
    READY_ELSEWHERE = "READY_ELSEWHERE", bilingual("已在下级中心办结", "Completed at the centre below")
    READY_TO_POST = "READY_TO_POST", bilingual("已办结，等待寄出", "Completed, to be posted")
    POSTED = "POSTED", bilingual("结果已寄出", "Posted")
    POSTED_ELSEWHERE = "POSTED_ELSEWHERE", bilingual("下级中心已寄出结果", "Posted by the centre below")
    RETURNED = "RETURNED", bilingual("邮件退回，请到窗口领取", "Came back by post")
    COLLECT_REMINDED = "COLLECT_REMINDED", bilingual("请领取结果", "Please collect the result")
    DELIVERED = "DELIVERED", bilingual("已送达", "Delivered")
    ORDER_GIVEN = "ORDER_GIVEN", bilingual("收到督办", "Supervision order to be answered")
    ORDER_ANSWERED = "ORDER_ANSWERED", bilingual("督办已回复", "Supervision order answered")
    ORDER_UNANSWERED = "ORDER_UNANSWERED", bilingual("督办逾期未复", "Supervision order not answered in time")
    JOINT_ASKED = "JOINT_ASKED", bilingual("收到并联联系单", "Asked for an opinion in joint handling")
    JOINT_NEAR = "JOINT_NEAR", bilingual("联系单即将到期", "An opinion is nearly due")
    JOINT_LATE = "JOINT_LATE", bilingual("联系单逾期未办", "An opinion is late")
    JOINT_ANSWERED = "JOINT_ANSWERED", bilingual("参与部门已答复", "A participant has answered")
    JOINT_DEEMED = "JOINT_DEEMED", bilingual("参与部门视为同意", "Counts as a participant's consent")
    JOINT_RECALLED = "JOINT_RECALLED", bilingual("联系单已撤回", "A request for an opinion was recalled")
    JOINT_MEETING = "JOINT_MEETING", bilingual("并联会议通知", "Joint meeting")


class SmsState(models.TextChoices):
    """How the text message of a notice stands."""

    NONE = "NONE", bilingual("不发短信", "No text message")
    WAITING = "WAITING", bilingual("待发送", "Waiting")
    SENDING = "SENDING", bilingual("发送中", "Being sent")
    SENT = "SENT", bilingual("已发送", "Sent")
    OPTED_OUT = "OPTED_OUT", bilingual("申请人不收短信", "Wants no text messages")
    FAILED = "FAILED", bilingual("发送失败", "Failed")
    UNKNOWN = "UNKNOWN", bilingual("不知是否发出", "Outcome unknown")


UNDELIVERED = (SmsState.FAILED, SmsState.UNKNOWN)
"""What a clerk has to look at: the applicant may not have been told."""

ORDER_SUBJECT = "order:"
"""What the subject of a notice to colleagues about a supervision order begins with; the order's id follows."""

JOINT_SUBJECT = "joint:"
"""What the subject of a notice to colleagues about a joint task begins with; the task's id follows."""
INSIDE_SUBJECTS = (ORDER_SUBJECT, JOINT_SUBJECT)
"""Subjects of what colleagues are told; everything else is told to applicants about their cases."""
