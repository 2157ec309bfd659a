"""The transport to a centre that runs elsewhere: one POST of the signed bytes, one signed receipt back.

TLS protects against eavesdropping; integrity and origin rest on the message's own signature. Plain HTTP is taken for
loopback addresses only. Redirects are not followed, answers are bounded.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings

from zt_interop.batch import MAX_BATCH_BYTES
from zt_interop.certificates import keep_presented, note_presented
from zt_interop.errors import DeliveryFailed, NoAnswer
from zt_interop.opening import is_batch
from zt_interop.transports.prompt import PromptSecureConnection, prompt_pool
from zt_tenants.models import Centre

EVENT_MEDIA_TYPE: Final = "application/jose"
BATCH_MEDIA_TYPE: Final = "application/vnd.zhengtong.batch+json"
RECEIPT_STATUSES: Final = frozenset({200, 422})
_CONNECT_SECONDS: Final = 5.0
_CHUNK: Final = 65_536


class _Connection(PromptSecureConnection):
    """Notes until when the certificate lasts that it is shown."""

    def connect(self) -> None:
        """Connect; the certificate was verified by now."""
        super().connect()
        if isinstance(self.sock, ssl.SSLSocket):
            note_presented(self.host, self.port or 443, self.sock.getpeercert())


class _Pool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Connection


@lru_cache(maxsize=4)
def _pool_trusting(authorities: str) -> urllib3.PoolManager:
    """Connections to sites whose certificates the system's authorities signed, or those of a PEM file."""
    return prompt_pool(secure=_Pool, num_pools=64, maxsize=4, ca_certs=authorities or None)


def pool() -> urllib3.PoolManager:
    """The connections of this process; the setting ``INTEROP_CA`` names the authorities of the government's network."""
    return _pool_trusting(str(getattr(settings, "INTEROP_CA", "")))


def answer_seconds() -> float:
    """How long an answer may take altogether (setting ``INTEROP_ANSWER_SECONDS``)."""
    return float(getattr(settings, "INTEROP_ANSWER_SECONDS", 30))


class HttpsTransport:
    """POSTs to the centre's ``endpoint`` (…/interop/inbox)."""

    name = "https"

    def deliver(self, wire: bytes, *, destination: Centre) -> bytes:
        """See :class:`zt_interop.transports.base.Transport`."""
        check_endpoint(destination.endpoint)
        try:
            return self._post(wire, destination)
        finally:
            keep_presented(destination.endpoint)

    def _post(self, wire: bytes, destination: Centre) -> bytes:
        media_type = BATCH_MEDIA_TYPE if is_batch(wire) else EVENT_MEDIA_TYPE
        try:
            response = pool().request(
                "POST",
                destination.endpoint,
                body=wire,
                headers={"Content-Type": media_type, "Accept": EVENT_MEDIA_TYPE},
                redirect=False,
                timeout=urllib3.Timeout(connect=min(_CONNECT_SECONDS, answer_seconds()), read=answer_seconds()),
                preload_content=False,
            )
            try:
                answer = _read(response)
            finally:
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswer(detail=type(error).__name__) from error
        if response.status not in RECEIPT_STATUSES or len(answer) > MAX_BATCH_BYTES:
            raise NoAnswer(detail=f"HTTP {response.status}")
        return answer


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What came back for a part of an attachment."""

    status: int
    body: bytes
    digest: str


def post_for_part(endpoint: str, wire: bytes, *, media_type: str, at_most: int) -> PartAnswer:
    """POST a signed request for a part to the address beside a centre's inbox (``…/interop/attachments``).

    Raises:
        NoAnswer: no answer, or one of more than ``at_most`` bytes; it can be tried again.
    """
    check_endpoint(endpoint)
    try:
        response = pool().request(
            "POST",
            urljoin(endpoint, "attachments"),
            body=wire,
            headers={"Content-Type": f"application/{media_type}"},
            redirect=False,
            timeout=urllib3.Timeout(connect=min(_CONNECT_SECONDS, answer_seconds()), read=answer_seconds()),
            preload_content=False,
        )
        try:
            body = _read(response, at_most)
        finally:
            response.release_conn()
    except urllib3.exceptions.HTTPError as error:
        raise NoAnswer(detail=type(error).__name__) from error
    if len(body) > at_most and response.status == 206:
        raise NoAnswer(detail="too much")
    return PartAnswer(response.status, body, response.headers.get("Content-Digest", ""))


def _read(response: urllib3.BaseHTTPResponse, at_most: int = MAX_BATCH_BYTES) -> bytes:
    """The answer, bounded in size; in time the connection bounds it."""
    parts, size = list[bytes](), 0
    while part := response.read1(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > at_most:
            break
    return b"".join(parts)


def check_endpoint(endpoint: str) -> None:
    """Refuse addresses that are neither https nor plain http on the loopback interface.

    Raises:
        DeliveryFailed: the endpoint may not be used.
    """
    address = urlsplit(endpoint)
    if address.scheme == "https" and address.hostname:
        return
    if address.scheme == "http" and _is_loopback(address.hostname or ""):
        return
    raise DeliveryFailed(detail="endpoint is not https")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
