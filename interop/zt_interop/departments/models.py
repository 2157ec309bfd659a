"""The province's register of data services, who may use them, and what departments delivered. Shared by all centres.

Services are public knowledge. Of grants and due calls a centre reaches its own rows only (``centre_id``); deliveries and
their records are reached from outside the centres only. What a call asked and what was answered lies in the centre's own
schema (:class:`zt_interop.log.models.DataCall`).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zt_tenants.fields import SealedJSONField
from zt_tenants.language import bi, bilingual
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.access import SharedAccess, own_id


class Adapter(models.TextChoices):
    """How a service is reached."""

    HTTP_JSON = "HTTP_JSON", bilingual("接口调用", "Signed call over HTTP")
    FILE_DROP = "FILE_DROP", bilingual("前置机文件", "File drop")


class SubjectKind(models.TextChoices):
    """Whom the answer is about."""

    PERSON = "PERSON", bilingual("自然人", "A person")
    LEGAL_PERSON = "LEGAL_PERSON", bilingual("法人", "A legal person")


class DataService(models.Model):
    """One service of a department's own system (Y-01, Y-02), as the province registered it.

    ``fields`` lists what an answer may hold: ``{"name", "zh", "en", "sensitive"}``. ``verdict_field`` is the one among
    them that is a bare word without personal data (MATCH, 存续 …) and stays in the log when the answer is purged.
    ``subject_parameter`` names the parameter that identifies whom it is about. ``valid_for`` and ``kept_for`` are
    seconds: how long an answer counts, and how long it is kept to be shown.
    """

    access = SharedAccess(centre="SELECT", relay="SELECT", portal="SELECT, INSERT, UPDATE")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160)
    owner_name = models.CharField(max_length=100)
    owner_name_en = models.CharField(max_length=160)
    adapter = models.CharField(max_length=10, choices=Adapter.choices)
    endpoint = models.CharField(max_length=300, help_text="address, or the folder's name under ZT_FILE_DROP")
    key_id = models.CharField(max_length=128)
    suite = models.CharField(max_length=40)
    public_key = models.BinaryField()
    parameters_schema = models.JSONField()
    answer_schema = models.JSONField()
    fields = models.JSONField()
    subject_kind = models.CharField(max_length=12, choices=SubjectKind.choices)
    subject_parameter = models.CharField(max_length=60)
    verdict_field = models.CharField(max_length=60)
    good_verdicts = ArrayField(models.CharField(max_length=40), default=list)
    purpose = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=300)
    valid_for = models.PositiveIntegerField(default=86_400)
    kept_for = models.PositiveIntegerField(default=30 * 86_400)
    timeout_ms = models.PositiveIntegerField(default=3_000)
    waits_for = models.PositiveIntegerField(default=72 * 3_600, help_text="seconds a queued call is tried")
    queue_limit = models.PositiveIntegerField(default=200, help_text="calls of one centre that may wait")
    active = models.BooleanField(default=True)
    registered_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """The service's name in the active language."""
        return bi(self.name, self.name_en)

    @property
    def owner(self) -> str:
        """The department's name in the active language."""
        return bi(self.owner_name, self.owner_name_en)

    @property
    def field_names(self) -> list[str]:
        """What an answer may hold, in order."""
        return [str(field["name"]) for field in self.fields]

    def field_label(self, name: str) -> str:
        """A field's name for people, in the active language."""
        return next((bi(str(f["zh"]), str(f["en"])) for f in self.fields if f["name"] == name), name)


class GrantQuerySet(models.QuerySet["Grant"]):
    """Named filters over grants."""

    def of_centre(self, centre_id: UUID) -> GrantQuerySet:
        """A centre's own: the only ones it may read."""
        return self.filter(centre_id=centre_id)

    def in_force(self, on: date) -> GrantQuerySet:
        """Inside their dates and not revoked."""
        until = Q(valid_until__isnull=True) | Q(valid_until__gte=on)
        return self.filter(until, valid_from__lte=on, revoked_at__isnull=True)


class Grant(models.Model):
    """A centre (or one department in it) may ask a service for these fields, for this purpose, between two dates."""

    access = SharedAccess(centre="SELECT", rows=own_id("centre_id"), relay="SELECT", portal="SELECT, INSERT, UPDATE")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.ForeignKey(DataService, on_delete=models.PROTECT, related_name="grants")
    centre_id = models.UUIDField()
    centre_code = models.CharField(max_length=12)
    department_code = models.CharField(max_length=20, blank=True, help_text="empty: the whole centre")
    fields = ArrayField(models.CharField(max_length=60))
    purpose = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=300)
    calls_per_minute = models.PositiveIntegerField(default=60)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.UUIDField(null=True)
    revocation_reason = models.CharField(max_length=300, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "centre_id", "department_code"],
                condition=Q(revoked_at__isnull=True),
                name="grant_once_per_consumer",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="grant_dates_in_order",
            ),
            models.CheckConstraint(condition=~Q(fields=[]), name="grant_names_fields"),
        ]
        indexes = [models.Index(fields=["centre_id", "id"], name="grant_by_centre")]

    def __str__(self) -> str:
        return f"{self.centre_code} {self.department_code} → {self.service_id}"

    @property
    def field_labels(self) -> list[str]:
        """The names of the granted fields, for people, in the active language."""
        return [self.service.field_label(name) for name in self.fields]


class DueCall(models.Model):
    """When something is due for a call of a centre: to ask again while it waits, to purge once it was answered.

    No data of anybody lie here; one worker finds what is due in all centres without looking into each.
    """

    access = SharedAccess(centre="SELECT, INSERT, UPDATE, DELETE", rows=own_id("centre_id"), relay="SELECT, UPDATE")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    centre_id = models.UUIDField()
    call_id = models.BigIntegerField()
    service_code = models.CharField(max_length=64)
    waiting = models.BooleanField(default=True)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre_id", "call_id"], name="due_call_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="due_call_next"),
            models.Index(fields=["centre_id", "service_code"], condition=Q(waiting=True), name="due_call_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.service_code} {self.due_at:%Y-%m-%d %H:%M}"


class DeliveryState(models.TextChoices):
    """What became of a delivery."""

    APPLIED = "APPLIED", bilingual("已入库", "Applied")
    QUARANTINED = "QUARANTINED", bilingual("已隔离", "Quarantined")


class Delivery(models.Model):
    """One authentic manifest that was picked up from a folder; its id makes a second delivery of it nothing new."""

    access = SharedAccess(relay="SELECT, INSERT, UPDATE")

    id = models.UUIDField(primary_key=True, editable=False, help_text="the manifest's id")
    service = models.ForeignKey(DataService, on_delete=models.PROTECT, related_name="deliveries")
    manifest_sha256 = models.CharField(max_length=64)
    as_of = models.DateTimeField()
    state = models.CharField(max_length=12, choices=DeliveryState.choices)
    records = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    times = models.PositiveIntegerField(default=1)
    picked_up_at = models.DateTimeField()

    class Meta:
        ordering = ["-picked_up_at", "-id"]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class DeliveredRecord(models.Model):
    """The newest record of one subject that a department delivered; found by a blind index, sealed."""

    access = SharedAccess(relay="SELECT, INSERT, UPDATE", portal="SELECT")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.ForeignKey(DataService, on_delete=models.PROTECT, related_name="records")
    key_index = models.BinaryField(max_length=32)
    record = SealedJSONField()
    as_of = models.DateTimeField()
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "key_index"], name="delivered_record_once")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.as_of:%Y-%m-%d}"
