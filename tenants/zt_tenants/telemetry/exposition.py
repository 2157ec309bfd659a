"""Handing the figures out, to whoever shows the token. Without a token (``ZT_METRICS_TOKEN``) nobody gets any.

Prometheus text format 0.0.4 or OpenMetrics 1.0, as the caller accepts.
"""

from __future__ import annotations

import hmac
import logging
import threading
from collections.abc import Iterable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from zt_tenants.telemetry.instruments import FOLDER, REGISTRY

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)
_SCHEME: Final = "bearer"


def may_read(authorization: str) -> bool:
    """Whether a request's ``Authorization`` shows the token; never when none is set."""
    token = str(settings.ZT_METRICS_TOKEN)
    scheme, _, given = authorization.partition(" ")
    fits = hmac.compare_digest(given.strip().encode(), token.encode())
    return bool(token) and scheme.lower() == _SCHEME and fits


def exposition(accept: str = "", *, also: Iterable[Collector] = ()) -> tuple[bytes, str]:
    """The figures of this process (or of all that count into the same folder) and of other collectors; content type."""
    registry = CollectorRegistry()
    if FOLDER:
        MultiProcessCollector(registry, path=FOLDER)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    for collector in also:
        registry.register(collector)
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def metrics_app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """A WSGI application for processes that serve no pages (workers): ``GET /metrics``."""
    if environ.get("PATH_INFO") not in ("/metrics", "/metrics/") or not may_read(environ.get("HTTP_AUTHORIZATION", "")):
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"not found\n"]
    body, content_type = exposition(environ.get("HTTP_ACCEPT", ""))
    start_response("200 OK", [("Content-Type", content_type), ("Cache-Control", "no-store")])
    return [body]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        """A scrape every few seconds is no news."""


def serve_metrics(address: str) -> WSGIServer | None:
    """Serve :func:`metrics_app` at ``host:port`` from a thread of this process; None without address or token.

    Raises:
        OSError: the address is taken.
    """
    if not address or not settings.ZT_METRICS_TOKEN:
        return None
    host, _, port = address.rpartition(":")
    server = make_server(host, int(port), metrics_app, server_class=_Server, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    logger.info("metrics are served at %s:%s", host, server.server_port)
    return server
