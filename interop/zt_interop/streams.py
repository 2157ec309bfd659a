"""The ids of outbound streams, which messages are queued under.

A stream's id never changes and its row is never deleted, so each process remembers the ids it has used; but only once
the transaction that read or made the row has committed, because a row that was rolled back must not be named again.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from zt_interop.queue.models import OutboundStream

StreamKey = tuple[str, str, str]
"""Codes of source and destination, and the channel."""

_MOST: Final = 20_000
_known: dict[StreamKey, UUID] = {}


def streams_of(source: str, ways: Collection[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """The ids of a centre's streams by (destination, channel), made where missing; call it inside a transaction.

    No statement for streams that this process has used before, one for others, three for new ones.
    """
    known = {way: _known[source, *way] for way in ways if (source, *way) in _known}
    missing = [way for way in ways if way not in known]
    if not missing:
        return known
    found = _read(source, missing)
    new = [way for way in missing if way not in found]
    if new:
        rows = [OutboundStream(source_code=source, destination_code=to, channel=channel) for to, channel in new]
        OutboundStream.objects.bulk_create(rows, ignore_conflicts=True)
        found |= _read(source, new)
    transaction.on_commit(partial(_remember, source, found))
    return known | found


def forget_streams() -> None:
    """Read the ids anew (tests, whose streams go with them)."""
    _known.clear()


def _read(source: str, ways: Collection[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    wanted = Q()
    for destination, channel in ways:
        wanted |= Q(destination_code=destination, channel=channel)
    rows = OutboundStream.objects.filter(wanted, source_code=source)
    return {(to, channel): id_ for to, channel, id_ in rows.values_list("destination_code", "channel", "id")}


def _remember(source: str, found: dict[tuple[str, str], UUID]) -> None:
    if len(_known) > _MOST:
        _known.clear()
    _known.update({(source, *way): id_ for way, id_ in found.items()})
