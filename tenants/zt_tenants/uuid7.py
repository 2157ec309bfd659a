"""UUID version 7 (RFC 9562, section 5.7): time-ordered ids, so that new rows land at the end of an index."""

from __future__ import annotations

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = (0, 0)


def uuid7() -> uuid.UUID:
    """A new UUIDv7; within one process later calls sort after earlier ones (RFC 9562, method 1: a 12-bit counter)."""
    global _last
    with _lock:
        milliseconds = time.time_ns() // 1_000_000
        last_milliseconds, counter = _last
        if milliseconds > last_milliseconds:
            counter = int.from_bytes(os.urandom(2), "big") & 0x3FF
        else:
            milliseconds, counter = last_milliseconds, counter + 1
            if counter > 0xFFF:
                milliseconds, counter = milliseconds + 1, 0
        _last = (milliseconds, counter)
    random_tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | random_tail)
