"""The transport to a centre that runs elsewhere: one POST of the signed bytes, one signed receipt back.

TLS protects against eavesdropping; integrity and origin rest on the message's own signature. Plain HTTP is taken for
loopback addresses only. Redirects are not followed, answers are bounded.
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

import urllib3

from zt_interop.batch import MAX_BATCH_BYTES
from zt_interop.errors import DeliveryFailed
from zt_interop.opening import is_batch
from zt_tenants.models import Centre

EVENT_MEDIA_TYPE: Final = "application/jose"
BATCH_MEDIA_TYPE: Final = "application/vnd.zhengtong.batch+json"
RECEIPT_STATUSES: Final = frozenset({200, 422})
_TIMEOUT: Final = urllib3.Timeout(connect=5.0, read=30.0)
_pool: Final = urllib3.PoolManager(num_pools=32, maxsize=4, timeout=_TIMEOUT, retries=False)


class HttpsTransport:
    """POSTs to the centre's ``endpoint`` (…/interop/inbox)."""

    name = "https"

    def deliver(self, wire: bytes, *, destination: Centre) -> bytes:
        """See :class:`zt_interop.transports.base.Transport`."""
        check_endpoint(destination.endpoint)
        media_type = BATCH_MEDIA_TYPE if is_batch(wire) else EVENT_MEDIA_TYPE
        try:
            response = _pool.request(
                "POST",
                destination.endpoint,
                body=wire,
                headers={"Content-Type": media_type, "Accept": EVENT_MEDIA_TYPE},
                redirect=False,
                preload_content=False,
            )
            try:
                answer = response.read(MAX_BATCH_BYTES + 1)
            finally:
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise DeliveryFailed(detail=type(error).__name__) from error
        if response.status not in RECEIPT_STATUSES or len(answer) > MAX_BATCH_BYTES:
            raise DeliveryFailed(detail=f"HTTP {response.status}")
        return bytes(answer)


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
