"""Is a centre elsewhere there, is it the one we mean, and how long does its certificate last?"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from zt_interop.certificates import end_of, note_presented
from zt_interop.envelope import CASE_CHANNEL, FIRST_LINK
from zt_interop.errors import MessageRefused, NoAnswer
from zt_interop.heads import TELLS, Head
from zt_interop.keys.signing import signer_for
from zt_interop.queue.models import OutboundStream
from zt_interop.receipts import Outcome
from zt_interop.relay import verified_receipt
from zt_interop.transports.base import transport_for
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What a centre elsewhere answered. ``problem`` is empty when a signed receipt came and both histories agree."""

    centre: Centre
    problem: str
    milliseconds: int
    certificate_until: datetime | None
    """The end of its TLS certificate; None over plain HTTP on loopback, or when there is no connection."""


def probe(destination: Centre, *, source: Centre) -> Probe:
    """Tell a centre elsewhere, signed by one of ours, how far our stream has come, and verify its signed answer."""
    began, problem = monotonic(), ""
    try:
        until = certificate_until(destination.endpoint)
        wire = _head(source, destination).signed_by(signer_for(source, at=now()))
        answer = transport_for(destination).deliver(wire, destination=destination)
        with enter(source):
            receipt = verified_receipt(answer, wire=wire, source=source.code, destination=destination.code)
        if receipt.outcome is Outcome.REFUSED:
            problem = f"{receipt.code} {receipt.reason_zh} {receipt.reason_en}"
    except NoAnswer as silent:
        return Probe(destination, silent.text(), _since(began), None)
    except (DomainError, MessageRefused) as refused:
        problem = refused.text()
    return Probe(destination, problem, _since(began), until)


def _head(source: Centre, destination: Centre) -> Head:
    stream = OutboundStream.objects.filter(
        source_code=source.code, destination_code=destination.code, channel=CASE_CHANNEL
    ).first()
    sequence, link = (stream.last_sequence, stream.last_hash) if stream else (0, FIRST_LINK)
    return Head(TELLS, uuid7(), source.code, destination.code, CASE_CHANNEL, sequence, link)


def _since(began: float) -> int:
    return round(1000 * (monotonic() - began))


def certificate_until(endpoint: str) -> datetime | None:
    """When the TLS certificate behind an address ends; None for plain HTTP.

    Raises:
        NoAnswer: no connection, or a certificate that is not trusted here.
    """
    address = urlsplit(endpoint)
    if address.scheme != "https" or address.hostname is None:
        return None
    context = ssl.create_default_context(cafile=str(getattr(settings, "INTEROP_CA", "")) or None)
    try:
        with (
            socket.create_connection((address.hostname, address.port or 443), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=address.hostname) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except OSError as error:  # ssl.SSLError is one
        raise NoAnswer(detail=str(error)) from error
    note_presented(address.hostname, address.port or 443, certificate)
    return end_of(certificate)
