"""Attachments of a centre elsewhere: a signed message names them by key and digest, the receiver fetches them in parts.

``attachment.fetch.v1`` is a compact JWS of typ ``zt-fetch+jws``, signed by the receiver of the message, valid for a
minute and used once. It asks for one range of at most :data:`PART_BYTES`; the answer bears the range's digest (RFC 9530).
Who holds the bytes gives them only to a centre it has offered exactly this attachment to. The whole is believed only
after the receiver has measured it against the digest in the signed message.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django.core.cache import cache

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_canonical
from zt_interop.envelope import instant_text
from zt_interop.errors import EnvelopeInvalid, FetchReplayed, NoAnswer, NotCanonical, RangeInvalid, WrongSource
from zt_interop.keys.signing import signer_for
from zt_interop.opening import Sighting, check_sender
from zt_interop.schemas import envelope_problem
from zt_interop.transports.https import post_for_part
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

FETCH_TYPE: Final = "zt-fetch+jws"
ASKS: Final = "attachment.fetch.v1"
PART_BYTES: Final = 8 * 1024 * 1024
"""The most bytes of one answer: what either side holds in memory for one attachment."""
MAX_REQUEST_BYTES: Final = 16 * 1024
LIFETIME: Final = timedelta(seconds=60)
WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between the tries for one part when nobody waits for the answer."""

_patient: ContextVar[bool] = ContextVar("zt_interop_patient", default=False)


class AttachmentNotOffered(DomainError):
    """The other centre has not offered this attachment to the current one, or no longer has it."""

    code = "ATTACHMENT_NOT_OFFERED"
    zh = "{centre} 未向本中心提供该附件，请对方核对后补发。"
    en = "{centre} does not offer this attachment to this centre; ask it to look and send again."


class AttachmentsAwaited(DomainError):
    """The message is kept until its files have been fetched; that is tried at once and by itself."""

    code = "ATTACHMENTS_AWAITED"
    tries_again_at_once: ClassVar[bool] = True
    zh = "附件正从 {centre} 传输({detail}),收齐后自动处理。"
    en = "The files are on their way from {centre} ({detail}); the message is handled when they are all here."


@dataclass(frozen=True, slots=True)
class PartRequest:
    """One range of one attachment, both ends included; ``source`` asks, ``destination`` holds the bytes."""

    id: UUID
    source: str
    destination: str
    key: str
    sha256: str
    first: int
    last: int

    def signed_by(self, signer: signed.Signer) -> bytes:
        """The bytes to send."""
        moment = now()
        members = {name: getattr(self, name) for name in self.__slots__}
        payload = canonical_bytes({**members, "type": ASKS, "id": str(self.id), "time": instant_text(moment)})
        return signed.sign(
            payload, typ=FETCH_TYPE, signer=signer, destination=self.destination, at=moment, lifetime=LIFETIME
        )

    @classmethod
    def from_bytes(cls, payload: bytes) -> PartRequest:
        """Read a verified payload.

        Raises:
            NotCanonical, EnvelopeInvalid, RangeInvalid.
        """
        members: Any
        members, is_canonical = parse_canonical(payload)
        if not is_canonical:
            raise NotCanonical
        problem = envelope_problem("fetch", members)
        if problem:
            raise EnvelopeInvalid(detail=problem)
        request = cls(**{**{name: members[name] for name in cls.__slots__}, "id": UUID(members["id"])})
        if not 0 <= request.last - request.first < PART_BYTES:
            raise RangeInvalid
        return request


ReadOffered = Callable[[PartRequest], bytes | None]
"""Gives the range when the current centre has offered the attachment to ``request.source``; else None."""
_readers: list[ReadOffered] = []


def register_reader(read: ReadOffered) -> None:
    """Say who reads what was offered (once, when the apps are ready). Safe to repeat."""
    if read not in _readers:
        _readers.append(read)


def answer_part(wire: bytes, *, at: Centre, sighting: Sighting) -> bytes | None:
    """Verify a request for a part at the centre ``at`` (which is current); None when it is not offered to who asks.

    Raises:
        MessageRefused: it cannot be believed: forged, expired, used before, for another centre.
        StorageUnavailable: try again later.
    """
    jws = signed.parse(wire, typ=FETCH_TYPE)
    key = check_sender(jws, at, now(), sighting)
    if jws.header.exp - jws.header.iat > LIFETIME.total_seconds():
        raise EnvelopeInvalid(detail="exp")
    request = PartRequest.from_bytes(jws.payload)
    sighting.event_id = request.id
    if request.source != key.centre_code:
        raise WrongSource(source=request.source, owner=key.centre_code)
    remembered_for = LIFETIME + 2 * signed.CLOCK_TOLERANCE
    if not cache.add(f"fetch:{at.code}:{request.id}", 1, timeout=remembered_for.total_seconds()):
        raise FetchReplayed
    for read in _readers:
        part = read(request)
        if part is not None:
            return part
    return None


@contextmanager
def patiently() -> Iterator[None]:
    """Nobody waits for the answer in this block: large files may be fetched, and parts tried again and again."""
    token = _patient.set(True)
    try:
        yield
    finally:
        _patient.reset(token)


def is_patient() -> bool:
    """Whether the current work may take as long as it takes."""
    return _patient.get()


def fetch_part(source: Centre, *, key: str, sha256: str, first: int, last: int) -> bytes:
    """One range of an attachment that ``source`` has offered to the current centre; every try is signed afresh.

    Raises:
        AttachmentNotOffered: it has not.
        NoAnswer: the other side does not answer, or not with these bytes; it can be tried again.
    """
    waits = WAITS if is_patient() else ()
    for wait in waits:
        try:
            return _one_try(source, key, sha256, first, last)
        except NoAnswer:
            time.sleep(wait)
    return _one_try(source, key, sha256, first, last)


def _one_try(source: Centre, key: str, sha256: str, first: int, last: int) -> bytes:
    here = current_centre()
    request = PartRequest(uuid7(), here.code, source.code, key, sha256, first, last)
    answer = post_for_part(
        source.endpoint, request.signed_by(signer_for(here, at=now())), media_type=FETCH_TYPE, at_most=last - first + 1
    )
    if answer.status == 404:
        raise AttachmentNotOffered(centre=source.code)
    if answer.status != 206 or len(answer.body) != last - first + 1:
        raise NoAnswer(detail=f"HTTP {answer.status}")
    if answer.digest != content_digest(answer.body):
        raise NoAnswer(detail="altered on the way")
    return answer.body


def content_digest(part: bytes) -> str:
    """The header ``Content-Digest`` of a part (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(part).digest()).decode()}:"
