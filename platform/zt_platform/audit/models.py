"""The audit record of one centre. Append-only: a trigger in the database refuses to change or delete a line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zt_tenants.language import bilingual
from zt_tenants.wall.access import APPEND_ONLY


class Deed(models.TextChoices):
    """What a line records. Steps of a case stand in the case's own log, which is append-only too."""

    READ_CASE = "READ_CASE", bilingual("查看办件（含个人信息）", "Opened a case with its personal data")
    SEARCHED_PERSON = "SEARCHED_PERSON", bilingual("按证件查人", "Looked a person up by identity number")
    AMENDED = "AMENDED", bilingual("改动申请内容", "Changed an application before it was handed in")
    EXPORTED = "EXPORTED", bilingual("导出", "Took a table along")
    TOLD_AGAIN = "TOLD_AGAIN", bilingual("重发短信", "Sent a text message again")
    STAFF = "STAFF", bilingual("调整人员和角色", "Changed posts and roles")
    CATALOGUE = "CATALOGUE", bilingual("维护事项和授权", "Changed items, rules and delegations")
    CALENDAR = "CALENDAR", bilingual("维护工作日历", "Changed the work calendar")
    KEYS = "KEYS", bilingual("更换或吊销密钥", "Renewed or revoked keys")
    SUPERVISED = "SUPERVISED", bilingual("督办", "Acted on a supervision order")
    JOINT = "JOINT", bilingual("并联办理", "Took part in joint handling")
    BATCH = "BATCH", bilingual("批量办理", "Acted on several cases at once")
    BATCH_LINE = "BATCH_LINE", bilingual("批量办理结果", "Result for one case of a batch")


def deed_choices() -> list[tuple[str, str]]:
    """Read when asked for, so that a new word is no schema step."""
    return Deed.choices


class AuditRecord(models.Model):
    """Who did what, when, with which rights and for what purpose.

    ``case_id`` is a key of this centre's cases without a constraint, because the record outlives everything. A batch and the
    results of its cases (``part_of``) are lines too: so what was asked for, by whom, and what became of each case lie
    in the same record, and a batch that was interrupted goes on where its results end.
    """

    access = APPEND_ONLY

    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    roles = models.CharField(max_length=200, blank=True, help_text="held at that moment, separated by commas")
    deed = models.CharField(max_length=40, choices=deed_choices)
    purpose = models.CharField(max_length=200, blank=True, help_text="the page or act for which it was read")
    case_id = models.BigIntegerField(null=True)
    tracking_number = models.CharField(max_length=40, blank=True)
    part_of = models.BigIntegerField(null=True, help_text="the batch that a result belongs to")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["part_of", "case_id"], condition=Q(part_of__isnull=False), name="audit_result_once"
            )
        ]
        indexes = [models.Index(fields=["case_id", "id"], condition=Q(case_id__isnull=False), name="audit_by_case")]

    def __str__(self) -> str:
        return f"{self.deed} {self.actor_name} {self.at:%Y-%m-%d %H:%M}"
