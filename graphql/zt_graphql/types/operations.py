"""How the messages of a supervisor's scope stand."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import graphene

from zt_graphql.fields import WeighedField
from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import ChannelEnum

CIRCUITS_RECKONED = 5


def _of(path: str) -> Callable[[Any, Any], Any]:
    read = attrgetter(path)
    return lambda row, _info: read(row)


def _seconds(path: str) -> Callable[[Any, Any], float]:
    read = attrgetter(path)
    return lambda row, _info: float(read(row).total_seconds())


class SupervisedStream(graphene.ObjectType):
    """All messages from one centre to another on one channel, and whether the destination answers."""

    source_code = graphene.String(required=True, resolver=_of("stream.source_code"))
    source = centre_field("stream.source_code")
    destination_code = graphene.String(required=True, resolver=_of("stream.destination_code"))
    destination = centre_field("stream.destination_code")
    channel = graphene.Field(ChannelEnum, required=True, resolver=_of("stream.channel"))
    circuit = graphene.String(
        required=True, resolver=_of("circuit.value"), description="Of the destination: CLOSED, OPEN or HALF_OPEN."
    )
    backlog = graphene.Int(required=True, resolver=_of("stream.backlog"), description="Messages that have not arrived.")
    refused = graphene.Int(required=True, resolver=_of("stream.refused"))
    lag_seconds = graphene.Float(
        required=True, resolver=_seconds("stream.lag"), description="Age of the oldest message that has not arrived."
    )
    failures = graphene.Int(required=True, resolver=_of("stream.failures"), description="Failed attempts in a row.")
    last_sequence = graphene.Int(required=True, resolver=_of("stream.last_sequence"))
    acknowledged_sequence = graphene.Int(required=True, resolver=_of("stream.acknowledged_sequence"))
    last_delivered_at = graphene.DateTime(resolver=_of("stream.last_delivered_at"))
    next_attempt_at = graphene.DateTime(required=True, resolver=_of("stream.next_attempt_at"))
    last_error = graphene.String(required=True, resolver=_of("stream.last_error"))


class SupervisedCircuit(graphene.ObjectType):
    """A destination that did not answer lately."""

    destination_code = graphene.String(required=True)
    destination = centre_field("destination_code")
    state = graphene.String(required=True, resolver=_of("state.value"), description="CLOSED, OPEN or HALF_OPEN.")
    failures = graphene.Int(required=True)
    failing_since = graphene.DateTime()
    open_until = graphene.DateTime()
    given_up = graphene.Boolean(required=True, description="Failing for so long that it is tried about once an hour.")
    last_error = graphene.String(required=True)


class StreamTotals(graphene.ObjectType):
    """What the streams of a scope come to."""

    streams = graphene.Int(required=True)
    failing = graphene.Int(required=True)
    backlog = graphene.Int(required=True)
    refused = graphene.Int(required=True)
    lag_seconds = graphene.Float(
        required=True, resolver=_seconds("lag"), description="Age of the oldest message that has not arrived."
    )


class MessageOperations(graphene.ObjectType):
    """The streams of a scope in totals, and the destinations that do not answer."""

    totals = graphene.Field(StreamTotals, required=True)
    circuits = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(SupervisedCircuit))), size=CIRCUITS_RECKONED
    )
