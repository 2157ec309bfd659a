"""How long to wait before something that failed is tried again."""

from __future__ import annotations

from datetime import timedelta
from secrets import SystemRandom
from typing import Final

_random: Final = SystemRandom()


def wait_after(failures: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """The wait after so many failures in a row: ``first``, doubling up to ``longest``, with jitter of one half.

    The jitter keeps those that failed together from coming back together.
    """
    doublings = min(max(failures, 1) - 1, 20)
    return min(first * (1 << doublings), longest) * _random.uniform(0.5, 1.0)
