"""How long the keys of the registry still last: for the supervisors' page and for ``/health/``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from zt_interop.keys.models import KeyUsage, PublicKey
from zt_tenants.models import Centre

WARNING_DAYS: Final = (7, 30, 60)
"""Days before a key's end at which it is warned of, the most urgent first."""


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """The key of a centre for one usage that lasts longest, and until when."""

    centre_id: UUID
    usage: str
    kid: str
    suite: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class KeyHealth:
    """Counts over all centres: whose newest key (also one that is announced) ends within 7, 30 and 60 days, and how many
    have none to sign with."""

    ending: dict[int, int]
    without: int
    first_end: datetime | None
    root_until: datetime | None

    @property
    def ending_soon(self) -> int:
        """Keys that end within 30 days."""
        return self.ending[30]


def key_terms(centre_ids: Collection[UUID], *, at: datetime) -> list[KeyTerm]:
    """The longest-lasting valid key of each of these centres for each usage; one statement."""
    valid = PublicKey.objects.valid_at(at).filter(centre_id__in=centre_ids)
    newest = valid.order_by("centre_id", "usage", "-not_after", "-not_before").distinct("centre_id", "usage")
    columns = newest.values_list("centre_id", "usage", "kid", "suite", "not_before", "not_after")
    return [KeyTerm(*row) for row in columns]


_HEALTH: Final = """
    WITH newest AS (
        SELECT usage, max(not_after) AS until
        FROM interop_keys_publickey
        WHERE revoked_at IS NULL AND not_after > %(now)s
        GROUP BY centre_id, usage
    )
    SELECT count(*) FILTER (WHERE until <= %(week)s), count(*) FILTER (WHERE until <= %(month)s),
           count(*) FILTER (WHERE until <= %(two)s), min(until), max(until) FILTER (WHERE usage = 'root')
    FROM newest
"""


def key_health(*, at: datetime) -> KeyHealth:
    """Counts over the whole registry; two statements, whatever the number of centres."""
    week, month, two = (at + timedelta(days=days) for days in WARNING_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_HEALTH, {"now": at, "week": week, "month": month, "two": two})
        *counts, first_end, root_until = cursor.fetchone() or (0, 0, 0, None, None)
    can_sign = PublicKey.objects.valid_at(at).filter(centre_id=OuterRef("id"), usage=KeyUsage.MESSAGE)
    without = Centre.objects.open().here().filter(~Exists(can_sign), ready_at__isnull=False).count()
    return KeyHealth(dict(zip(WARNING_DAYS, counts, strict=True)), without, first_end, root_until)
