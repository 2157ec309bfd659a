"""Lengths of time in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from zt_tenants.language import bi

_UNITS: Final[Sequence[tuple[int, Callable[[], str]]]] = (
    (86_400, lambda: bi("天", "d")),
    (3_600, lambda: bi("小时", "h")),
    (60, lambda: bi("分钟", "min")),
    (1, lambda: bi("秒", "s")),
)


def fitting_unit(longest: timedelta) -> tuple[int, str]:
    """The unit in which the longest of some lengths is three at least, in seconds and in words; else seconds."""
    seconds = longest.total_seconds()
    return next((unit, words()) for unit, words in _UNITS if seconds >= 3 * unit or unit == 1)


def duration_text(length: timedelta | None) -> str:
    """``3秒``, ``2分钟``, ``1小时5分``, ``2天3小时``; ``–`` for none. Floored: a late thing is never shown later."""
    if length is None:
        return "–"
    seconds = int(length.total_seconds())
    if seconds < 60:
        return bi("{n}秒", "{n} s", n=seconds)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return bi("{n}分钟", "{n} min", n=minutes)
    if days < 1:
        return bi("{h}小时{m}分", "{h} h {m} min", h=hours, m=minutes % 60)
    return bi("{d}天{h}小时", "{d} d {h} h", d=days, h=hours % 24)
