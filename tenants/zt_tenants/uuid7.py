"""UUID version 7 (RFC 9562, section 5.7): time-ordered ids, so that new rows land at the end of an index."""

from __future__ import annotations

import os
import threading
import time
import uuid
from datetime import datetime

_lock = threading.Lock()
_last = (0, 0)
_TAIL = (1 << 62) - 1


def uuid7() -> uuid.UUID:
    """A new UUIDv7; within one process later calls sort after earlier ones (RFC 9562, method 1: a 12-bit counter)."""
    return uuid7s(1)[0]


def uuid7s(count: int) -> list[uuid.UUID]:
    """Many new UUIDv7 in order, as :func:`uuid7` makes one."""
    global _last
    places = []
    with _lock:
        milliseconds, counter = _last
        present = time.time_ns() // 1_000_000
        for _ in range(count):
            if present > milliseconds:
                milliseconds, counter = present, int.from_bytes(os.urandom(2), "big") & 0x3FF
            else:
                counter += 1
                if counter > 0xFFF:
                    milliseconds, counter = milliseconds + 1, 0
            places.append((milliseconds << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62))
        _last = (milliseconds, counter)
    random = os.urandom(8 * count)
    return [
        uuid.UUID(int=place | (int.from_bytes(random[at : at + 8], "big") & _TAIL))
        for at, place in zip(range(0, len(random), 8), places, strict=True)
    ]


def earliest_uuid7(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of a millisecond: where a search by time begins in an index of ids."""
    return uuid.UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62))
