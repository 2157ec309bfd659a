"""Pictures of supervision: heat map, lights and lags as ECharts options, sparklines as points of an inline SVG.

A colour is the name of a variable of ``css/tokens.css``; ``js/charts.js`` puts the variable's value in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from zt_platform.lights import Light
from zt_platform.supervision.durations import fitting_unit
from zt_platform.supervision.queries import FeedRow, FeedState, HeatRow
from zt_tenants.language import bi
from zt_tenants.urls import portal_url

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


_LIGHT_COLOURS = {
    Light.RED: "--red",
    Light.YELLOW: "--yellow-card",
    Light.WARNING: "--amber-fill",
    Light.GREEN: "--green-fill",
}


def lights_option(
    names: Sequence[str],
    columns: Sequence[Sequence[tuple[int, str]]],
    *,
    lights: Sequence[Light],
    said: str,
    lying: bool = False,
) -> dict[str, Any]:
    """Stacked bars of running cases by light, a bar a name; a click opens the rows behind a piece.

    ``columns`` holds for each name the count and the address of each of the ``lights``; ``lying`` lays the bars down.
    """
    across = {"type": "category", "data": list(names), "axisTick": {"show": False}, "inverse": lying}
    along = {"type": "value", "minInterval": 1}
    return {
        "aria": {"enabled": True, "label": {"description": said}},
        "legend": {"bottom": 0},
        "grid": {"left": 8, "right": 16, "top": 12, "bottom": 40, "containLabel": True},
        "xAxis": along if lying else across,
        "yAxis": across if lying else along,
        "tooltip": {"axisPointer": {"type": "shadow"}},
        "series": [
            {
                "type": "bar",
                "name": str(light.label),
                "stack": "lights",
                "barMaxWidth": 40,
                "itemStyle": {"color": _LIGHT_COLOURS[light], "borderColor": "--paper", "borderWidth": 1},
                "data": [{"value": column[place][0], "url": column[place][1]} for column in columns],
            }
            for place, light in enumerate(lights)
        ],
    }


def lags_option(rows: Sequence[FeedRow], *, said: str) -> dict[str, Any]:
    """Lying bars of how long each centre's last report was under way, in the unit that fits; late ones stand out."""
    lags = [row.lag or timedelta(0) for row in rows]
    seconds, unit = fitting_unit(max(lags, default=timedelta(0)))
    return {
        "aria": {"enabled": True, "label": {"description": said}},
        "grid": {"left": 8, "right": 48, "top": 8, "bottom": 24, "containLabel": True},
        "xAxis": {"type": "value", "name": unit, "nameLocation": "end"},
        "yAxis": {
            "type": "category",
            "data": [row.centre.short_name for row in rows],
            "inverse": True,
            "axisTick": {"show": False},
        },
        "tooltip": {"axisPointer": {"type": "shadow"}},
        "series": [
            {
                "type": "bar",
                "name": bi("在途用时（{unit}）", "Lag ({unit})", unit=unit),
                "barMaxWidth": 16,
                "data": [
                    {
                        "value": round(lag.total_seconds() / seconds, 1),
                        "itemStyle": {"color": "--blue" if row.state == FeedState.OK else "--amber-fill"},
                        "url": portal_url("supervision:centre", code=row.centre.code),
                    }
                    for row, lag in zip(rows, lags, strict=True)
                ],
            }
        ],
    }
