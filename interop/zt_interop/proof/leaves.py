"""What a head of the message log says, and the leaves under its Merkle root. Pure, for both sides of a proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from zt_interop.canonical import canonical_bytes, sha256_hex
from zt_interop.envelope import instant_text, parse_instant

HEAD_EVENT: Final = "log.head.v1"
FIRST_PREVIOUS: Final = "0" * 64
"""``previous`` of a centre's first head."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One delivery as the log holds it: the digests of the bytes that went over the wire and of their receipt."""

    direction: str
    event_id: str
    channel: str
    counterpart: str
    first_sequence: int
    last_sequence: int
    wire_sha256: str
    receipt_sha256: str

    def to_bytes(self) -> bytes:
        """The canonical bytes that are hashed as a leaf (RFC 6962, section 2.1)."""
        return canonical_bytes({name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Head:
    """All deliveries a centre logged from one instant until another, under one root; links to the head before."""

    centre: str
    from_: datetime
    until: datetime
    entries: int
    merkle_root: str
    previous: str

    def to_data(self) -> dict[str, Any]:
        """The payload of ``log.head.v1``."""
        return {
            "centre": self.centre,
            "from": instant_text(self.from_),
            "until": instant_text(self.until),
            "entries": self.entries,
            "merkle_root": self.merkle_root,
            "previous": self.previous,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Read a payload that matches the type's schema.

        Raises:
            EnvelopeInvalid: an instant is not written as the protocol writes it.
        """
        return cls(
            centre=data["centre"],
            from_=parse_instant(data["from"]),
            until=parse_instant(data["until"]),
            entries=data["entries"],
            merkle_root=data["merkle_root"],
            previous=data["previous"],
        )

    def digest(self) -> str:
        """What the next head names as ``previous``."""
        return sha256_hex(canonical_bytes(self.to_data()))

    def covers(self, moment: datetime) -> bool:
        """Whether a delivery logged at a moment lies under this head."""
        return self.from_ <= moment < self.until
