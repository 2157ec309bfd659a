"""A centre's inbox, inbound streams, permanent message log and refusals; all in the centre's own schema.

Messages carry applicants by value, so whatever holds their bytes is sealed.
"""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zt_interop.envelope import FIRST_LINK
from zt_tenants.fields import SealedJSONField, SealedTextField
from zt_tenants.language import bilingual
from zt_tenants.wall.access import APPEND_ONLY


class InboundStream(models.Model):
    """How far the messages of one source on one channel have come. Its row is locked while a message is taken."""

    source_code = models.CharField(max_length=12)
    channel = models.CharField(max_length=12)
    last_sequence = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default=FIRST_LINK)
    last_received_at = models.DateTimeField(null=True, blank=True)
    last_event_time = models.DateTimeField(null=True, blank=True)
    gaps = models.PositiveIntegerField(default=0)
    head_sequence = models.BigIntegerField(default=0, db_default=0)
    """The last sequence its source says it has given; more than ``last_sequence``: messages are missing here."""
    head_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source_code", "channel"], name="inbound_stream_once")]

    def __str__(self) -> str:
        return f"{self.source_code} ({self.channel})"


BATCH_LOG_TYPE: Final = "batch"
"""``type`` of the log entry of a batch; its events are inside."""


class Direction(models.TextChoices):
    """Which way a logged message went."""

    IN = "IN", bilingual("收", "In")
    OUT = "OUT", bilingual("发", "Out")


class MessageLogEntry(models.Model):
    """The permanent record of one delivery: the bytes on the wire and the signed receipt that answered them.

    Messages of cases that travelled in a batch have an entry each, so that they are found by their subject; the bytes
    and the receipt are those of ``carrier``, the batch's own entry.
    """

    access = APPEND_ONLY

    direction = models.CharField(max_length=3, choices=Direction.choices)
    event_id = models.UUIDField()
    type = models.CharField(max_length=64)
    subject = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=12)
    counterpart_code = models.CharField(max_length=12)
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField()
    transport = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10)
    wire = SealedTextField(null=True)
    carrier = models.ForeignKey("self", null=True, blank=True, on_delete=models.DO_NOTHING, db_index=False)
    wire_sha256 = models.CharField(max_length=64)
    receipt = models.TextField()
    logged_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="message_log_subject"),
            models.Index(fields=["counterpart_code", "channel", "first_sequence"], name="message_log_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.type} {self.subject}"

    @property
    def delivered_bytes(self) -> bytes:
        """The bytes that were on the wire: its own, or those of the batch it travelled in."""
        return str((self.carrier or self).wire).encode()


class InboxState(models.TextChoices):
    """What became of a received message. PARKED failed itself; WAITING stands behind a parked one of its subject."""

    APPLIED = "APPLIED", bilingual("已处理", "Applied")
    PARKED = "PARKED", bilingual("暂存待处理", "Parked")
    WAITING = "WAITING", bilingual("排队等待", "Waiting")


UNAPPLIED: Final = (InboxState.PARKED, InboxState.WAITING)


class InboxMessage(models.Model):
    """One received message: the proof that it takes effect once. Its content is the log entry's wire bytes."""

    event_id = models.UUIDField()
    source_code = models.CharField(max_length=12)
    channel = models.CharField(max_length=12)
    type = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    sequence = models.BigIntegerField()
    time = models.DateTimeField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=InboxState.choices)
    reason_code = models.CharField(max_length=60, blank=True)
    reason_zh = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    handled = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    """Who replayed it and when: ``{"at", "by", "act", "reason"}``."""
    log_entry = models.ForeignKey(MessageLogEntry, on_delete=models.PROTECT, related_name="messages")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["source_code", "event_id"], name="inbox_event_once")]
        indexes = [
            models.Index(fields=["subject", "id"], name="inbox_subject"),
            models.Index(
                fields=["source_code", "channel", "subject"],
                condition=models.Q(state__in=["PARKED", "WAITING"]),
                name="inbox_unapplied",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Refusal(models.Model):
    """Bytes this centre would not take, and why. ``source_code`` is only a claim unless ``authentic``.

    ``recorded_sequence`` is set when the message took its place in the stream all the same. The same bytes sent again
    only raise ``times``.
    """

    source_code = models.CharField(max_length=12, blank=True)
    authentic = models.BooleanField(default=False)
    event_id = models.UUIDField(null=True, blank=True)
    event_digest = models.CharField(max_length=64, blank=True)
    kid = models.CharField(max_length=128, blank=True)
    code = models.CharField(max_length=60)
    reason_zh = models.TextField()
    reason_en = models.TextField()
    recorded_sequence = models.BigIntegerField(null=True, blank=True)
    transport = models.CharField(max_length=10)
    size = models.BigIntegerField()
    wire_sha256 = models.CharField(max_length=64)
    excerpt = SealedTextField()
    times = models.PositiveIntegerField(default=1)
    refused_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["wire_sha256"], name="refusal_wire"),
            models.Index(fields=["source_code", "event_id"], name="refusal_event"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.source_code}"


class CallState(models.TextChoices):
    """Where a call of a data service is."""

    QUEUED = "QUEUED", bilingual("核验中", "Being verified")
    ANSWERED = "ANSWERED", bilingual("已应答", "Answered")
    REFUSED = "REFUSED", bilingual("被拒绝", "Refused")
    FAILED = "FAILED", bilingual("未获应答", "No answer")


class DataCall(models.Model):
    """One call of a department's data service: who asked what, for which case and purpose, and what was answered.

    The row is at once the log, the waiting request and, while ``answer`` is kept and ``valid_until`` lies ahead, the
    cache. The question, the answer and the signed bytes of both are sealed; ``verdict`` and ``status`` tell nothing of a
    person by themselves. ``case_id`` is the case's key in this schema.
    """

    request_id = models.UUIDField(unique=True)
    service_code = models.CharField(max_length=64)
    grant_id = models.UUIDField(null=True)
    case_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=64, blank=True, help_text="tracking number of the case")
    purpose = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=300, blank=True)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    actor_account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    department_code = models.CharField(max_length=20, blank=True)
    consent_at = models.DateTimeField(null=True)
    parameters = SealedJSONField()
    request_index = models.BinaryField(max_length=32, help_text="blind index of grant, parameters and fields")
    state = models.CharField(max_length=10, choices=CallState.choices)
    status = models.CharField(max_length=12, blank=True)
    verdict = models.CharField(max_length=40, blank=True)
    answer = SealedJSONField(null=True)
    answered_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    cached_from = models.UUIDField(null=True, help_text="request_id of the call whose answer this is")
    request_wire = SealedTextField(null=True)
    answer_wire = SealedTextField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    reason_code = models.CharField(max_length=60, blank=True)
    reason_zh = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["request_index", "-id"], condition=models.Q(state="ANSWERED"), name="data_call_cache"),
            models.Index(fields=["case_id", "-id"], condition=models.Q(case_id__isnull=False), name="data_call_case"),
            models.Index(fields=["grant_id", "asked_at"], name="data_call_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.service_code} {self.state}"
