"""The words of joint handling."""

from __future__ import annotations

from django.db import models

from zt_tenants.language import bilingual


class Side(models.TextChoices):
    """What a task's row is to the centre that holds it."""

    LEAD = "LEAD", bilingual("牵头方", "Lead")
    PARTICIPANT = "PARTICIPANT", bilingual("参与方", "Participant")
    LOCAL = "LOCAL", bilingual("本中心部门", "Department of the centre")


class Status(models.TextChoices):
    """How a task stands."""

    ASKED = "ASKED", bilingual("待签收", "To be signed for")
    SIGNED = "SIGNED", bilingual("已签收，待答复", "Signed for, to be answered")
    ANSWERED = "ANSWERED", bilingual("已答复", "Answered")
    DEEMED = "DEEMED", bilingual("视为同意", "Counts as consent")
    RECALLED = "RECALLED", bilingual("已撤回", "Recalled")


OPEN = frozenset({Status.ASKED.value, Status.SIGNED.value})
"""An opinion is owed."""


class Opinion(models.TextChoices):
    """What a participant says; the values of ``joint.opinion.v1``."""

    NONE = "", bilingual("未答复", "Not given")
    CONSENT = "CONSENT", bilingual("同意", "Consent")
    CONDITIONS = "CONDITIONS", bilingual("附条件同意", "Consent with conditions")
    OBJECTION = "OBJECTION", bilingual("不同意", "Objection")
    DEEMED_CONSENT = "DEEMED_CONSENT", bilingual("视为同意", "Deemed consent")


GIVEN_OPINIONS = (Opinion.CONSENT, Opinion.CONDITIONS, Opinion.OBJECTION)
"""What a person can say; deemed consent is the system's."""


class Act(models.TextChoices):
    """What is done with a task; each leaves a line in its history."""

    ASK = "ASK", bilingual("发出联系单", "Asked")
    SIGN = "SIGN", bilingual("签收", "Signed for")
    ANSWER = "ANSWER", bilingual("答复意见", "Opinion given")
    DEEM = "DEEM", bilingual("视为同意", "Counts as consent")
    RECALL = "RECALL", bilingual("撤回", "Recalled")
    MEET = "MEET", bilingual("会议", "Meeting")
    NEGLECT = "NEGLECT", bilingual("逾期未办", "Not handled in time")
    END = "END", bilingual("办件已有结果", "The case has ended")
    PUT_OFF = "PUT_OFF", bilingual("工作日历调整，期限顺延", "Put off: calendar changed")
    NOTE = "NOTE", bilingual("来迟，仅作记录", "Came too late; noted only")


class Neglect(models.TextChoices):
    """What a participant left undone at its limit (并联办理失职问责制, H-06)."""

    NONE = "", bilingual("无", "None")
    UNSIGNED = "UNSIGNED", bilingual("逾期未签收", "Not even signed for")
    UNANSWERED = "UNANSWERED", bilingual("签收后逾期未答复", "Signed for, not answered")


class Stage(models.TextChoices):
    """Which stage of a project a joint case belongs to (H-03). The sources count four and name none."""

    GENERAL = "GENERAL", bilingual("一般并联事项", "No stage")
    LAND = "LAND", bilingual("立项用地规划许可阶段", "Project approval and land")
    DESIGN = "DESIGN", bilingual("工程建设许可阶段", "Design and construction planning")
    CONSTRUCTION = "CONSTRUCTION", bilingual("施工许可阶段", "Construction permit")
    COMPLETION = "COMPLETION", bilingual("竣工验收阶段", "Acceptance of completed works")


class MeetingKind(models.TextChoices):
    """What participants are called together for (H-04, H-09)."""

    COORDINATION = "COORDINATION", bilingual("联审协调会", "Coordination meeting")
    SURVEY = "SURVEY", bilingual("集中踏查", "Joint site survey")
    DRAWING_REVIEW = "DRAWING_REVIEW", bilingual("集中审图", "Joint drawing review")
    ACCEPTANCE_CHECK = "ACCEPTANCE_CHECK", bilingual("集中验收", "Joint acceptance check")


class MeetingState(models.TextChoices):
    """How a meeting stands."""

    CONVENED = "CONVENED", bilingual("已召集", "Convened")
    CLOSED = "CLOSED", bilingual("已结束", "Closed")
    CANCELLED = "CANCELLED", bilingual("已取消", "Cancelled")


class Attendance(models.TextChoices):
    """Who came (并联办理会议考勤制, H-06)."""

    PRESENT = "PRESENT", bilingual("到会", "Present")
    EXCUSED = "EXCUSED", bilingual("请假", "Excused")
    ABSENT = "ABSENT", bilingual("无故缺席", "Absent without excuse")
