"""The business clock. Rules and commands ask here for the time, never the operating system.

``at(moment)`` sets the clock for a block: tests and the simulation of past days use it. It is a context variable,
so that threads and tasks do not disturb each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
_set_moment: ContextVar[datetime | None] = ContextVar("zt_clock", default=None)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _set_moment.get() or datetime.now(UTC)


def set_moment() -> datetime | None:
    """The moment that :func:`at` has set the clock to; None when the clock runs."""
    return _set_moment.get()


def instant(text: str | None) -> datetime | None:
    """An aware instant as messages and stored JSON write it (RFC 3339); None for none. Raises ValueError for other text."""
    return datetime.fromisoformat(text) if text else None


def today() -> date:
    """The current date in Asia/Shanghai, where every working day of the law is counted."""
    return now().astimezone(CHINA).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Set the clock to ``moment`` (aware) for a block.

    Raises:
        ValueError: the moment is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("the business clock needs an aware datetime")
    token = _set_moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_moment.reset(token)
