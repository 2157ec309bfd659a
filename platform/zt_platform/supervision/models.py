"""The supervision store: what every centre reported about its cases (R-01, R-03, R-12).

A shared app whose tables lie in a PostgreSQL schema of their own. Only :mod:`.ingest` writes here; nothing here is
read back into a case. There are no foreign keys to centres: a centre is named by its code, as in the messages.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Least
from django.db.models.lookups import In

from zt_platform.case_vocabulary import CaseRole
from zt_platform.catalogue.kinds import CaseKind
from zt_platform.lights import Light
from zt_platform.supervision import lookups as lookups  # registers __one_of
from zt_platform.supervision.flags import FLAGGED
from zt_platform.supervision.rules import PRIMARY_ROLES, Coverage
from zt_tenants.models import Level
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.access import SharedAccess, own, supervised


def _clock_indexes(name: str, ledgers: Q, more: list[str]) -> list[models.Index]:
    instants = ["accepted_at", "warning_at", "due_at", "red_at", *more]
    runs = Q(ledgers, stopped_at__isnull=True)
    ran = Q(ledgers, stopped_at__gt=F("accepted_at"))
    return [
        models.Index(fields=["centre_code"], include=instants, condition=runs, name=f"case_record_{name}_runs"),
        models.Index(
            fields=["stopped_at"], include=["centre_code", *instants], condition=ran, name=f"case_record_{name}_ran"
        ),
    ]


class CaseRecordQuerySet(models.QuerySet["CaseRecord"]):
    """Named filters over case records."""

    def counted(self) -> CaseRecordQuerySet:
        """Without portals, which only handed an application down."""
        return self.exclude(role=CaseRole.PORTAL)

    def running_at(self, moment: datetime) -> CaseRecordQuerySet:
        """Records whose clock ran at a moment: accepted, not yet decided or otherwise ended."""
        return self.counted().filter(Q(stopped_at__isnull=True) | Q(stopped_at__gt=moment), accepted_at__lte=moment)

    def running_now(self, moment: datetime) -> CaseRecordQuerySet:
        """:meth:`running_at` this very moment: an index holds just these, by limit. What was reported as stopped in the
        future, by a centre whose clock goes wrong, is stopped."""
        return self.counted().filter(stopped_at__isnull=True, accepted_at__lte=moment)

    def with_light_in(self, lights: Collection[Light], moment: datetime) -> CaseRecordQuerySet:
        """Records whose light as read at a moment is one of these: the SQL twin of :func:`zt_platform.lights.light`."""
        reading = Least(Value(moment), Coalesce("stopped_at", Value(moment)), output_field=models.DateTimeField())
        light = Case(
            When(red_at__lt=F("reading"), then=Value(Light.RED.value)),
            When(due_at__lt=F("reading"), then=Value(Light.YELLOW.value)),
            When(warning_at__lt=F("reading"), then=Value(Light.WARNING.value)),
            default=Value(Light.GREEN.value),
        )
        return self.alias(reading=reading).alias(light=light).filter(In(F("light"), [found.value for found in lights]))

    def overran(self, moment: datetime) -> CaseRecordQuerySet:
        """Records whose promised limit had ended at a moment before their clock stopped, if it has stopped."""
        return self.filter(Q(stopped_at__isnull=True) | Q(stopped_at__gt=F("due_at")), due_at__lt=moment)

    def one_a_case(self, codes: Collection[str], *, before: Collection[str] = PRIMARY_ROLES) -> CaseRecordQuerySet:
        """Each tracking number once, among the ledgers of these centres: where there are several, the one whose role is
        ``before`` the others, which is the accepting one unless another is asked for."""
        preferred = CaseRecord.objects.filter(
            tracking_number=OuterRef("tracking_number"), role__in=before, centre_code__one_of=codes
        )
        return self.counted().filter(Q(role__in=before) | ~Exists(preferred), centre_code__one_of=codes)


class CaseRecord(models.Model):
    """The newest known state of one case in one centre's ledger, with the instants its light is computed from.

    ``last_sequence`` is the place in the centre's feed of the event that wrote the row; an older event never does.
    ``stopped_at`` is when the clock stopped: the decision, or refusal, withdrawal, handing down; or stands still,
    during a special procedure (art. 45).
    """

    access = SharedAccess(supervising="SELECT, INSERT, UPDATE", rows=supervised("centre_code"), supervision="SELECT")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    centre_code = models.CharField(max_length=12)
    level = models.CharField(max_length=10, choices=Level.choices)
    tracking_number = models.CharField(max_length=40)
    role = models.CharField(max_length=10, choices=CaseRole.choices)
    kind = models.CharField(max_length=10, choices=CaseKind.choices)
    item_code = models.CharField(max_length=60)
    item_name = models.CharField(max_length=200)
    department = models.CharField(max_length=100, blank=True, default="")
    status = models.CharField(max_length=40)
    result = models.CharField(max_length=10, blank=True, default="")
    instant = models.BooleanField(default=False)
    on_time = models.BooleanField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    acceptance_due_at = models.DateTimeField(null=True, blank=True)
    warning_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    red_at = models.DateTimeField(null=True, blank=True)
    statutory_due_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    last_step = models.CharField(max_length=60)
    last_occurred_at = models.DateTimeField()
    last_sequence = models.BigIntegerField()

    objects = CaseRecordQuerySet.as_manager()

    class Meta:
        db_table = '"supervision"."case_record"'
        constraints = [
            models.UniqueConstraint(fields=["centre_code", "tracking_number"], name="case_record_once_a_centre"),
        ]
        indexes = [
            models.Index(fields=["tracking_number"], name="case_record_tracking"),
            # Keyset order of the lists.
            models.Index(F("last_occurred_at").desc(), F("id").desc(), name="case_record_newest"),
            models.Index(fields=["centre_code", "-last_occurred_at"], name="case_record_centre_newest"),
            # Lights are asked of running clocks only; the index holds nothing else and stays small.
            models.Index(fields=["due_at"], condition=Q(stopped_at__isnull=True), name="case_record_running"),
            models.Index(fields=["due_at"], name="case_record_due"),
            models.Index(
                fields=["due_at"],
                include=["centre_code", "tracking_number"],
                condition=Q(stopped_at__gt=F("due_at")) & ~Q(role=CaseRole.PORTAL.value),
                name="case_record_late",
            ),
            models.Index(
                fields=["due_at"],
                include=["centre_code", "tracking_number"],
                condition=Q(stopped_at__isnull=True) & ~Q(role=CaseRole.PORTAL.value),
                name="case_record_due_runs",
            ),
            models.Index(fields=["stopped_at"], name="case_record_stopped"),
            models.Index(fields=["accepted_at"], name="case_record_accepted"),
            models.Index(fields=["completed_at"], name="case_record_completed"),
            # The lights of all centres are read from these alone, without the table's rows: clocks that run, and clocks
            # that ran for some time, of the ledgers that accepted the case and of those that only decide.
            *_clock_indexes("accepted", Q(role__in=sorted(PRIMARY_ROLES)), []),
            *_clock_indexes("decides", Q(role=CaseRole.DECIDING.value), ["tracking_number"]),
        ]

    def __str__(self) -> str:
        return f"{self.centre_code} {self.tracking_number}"


class CaseStep(models.Model):
    """One reported step, kept for ever. ``sequence`` is its place in the centre's feed."""

    access = SharedAccess(supervising="INSERT", rows=supervised("centre_code"), supervision="SELECT")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    centre_code = models.CharField(max_length=12)
    sequence = models.BigIntegerField()
    message_id = models.UUIDField()
    tracking_number = models.CharField(max_length=40)
    step = models.CharField(max_length=60)
    status = models.CharField(max_length=40)
    role = models.CharField(max_length=10, choices=CaseRole.choices)
    department = models.CharField(max_length=100, blank=True, default="")
    actor_role = models.CharField(max_length=60, blank=True, default="")
    result = models.CharField(max_length=10, blank=True, default="")
    due_at = models.DateTimeField(null=True, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = '"supervision"."case_step"'
        constraints = [models.UniqueConstraint(fields=["centre_code", "sequence"], name="case_step_once")]
        indexes = [
            models.Index(fields=["tracking_number", "occurred_at"], name="case_step_of_case"),
            # Few steps carry a flag: their list is read from this alone.
            models.Index(F("occurred_at").desc(), F("id").desc(), condition=FLAGGED, name="case_step_flagged"),
        ]

    def __str__(self) -> str:
        return f"{self.centre_code} #{self.sequence} {self.step}"


class CentreDay(models.Model):
    """Counters of one centre and one day (Asia/Shanghai): one wide row, so that a year of a province is a short read.

    Every counter is a sum over the centre's case records (see :func:`.rules.contributions`). All but ``decided`` and
    ``handed_down`` count only ledgers that accepted the case, of which each tracking number has one: sums over centres
    count nothing twice.
    """

    access = SharedAccess(supervising="SELECT, INSERT, UPDATE", rows=supervised("centre_code"), supervision="SELECT")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField()
    centre_code = models.CharField(max_length=12)
    submitted = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    completed = models.IntegerField(default=0)
    instant = models.IntegerField(default=0)
    on_time = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    granted = models.IntegerField(default=0)
    denied = models.IntegerField(default=0)
    decided = models.IntegerField(default=0)
    handed_down = models.IntegerField(default=0)

    class Meta:
        db_table = '"supervision"."centre_day"'
        constraints = [models.UniqueConstraint(fields=["day", "centre_code"], name="centre_day_once")]

    def __str__(self) -> str:
        return f"{self.centre_code} {self.day}"


class Feed(models.Model):
    """The state of one centre's stream of supervision events.

    ``gaps`` lists the sequences that are missing below ``last_sequence`` as [first, last] pairs, ``head_sequence`` is the
    highest that is known to exist (see :class:`.rules.Coverage`); ``gap_since`` is when the feed stopped being complete.
    A gap stays visible until what is missing has arrived.
    """

    access = SharedAccess(supervising="SELECT, INSERT, UPDATE", rows=own("destination_code"), supervision="SELECT")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source_code = models.CharField(max_length=12)
    destination_code = models.CharField(max_length=12)
    last_sequence = models.BigIntegerField(default=0)
    head_sequence = models.BigIntegerField(default=0)
    last_event_at = models.DateTimeField(null=True, blank=True)
    last_received_at = models.DateTimeField(null=True, blank=True)
    gaps = models.JSONField(default=list)
    missing = models.BigIntegerField(default=0)
    gap_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = '"supervision"."feed"'
        constraints = [models.UniqueConstraint(fields=["source_code", "destination_code"], name="feed_once")]

    def __str__(self) -> str:
        return f"{self.source_code} → {self.destination_code}"

    @property
    def coverage(self) -> Coverage:
        """What has arrived and what is missing."""
        return Coverage(self.last_sequence, tuple((first, last) for first, last in self.gaps), self.head_sequence)

    def cover(self, coverage: Coverage, *, at: datetime) -> None:
        """Take a coverage over into the fields (not saved)."""
        self.last_sequence, self.head_sequence = coverage.last, coverage.head
        self.gaps, self.missing = [list(gap) for gap in coverage.gaps], coverage.missing
        self.gap_since = (self.gap_since or at) if coverage.missing else None
