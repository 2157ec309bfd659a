"""The shared queue: messages on their way out, and the streams that give them their order.

Streams are claimed, not messages: one relay at a time works on a stream, which is what makes a sequence and a hash
link possible. Commands only insert messages; they never touch a stream's row, so that no command waits for another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final, Self

from django.db import models

from zt_interop.envelope import CASE_CHANNEL, FIRST_LINK, SUPERVISION_CHANNEL
from zt_tenants.fields import SealedJSONField, json_object
from zt_tenants.language import bilingual
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.access import SharedAccess, own

AT_ONCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""``next_attempt_at`` of a stream that need not wait: in the past for every clock, also a simulated one."""


class Channel(models.TextChoices):
    """Streams between the same two centres that do not wait for each other."""

    CASE = CASE_CHANNEL, bilingual("办件", "Cases")
    SUPERVISION = SUPERVISION_CHANNEL, bilingual("监察", "Supervision")


class MessageState(models.TextChoices):
    """Where an outgoing message is. QUEUED and SIGNED are pending."""

    QUEUED = "QUEUED", bilingual("待签名", "Queued")
    SIGNED = "SIGNED", bilingual("已签名待送达", "Signed")
    DELIVERED = "DELIVERED", bilingual("已送达", "Delivered")
    REFUSED = "REFUSED", bilingual("被拒收", "Refused")
    CLOSED = "CLOSED", bilingual("已结案(不再发送)", "Closed")


PENDING: Final = (MessageState.QUEUED, MessageState.SIGNED)


@dataclass(frozen=True, slots=True)
class InFlight:
    """Messages that have a place in their stream which only the stream's row knows: from the one behind ``after`` on, in
    this order. Each gets it written into its own row once it has arrived, so that a message is written twice, not three
    times. ``attempts`` is how often they were tried."""

    after: int
    positions: tuple[int, ...]
    attempts: int = 1

    @classmethod
    def of(cls, stream: OutboundStream) -> Self | None:
        """Those of a stream; None when there are none, or when they were given other places since (by an older release
        that did not know of them)."""
        found = stream.in_flight
        if not found or found["after"] != stream.last_sequence:
            return None
        positions = tuple(number for first, last in found["runs"] for number in range(first, last + 1))
        return cls(found["after"], positions, found["attempts"])

    def to_json(self) -> dict[str, Any]:
        """What the stream's row holds: positions that follow each other as first and last."""
        breaks = [at for at, (one, two) in enumerate(pairwise(self.positions), start=1) if two != one + 1]
        bounds = pairwise([0, *breaks, len(self.positions)])
        runs = [[self.positions[first], self.positions[last - 1]] for first, last in bounds]
        return {"after": self.after, "runs": runs, "attempts": self.attempts}

    def behind(self, arrived: Sequence[int]) -> dict[str, Any]:
        """What is still in flight when the first of them have arrived, as the stream's row holds it."""
        left = self.positions[len(arrived) :]
        return InFlight(self.after + len(arrived), left, self.attempts).to_json() if left else {}


