"""What a transport is, and which one leads to a centre."""

from __future__ import annotations

from typing import Protocol

from zt_tenants.models import Centre
from zt_tenants.models import Transport as Kind


class Transport(Protocol):
    """Carries bytes to a centre and brings its answer back."""

    name: str

    def deliver(self, wire: bytes, *, destination: Centre) -> bytes:
        """Deliver a message or batch and return the receipt's bytes.

        Called outside any transaction and outside any centre.

        Raises:
            DeliveryFailed: no answer; it can be tried again.
        """


def transport_for(destination: Centre) -> Transport:
    """The transport that leads to a centre."""
    from zt_interop.transports.https import HttpsTransport
    from zt_interop.transports.local import LocalTransport

    return HttpsTransport() if destination.transport == Kind.HTTPS else LocalTransport()
