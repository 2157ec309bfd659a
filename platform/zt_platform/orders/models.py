"""Supervision orders of one centre. Lies in each centre's schema; an order between two centres is a row at both."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from zt_platform.crossing_rows import CrossingLine, CrossingRow
from zt_platform.lights import Light, light
from zt_platform.orders.vocabulary import ENDED, WAITING, Act, Escalation, Ground, Kind, Side, Status
from zt_platform.organisation.models import Department
from zt_tenants.fields import json_list
from zt_tenants.uuid7 import uuid7


def status_choices() -> list[tuple[str, str]]:
    """Read when asked for, so that a new word is no schema step."""
    return Status.choices


def kind_choices() -> list[tuple[str, str]]:
    """Read when asked for, like :func:`status_choices`."""
    return Kind.choices


def side_choices() -> list[tuple[str, str]]:
    """Read when asked for, like :func:`status_choices`."""
    return Side.choices


def escalation_choices() -> list[tuple[str, str]]:
    """Read when asked for, like :func:`status_choices`."""
    return Escalation.choices


@dataclass(frozen=True, slots=True)
class HistoryLine(CrossingLine):
    """One act on an order: ``rectified`` of an answer, ``due_at`` of what demands one."""

    rectified: bool | None = None
    due_at: str = ""

    @property
    def label(self) -> str:
        """The act in words."""
        return str(Act(self.act).label)

    @property
    def said(self) -> str:
        """What was said; of a late answer how late it is and where the order stands, in the active language."""
        if self.act != Act.ESCALATE:
            return self.text
        words = {**dict(Escalation.choices), **dict(Status.choices)}
        return "，".join(str(words.get(code, code)) for code in self.text.split())


@dataclass(frozen=True, slots=True)
class Finding:
    """Who answers for what an order found (审批问责, G-11, P-06): on which ground, with what evidence, what was decided.

    Kept for ever; one that was wrong is withdrawn with a reason. ``files`` are attachments of the centre.
    """

    id: str
    ground: str
    account: str
    name: str
    facts: str
    decision: str
    at: str
    by: str
    files: list[int] = field(default_factory=list)
    withdrawn_at: str = ""
    withdrawn_by: str = ""
    withdrawn_reason: str = ""

    @property
    def ground_label(self) -> str:
        """The ground in words."""
        return str(Ground(self.ground).label)

    @property
    def moment(self) -> datetime:
        """When it was found."""
        return datetime.fromisoformat(self.at)

    def to_stored(self) -> dict[str, Any]:
        """As the row holds it."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        """From the row; what a later release added is left aside."""
        known = {known.name for known in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


class OrderQuerySet(models.QuerySet["SupervisionOrder"]):
    """Named filters over orders."""

    def waiting(self) -> OrderQuerySet:
        """Those to which an answer is owed."""
        return self.filter(status__in=sorted(WAITING))

    def overdue(self, moment: datetime) -> OrderQuerySet:
        """Those whose answer is late."""
        return self.waiting().filter(answer_due_at__lt=moment)

    def with_findings(self) -> OrderQuerySet:
        """Those about which somebody was found to answer."""
        return self.exclude(findings=[])

    def about(self, tracking_number: str) -> OrderQuerySet:
        """Those about a case."""
        return self.filter(tracking_number=tracking_number)


class SupervisionOrder(CrossingRow):
    """One supervision order (督办) as one centre holds it.

    ``order_id`` is the same at the centre that gave it, the one that answers, and the level that hears when nobody does.
    ``tracking_number`` is the case it is about; '' for one about no case, which travels under ``number`` alone. What a
    centre gives itself at a limit (``automatic``, F-04) is an order like any other. The audit record of the
    centre holds the same acts as the history.
    """

    order_id = models.UUIDField(unique=True, default=uuid7, editable=False)
    side = models.CharField(max_length=10, choices=side_choices)
    kind = models.CharField(max_length=20, choices=kind_choices)
    status = models.CharField(max_length=12, choices=status_choices, default=Status.ISSUED)
    number = models.CharField(max_length=80, blank=True, help_text="of the paper")
    subject = models.CharField(max_length=60, help_text="under which it travels: the case's number, or its own")
    tracking_number = models.CharField(max_length=40, blank=True)
    reason = models.TextField(help_text="what is found and demanded")
    automatic = models.BooleanField(default=False)

    issuer_code = models.CharField(max_length=12)
    issuer_name = models.CharField(max_length=100)
    addressee_code = models.CharField(max_length=12)
    addressee_name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    department_name = models.CharField(max_length=100, blank=True)

    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=120, blank=True)
    answer_due_at = models.DateTimeField()
    red_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, help_text="last answer that was not returned")
    ended_at = models.DateTimeField(null=True)
    escalation = models.CharField(max_length=10, choices=escalation_choices, default=Escalation.NONE)
    findings = json_list("who answers for what was found, on which ground: models.Finding")

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["tracking_number"], condition=~Q(tracking_number=""), name="supervision_order_of_case"
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.order_id)

    @property
    def lines(self) -> list[HistoryLine]:
        """The history, the oldest first."""
        return [HistoryLine.from_stored(line) for line in self.history]

    @property
    def found(self) -> list[Finding]:
        """Who was found to answer, the oldest first, withdrawn ones among them."""
        return [Finding.from_stored(finding) for finding in self.findings]

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is owed."""
        return self.status in WAITING

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done."""
        return self.status in ENDED

    @property
    def was_escalated(self) -> bool:
        """Whether the next level has heard that nobody answered in time; then it hears how it goes on."""
        return any(line["act"] == Act.ESCALATE for line in self.history)

    def light_at(self, moment: datetime) -> Light:
        """Whether the answer is late, as read at a moment."""
        stopped = self.answered_at or self.ended_at
        return light(moment, warning_at=None, due_at=self.answer_due_at, red_at=self.red_at, stopped_at=stopped)

    def is_of(self, account_id: UUID | None) -> bool:
        """Whether the last answer was this account's."""
        replies = [line for line in self.lines if line.act == Act.REPLY]
        return bool(replies) and account_id is not None and replies[-1].account == str(account_id)
