"""The transport inside one deployment: the receiving centre's code runs here, in that centre, on the same bytes.

Nothing is skipped: the message is signed, verified, logged and answered as if it had come from elsewhere.
"""

from __future__ import annotations

import logging

from zt_interop.errors import DeliveryFailed
from zt_interop.receive import receive
from zt_tenants.models import Centre

logger = logging.getLogger(__name__)


class LocalTransport:
    """Hands the bytes to the destination's inbox."""

    name = "local"

    def deliver(self, wire: bytes, *, destination: Centre) -> bytes:
        """See :class:`zt_interop.transports.base.Transport`."""
        try:
            return receive(wire, at=destination, transport=self.name)
        except Exception as error:
            logger.warning("delivery to %s failed", destination.code, exc_info=True)
            raise DeliveryFailed(detail=type(error).__name__) from error
