"""Cases of one centre, their append-only log, materials and certificates. Lies in each centre's schema."""

from __future__ import annotations

import copy
from datetime import datetime, time
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from zt_platform.cases.querysets import CaseQuerySet
from zt_platform.cases.vocabulary import (
    BEFORE_ACCEPTANCE,
    CLOSED,
    DECIDED,
    CaseRole,
    Channel,
    DeliveryMethod,
    Light,
    Result,
    Status,
    Step,
)
from zt_platform.catalogue.kinds import CaseKind, DelegationKind
from zt_platform.lights import light
from zt_platform.organisation.models import Department
from zt_platform.papers.models import Paper
from zt_storage.models import Attachment
from zt_tenants.fields import SealedJSONField, json_list, json_object
from zt_tenants.wall.access import APPEND_ONLY

PHONE_TAIL_INDEX = "cases.phone_tail"
"""Purpose of the blind index over the last four digits, by which a case is tracked without signing in (E-10)."""


def status_choices() -> list[tuple[str, str]]:
    """Read when asked for, so that a new word is no schema step: it changes no table."""
    return Status.choices


def step_choices() -> list[tuple[str, str]]:
    """Read when asked for, like :func:`status_choices`."""
    return Step.choices


class Case(models.Model):
    """One application at one centre (办件).

    The same ``tracking_number`` names it at both centres of a cross-level case. ``applicant`` and ``form`` are sealed;
    what lists show is masked. Instants are stored, lights are computed from them when they are read. Limits are in
    working days, copied from the item's version at the start, so that a case is judged by what was published then (B-05).
    """

    tracking_number = models.CharField(max_length=40, null=True, unique=True)
    origin_code = models.CharField(max_length=12, help_text="centre where the application was made")
    item_code = models.CharField(max_length=40)
    item_name = models.CharField(max_length=200)
    item_version_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=CaseKind.choices)
    statutory_days = models.PositiveSmallIntegerField()
    promised_days = models.PositiveSmallIntegerField()
    legal_basis = models.TextField(blank=True)
    status = models.CharField(max_length=60, choices=status_choices)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True, default=Result.NONE)
    channel = models.CharField(max_length=10, choices=Channel.choices)

    role = models.CharField(max_length=10, choices=CaseRole.choices, default=CaseRole.SOLE)
    counterpart_code = models.CharField(max_length=12, blank=True)
    counterpart_name = models.CharField(max_length=100, blank=True)
    delegation_kind = models.CharField(max_length=10, choices=DelegationKind.choices, blank=True)
    delegation = models.JSONField(
        default=dict, blank=True, help_text="kind, legal basis, both departments; as it travels"
    )
    declined_by = models.JSONField(default=list, blank=True, help_text="codes of centres that returned the case")
    legal_name_of_decider = models.CharField(max_length=200, blank=True, help_text="in whose name it is decided")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="cases")
    handler_account_id = models.UUIDField(null=True, help_text="account of the staff member who acted last (F-01)")
    holder_account_id = models.UUIDField(null=True, help_text="account of the staff member who has claimed it")
    holder_name = models.CharField(max_length=120, blank=True, default="", db_default="")

    applicant = SealedJSONField(help_text="accounts.parties.Party")
    applicant_name_masked = models.CharField(max_length=200)
    applicant_account_id = models.UUIDField(null=True)
    phone_tail_index = models.BinaryField(max_length=32)
    form = SealedJSONField(help_text="answers by field name")

    drafted_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True, help_text="of a draft: thrown away then, by whoever filled it in")
    submitted_at = models.DateTimeField(null=True)
    received_on = models.DateField(null=True, help_text="working day on which it counts as received (art. 32, 82)")
    received_at = models.DateTimeField(null=True, help_text="last complete hand-in: submission or correction")
    acceptance_due_at = models.DateTimeField(null=True, help_text="art. 32")
    accepted_at = models.DateTimeField(null=True)
    review_due_at = models.DateTimeField(null=True, help_text="art. 43: review before handing up")
    reviewed_at = models.DateTimeField(null=True)
    transferred_at = models.DateTimeField(null=True, help_text="when it left for the other centre")
    arrived_at = models.DateTimeField(null=True, help_text="when the other centre received it")
    statutory_due_at = models.DateTimeField(null=True, help_text="art. 42")
    due_at = models.DateTimeField(null=True, help_text="the promised limit, which is measured")
    warning_at = models.DateTimeField(null=True)
    red_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    delivery_due_at = models.DateTimeField(null=True, help_text="art. 44")
    completed_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    running_due_at = models.DateTimeField(null=True, help_text="the limit that runs now; null when none does")

    ended_at = models.DateTimeField(null=True, help_text="terminated, or told to apply to another organ (art. 32)")
    paused_at = models.DateTimeField(null=True, help_text="the clock stands still since then (art. 45)")
    clock_basis = json_object("by which hours and thresholds the limits are counted, from acceptance on: rules.Basis")
    suspended_from = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="the status in which a special procedure began"
    )
    pauses = json_list("special procedures, art. 45: rules.Pause")
    extension = json_object("the one extension, asked for and answered (art. 42)")
    step_times = json_list("each step's beginning, allowance and end: rules.StepTime")
    marks = json_object("what was done at a limit, by kind of alarm: the limit it was done for (F-03, F-04)")
    timer_at = models.DateTimeField(null=True, help_text="when the case's timer rings: not later than its next alarm")
    debts = json_list("materials that may follow after acceptance: tolerance.Debt")
    commitment = json_object("what the applicant has committed to, who signed and when (I-04)")
    temporary_permit = json_object("the permit on a commitment, its end and what became of it (I-05)")
    special_approval = json_object("who approved that it is handled at once, and why (E-17)")
    joint_opened_at = models.DateTimeField(null=True, help_text="registered for joint handling (art. 26, H-06)")
    joint = json_object("the register entry of joint handling, with its meetings: joint.register.Register")
    first_asked_account_id = models.UUIDField(null=True, help_text="who received the applicant first (E-15)")
    first_asked_name = models.CharField(max_length=120, blank=True, default="", db_default="")

    pickup = SealedJSONField(null=True, help_text="by which code the result is collected: commands.pickup")

    delivery_method = models.CharField(
        max_length=10,
        choices=DeliveryMethod.choices,
        default=DeliveryMethod.PICK_UP,
        db_default=DeliveryMethod.PICK_UP.value,
    )
    delivery = SealedJSONField(null=True, help_text="to whom it is posted, and how that went: postal.Postal")

    correction_count = models.PositiveSmallIntegerField(default=0)
    correction_defects = models.JSONField(default=list, blank=True)
    review_opinion = models.TextField(blank=True)
    decision_opinion = models.TextField(blank=True)
    decision_number = models.CharField(max_length=80, blank=True)
    decision_paper = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    seal_name = models.CharField(max_length=200, blank=True)
    seal_keeper = models.CharField(max_length=120, blank=True)

    foreign_papers = json_list("what the other centre issued on the way and told of: foreign_papers.ForeignPaper")

    client_key = models.CharField(max_length=64, blank=True, help_text="makes a repeated start one draft")
    submission_key = models.CharField(max_length=64, blank=True, help_text="makes a repeated submission one")
    lock_version = models.PositiveIntegerField(default=0)

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    # Read by CaseQuerySet.with_limits; absent otherwise.
    opens_at: time | None
    closes_at: time
    red_threshold_days: int
    quiet_from: time
    quiet_until: time
    own_warning_days: int | None
    required_checks: list[str] | None
    item_clock: dict[str, Any] | None

    # Read by queries.case_for; absent otherwise.
    goes_up: bool

    papers_to_tell: list[Paper]
    """Issued in this transaction for an applicant of the other centre, until a message tells of them; absent otherwise."""

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant_account_id", "client_key"], condition=~Q(client_key=""), name="case_started_once"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT) | Q(tracking_number__isnull=False),
                name="case_submitted_has_number",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(accepted_at__isnull=False), name="case_clock_starts_at_acceptance"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "running_due_at", "id"], name="case_queue"),
            models.Index(fields=["department", "status", "running_due_at"], name="case_department_queue"),
            models.Index(
                fields=["applicant_account_id", "-id"],
                condition=Q(applicant_account_id__isnull=False),
                name="case_by_applicant",
            ),
            models.Index(
                fields=["-joint_opened_at"], condition=Q(joint_opened_at__isnull=False), name="case_joint_register"
            ),
        ]

    def __str__(self) -> str:
        return self.tracking_number or f"draft {self.pk}"

    def remember(self) -> None:
        """Note the values as the database holds them now, for :meth:`save_changes`."""
        self._stored = self._values()

    def save_changes(self) -> None:
        """Write the columns that differ from what :meth:`remember` noted; no statement when none does.

        A step changes a few of some sixty columns; the others, the sealed ones among them, need not be written again.
        """
        changed = self.changed_columns()
        if changed:
            self.save(update_fields=changed)
        self.remember()

    def changed_columns(self) -> list[str]:
        """The columns that differ from what :meth:`remember` noted."""
        return [name for name, value in self._values().items() if self._stored[name] != value]

    def _values(self) -> dict[str, Any]:
        fields = [field.attname for field in self._meta.concrete_fields]
        found = {name: getattr(self, name) for name in fields}
        return {name: copy.deepcopy(v) if isinstance(v, dict | list) else v for name, v in found.items()}

    @property
    def is_closed(self) -> bool:
        """Nothing more is done here."""
        return self.status in CLOSED

    @property
    def is_decided(self) -> bool:
        """The decision has been made."""
        return self.status in DECIDED

    @property
    def is_private_draft(self) -> bool:
        """A draft begun online is its applicant's own business; one begun at the window is the window's too."""
        return self.status == Status.DRAFT and self.channel == Channel.ONLINE

    def light_at(self, moment: datetime) -> Light:
        """The traffic light at a moment (domain.md): before acceptance by art. 32, afterwards by the promised limit."""
        if self.due_at is None:
            waiting = self.status in BEFORE_ACCEPTANCE and self.status != Status.CORRECTING
            due_at = self.acceptance_due_at if waiting else None
            return light(moment, warning_at=None, due_at=due_at, red_at=None, stopped_at=None)
        stopped_at = self.paused_at or self.decided_at or self.withdrawn_at or self.ended_at
        return light(moment, warning_at=self.warning_at, due_at=self.due_at, red_at=self.red_at, stopped_at=stopped_at)


