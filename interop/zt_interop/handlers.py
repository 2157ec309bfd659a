"""What is done with a message: handlers register themselves by message type.

A platform app registers in its ``AppConfig.ready``. ``prepare`` runs outside any transaction and may be repeated (copying
attachments); ``apply`` runs in the receiver's transaction together with the inbox row, so it takes effect exactly once.
A ``DomainError`` of either parks the message with its reason; only its case waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zt_interop.envelope import Event
from zt_interop.errors import SubjectDiffers
from zt_interop.schemas import check_type


@dataclass(frozen=True, slots=True)
class Message:
    """A verified message as a handler sees it; ``source`` and ``destination`` are centre codes."""

    id: UUID
    type: str
    source: str
    destination: str
    channel: str
    subject: str
    time: datetime
    data: dict[str, Any]
    sequence: int
    digest: str
    traceparent: str = ""

    @classmethod
    def of(cls, event: Event, data: dict[str, Any] | None = None) -> Message:
        """The message of a verified event of a stream; ``data`` are its data in clear if the event's are encrypted."""
        return cls(
            id=event.id,
            type=event.type,
            source=event.source,
            destination=event.destination,
            channel=event.channel,
            subject=event.subject,
            time=event.time,
            data=event.data if data is None else data,
            sequence=event.sequence or 0,
            digest=event.digest(),
            traceparent=event.traceparent or "",
        )

    def check_subject(self) -> None:
        """Check that the payload is about the case that the envelope names; for handlers of messages about cases.

        Raises:
            SubjectDiffers: it is about another one.
        """
        if self.data["tracking_number"] != self.subject:
            raise SubjectDiffers(subject=self.subject, found=self.data["tracking_number"])


Prepare = Callable[[Message], None]
Apply = Callable[[Message], None]
ApplyBatch = Callable[[Sequence[Message]], None]
GapWitness = Callable[[str, str, int], None]
"""Called with source, destination and the last sequence of a delivery that was refused for a gap before it."""


@dataclass(frozen=True, slots=True)
class Handler:
    """How one message type is handled."""

    apply: Apply
    prepare: Prepare | None = None


_handlers: dict[str, Handler] = {}
_batch_handlers: dict[str, ApplyBatch] = {}
_gap_witnesses: dict[str, GapWitness] = {}


def register(type: str, *, prepare: Prepare | None = None, apply: Apply) -> None:
    """Handle messages of this type. Registering the same functions again changes nothing.

    Raises:
        TypeUnknown, MajorUnknown: there is no schema for the type.
        ValueError: another handler is registered for it.
    """
    check_type(type)
    handler = Handler(apply=apply, prepare=prepare)
    if _handlers.setdefault(type, handler) != handler:
        raise ValueError(f"{type} already has a handler")


def register_batch(type: str, apply_batch: ApplyBatch) -> None:
    """Handle many messages of this type at once, in one transaction, in the order of their stream.

    Raises:
        TypeUnknown, MajorUnknown: there is no schema for the type.
        ValueError: another handler is registered for it.
    """
    check_type(type)
    if _batch_handlers.setdefault(type, apply_batch) != apply_batch:
        raise ValueError(f"{type} already has a batch handler")


def unregister(type: str) -> None:
    """Forget the handlers of a type (tests)."""
    _handlers.pop(type, None)
    _batch_handlers.pop(type, None)


def handler_for(type: str) -> Handler | None:
    """The handler of a type, or None."""
    return _handlers.get(type)


def batch_handler_for(type: str) -> ApplyBatch | None:
    """The batch handler of a type, or None."""
    return _batch_handlers.get(type)


def register_gap_witness(channel: str, witness: GapWitness) -> None:
    """Be told when a delivery of a channel is refused because events before it are missing, at the receiving centre.

    Raises:
        ValueError: another witness is registered for the channel.
    """
    if _gap_witnesses.setdefault(channel, witness) != witness:
        raise ValueError(f"{channel} already has a gap witness")


def gap_witness_for(channel: str) -> GapWitness | None:
    """The witness of a channel, or None."""
    return _gap_witnesses.get(channel)
