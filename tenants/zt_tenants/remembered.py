"""Centres remembered for a few seconds in each process.

Every step of every case asks for centres by code, for those above and for the province, and they hardly ever change:
they are loaded once and renamed or closed a few times a year. What was read is kept for :data:`LIFETIME`, so another
process sees a change that late at the most, as it would have if its request had come that much earlier. The process
that makes the change sees it at once, because :class:`zt_tenants.models.CentreQuerySet` and ``Centre.save`` forget.
Only shared rows of the table of centres are kept here, never anything out of a centre's own schema; what was not found
is not kept, so a new centre is found at once. Callers get copies: nobody can change what another one reads.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from zt_tenants.models import Centre

LIFETIME: Final = 5.0
"""Seconds. Long enough for a command, a delivery and a page of a busy process; too short for anybody to wait for."""

_held: dict[Hashable, tuple[float, tuple[Centre, ...]]] = {}
_derived: dict[Hashable, tuple[float, Any]] = {}
Derived = TypeVar("Derived")


def remembered(key: Hashable, read: Callable[[], Sequence[Centre]]) -> list[Centre]:
    """What ``read`` found for this key in the last seconds, or finds now; an empty answer is not kept."""
    kept = _held.get(key)
    moment = time.monotonic()
    if kept is None or kept[0] < moment:
        kept = (moment + LIFETIME, tuple(read()))
        if kept[1]:
            _held[key] = kept
    return [copy.copy(centre) for centre in kept[1]]


def derived(key: Hashable, make: Callable[[], Derived]) -> Derived:
    """Something made of many centres (a search index, a supervisor's scope), made again after the same few seconds.

    Everybody gets the same object: it must not be changed by whoever reads it.
    """
    kept = _derived.get(key)
    moment = time.monotonic()
    if kept is None or kept[0] < moment:
        kept = (moment + LIFETIME, make())
        _derived[key] = kept
    made: Derived = kept[1]
    return made


def forget_centres() -> None:
    """Read everything anew: a centre was changed by this process, or a test begins."""
    _held.clear()
    _derived.clear()
