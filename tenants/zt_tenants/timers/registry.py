"""Which handler takes which kind of timer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer as its handler sees it."""

    id: UUID
    kind: str
    subject: str
    due_at: datetime
    data: dict[str, Any]


Handle = Callable[[Sequence[DueTimer]], None]

_handlers: dict[str, Handle] = {}


def register(kind: str, handle: Handle) -> None:
    """Let ``handle`` take the timers of a kind; called in ``AppConfig.ready``. The same function again changes nothing.

    ``handle`` gets up to 500 due timers of one centre, oldest first, inside that centre and one transaction, in which
    they are also deleted. It writes set-based, locks what it decides on (a case) and looks at it again: a timer may have
    become pointless. It may schedule and cancel, also the timer it handles. If it raises, nothing of the batch happened;
    the batch is cut in half until the bad timer is alone, which is tried again later and in the end parked.

    Raises:
        ValueError: another handler is registered for the kind, or its name is empty or too long.
    """
    if not 0 < len(kind) <= 60:
        raise ValueError("the kind of a timer has 1 to 60 characters")
    if _handlers.setdefault(kind, handle) != handle:
        raise ValueError(f"timers of the kind {kind} already have a handler")


def unregister(kind: str) -> None:
    """Forget the handler of a kind (tests)."""
    _handlers.pop(kind, None)


def handler_for(kind: str) -> Handle | None:
    """The handler of a kind, or None."""
    return _handlers.get(kind)


def registered_kinds() -> list[str]:
    """The kinds this process can handle; it leaves others to processes that know them (a newer release)."""
    return sorted(_handlers)
