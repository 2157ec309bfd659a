"""What the inbox of the current centre knows of a delivery before it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from zt_interop.log.models import UNAPPLIED
from zt_interop.opening import Delivery
from zt_tenants.arrays import plain_array, text_array


@dataclass(frozen=True, slots=True)
class Known:
    """What the inbox holds of a delivery: digests by event id, and the subjects that wait."""

    digests: Mapping[UUID, str]
    held: frozenset[str]


_HELD: Final = """
    SELECT event_id, digest, channel, subject, state FROM interop_log_inboxmessage
    WHERE source_code = %s AND channel = %s AND state IN ('PARKED', 'WAITING') AND subject = ANY(%s::text[])
"""
_KNOWN_OR_HELD: Final = """
    SELECT event_id, digest, channel, subject, state FROM interop_log_inboxmessage
    WHERE source_code = %s AND ((channel = %s AND state IN ('PARKED', 'WAITING') AND subject = ANY(%s::text[]))
        OR event_id = ANY(%s::uuid[]))
"""


def known_of(delivery: Delivery) -> Known:
    """Read both in one statement."""
    subjects = text_array({event.subject for event in delivery.events})
    ids = {event.id for event in delivery.events} if delivery.keeps_each else set()
    with connection.cursor() as cursor:
        if ids:
            cursor.execute(_KNOWN_OR_HELD, [delivery.source, delivery.channel, subjects, plain_array(ids)])
        else:
            cursor.execute(_HELD, [delivery.source, delivery.channel, subjects])
        kept = cursor.fetchall()
    return Known(
        digests={id_: digest for id_, digest, *_ in kept if id_ in ids},
        held=frozenset(
            subject for _, _, channel, subject, state in kept if channel == delivery.channel and state in UNAPPLIED
        ),
    )
