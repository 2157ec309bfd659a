"""How a centre's messages stand, for its administrators."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import roles
from zt_graphql.types.messages import (
    InboundStream,
    MessageTrailEntry,
    OutboundStream,
    ReceivedMessage,
    Refusal,
    RefusedMessage,
)
from zt_interop import queries
from zt_platform.organisation.roles import Role

OPERATORS = roles(Role.CENTRE_ADMIN, Role.SUPERVISOR)
TRAIL_RECKONED = 20


class MessageQueries(graphene.ObjectType):
    """Root fields over a centre's queue, inbox and refusals."""

    outbound_streams = ConnectionField(
        OutboundStream,
        keyset=Keyset("outboundStreams", "destination_code", "channel"),
        permission=OPERATORS,
        description="This centre's streams to other centres.",
    )
    inbound_streams = ConnectionField(
        InboundStream,
        keyset=Keyset("inboundStreams", "source_code", "channel"),
        permission=OPERATORS,
        description="The streams of other centres to this one.",
    )
    unapplied_messages = ConnectionField(
        ReceivedMessage,
        keyset=Keyset("unappliedMessages", "id"),
        permission=OPERATORS,
        description="Received messages that are parked or wait behind a parked one, oldest first.",
    )
    refusals = ConnectionField(
        Refusal,
        keyset=Keyset("refusals", "-id"),
        permission=OPERATORS,
        description="What this centre would not take (forged, altered, replayed, expired, misaddressed), newest first.",
    )
    refused_messages = ConnectionField(
        RefusedMessage,
        keyset=Keyset("refusedMessages", "-position"),
        permission=OPERATORS,
        description="This centre's messages that their destination refused for good, newest first.",
    )
    message_trail = RootField(
        graphene.List(graphene.NonNull(MessageTrailEntry)),
        permission=OPERATORS,
        description="Every message about a tracking number that this centre sent or received.",
        weight=2,
        size=TRAIL_RECKONED,
        tracking_number=graphene.String(required=True),
    )

    @staticmethod
    def resolve_outbound_streams(_root: Any, _info: Any) -> Any:
        """Of this centre."""
        return queries.outbound_streams()

    @staticmethod
    def resolve_inbound_streams(_root: Any, _info: Any) -> Any:
        """Of this centre."""
        return queries.inbound_streams()

    @staticmethod
    def resolve_unapplied_messages(_root: Any, _info: Any) -> Any:
        """Of this centre."""
        return queries.unapplied_messages()

    @staticmethod
    def resolve_refusals(_root: Any, _info: Any) -> Any:
        """Of this centre."""
        return queries.refusals()

    @staticmethod
    def resolve_refused_messages(_root: Any, _info: Any) -> Any:
        """Of this centre."""
        return queries.refused_messages()

    @staticmethod
    def resolve_message_trail(_root: Any, _info: Any, tracking_number: str) -> Any:
        """Of this centre."""
        return queries.trail(tracking_number)
