"""The last 24 hours of deliveries as an ECharts option: columns for messages, a line for the time they were under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zt_interop.stream_pages import Hour
from zt_platform.supervision.durations import fitting_unit
from zt_tenants.clock import CHINA
from zt_tenants.language import bi


def hours_option(hours: Sequence[Hour]) -> dict[str, Any]:
    """Messages delivered in each hour, and the longest time one of them had been under way, in the unit that fits."""
    slowest = max(hour.longest for hour in hours)
    seconds, unit = fitting_unit(slowest)
    delivered, longest = bi("送达（条）", "Delivered"), bi("最长用时（{unit}）", "Longest ({unit})", unit=unit)
    said = bi(
        "近24小时共送达{n}条报文，最长用时{s}{unit}。",
        "{n} messages delivered in 24 hours; the longest took {s} {unit}.",
        n=sum(hour.delivered for hour in hours),
        s=round(slowest.total_seconds() / seconds, 1),
        unit=unit,
    )
    return {
        "aria": {"enabled": True, "label": {"description": said}},
        "legend": {"bottom": 0},
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{hour.begins.astimezone(CHINA):%H:00}" for hour in hours]},
        "yAxis": [
            {"type": "value", "name": delivered, "minInterval": 1, "nameTextStyle": {"align": "left"}},
            {"type": "value", "name": longest, "nameTextStyle": {"align": "right"}, "splitLine": {"show": False}},
        ],
        "series": [
            {"type": "bar", "name": delivered, "data": [hour.delivered for hour in hours]},
            {
                "type": "line",
                "name": longest,
                "yAxisIndex": 1,
                "symbol": "circle",
                "data": [round(hour.longest.total_seconds() / seconds, 1) for hour in hours],
            },
        ],
    }
