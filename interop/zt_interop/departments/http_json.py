"""The adapter ``http_json``: one POST of the signed question, one signed answer back.

An address is called only when its origin stands on the operator's list ``ZT_DEPARTMENT_ORIGINS``: a province's
administrator can register a service, but not turn the platform into a way into its own network (SSRF). Redirects are not
followed, proxies of the environment not used; size and time of the whole answer are bounded, however slowly it drips.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import urllib3
from django.conf import settings

from zt_interop.departments.errors import EndpointRefused, ServiceAway
from zt_interop.departments.exchange import MOST_BYTES
from zt_interop.departments.models import DataService
from zt_interop.errors import DeliveryFailed
from zt_interop.transports.https import EVENT_MEDIA_TYPE, check_endpoint
from zt_interop.transports.prompt import prompt_pool

_ANSWERED: Final = frozenset({200, 422})
_CONNECT_SECONDS: Final = 2.0
_PIECE: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}


def origin_of(endpoint: str) -> str:
    """``scheme://host:port`` of an address, with the port always named; '' when it has none or carries credentials."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ""
    if not parts.hostname or port is None or parts.username is not None or parts.password is not None:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def check_origin(endpoint: str) -> None:
    """Refuse addresses that the operator has not allowed, and plain http beyond the loopback interface.

    Raises:
        EndpointRefused: it may not be called.
    """
    origin = origin_of(endpoint)
    try:
        check_endpoint(endpoint)
    except (DeliveryFailed, ValueError) as refused:
        raise EndpointRefused(field="endpoint", origin=origin or endpoint[:100]) from refused
    if not origin or origin not in {origin_of(allowed) for allowed in settings.ZT_DEPARTMENT_ORIGINS}:
        raise EndpointRefused(field="endpoint", origin=origin or endpoint[:100])


@lru_cache(maxsize=4)
def _pool(authorities: str, certificate: str, key: str) -> urllib3.PoolManager:
    return prompt_pool(
        num_pools=16,
        maxsize=4,
        ca_certs=authorities or None,
        cert_file=certificate or None,
        key_file=key or None,
        ssl_minimum_version=ssl.TLSVersion.TLSv1_2,
    )


def post(service: DataService, wire: bytes) -> bytes:
    """Send a signed question and bring the answer's bytes back, nothing of it checked.

    Raises:
        EndpointRefused: the address is not allowed (any more).
        ServiceAway: no answer, too slow, too large, or not an answer's status.
    """
    check_origin(service.endpoint)
    seconds = service.timeout_ms / 1000
    pool = _pool(settings.ZT_DEPARTMENT_CA, settings.ZT_DEPARTMENT_CERTIFICATE, settings.ZT_DEPARTMENT_CERTIFICATE_KEY)
    try:
        response = pool.request(
            "POST",
            service.endpoint,
            body=wire,
            headers={"Content-Type": EVENT_MEDIA_TYPE, "Accept": EVENT_MEDIA_TYPE},
            timeout=urllib3.Timeout(connect=min(_CONNECT_SECONDS, seconds), read=seconds),
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ServiceAway(service=service.code, detail=type(error).__name__) from error
    if response.status not in _ANSWERED:
        response.close()
        raise ServiceAway(service=service.code, detail=f"HTTP {response.status}")
    return _body(service, response)


def _body(service: DataService, response: urllib3.BaseHTTPResponse) -> bytes:
    """The whole body, unless it is too large or too slow; then the connection is thrown away."""
    read = bytearray()
    try:
        while piece := response.read1(_PIECE):
            read += piece
            if len(read) > MOST_BYTES:
                response.close()
                raise ServiceAway(service=service.code, detail=f"> {MOST_BYTES} B")
    except (urllib3.exceptions.HTTPError, OSError) as error:
        response.close()
        raise ServiceAway(service=service.code, detail=type(error).__name__) from error
    response.release_conn()
    return bytes(read)
