"""The signed list of contents that makes files a delivery: its id, what it is about, each file's size and digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.departments.exchange import Key, instant_of
from zt_interop.envelope import instant_text
from zt_interop.errors import (
    Malformed,
    Misaddressed,
    SchemaInvalid,
    SignatureExpired,
    SignatureNotYetValid,
    WrongSource,
)
from zt_interop.schemas import envelope_problem
from zt_interop.signed import Signer

MANIFEST_TYPE: Final = "zt-manifest+jws"
SUFFIX: Final = ".manifest"
MOST_BYTES: Final = 64 * 1024
LIFETIME: Final = timedelta(days=7)
"""How long a department's files may lie before they are picked up."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a delivery; ``sha256`` is over its bytes, ``format`` csv, json or xml."""

    name: str
    format: str
    encoding: str
    size: int
    sha256: str
    records: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a department says it delivers. ``as_of`` is the moment whose state the records tell."""

    id: UUID
    service: str
    as_of: datetime
    files: tuple[DataFile, ...]

    def payload(self) -> bytes:
        """The canonical bytes that are signed."""
        files = [
            {
                "name": file.name,
                "format": file.format,
                "encoding": file.encoding,
                "size": file.size,
                "sha256": file.sha256,
                "records": file.records,
            }
            for file in self.files
        ]
        return canonical_bytes(
            {"manifest_id": str(self.id), "service": self.service, "as_of": instant_text(self.as_of), "files": files}
        )

    def signed_by(self, signer: Signer, *, at: datetime) -> bytes:
        """The manifest as it is written."""
        destination = f"service:{self.service}"
        return signed.sign(
            self.payload(), typ=MANIFEST_TYPE, signer=signer, destination=destination, at=at, lifetime=LIFETIME
        )


def read_manifest(wire: bytes, *, key: Key, service: str, now: datetime) -> Manifest:
    """The manifest in signed bytes, if it is this department's for this service.

    Raises:
        MessageRefused: malformed, forged, altered, by another key, for another service, or older than :data:`LIFETIME`.
    """
    jws = signed.parse(wire, typ=MANIFEST_TYPE, limit=MOST_BYTES)
    if jws.header.kid != key.kid:
        raise WrongSource(source=jws.header.kid, owner=key.kid)
    if jws.header.dst != f"service:{service}":
        raise Misaddressed(destination=jws.header.dst, here=f"service:{service}")
    signed.verify(jws, public_key=key.public_key, suite_name=key.suite)
    issued = jws.header.iat
    if now.timestamp() < issued - signed.CLOCK_TOLERANCE.total_seconds():
        raise SignatureNotYetValid
    if now.timestamp() >= min(jws.header.exp, issued + LIFETIME.total_seconds()):
        raise SignatureExpired
    data = parse_strict(jws.payload)
    problem = envelope_problem("delivery-manifest", data)
    if problem:
        raise SchemaInvalid(type="delivery-manifest", detail=problem)
    manifest_id = data["manifest_id"]
    files = tuple(DataFile(**{name: file[name] for name in DataFile.__slots__}) for file in data["files"])
    if data["service"] != service or any(not file.name.startswith(manifest_id) for file in files):
        raise SchemaInvalid(type="delivery-manifest", detail="files/name")
    if len({file.name for file in files}) != len(files):
        raise SchemaInvalid(type="delivery-manifest", detail="files: uniqueItems")
    as_of = instant_of(data["as_of"])
    if as_of > now + signed.CLOCK_TOLERANCE:
        raise Malformed(detail="as_of lies in the future")
    return Manifest(id=UUID(manifest_id), service=data["service"], as_of=as_of, files=files)
