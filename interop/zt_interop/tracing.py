"""The spans of messages: shipped, received, handled.

A message goes on with the trace that its event carries, signed; nothing that comes with the transport is believed. One that
travels alone takes its delivery into its trace; a batch has a trace of its own, linked to those of its messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from zt_interop.handlers import Message
from zt_interop.opening import Delivery
from zt_interop.shipment import Shipment
from zt_tenants.telemetry import tracing
from zt_tenants.telemetry.tracing import CONSUMER, PRODUCER, Traced, span


def traced_shipment(
    shipment: Shipment, *, source: str, destination: str, channel: str
) -> AbstractContextManager[Traced]:
    """The span of a delivery, from handing it to the transport to the record of the receipt."""
    attributes = {
        "zhengtong.source": source,
        "zhengtong.destination": destination,
        "zhengtong.channel": channel,
        "messaging.batch.message_count": len(shipment.messages),
    }
    return _of("ship", [message.traceparent for message in shipment.messages], attributes, kind=PRODUCER)


def traced_delivery(delivery: Delivery, *, at: str, transport: str) -> AbstractContextManager[Traced]:
    """The span of taking a verified delivery in."""
    attributes = {
        "zhengtong.centre": at,
        "zhengtong.source": delivery.source,
        "zhengtong.channel": delivery.channel,
        "zhengtong.transport": transport,
        "messaging.batch.message_count": len(delivery.events),
    }
    return _of("receive", [event.traceparent or "" for event in delivery.events], attributes, kind=CONSUMER)


def traced_handling(type_: str, messages: Sequence[Message]) -> AbstractContextManager[Traced]:
    """The span of a handler at work on one message, or on several at once."""
    found = [message.traceparent for message in messages]
    return _of(f"handle {type_}", found, {"messaging.batch.message_count": len(messages)}, kind=CONSUMER)


def _of(name: str, carried: list[str], attributes: dict[str, object], *, kind: str) -> AbstractContextManager[Traced]:
    if not tracing.is_on():
        return span(name)
    if len(carried) == 1:
        return span(name, attributes, kind=kind, of=carried[0])
    return span(name, attributes, kind=kind, links=carried)
