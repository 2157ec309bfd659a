"""Receipts: the signed answer to a delivery, which holds the digest of exactly what was received.

A receipt is an event of type ``message.received.v1`` on the channel ``receipt``; it has no sequence and is itself never
answered. Refusals are answered the same way, so that nobody on the way can make a sender give a message up: a refusal
counts only when it is signed by the destination and names the digest of the bytes that were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from zt_interop import signed
from zt_interop.canonical import parse_canonical, sha256_hex
from zt_interop.envelope import RECEIPT_CHANNEL, Event, instant_text
from zt_interop.errors import Busy, MessageRefused, ReceiptInvalid
from zt_interop.schemas import check_data

RECEIPT_EVENT: Final = "message.received.v1"
UNKNOWN_SENDER: Final = "*"
"""``dst`` of a receipt for bytes whose sender could not be read."""


class Outcome(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says. ``event_id`` is the event's or the batch's id; None when it could not be read.

    For a batch ``exceptions`` lists the events that were not simply accepted: ``{"event_id", "outcome", "code",
    "reason"}``. ``batch_limit`` says how many messages of cases the receiver takes under one signature.
    """

    outcome: Outcome
    sha256: str
    received_at: datetime
    event_id: UUID | None = None
    code: str = ""
    reason_zh: str = ""
    reason_en: str = ""
    retry: bool = False
    recorded: bool = True
    expected_sequence: int | None = None
    exceptions: Sequence[dict[str, Any]] = field(default=())
    batch_limit: int | None = None
    supervision_limit: int | None = None
    retry_at: datetime | None = None

    def to_data(self) -> dict[str, Any]:
        """The payload of ``message.received.v1``."""
        data: dict[str, Any] = {
            "event_id": str(self.event_id) if self.event_id else None,
            "sha256": self.sha256,
            "outcome": self.outcome.value,
            "received_at": instant_text(self.received_at),
        }
        if self.code:
            data["code"] = self.code
            data["reason"] = {"zh": self.reason_zh, "en": self.reason_en}
        if self.outcome is Outcome.REFUSED:
            data["retry"] = self.retry
            data["recorded"] = self.recorded
        if self.expected_sequence is not None:
            data["expected_sequence"] = self.expected_sequence
        if self.exceptions:
            data["exceptions"] = list(self.exceptions)
        if self.batch_limit is not None:
            data["batch_limit"] = self.batch_limit
        if self.supervision_limit is not None:
            data["supervision_limit"] = self.supervision_limit
        if self.retry_at is not None:
            data["retry_at"] = instant_text(self.retry_at)
        return data


def refusal_receipt(refusal: MessageRefused, *, wire: bytes, event_id: UUID | None, received_at: datetime) -> Receipt:
    """The receipt that answers a refused delivery."""
    return Receipt(
        outcome=Outcome.REFUSED,
        sha256=sha256_hex(wire),
        received_at=received_at,
        event_id=event_id,
        code=refusal.code,
        reason_zh=refusal.zh_text,
        reason_en=refusal.en_text,
        retry=refusal.retry,
        recorded=refusal.recorded,
        expected_sequence=refusal.data.get("expected"),
        retry_at=datetime.fromisoformat(refusal.data["retry_at"]) if isinstance(refusal, Busy) else None,
    )


def sign_receipt(receipt: Receipt, *, receipt_id: UUID, source: str, destination: str, signer: signed.Signer) -> bytes:
    """Sign a receipt of centre ``source`` for the sender ``destination`` (``*`` when it is not known)."""
    event = Event(
        id=receipt_id,
        type=RECEIPT_EVENT,
        source=source,
        destination=destination,
        channel=RECEIPT_CHANNEL,
        subject=str(receipt.event_id or ""),
        time=receipt.received_at,
        data=receipt.to_data(),
    )
    return signed.sign(
        event.canonical(), typ=signed.RECEIPT_TYPE, signer=signer, destination=destination, at=receipt.received_at
    )


def read_receipt(jws: signed.Signed, *, wire: bytes, source: str, destination: str) -> Receipt:
    """Read a receipt whose signature was verified, and check that it answers exactly the bytes sent.

    ``source`` is the centre that received, ``destination`` the one that sent.

    Raises:
        ReceiptInvalid: it answers something else, or comes from or is for somebody else.
        MessageRefused: it is malformed.
    """
    receipt = read_receipt_of(jws, sha256=sha256_hex(wire), source=source)
    if jws.header.dst not in (destination, UNKNOWN_SENDER):
        raise ReceiptInvalid(detail="for another centre")
    return receipt


def read_receipt_of(jws: signed.Signed, *, sha256: str, source: str) -> Receipt:
    """Read a verified receipt of ``source`` for the bytes with this digest, whoever sent them (proofs).

    Raises:
        ReceiptInvalid, MessageRefused: as :func:`read_receipt`.
    """
    attributes, is_canonical = parse_canonical(jws.payload)
    if not is_canonical:
        raise ReceiptInvalid(detail="not canonical")
    event = Event.from_json(attributes)
    if event.type != RECEIPT_EVENT or event.channel != RECEIPT_CHANNEL:
        raise ReceiptInvalid(detail="not a receipt")
    check_data(event.type, event.data)
    if event.source != source:
        raise ReceiptInvalid(detail="from another centre")
    if jws.header.dst != event.destination:
        raise ReceiptInvalid(detail="dst")
    if event.data["sha256"] != sha256:
        raise ReceiptInvalid(detail="it answers other bytes than were sent")
    return _receipt(event)


def _receipt(event: Event) -> Receipt:
    data = event.data
    reason = data.get("reason", {})
    return Receipt(
        outcome=Outcome(data["outcome"]),
        sha256=data["sha256"],
        received_at=event.time,
        event_id=UUID(data["event_id"]) if data["event_id"] else None,
        code=data.get("code", ""),
        reason_zh=reason.get("zh", ""),
        reason_en=reason.get("en", ""),
        retry=data.get("retry", False),
        recorded=data.get("recorded", True),
        expected_sequence=data.get("expected_sequence"),
        exceptions=tuple(data.get("exceptions", ())),
        batch_limit=data.get("batch_limit"),
        supervision_limit=data.get("supervision_limit"),
        retry_at=datetime.fromisoformat(data["retry_at"]) if "retry_at" in data else None,
    )


def outcome_of(receipt: bytes) -> Outcome:
    """The outcome a receipt of our own states (not verified)."""
    jws = signed.parse(receipt, typ=signed.RECEIPT_TYPE)
    return Outcome(parse_canonical(jws.payload)[0]["data"]["outcome"])