class OutboundStream(models.Model):
    """All messages from one centre to another on one channel; the row is locked while a sequence is given."""

    access = SharedAccess(centre="SELECT, INSERT, UPDATE", rows=own("source_code"), relay="SELECT, UPDATE")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source_code = models.CharField(max_length=12)
    destination_code = models.CharField(max_length=12)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    last_sequence = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default=FIRST_LINK)
    acknowledged_sequence = models.BigIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=AT_ONCE)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_delivered_at = models.DateTimeField(null=True, blank=True)
    batch_limit = models.PositiveSmallIntegerField(default=1, db_default=1)
    """How many messages may go out under one signature: grows with what the destination says it takes."""
    failing_since = models.DateTimeField(null=True, blank=True)
    head_due_at = models.DateTimeField(null=True, blank=True)
    """When the destination is to be asked how far it has come; None: nothing was sent since it was last asked."""
    head_confirmed_at = models.DateTimeField(null=True, blank=True)
    in_flight = json_object("of the channel supervision: messages that have a place but have not arrived (InFlight)")
    handled = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    """What people did about it, in order: ``{"at", "by", "account", "act", "reason"}``."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_code", "destination_code", "channel"], name="outbound_stream_once"),
        ]
        indexes = [
            models.Index(
                fields=["head_due_at"], condition=models.Q(head_due_at__isnull=False), name="outbound_head_due"
            ),
            models.Index(fields=["destination_code", "lease_until"], name="outbound_destination"),
        ]

    def __str__(self) -> str:
        return f"{self.source_code} → {self.destination_code} ({self.channel})"

    @property
    def given_sequence(self) -> int:
        """The last sequence that any message was given, arrived or not."""
        in_flight = InFlight.of(self)
        return self.last_sequence + (len(in_flight.positions) if in_flight else 0)


class Circuit(models.Model):
    """The circuit breaker of one destination (no row: it has always answered).

    *Closed* while ``open_until`` is empty, *open* until that moment, then *half open*: one stream may try.
    """

    access = SharedAccess(relay="SELECT, INSERT, UPDATE, DELETE")

    destination_code = models.CharField(primary_key=True, max_length=12)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    open_until = models.DateTimeField(null=True, blank=True)
    probe_until = models.DateTimeField(null=True, blank=True)
    """Until when the one stream that tries has the right to."""
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.destination_code


class PeerCertificate(models.Model):
    """The TLS certificate that a site elsewhere showed when it was last connected to."""

    access = SharedAccess(relay="SELECT, INSERT, UPDATE")

    site = models.CharField(primary_key=True, max_length=260, help_text="host:port")
    ends_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.site


class OutboxMessage(models.Model):
    """One message on its way out.

    ``position`` is a database sequence, so that two commands on the same case keep their order even when the clocks of
    their hosts disagree; ``sequence`` is its place in the stream, given at signing.
    """

    access = SharedAccess(
        centre="SELECT, INSERT, UPDATE",
        rows="EXISTS (SELECT FROM shared.interop_queue_outboundstream stream WHERE stream.id = stream_id)",
        relay="SELECT (position, event_id, stream_id, type, subject, time, state, sequence, attempts, queued_at,"
        " delivered_at), DELETE",
    )

    position = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(default=uuid7, editable=False)
    stream = models.ForeignKey(OutboundStream, on_delete=models.PROTECT, related_name="messages", db_index=False)
    type = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    time = models.DateTimeField()
    traceparent = models.CharField(max_length=55, blank=True)
    data = SealedJSONField()
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.QUEUED)
    sequence = models.BigIntegerField(null=True, blank=True)
    prevhash = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=10, blank=True)
    refusal_code = models.CharField(max_length=60, blank=True)
    refusal_zh = models.TextField(blank=True)
    refusal_en = models.TextField(blank=True)
    queued_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    handled = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    """What people did about it, in order: ``{"at", "by", "act", "reason"}``."""

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "sequence"], name="outbox_sequence_once"),
        ]
        # A row is written twice or three times, and each of these with it: none that another one can stand for.
        indexes = [
            models.Index(fields=["subject"], opclasses=["varchar_pattern_ops"], name="outbox_subject"),
            models.Index(fields=["event_id"], condition=models.Q(state="REFUSED"), name="outbox_refused_event"),
            models.Index(
                fields=["stream", "position"],
                condition=models.Q(state__in=["QUEUED", "SIGNED"]),
                name="outbox_pending",
            ),
            models.Index(fields=["stream", "position"], condition=models.Q(state="REFUSED"), name="outbox_refused"),
            models.Index(
                fields=["delivered_at"], condition=models.Q(state__in=["DELIVERED", "CLOSED"]), name="outbox_prunable"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"
