"""The provider ``http``: one signed POST a message, as docs/notices.md describes it.

The signature is an HMAC-SHA256 over time, idempotency key and the body's digest; the origin must stand on the operator's
list ``ZT_SMS_ORIGINS``. Redirects are not followed, proxies of the environment not used, time and size are bounded.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from functools import lru_cache
from typing import Any, Final

import urllib3
from django.conf import settings

from zt_interop.departments.http_json import origin_of
from zt_interop.errors import DeliveryFailed
from zt_interop.text_messages.base import NotSent, OutcomeUnknown, Refused, TextMessage
from zt_interop.transports.https import check_endpoint
from zt_interop.transports.prompt import prompt_pool
from zt_tenants.clock import now

_MOST_BYTES: Final = 16 * 1024
_CONNECT_SECONDS: Final = 3.0
_TAKEN: Final = frozenset({200, 201, 202})
_SENT_BEFORE: Final = 409
_LATER: Final = frozenset({429, 503})


def signature(secret: str, *, timestamp: str, key: str, body: bytes) -> str:
    """The hexadecimal HMAC-SHA256 over ``timestamp``, idempotency ``key`` and the body's SHA-256, a line each."""
    signed = f"{timestamp}\n{key}\n{hashlib.sha256(body).hexdigest()}"
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1)
def _pool() -> urllib3.PoolManager:
    return prompt_pool(num_pools=2, maxsize=4, ssl_minimum_version=ssl.TLSVersion.TLSv1_2)


class HttpProvider:
    """POSTs JSON; 200 to 202 is taken, 409 was taken before, 429 and 503 come again, other 4xx are refused for good."""

    name = "http"

    def __init__(self, *, endpoint: str, key_id: str, secret: str, seconds: float, honours_keys: bool) -> None:
        self.endpoint, self.key_id, self.secret = endpoint, key_id, secret
        self.seconds, self.honours_keys = seconds, honours_keys

    def send(self, message: TextMessage) -> str:
        """See :class:`zt_interop.text_messages.base.Provider`."""
        self._check_endpoint()
        body = json.dumps(
            {"id": str(message.id), "phone": message.phone, "sender": message.sender, "text": message.text},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        try:
            response = _pool().request(
                "POST",
                self.endpoint,
                body=body,
                headers=self._headers(str(message.id), body),
                timeout=urllib3.Timeout(connect=min(_CONNECT_SECONDS, self.seconds), read=self.seconds),
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
            raise NotSent(detail=type(error).__name__) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise OutcomeUnknown(detail=type(error).__name__) from error
        return _reference(response)

    def _check_endpoint(self) -> None:
        try:
            check_endpoint(self.endpoint)
        except (DeliveryFailed, ValueError) as refused:
            raise NotSent(detail="endpoint is not https") from refused
        if not self.secret or origin_of(self.endpoint) not in {origin_of(one) for one in settings.ZT_SMS_ORIGINS}:
            raise NotSent(detail="endpoint is not allowed, or there is no secret")

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(now().timestamp()))
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
            "Idempotency-Key": key,
            "X-ZT-Key-Id": self.key_id,
            "X-ZT-Timestamp": timestamp,
            "X-ZT-Signature": signature(self.secret, timestamp=timestamp, key=key, body=body),
        }


def _reference(response: urllib3.BaseHTTPResponse) -> str:
    status = response.status
    if status in _LATER:
        response.close()
        raise NotSent(detail=f"HTTP {status}")
    if 400 <= status < 500 and status != _SENT_BEFORE:
        response.close()
        raise Refused(detail=f"HTTP {status}")
    if status not in _TAKEN and status != _SENT_BEFORE:
        response.close()
        raise OutcomeUnknown(detail=f"HTTP {status}")
    answer = _answer(response)
    return str(answer.get("reference", ""))[:100] if isinstance(answer, dict) else ""


def _answer(response: urllib3.BaseHTTPResponse) -> Any:
    """The answer's JSON; None when there is none that can be read: the status has said already that it was taken."""
    read = bytearray()
    try:
        while piece := response.read1(4096):
            read += piece
            if len(read) > _MOST_BYTES:
                response.close()
                return None
        response.release_conn()
        return json.loads(read)
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        response.close()
        return None
