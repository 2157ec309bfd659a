"""A circuit breaker: after some failures in a row a destination is left alone, then tried by one caller at a time.

Its state lies in the cache, so that all processes of a deployment know it; when the cache is emptied the circuit is
closed and learns again. A trial that dies without a word frees its place after :data:`TRIAL`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache

from zt_tenants.clock import now

TRIAL: Final = timedelta(seconds=60)
_FORGOTTEN_AFTER: Final = 24 * 3_600


@dataclass(frozen=True, slots=True)
class Breaker:
    """The circuit to one destination. ``threshold`` failures in a row open it for ``rest``, doubled up to ``longest``."""

    name: str
    threshold: int = 3
    rest: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=10)

    @property
    def _key(self) -> str:
        return f"breaker:{self.name}"

    def _state(self) -> dict[str, Any]:
        return cache.get(self._key) or {"failures": 0, "open_until": 0.0}

    def failures(self) -> int:
        """How many calls in a row have failed."""
        return int(self._state()["failures"])

    def open_until(self) -> datetime | None:
        """Until when nobody calls, or None while the circuit is closed or a trial is due."""
        until = float(self._state()["open_until"])
        return datetime.fromtimestamp(until, tz=now().tzinfo) if until > now().timestamp() else None

    def may_call(self) -> bool:
        """Whether the caller may call now; of an open circuit whose rest is over one caller gets the trial."""
        state = self._state()
        if state["failures"] < self.threshold:
            return True
        if state["open_until"] > now().timestamp():
            return False
        return bool(cache.add(f"{self._key}:trial", 1, timeout=int(TRIAL.total_seconds())))

    def succeeded(self) -> None:
        """The destination answered: the circuit closes."""
        cache.delete_many([self._key, f"{self._key}:trial"])

    def not_tried(self) -> None:
        """The caller could not even ask: whoever comes next may try."""
        cache.delete(f"{self._key}:trial")

    def failed(self) -> None:
        """The destination did not answer."""
        failures = self.failures() + 1
        until = 0.0
        if failures >= self.threshold:
            doubled = self.rest * 2 ** min(failures - self.threshold, 16)
            until = (now() + min(doubled, self.longest)).timestamp()
        cache.set(self._key, {"failures": failures, "open_until": until}, timeout=_FORGOTTEN_AFTER)
        cache.delete(f"{self._key}:trial")
