"""When a bell (a celery task) is too old to be answered, though the clocks of sender and worker disagree.

Ticks and bells carry an end, so that a worker that was down finds no heap of them. Celery compares that end with the clock
of the worker's host: one that is an hour ahead, or whose beat is an hour behind, would throw every tick away, and with it
all that waits for one. So a bell that seems over is thrown away only when the same bell was answered here a moment ago, by
the clock that nobody sets: of a heap the first is answered, and of a wrong clock nobody notices anything.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from celery import Task
from celery.worker.request import Request

A_MOMENT: Final = 2.0
"""Seconds; shorter than the shortest interval between two ticks."""
_MOST_REMEMBERED: Final = 10_000
_lock: Final = threading.Lock()
_answered: Final[dict[tuple[str, str], float]] = {}


def answered_lately(name: str, arguments: str) -> bool:
    """Whether this bell was answered in this process a moment ago; if not, it is now."""
    bell, moment = (name, arguments), time.monotonic()
    with _lock:
        last = _answered.get(bell)
        if last is not None and moment - last < A_MOMENT:
            return True
        if len(_answered) >= _MOST_REMEMBERED:
            _answered.clear()
        _answered[bell] = moment
        return False


class Bell(Request):  # type: ignore[misc]
    """A request of a worker that judges its end once, as above."""

    _is_over: bool | None = None

    def maybe_expire(self) -> bool:
        """Whether it is to be thrown away; celery asks at its arrival and again before it is worked on."""
        if self._is_over is None:
            again = answered_lately(str(self.name), str(self.argsrepr))
            self._is_over = again and bool(super().maybe_expire())
        return self._is_over


class BellTask(Task):  # type: ignore[misc]
    """The base of all tasks."""

    abstract = True
    Request = Bell
