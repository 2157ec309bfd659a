"""How long the TLS certificates of centres elsewhere last: noted as a connection is made, never asked for by itself.

Every centre elsewhere is talked to at least daily (a head follows a day of silence), so nothing has to poll.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import DatabaseError

from zt_interop.queue.models import PeerCertificate
from zt_tenants.clock import now
from zt_tenants.context import beside, outside_centres
from zt_tenants.models import Centre, Transport
from zt_tenants.wall.access import DatabaseRole

logger = logging.getLogger(__name__)
WARNING_DAYS: Final = 30
URGENT_DAYS: Final = 7

_presented: dict[str, datetime] = {}
"""Ends of certificates that this process was shown and has not written down yet, by host and port."""


def site_of(endpoint: str) -> str:
    """Host and port of an address: what a certificate is shown for."""
    address = urlsplit(endpoint)
    return f"{address.hostname or ''}:{address.port or (443 if address.scheme == 'https' else 80)}"


def end_of(certificate: Mapping[str, Any]) -> datetime:
    """When a certificate ends, as :meth:`ssl.SSLSocket.getpeercert` tells it."""
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def note_presented(host: str, port: int, certificate: Mapping[str, Any] | None) -> None:
    """Remember the certificate of a connection that was just made; nothing is written yet."""
    if certificate:
        _presented[f"{host}:{port}"] = end_of(certificate)


def keep_presented(endpoint: str) -> None:
    """Write down what was shown at an address since the last time; outside centres and transactions.

    It is a notice for operators: a database that does not take it holds up no message.
    """
    until = _presented.pop(site_of(endpoint), None)
    if until is None:
        return
    try:
        with outside_centres(DatabaseRole.RELAY):
            PeerCertificate.objects.update_or_create(
                site=site_of(endpoint), defaults={"ends_at": until, "seen_at": now()}
            )
    except DatabaseError:
        logger.warning("the certificate of %s was not noted", site_of(endpoint), exc_info=True)


@beside(DatabaseRole.RELAY)
def certificate_ends(centres: Collection[Centre]) -> dict[str, datetime]:
    """When the certificates end that centres elsewhere last showed, by centre code; one statement."""
    sites = {centre.code: site_of(centre.endpoint) for centre in centres if centre.endpoint.startswith("https:")}
    ends = dict(PeerCertificate.objects.filter(site__in=set(sites.values())).values_list("site", "ends_at"))
    return {code: ends[site] for code, site in sites.items() if site in ends}


@dataclass(frozen=True, slots=True)
class CertificateHealth:
    """The certificates of all centres elsewhere: how many are known, how many end within 30 days, when the first does."""

    known: int
    ending: int
    first_end: datetime | None

    @property
    def urgent(self) -> bool:
        """Whether one ends within a week, or has ended."""
        return self.first_end is not None and (self.first_end - now()).days < URGENT_DAYS


def certificate_health() -> CertificateHealth:
    """How the certificates stand that centres elsewhere showed; two statements."""
    moment = now()
    ends = certificate_ends(Centre.objects.open().filter(transport=Transport.HTTPS))
    soon = [end for end in ends.values() if (end - moment).days < WARNING_DAYS]
    return CertificateHealth(len(ends), len(soon), min(ends.values(), default=None))
