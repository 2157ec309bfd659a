"""Keeping the shares of a simulated year in step: one calendar for all, though each is played by a process of its own.

Nobody's clock goes past a tick before everybody has come there, and nobody goes on before everything that was due at the
tick is done, wherever. Between two ticks the shares have nothing to do with each other: no message leaves, no timer rings.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of the pairs of centres is played here: every ``of``-th, beginning with number ``place``."""

    place: int = 0
    of: int = 1

    def has(self, number: int) -> bool:
        """Whether the pair of this number belongs to the share."""
        return number % self.of == self.place

    @property
    def is_first(self) -> bool:
        """The first share also plays what belongs to no pair: the province."""
        return self.place == 0


WHOLE = Share()


class InStep(Protocol):
    """How a share waits for the others."""

    def meet(self) -> None:
        """Wait until every share has come as far."""

    def any_of(self, did: bool) -> bool:
        """Whether any share did something in this round; the same answer for all of them."""


class Alone:
    """A year that is played by one process has nobody to wait for."""

    def meet(self) -> None:
        """See :class:`InStep`."""

    def any_of(self, did: bool) -> bool:
        """See :class:`InStep`."""
        return did


class Barrier(Protocol):
    """What the standard library's barriers of threads and of processes have in common."""

    @property
    def parties(self) -> int:
        """How many have to come."""

    def wait(self) -> int:
        """Wait for the others. Raises threading.BrokenBarrierError when one of them was lost."""


class Together:
    """Several shares with a barrier, and two flags for each of them.

    Two, by turns: who has read the answers of one round and is already writing those of the next must not change what a
    slower one still reads. Nobody can be two rounds ahead, because the barrier lies between.
    """

    def __init__(self, share: Share, barrier: Barrier, flags: MutableSequence[int]) -> None:
        if barrier.parties != share.of or len(flags) != 2 * share.of:
            raise ValueError("one party of the barrier and two flags for each share")
        self._place, self._of = share.place, share.of
        self._barrier, self._flags = barrier, flags
        self._half = 0

    def meet(self) -> None:
        """See :class:`InStep`. Raises threading.BrokenBarrierError."""
        self._barrier.wait()

    def any_of(self, did: bool) -> bool:
        """See :class:`InStep`. Raises threading.BrokenBarrierError."""
        first = self._half * self._of
        self._half = 1 - self._half
        self._flags[first + self._place] = int(did)
        self._barrier.wait()
        return any(self._flags[first : first + self._of])
