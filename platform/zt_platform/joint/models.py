"""Tasks of joint handling at one centre. Lies in each centre's schema; a task between two centres is a row at both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q

from zt_platform.case_vocabulary import Status as CaseStatus
from zt_platform.crossing_rows import CrossingLine, CrossingRow
from zt_platform.joint.register import Meeting
from zt_platform.joint.rules import Deemed
from zt_platform.joint.vocabulary import OPEN, Act, Neglect, Opinion, Side, Status
from zt_platform.lights import Light, light
from zt_platform.organisation.models import Department
from zt_tenants.fields import SealedJSONField, json_list, json_object
from zt_tenants.uuid7 import uuid7


def side_choices() -> list[tuple[str, str]]:
    """Read when asked for, so that a new word is no schema step."""
    return Side.choices


def status_choices() -> list[tuple[str, str]]:
    """Read when asked for, like :func:`side_choices`."""
    return Status.choices


def opinion_choices() -> list[tuple[str, str]]:
    """Read when asked for, like :func:`side_choices`."""
    return Opinion.choices


def neglect_choices() -> list[tuple[str, str]]:
    """Read when asked for, like :func:`side_choices`."""
    return Neglect.choices


@dataclass(frozen=True, slots=True)
class HistoryLine(CrossingLine):
    """One act on a task; ``opinion`` of an answer."""

    opinion: str = ""

    @property
    def label(self) -> str:
        """The act in words."""
        return str(Act(self.act).label)

    @property
    def said(self) -> str:
        """What was said, in the active language; of the case's end how it ended, of a neglect what was left undone."""
        words = {Act.END.value: CaseStatus.choices, Act.NEGLECT.value: Neglect.choices}.get(self.act, [])
        return str(dict(words).get(self.text, self.text))

    @property
    def opinion_label(self) -> str:
        """The opinion of an answer in words; '' for other acts."""
        return str(Opinion(self.opinion).label) if self.opinion else ""


class JointTaskQuerySet(models.QuerySet["JointTask"]):
    """Named filters over tasks."""

    def open(self) -> JointTaskQuerySet:
        """Those to which an opinion is owed."""
        return self.filter(status__in=sorted(OPEN))

    def of_case(self, tracking_number: str) -> JointTaskQuerySet:
        """Those of a case that is led here, in the order in which they were asked."""
        return self.filter(tracking_number=tracking_number, side__in=[Side.LEAD, Side.LOCAL]).order_by("pk")

    def desk(self) -> JointTaskQuerySet:
        """Those that this centre answers."""
        return self.filter(side__in=[Side.PARTICIPANT, Side.LOCAL])

    def in_light(self, wanted: str, moment: datetime) -> JointTaskQuerySet:
        """Open ones that show a light at a moment, as :meth:`JointTask.light_at` computes it."""
        found = self.open()
        match wanted:
            case Light.RED:
                return found.filter(red_at__lt=moment)
            case Light.YELLOW:
                return found.filter(due_at__lt=moment, red_at__gte=moment)
            case Light.WARNING:
                return found.filter(warning_at__lt=moment, due_at__gte=moment)
            case _:
                return found.filter(warning_at__gte=moment)


class JointTask(CrossingRow):
    """One participant's part of a joint case (并联办理联系单) as one centre holds it.

    ``task_id`` is the same at the lead and at the participant; a department of the lead's own centre has one row, LOCAL.
    Instants are stored, lights are computed when they are read. ``facts`` is what the participant was given of the case,
    sealed: applicant, chosen answers, chosen materials. ``defaults`` are the rules by which silence counts, as they were
    told when asked.
    """

    task_id = models.UUIDField(unique=True, default=uuid7, editable=False)
    side = models.CharField(max_length=12, choices=side_choices)
    status = models.CharField(max_length=12, choices=status_choices, default=Status.ASKED)
    tracking_number = models.CharField(max_length=40)
    register_number = models.CharField(max_length=40, blank=True)
    item_code = models.CharField(max_length=60)
    item_name = models.CharField(max_length=200)
    part = models.CharField(max_length=200, help_text="what is asked of this participant")

    lead_code = models.CharField(max_length=12)
    lead_name = models.CharField(max_length=100)
    lead_department = models.CharField(max_length=100, blank=True)
    participant_code = models.CharField(max_length=12)
    participant_name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    department_code = models.CharField(max_length=40, blank=True)
    department_name = models.CharField(max_length=100, blank=True)

    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120, blank=True)
    due_at = models.DateTimeField()
    warning_at = models.DateTimeField()
    red_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=120, blank=True)
    opinion = models.CharField(max_length=20, choices=opinion_choices, blank=True, default=Opinion.NONE)
    opinion_at = models.DateTimeField(null=True)
    opinion_by = models.CharField(max_length=120, blank=True)
    opinion_text = models.TextField(blank=True)
    opinion_files = json_list("attachments that came with the opinion")
    deemed = json_object("consent that was deemed: rules.Deemed")
    defaults = json_object("default rules told when asked: kind and legal basis (G-06)")
    neglect = models.CharField(max_length=12, choices=neglect_choices, blank=True, default=Neglect.NONE)
    recalled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="when the case was decided or ended")
    ended_as = models.CharField(max_length=60, blank=True, help_text="the status in which it ended")

    facts = SealedJSONField(help_text="what was given of the case: exchange.shared_facts")
    meetings = json_list("meetings this participant is called to: register.Meeting")
    paper_number = models.CharField(max_length=80, blank=True)

    objects = JointTaskQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["tracking_number"], name="joint_task_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=Status.DEEMED) | ~Q(deemed={}), name="joint_deemed_names_its_ground"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tracking_number} {self.unit}"

    @property
    def unit(self) -> str:
        """Who is asked: the department of the own centre, else the centre with its department."""
        if self.side == Side.LOCAL:
            return self.department_name
        return f"{self.participant_name}{self.department_name}"

    @property
    def is_open(self) -> bool:
        """Whether an opinion is owed."""
        return self.status in OPEN

    @property
    def lines(self) -> list[HistoryLine]:
        """The history, the oldest first."""
        return [HistoryLine.from_stored(line) for line in self.history]

    @property
    def meeting_list(self) -> list[Meeting]:
        """The meetings this participant is called to, the earliest convened first."""
        return [Meeting.from_stored(stored) for stored in self.meetings]

    @property
    def deemed_consent(self) -> Deemed | None:
        """The consent that was deemed; None when none was."""
        return Deemed.from_stored(self.deemed) if self.deemed else None

    @property
    def deemed_ground(self) -> str:
        """By which default rule; '' for none."""
        return str(self.deemed.get("ground", "")) if self.status == Status.DEEMED else ""

    def said_before(self, act: Act, at: datetime, text: str) -> bool:
        """Whether the history has this line already: a message that came twice."""
        return any((line.act, line.moment, line.text) in {(act, at, text), (Act.NOTE, at, text)} for line in self.lines)

    def light_at(self, moment: datetime) -> Light:
        """How late the opinion is, as read at a moment; it stops when the opinion is there or no longer wanted."""
        stopped = self.opinion_at or self.recalled_at or self.ended_at
        return light(moment, warning_at=self.warning_at, due_at=self.due_at, red_at=self.red_at, stopped_at=stopped)


def units(tasks: Iterable[JointTask]) -> str:
    """The participants of tasks as a sentence lists them."""
    return "、".join(task.unit for task in tasks)
