"""Lengths of time in words."""

from __future__ import annotations

from datetime import timedelta

from zt_tenants.language import bi


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
