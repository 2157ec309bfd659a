"""Limits on guessing: a window of fixed length per key, counted in the shared cache (Valkey).

The window starts with the first hit. A key (a username, an address, a tracking number) goes into the cache only as a
digest, so that the cache holds nobody's name.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from django.core.cache import cache

from zt_platform.accounts.errors import TooManyTries
from zt_tenants.clock import now


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``limit`` hits per key within ``minutes``."""

    name: str
    limit: int
    minutes: int

    def hit(self, key: str) -> int:
        """Count one try and return how many there were in this window.

        Counting comes before the thing that is limited, so that parallel tries cannot all slip through.
        Raises TooManyTries when the limit was reached before this try.
        """
        counter, ends_in = self._window(key)
        try:
            tries = cache.incr(counter)
        except ValueError:  # the window ended between the two calls
            counter, ends_in = self._window(key)
            tries = cache.incr(counter)
        if tries > self.limit:
            raise TooManyTries(minutes=max(1, math.ceil(ends_in / 60)))
        return int(tries)

    def check(self, key: str) -> None:
        """Raise TooManyTries when the limit is reached, without counting."""
        counter, ends_in = self._window(key)
        if int(cache.get(counter, 0)) >= self.limit:
            raise TooManyTries(minutes=max(1, math.ceil(ends_in / 60)))

    def forgive(self, key: str) -> None:
        """Take one counted try back (it turned out to be a good one)."""
        counter, _ = self._window(key)
        try:
            if int(cache.decr(counter)) < 0:
                cache.incr(counter)
        except ValueError:
            return

    def clear(self, key: str) -> None:
        """Forget all tries of a key."""
        cache.delete(self._start_key(key))

    def _start_key(self, key: str) -> str:
        return f"limit:{self.name}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"

    def _window(self, key: str) -> tuple[str, float]:
        """The counter of the current window and the seconds until it ends; a new window when the last one is over."""
        start_key, seconds, moment = self._start_key(key), self.minutes * 60, now().timestamp()
        started = cache.get(start_key)
        if started is None or not 0 <= moment - float(started) < seconds:
            if started is not None:
                cache.delete(start_key)
            cache.add(start_key, moment, timeout=seconds)
            started = cache.get(start_key, moment)
        counter = f"{start_key}:{float(started):.6f}"
        cache.add(counter, 0, timeout=seconds)
        return counter, seconds - (moment - float(started))


SIGN_IN_BY_ACCOUNT = RateLimit("sign-in-account", limit=5, minutes=15)
SIGN_IN_BY_ADDRESS = RateLimit("sign-in-address", limit=20, minutes=15)
REGISTER_BY_ADDRESS = RateLimit("register-address", limit=20, minutes=60)
TRACK_BY_NUMBER = RateLimit("track-number", limit=5, minutes=15)
TRACK_BY_ADDRESS = RateLimit("track-address", limit=30, minutes=15)
VERIFY_BY_ADDRESS = RateLimit("verify-address", limit=30, minutes=15)
