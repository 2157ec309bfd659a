"""Fixtures of the interop tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.db import connections

from zt_interop.receive import receive
from zt_interop.testing import Sender
from zt_interop.transports.https import HttpsTransport
from zt_platform.project.wsgi import application
from zt_tenants.models import Centre
from zt_tenants.remembered import forget_centres


@pytest.fixture
def sender(world) -> Sender:
    """The city as it sends to the county."""
    return Sender(world.city, world.county)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[WSGIServer]:
    """The site on a loopback port."""
    server = make_server("127.0.0.1", 0, application, handler_class=_Quiet)

    def serve() -> None:
        try:
            server.serve_forever(poll_interval=0.05)
        finally:
            connections.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def elsewhere(world, monkeypatch):
    """The county is reached by the https transport; the line itself is test_https.py's affair."""
    Centre.objects.filter(code="340123").update(transport="https", endpoint="https://elsewhere.example/inbox")
    carried: list[bytes] = []

    def carry(self: HttpsTransport, wire: bytes, *, destination: Centre) -> bytes:
        carried.append(wire)
        return receive(wire, at=world.county, transport=self.name)

    monkeypatch.setattr(HttpsTransport, "deliver", carry)
    forget_centres()
    yield carried
    forget_centres()