class CaseEvent(models.Model):
    """One line of a case's log. Append-only: a trigger in the database refuses to change or delete it.

    ``centre_code`` is where the step happened, ``occurred_at`` when; what another centre's message told is recorded
    later (``recorded_at``) and names the message. ``public`` lines are shown to the applicant.
    """

    access = APPEND_ONLY

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=60, choices=step_choices)
    action = models.CharField(max_length=40, blank=True)
    from_status = models.CharField(max_length=40, blank=True)
    to_status = models.CharField(max_length=40, blank=True)
    centre_code = models.CharField(max_length=12)
    centre_name = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_role = models.CharField(max_length=60, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    actor_account_id = models.UUIDField(null=True)
    department_name = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    public = models.BooleanField(default=True)
    message_id = models.UUIDField(null=True)
    case_version = models.PositiveIntegerField(
        null=True, help_text="lock_version of the case once the line stood; null in lines of older releases"
    )

    class Meta:
        ordering = ["occurred_at", "id"]
        indexes = [models.Index(fields=["case", "occurred_at", "id"], name="case_event_timeline")]

    def __str__(self) -> str:
        return f"{self.step} {self.centre_code} {self.occurred_at:%Y-%m-%d %H:%M}"


class CaseMaterial(models.Model):
    """One file of a case, as one of the item's materials. A replaced file stays, marked with when it was replaced."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="materials")
    material_code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.UUIDField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["material_code", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "attachment"], name="case_material_once")]

    def __str__(self) -> str:
        return self.name


class Certificate(models.Model):
    """What a granted case produces (证照, E-26). The holder is shown masked; the paper itself is the attachment."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    holder_name_masked = models.CharField(max_length=200)
    holder_id_masked = models.CharField(max_length=40)
    issuer_name = models.CharField(max_length=200, help_text="the department in whose name it was decided")
    issued_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the paper, hexadecimal")
    paper = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="certificate_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.number


class CaseNumberCounter(models.Model):
    """The last number given in a series (cases, decisions, certificates of a department) and period (day, year)."""

    series = models.CharField(max_length=60)
    period = models.CharField(max_length=8)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "period"], name="case_number_counter_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.period}: {self.last}"
