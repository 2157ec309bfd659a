"""Centres (one tenant each) and the ledger of schema steps. Both lie in the shared schema."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django_tenants.models import TenantMixin

from zt_tenants.language import bilingual
from zt_tenants.remembered import forget_centres
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.access import READ_BY_ALL, SharedAccess, own_id


class Level(models.TextChoices):
    """The four levels of centres (A-01)."""

    PROVINCE = "PROVINCE", bilingual("省级", "Province")
    CITY = "CITY", bilingual("市级", "City")
    COUNTY = "COUNTY", bilingual("县(区)级", "County")
    TOWNSHIP = "TOWNSHIP", bilingual("乡镇(街道)", "Township")


class Transport(models.TextChoices):
    """How messages reach a centre."""

    LOCAL = "local", bilingual("同一部署", "This deployment")
    HTTPS = "https", bilingual("异地部署", "Elsewhere, over HTTPS")


class CentreQuerySet(models.QuerySet["Centre"]):
    """Named filters over centres."""

    def open(self) -> CentreQuerySet:
        """Centres that have not been closed."""
        return self.filter(closed_on__isnull=True)

    def here(self) -> CentreQuerySet:
        """Centres whose schema lies in this deployment."""
        return self.filter(transport=Transport.LOCAL)

    def update(self, **values: Any) -> int:
        """Change rows; what this process remembers of centres is read anew."""
        changed = super().update(**values)
        forget_centres()
        return changed

    def bulk_create(self, *args: Any, **options: Any) -> list[Centre]:
        """Make rows; what this process remembers of centres is read anew."""
        made = super().bulk_create(*args, **options)
        forget_centres()
        return made


class Centre(TenantMixin):
    """One administrative-service centre (政务服务中心) and tenant (A-01).

    ``id`` never changes and names the schema; ``code`` (GB/T 2260, six digits; townships nine) may, because divisions
    are renamed and merged.
    """

    access = READ_BY_ALL

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    pinyin = models.CharField(max_length=300, blank=True)
    pinyin_initials = models.CharField(max_length=60, blank=True)
    transport = models.CharField(max_length=10, choices=Transport.choices, default=Transport.LOCAL)
    endpoint = models.URLField(blank=True)
    schema_ordinal = models.PositiveIntegerField(default=0, help_text="the last schema step applied here")
    opened_on = models.DateField()
    ready_at = models.DateTimeField(null=True, blank=True, help_text="when its keys, catalogue and staff were complete")
    closed_on = models.DateField(null=True, blank=True)
    abolished_on = models.DateField(null=True, blank=True, help_text="since when it takes no new applications")
    successor_ids = ArrayField(models.UUIDField(), default=list, blank=True, help_text="who takes them instead")

    objects = CentreQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level=Level.PROVINCE, parent__isnull=True)
                | (~models.Q(level=Level.PROVINCE) & models.Q(parent__isnull=False)),
                name="centre_only_province_has_no_parent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def save(self, *args: Any, **options: Any) -> None:
        """Save; what this process remembers of centres is read anew."""
        super().save(*args, **options)
        forget_centres()

    @staticmethod
    def schema_name_for(centre_id: uuid.UUID) -> str:
        """The PostgreSQL schema of a centre: made of its immutable id."""
        return f"c_{centre_id.hex}"


class FormerCode(models.Model):
    """A code that a centre once had: links, letters and messages that carry it still reach the centre."""

    access = READ_BY_ALL

    code = models.CharField(max_length=12, primary_key=True)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="former_codes")
    valid_until = models.DateField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} → {self.centre_id}"


class StepKind(models.TextChoices):
    """How a schema step is run in a centre."""

    SQL = "sql", bilingual("SQL,事务内", "SQL in a transaction")
    CONCURRENTLY = "concurrently", bilingual("并发建索引，事务外", "Concurrent index builds, outside a transaction")
    PYTHON = "python", bilingual("数据迁移，事务内", "Python over the rows, in a transaction")
    BATCHES = "batches", bilingual("分批数据迁移", "Python over the rows, a transaction a batch")


class SchemaStep(models.Model):
    """One migration of the tenant apps: its SQL, computed once against the template schema, or its Python by name.

    A centre's ``schema_ordinal`` says up to which step its schema has come.
    """

    access = SharedAccess(portal="SELECT")

    ordinal = models.PositiveIntegerField(primary_key=True)
    app_label = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20, choices=StepKind.choices, default=StepKind.SQL)
    in_new_centres = models.BooleanField(default=True, help_text="False: only of use where rows are already")
    sql = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["app_label", "name"], name="schema_step_once")]

    def __str__(self) -> str:
        return f"{self.ordinal} {self.label}"

    @property
    def label(self) -> str:
        """The migration this step was made of, such as ``cases.0002_priority``."""
        return f"{self.app_label}.{self.name}"


class SchemaLedgerEntry(models.Model):
    """What a roll-out did in one centre: a step applied, or a try that failed with the database's words. Never changed."""

    access = SharedAccess(portal="SELECT")

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="schema_ledger")
    ordinal = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    tries = models.PositiveSmallIntegerField(default=1)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["began_at", "id"]
        indexes = [models.Index(fields=["centre", "-began_at"], name="schema_ledger_of_centre")]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.ordinal} {self.error[:60] or 'applied'}"


class Timer(models.Model):
    """Something a centre has to do at a moment. Shared, so that one scan finds what is due in all centres.

    The id names one scheduling: setting the timer again gives it another. A timer that was handled is deleted.
    """

    access = SharedAccess(
        centre="SELECT, INSERT, UPDATE, DELETE",
        rows=own_id("centre_id"),
        relay="SELECT, UPDATE",
        portal="SELECT, INSERT, UPDATE",
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    centre_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    data = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(help_text="when it is due, or after a failure when it is tried again")
    parked_at = models.DateTimeField(
        null=True, blank=True, help_text="since when it waits for a person to mend its cause"
    )
    last_error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre_id", "subject", "kind"], name="timer_once")]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "centre_id", "kind"],
                condition=models.Q(parked_at__isnull=True),
                name="timer_due",
            ),
            models.Index(
                fields=["centre_id", "kind", "next_attempt_at"],
                condition=models.Q(parked_at__isnull=True),
                name="timer_due_in_lane",
            ),
            models.Index(fields=["parked_at"], condition=models.Q(parked_at__isnull=False), name="timer_parked"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class TimerLane(models.Model):
    """The timers of one kind in one centre, and who handles them now: a lease with an end.

    ``began_at`` is set while a worker is at it; found on a lease that ran out it says that the worker died.
    """

    access = SharedAccess(relay="SELECT, INSERT, UPDATE")

    pk = models.CompositePrimaryKey("centre_id", "kind")
    centre_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    batch_size = models.PositiveSmallIntegerField(default=500, db_default=500)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    rests_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.centre_id} {self.kind}"
