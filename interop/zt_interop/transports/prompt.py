"""HTTP connections whose answer must be there whole within its time: status line, header lines and body.

A time-out of a socket begins anew with every byte that comes, so that one that drips a header line would hold a worker for
hours. Here the time runs from the end of the request, however slowly the answer comes; then it is a time-out like any other.
"""

from __future__ import annotations

import http.client
import io
import socket
from time import monotonic
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection


class _Until(io.RawIOBase):
    """What a socket receives, until a moment."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line, self._until = line, monotonic() + seconds
        self._raw = line.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError("the answer is not there in time")
        self._line.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class PromptResponse(http.client.HTTPResponse):
    """An answer that is bounded by the read time-out of its connection as a whole."""

    def __init__(self, sock: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(sock, *args, **named)
        seconds = sock.gettimeout()
        if seconds is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_Until(sock, seconds))


class PromptConnection(HTTPConnection):
    """Plain HTTP, for the loopback interface."""

    response_class = PromptResponse


class PromptSecureConnection(HTTPSConnection):
    """HTTP over TLS."""

    response_class = PromptResponse


class _Plain(urllib3.HTTPConnectionPool):
    ConnectionCls = PromptConnection


class _Secure(urllib3.HTTPSConnectionPool):
    ConnectionCls = PromptSecureConnection


def prompt_pool(*, secure: type[urllib3.HTTPSConnectionPool] = _Secure, **options: Any) -> urllib3.PoolManager:
    """Connections that never try again by themselves; ``options`` as :class:`urllib3.PoolManager` takes them."""
    manager = urllib3.PoolManager(retries=False, **options)
    manager.pool_classes_by_scheme = {"http": _Plain, "https": secure}
    return manager
