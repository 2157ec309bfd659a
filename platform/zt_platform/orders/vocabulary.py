"""The words of supervision orders."""

from __future__ import annotations

from django.db import models

from zt_tenants.language import bilingual


class Side(models.TextChoices):
    """What a row is to the centre that holds it."""

    ISSUED = "ISSUED", bilingual("发往下级", "Sent to a centre below")
    RECEIVED = "RECEIVED", bilingual("上级督办", "From a level above")
    LOCAL = "LOCAL", bilingual("本中心督办", "Inside the centre")
    ESCALATED = "ESCALATED", bilingual("下级逾期未复", "Not answered below")


class Kind(models.TextChoices):
    """What is given; the values of ``supervision.order.v1``."""

    REMINDER = "REMINDER", bilingual("催办", "Reminder")
    WARNING = "WARNING", bilingual("预警", "Warning")
    ORDER = "ORDER", bilingual("督办", "Supervision order")
    YELLOW_CARD = "YELLOW_CARD", bilingual("黄牌督办", "Yellow card")
    RED_CARD = "RED_CARD", bilingual("红牌督办", "Red card")


GIVEN = (Kind.ORDER, Kind.YELLOW_CARD, Kind.RED_CARD)
"""Kinds that a supervisor gives; reminders go out by themselves (F-03)."""


class Status(models.TextChoices):
    """How an order stands."""

    ISSUED = "ISSUED", bilingual("待回复", "To be answered")
    REPLIED = "REPLIED", bilingual("已回复，待审核", "Answered, to be judged")
    RETURNED = "RETURNED", bilingual("退回重报", "Answer returned")
    CLOSED = "CLOSED", bilingual("已销号", "Settled")
    WITHDRAWN = "WITHDRAWN", bilingual("已撤销", "Taken back")


WAITING = frozenset({Status.ISSUED.value, Status.RETURNED.value})
"""An answer is owed."""
ENDED = frozenset({Status.CLOSED.value, Status.WITHDRAWN.value})


class Act(models.TextChoices):
    """What is done with an order; each leaves a line in its history."""

    ISSUE = "ISSUE", bilingual("下达督办", "Order given")
    REPLY = "REPLY", bilingual("回复", "Answered")
    RETURN = "RETURN", bilingual("退回重报", "Answer returned")
    ACCEPT = "ACCEPT", bilingual("审核通过，销号", "Answer accepted, settled")
    WITHDRAW = "WITHDRAW", bilingual("撤销督办", "Taken back")
    ESCALATE = "ESCALATE", bilingual("逾期未回复", "Not answered in time")
    PUT_OFF = "PUT_OFF", bilingual("工作日历调整，期限顺延", "Put off: calendar changed")


class Ground(models.TextChoices):
    """For what somebody answers: the nine grounds of approval accountability (P-06), in the source's order."""

    RULES_NOT_FOLLOWED = "RULES_NOT_FOLLOWED", bilingual("不按规定审批", "Approval rules not followed")
    BEYOND_AUTHORITY = "BEYOND_AUTHORITY", bilingual("越权审批", "Approved beyond authority")
    OVERTIME = "OVERTIME", bilingual("超时审批", "Approved over the time limit")
    WRONG = "WRONG", bilingual("错批", "Wrongly approved")
    MISSED = "MISSED", bilingual("漏批", "Approval missed")
    UNREASONABLE_REJECTION = "UNREASONABLE_REJECTION", bilingual("不合理退批", "Rejected without reason")
    ILLEGAL_CHARGE = "ILLEGAL_CHARGE", bilingual("违规收费", "Charged illegally")
    SHIRKING = "SHIRKING", bilingual("办事敷衍推诿", "Perfunctory, or shirked")
    ATTITUDE = "ATTITUDE", bilingual("服务态度生硬", "Stiff attitude")


class Escalation(models.TextChoices):
    """How late an answer is, as it was reported to the next level."""

    NONE = "NONE", bilingual("未逾期", "In time")
    YELLOW = "YELLOW", bilingual("逾期未复（黄牌）", "Not answered in time: yellow")
    RED = "RED", bilingual("长期未复（红牌）", "Long unanswered: red")
