"""Notices of all centres in one narrow shared table, so that one statement finds what is to be sent, wherever it is.

Telephone and facts are sealed. The telephone is forgotten when the text message is settled.
"""

from __future__ import annotations

from datetime import time
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from zt_platform.notices.kinds import INSIDE_SUBJECTS, JOINT_SUBJECT, ORDER_SUBJECT, UNDELIVERED, Event, SmsState
from zt_platform.notices.wording import HIDDEN, SECRETS, sentence
from zt_tenants.clock import now
from zt_tenants.fields import SealedJSONField, SealedTextField
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.access import SharedAccess, own

PHONE_INDEX = "notices.phone"


def event_choices() -> list[tuple[str, str]]:
    """Read when asked for, so that a new word is no schema step: it changes no table."""
    return Event.choices


def sms_choices() -> list[tuple[str, str]]:
    """Read when asked for, like :func:`event_choices`."""
    return SmsState.choices


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Named filters over notices."""

    def of_account(self, account_id: UUID) -> NoticeQuerySet:
        """The site messages of one person, the latest first."""
        return self.filter(account_id=account_id).order_by("-id")

    def undelivered(self) -> NoticeQuerySet:
        """Those whose text message failed, or may have."""
        return self.filter(sms_state__in=UNDELIVERED)


class Notice(models.Model):
    """One thing that one person is told, once: on the site (``account_id``), by text message (``sms_state``), or both.

    ``key`` names the step that is told: a step told twice is one row. ``id`` is the provider's idempotency key.
    ``sms_after`` is when the message may be sent; while it is being sent, when the attempt counts as lost.
    """

    access = SharedAccess(
        centre="SELECT, INSERT, UPDATE (sms_state, sms_attempts, sms_after, sms_error)",
        rows=own("centre_code"),
        portal="SELECT, UPDATE",
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    centre_code = models.CharField(max_length=12)
    centre_name = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    account_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=40, help_text="tracking number")
    event = models.CharField(max_length=40, choices=event_choices)
    facts = SealedJSONField(help_text="what the sentences name")
    created_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)

    sms_state = models.CharField(max_length=10, choices=sms_choices, default=SmsState.NONE)
    phone = SealedTextField(null=True)
    phone_index = models.BinaryField(max_length=32, null=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    quiet_from = models.TimeField(default=time(21, 0))
    quiet_until = models.TimeField(default=time(8, 0))
    sms_after = models.DateTimeField(null=True)
    sms_attempts = models.PositiveSmallIntegerField(default=0)
    sms_tried_at = models.DateTimeField(null=True)
    sms_reference = models.CharField(max_length=100, blank=True)
    sms_error = models.CharField(max_length=100, blank=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["centre_code", "key"], name="notice_once_per_step"),
            models.CheckConstraint(
                condition=~Q(sms_state__in=["WAITING", "SENDING"]) | Q(phone__isnull=False, sms_after__isnull=False),
                name="notice_to_send_has_phone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sms_after", "id"], condition=Q(sms_state__in=["WAITING", "SENDING"]), name="notice_to_send"
            ),
            models.Index(fields=["phone_index", "sms_tried_at"], name="notice_by_phone"),
            models.Index(fields=["account_id", "-id"], condition=Q(account_id__isnull=False), name="notice_inbox"),
            models.Index(
                fields=["account_id"], condition=Q(account_id__isnull=False, read_at__isnull=True), name="notice_unread"
            ),
            models.Index(F("centre_code"), F("id").desc(), name="notice_of_centre"),
            models.Index(fields=["centre_code", "subject"], name="notice_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.centre_code} {self.event} {self.subject}"

    @property
    def text(self) -> str:
        """What it says, in the active language."""
        return sentence(self.event, self.facts)

    @property
    def order_id(self) -> UUID | None:
        """The supervision order that a colleague is told of; None for what an applicant is told of a case."""
        return UUID(self.subject.removeprefix(ORDER_SUBJECT)) if self.subject.startswith(ORDER_SUBJECT) else None

    @property
    def task_id(self) -> UUID | None:
        """The joint task that a colleague is told of; None for anything else."""
        return UUID(self.subject.removeprefix(JOINT_SUBJECT)) if self.subject.startswith(JOINT_SUBJECT) else None

    @property
    def tracking_number(self) -> str:
        """The case that it tells of; '' for a supervision order or a joint task."""
        return "" if self.subject.startswith(INSIDE_SUBJECTS) else self.subject

    @property
    def text_for_staff(self) -> str:
        """The same without what only the addressee may know."""
        return sentence(self.event, self.facts | dict.fromkeys(SECRETS, HIDDEN))


class NoticePreference(models.Model):
    """What one account wants; none: text messages, in Chinese."""

    access = SharedAccess(portal="SELECT, INSERT, UPDATE")

    account_id = models.UUIDField(primary_key=True)
    by_sms = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")

    def __str__(self) -> str:
        return f"{self.account_id} {self.by_sms}"
