"""Pictures of the board: the heat map as an ECharts option, sparklines as points of an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zt_platform.supervision.queries import HeatRow
from zt_tenants.language import bi

SPARK_WIDTH, SPARK_HEIGHT = 112, 28
SHADES = ("#f3f1ea", "#dde7f4", "#b4cae6", "#85a9d6", "#3c6aa8", "#15427d")
"""From nothing to most: the same shades as the cells of the table below the chart."""


def spark_points(values: Sequence[int]) -> str:
    """The points of a polyline that shows a series from 0 to its maximum."""
    top, steps = max(values, default=0) or 1, max(len(values) - 1, 1)
    margin, height = 2, SPARK_HEIGHT - 4
    return " ".join(
        f"{index * SPARK_WIDTH / steps:.1f},{margin + height - value * height / top:.1f}"
        for index, value in enumerate(values)
    )


def shade(value: int, most: int) -> int:
    """The step of the scale, 0 to 5: 0 for nothing only, 5 for the most."""
    if value <= 0 or most <= 0:
        return 0
    return max(1, -(-value * 5 // most))


_NARROW: dict[str, Any] = {
    "grid": {"left": 0, "right": 0},
    "visualMap": {"itemWidth": 10, "itemHeight": 10, "itemGap": 5, "textStyle": {"fontSize": 10}},
    "series": [{"label": {"show": False}, "itemStyle": {"borderWidth": 1, "borderRadius": 2}}],
}
"""On a phone the cells are too narrow for numbers; the table below holds them."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell of the table under the chart."""

    day: date
    value: int
    shade: int
    url: str


def heat_option(
    rows: Sequence[HeatRow], cells: Sequence[Sequence[HeatCell]], *, names: Sequence[str], measure: str
) -> dict[str, Any]:
    """The heat map centre × day for ECharts; a click on a cell opens the rows behind it."""
    days = [f"{cell.day:%m-%d}" for cell in cells[0]] if cells else []
    data = [
        {
            "value": [x, len(rows) - 1 - y, cell.value],
            "name": f"{names[y]} {days[x]} {measure} {cell.value}",
            "url": cell.url if cell.value else "",
        }
        for y, line in enumerate(cells)
        for x, cell in enumerate(line)
    ]
    most = max((cell.value for line in cells for cell in line), default=0)
    summary = bi(
        "各中心近{days}天{measure}，最大值{most}；下方表格列出全部数字。",
        "{measure} by centre over {days} days, at most {most}; the table below holds every number.",
        days=len(days),
        measure=measure,
        most=most,
    )
    return {
        "aria": {"enabled": True, "label": {"description": summary}},
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 48, "containLabel": True},
        "xAxis": {"type": "category", "data": days, "splitLine": {"show": False}, "axisTick": {"show": False}},
        "yAxis": {
            "type": "category",
            "data": list(reversed(names)),
            "splitLine": {"show": False},
            "axisTick": {"show": False},
            "axisLine": {"show": False},
        },
        "tooltip": {"trigger": "item", "formatter": "{b}"},
        "visualMap": {
            "type": "piecewise",
            "orient": "horizontal",
            "left": "center",
            "bottom": 4,
            "itemWidth": 18,
            "itemHeight": 12,
            "pieces": _pieces(most),
        },
        "series": [
            {
                "type": "heatmap",
                "data": data,
                "label": {"show": True, "fontSize": 11},
                "itemStyle": {"borderColor": "#ffffff", "borderWidth": 2, "borderRadius": 3},
                "emphasis": {"itemStyle": {"borderColor": "#1c2532", "borderWidth": 1}},
            }
        ],
        "media": [{"query": {"maxWidth": 560}, "option": _NARROW}],
    }


def _pieces(most: int) -> list[dict[str, Any]]:
    """The legend: one piece a shade that occurs."""
    pieces: list[dict[str, Any]] = [{"value": 0, "label": "0", "color": SHADES[0]}]
    lower = 1
    for step in range(1, 6):
        upper = most * step // 5
        if upper < lower:
            continue
        label = str(upper) if lower == upper else f"{lower}–{upper}"
        pieces.append({"gte": lower, "lte": upper, "label": label, "color": SHADES[step]})
        lower = upper + 1
    return pieces
