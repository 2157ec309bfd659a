"""What the province's root key says about a public key: the payload of a registry row's statement (``zt-key+jws``).

Apart from the registry itself, so that a statement can be read where there is no database (:mod:`zt_interop.proof`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.envelope import instant_text, parse_instant
from zt_interop.errors import KeyUntrusted
from zt_interop.schemas import envelope_problem

if TYPE_CHECKING:
    from zt_interop.keys.models import PublicKey

EVERYBODY: Final = "*"
"""``dst`` of a statement."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the root key says about a public key."""

    kid: str
    centre: str
    suite: str
    public_key: bytes
    usage: str
    not_before: datetime
    not_after: datetime

    def to_bytes(self) -> bytes:
        """The canonical payload of the statement."""
        return canonical_bytes(
            {
                "kid": self.kid,
                "centre": self.centre,
                "suite": self.suite,
                "public_key": signed.encode(self.public_key).decode(),
                "usage": self.usage,
                "not_before": instant_text(self.not_before),
                "not_after": instant_text(self.not_after),
            }
        )

    @classmethod
    def from_bytes(cls, payload: bytes) -> Statement:
        """Read a statement's payload.

        Raises:
            KeyUntrusted: it is no key statement.
        """
        members: Any = parse_strict(payload)
        if envelope_problem("key", members):
            raise KeyUntrusted(kid="?")
        return cls(
            kid=members["kid"],
            centre=members["centre"],
            suite=members["suite"],
            public_key=signed.decode(members["public_key"].encode()),
            usage=members["usage"],
            not_before=parse_instant(members["not_before"]),
            not_after=parse_instant(members["not_after"]),
        )

    @classmethod
    def of(cls, row: PublicKey) -> Statement:
        """What a registry row claims."""
        return cls(
            kid=row.kid,
            centre=row.centre_code,
            suite=row.suite,
            public_key=bytes(row.public_key),
            usage=row.usage,
            not_before=row.not_before,
            not_after=row.not_after,
        )
