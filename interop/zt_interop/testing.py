"""For tests of messages, in every room: a recording handler, and a sender that can also do what the relay never would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import connection, transaction

from zt_interop import handlers, signed
from zt_interop.canonical import parse_strict
from zt_interop.envelope import FIRST_LINK, Event
from zt_interop.handlers import Message
from zt_interop.keys.signing import HeldSigner, signer_for
from zt_interop.receive import receive
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_tenants.clock import now
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

PROGRESSED: Final = "case.progressed.v1"
SUPERVISED: Final = "supervision.event.v1"
SUBJECT: Final = "340100-20260302-000001-X"


def progressed(step: str = "REVIEWED", subject: str = SUBJECT, **more: Any) -> dict[str, Any]:
    """A payload of ``case.progressed.v1``."""
    at = "2026-03-02T09:30:00+08:00"
    return {"tracking_number": subject, "step": step, "at": at, "actor_role": "REVIEWER", **more}


def supervised(subject: str = SUBJECT, step: str = "ACCEPTED", **more: Any) -> dict[str, Any]:
    """A payload of ``supervision.event.v1``."""
    return {
        "tracking_number": subject,
        "step": step,
        "status": "ACCEPTED",
        "role": "SOLE",
        "kind": "PROMISED",
        "item_code": "340100-001",
        "item_name": "食品经营许可",
        "centre_code": "340100",
        "level": "CITY",
        "occurred_at": "2026-03-02T09:30:00+08:00",
        "clock": {},
        **more,
    }


@dataclass
class Recorder:
    """A handler that keeps what it was given, in order; ``fail_on`` maps a step to the error it raises.

    What it kept goes with the savepoint or transaction it was applied in, as a row would.
    """

    _effects: list[tuple[Message, Callable[[], None]]] = field(default_factory=list)
    _committed: set[int] = field(default_factory=set)
    prepared: list[Message] = field(default_factory=list)
    fail_on: dict[str, Exception] = field(default_factory=dict)
    fail_preparing: dict[str, Exception] = field(default_factory=dict)

    def prepare(self, message: Message) -> None:
        """The handler's preparation."""
        error = self.fail_preparing.get(message.data["step"])
        if error:
            raise error
        self.prepared.append(message)

    def apply(self, message: Message) -> None:
        """The handler's effect."""
        error = self.fail_on.get(message.data["step"])
        if error:
            raise error
        hook = partial(self._committed.add, id(message))
        self._effects.append((message, hook))
        transaction.on_commit(hook)

    @property
    def applied(self) -> list[Message]:
        """What took effect and was not rolled back, in order."""
        pending = {id(entry[1]) for entry in connection.run_on_commit}
        return [message for message, hook in self._effects if id(hook) in pending or id(message) in self._committed]

    def forget(self, *, after: int = 0) -> None:
        """Forget all effects but the first ``after``."""
        del self._effects[after:]

    @property
    def steps(self) -> list[str]:
        """The steps applied so far."""
        return [message.data["step"] for message in self.applied]


_MOST_TURNS: Final = 1000


def relay_all() -> int:
    """Take every queued message to its destination, and what the answers queue; the number of shipments."""
    total = 0
    for _ in range(_MOST_TURNS):
        shipments = relay_due()
        if not shipments:
            return total
        total += shipments
    raise AssertionError(f"messages beget messages: {total} shipments and no end")


@contextmanager
def handling(apply: handlers.Apply, *, prepare: handlers.Prepare | None = None) -> Iterator[None]:
    """``case.progressed.v1`` is handled like this; afterwards again as it was."""
    kept = handlers.handler_for(PROGRESSED)
    handlers.unregister(PROGRESSED)
    handlers.register(PROGRESSED, prepare=prepare, apply=apply)
    try:
        yield
    finally:
        handlers.unregister(PROGRESSED)
        if kept:
            handlers.register(PROGRESSED, prepare=kept.prepare, apply=kept.apply)


@contextmanager
def recording() -> Iterator[Recorder]:
    """The handler of ``case.progressed.v1`` is a new recorder."""
    recorder = Recorder()
    with handling(recorder.apply, prepare=recorder.prepare):
        yield recorder


@dataclass
class Sender:
    """Plays the sending centre by hand, so that a test can send what the relay never would."""

    source: Centre
    destination: Centre
    sequence: int = 0
    last_hash: str = FIRST_LINK

    def event(self, data: dict[str, Any] | None = None, **changes: Any) -> Event:
        """The next event of the stream; it takes its place only when :meth:`keep` is called."""
        attributes: dict[str, Any] = {
            "id": uuid7(),
            "type": PROGRESSED,
            "source": self.source.code,
            "destination": self.destination.code,
            "channel": "case",
            "subject": SUBJECT,
            "time": now(),
            "data": progressed() if data is None else data,
            "sequence": self.sequence + 1,
            "prevhash": self.last_hash,
        }
        return Event(**{**attributes, **changes})

    def keep(self, event: Event) -> Event:
        """Take the event into the stream."""
        self.sequence, self.last_hash = event.sequence or 0, event.digest()
        return event

    @property
    def signer(self) -> HeldSigner:
        """The source's own signer."""
        return signer_for(self.source, at=now())

    def wire(self, event: Event, *, at: datetime | None = None, destination: str | None = None) -> bytes:
        """The event signed by the source."""
        return signed.sign(
            event.canonical(),
            typ=signed.EVENT_TYPE,
            signer=self.signer,
            destination=destination or event.destination,
            at=at or now(),
        )

    def deliver(self, wire: bytes) -> dict[str, Any]:
        """What the destination's receipt says."""
        answer = signed.parse(receive(wire, at=self.destination, transport="local"), typ=signed.RECEIPT_TYPE)
        return dict(parse_strict(answer.payload)["data"])

    def send(self, data: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """Deliver the next event properly."""
        return self.deliver(self.wire(self.keep(self.event(data, **changes))))


REQUEST: Final = "exchange.request.v1"
RESPONSE: Final = "exchange.response.v1"


def requested(request_id: str) -> dict[str, Any]:
    """A payload of ``exchange.request.v1``."""
    return {
        "request_id": request_id,
        "service": "population.verify",
        "purpose": "核验申请人身份",
        "parameters": {},
        "requested_at": "2026-03-02T09:30:00+08:00",
    }


def answer_request(message: Message) -> None:
    """A handler with an effect that can be counted: each request is answered by one message back."""
    send_message(
        destination=message.source,
        type=RESPONSE,
        subject=message.subject,
        data={
            "request_id": message.data["request_id"],
            "service": message.data["service"],
            "status": "FOUND",
            "answered_at": "2026-03-02T09:31:00+08:00",
        },
    )
