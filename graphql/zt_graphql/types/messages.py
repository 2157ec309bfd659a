"""Messages between centres, as the operators of a centre see them: never their content."""

from __future__ import annotations

from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import WeighedField
from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import ChannelEnum, InboxStateEnum, MessageStateEnum
from zt_interop.log import models as log
from zt_interop.queue import models as queue
from zt_tenants.language import in_chinese


class OutboundStream(graphene.ObjectType):
    """All messages from this centre to another on one channel."""

    destination_code = graphene.String(required=True)
    destination = centre_field("destination_code")
    channel = graphene.Field(ChannelEnum, required=True)
    last_sequence = graphene.Int(required=True)
    acknowledged_sequence = graphene.Int(required=True)
    backlog = graphene.Int(required=True, description="Messages that have not arrived.")
    refused = graphene.Int(required=True)
    oldest_pending_at = graphene.DateTime()
    lag_seconds = graphene.Float(required=True, description="Age of the oldest message that has not arrived.")
    failures = graphene.Int(required=True, description="Failed attempts in a row.")
    next_attempt_at = graphene.DateTime(required=True)
    last_error = graphene.String(required=True)
    last_delivered_at = graphene.DateTime()

    @staticmethod
    def resolve_lag_seconds(stream: Any, _info: Any) -> float:
        """Seconds."""
        return float(stream.lag.total_seconds())


class InboundStream(graphene.ObjectType):
    """All messages of another centre to this one on one channel."""

    source_code = graphene.String(required=True)
    source = centre_field("source_code")
    channel = graphene.Field(ChannelEnum, required=True)
    last_sequence = graphene.Int(required=True)
    last_received_at = graphene.DateTime()
    last_event_time = graphene.DateTime()
    gaps = graphene.Int(required=True, description="Deliveries refused because something was missing before them.")
    unapplied = graphene.Int(required=True, description="Messages parked or waiting.")


class OperatorAct(graphene.ObjectType):
    """What a person did about a message, and when."""

    at = graphene.String(required=True, resolver=lambda line, _info: line["at"], description="ISO 8601.")
    by = graphene.String(required=True, resolver=lambda line, _info: line["by"])
    act = graphene.String(required=True, resolver=lambda line, _info: line["act"])
    reason = graphene.String(required=True, resolver=lambda line, _info: line["reason"])


ACTS_RECKONED = 3


class ReceivedMessage(DjangoObjectType):
    """A message this centre received, and what became of it."""

    state = graphene.Field(InboxStateEnum, required=True)
    source = centre_field("source_code")
    reason = graphene.String(required=True, description="Why it was parked, in the active language.")
    handled = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(OperatorAct))), size=ACTS_RECKONED)

    class Meta:
        model = log.InboxMessage
        fields = (
            "id",
            "event_id",
            "source_code",
            "type",
            "subject",
            "sequence",
            "time",
            "reason_code",
            "attempts",
            "received_at",
            "applied_at",
        )

    @staticmethod
    def resolve_reason(message: Any, _info: Any) -> str:
        """In the active language."""
        return str(message.reason_zh if in_chinese() else message.reason_en)


class RefusedMessage(DjangoObjectType):
    """A message of this centre that its destination refused for good."""

    state = graphene.Field(MessageStateEnum, required=True)
    destination_code = graphene.String(required=True)
    destination = centre_field("stream.destination_code")
    reason = graphene.String(required=True, description="Why, in the active language.")
    handled = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(OperatorAct))), size=ACTS_RECKONED)

    class Meta:
        model = queue.OutboxMessage
        fields = ("event_id", "type", "subject", "time", "sequence", "attempts", "refusal_code", "queued_at")

    @staticmethod
    def resolve_destination_code(message: Any, _info: Any) -> str:
        """Of its stream."""
        return str(message.stream.destination_code)

    @staticmethod
    def resolve_reason(message: Any, _info: Any) -> str:
        """In the active language."""
        return str(message.refusal_zh if in_chinese() else message.refusal_en)


class Refusal(DjangoObjectType):
    """Bytes this centre would not take, and why."""

    source_code = graphene.String(required=True, description="Only a claim unless authentic.")
    reason = graphene.String(required=True, description="Why, in the active language.")
    size = graphene.Int(required=True, description="Bytes.")

    class Meta:
        model = log.Refusal
        fields = ("id", "authentic", "event_id", "code", "transport", "wire_sha256", "times", "refused_at")

    @staticmethod
    def resolve_reason(refusal: Any, _info: Any) -> str:
        """In the active language."""
        return str(refusal.reason_zh if in_chinese() else refusal.reason_en)


class MessageTrailEntry(graphene.ObjectType):
    """One message about a case, as this centre sent or received it."""

    direction = graphene.String(required=True, description="IN or OUT.")
    event_id = graphene.ID(required=True)
    type = graphene.String(required=True)
    counterpart_code = graphene.String(required=True)
    counterpart = centre_field("counterpart_code")
    sequence = graphene.Int()
    time = graphene.DateTime(required=True)
    state = graphene.String(required=True)
    reason = graphene.String(required=True)

    @staticmethod
    def resolve_reason(entry: Any, _info: Any) -> str:
        """In the active language."""
        return str(entry.reason_zh if in_chinese() else entry.reason_en)
