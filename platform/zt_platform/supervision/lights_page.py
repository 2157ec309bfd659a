"""The page of lights over time and by level: is the pile of overdue cases growing, and where does it lie (R-02)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.days import day_mark, day_text
from zt_platform.exports import Table, asked_for
from zt_platform.lights import Light
from zt_platform.supervision import queries
from zt_platform.supervision.charts import lights_option
from zt_platform.supervision.filters import cases_url, day_of, lights_url
from zt_platform.supervision.queries import LightCounts, LightsOverTime
from zt_platform.supervision.scope import scope_for
from zt_tenants.language import bi

SHOWN_LIGHTS = (Light.RED, Light.YELLOW, Light.WARNING, Light.GREEN)
"""From the worst up: what has to fall stands on the ground line of the chart."""


@dataclass(frozen=True, slots=True)
class LightsLine:
    """One line of a table of lights: a day or a level, all running, and each light with the list behind it.

    ``mark`` names it on the axis of a chart.
    """

    name: str
    mark: str
    running: int
    running_url: str
    cells: list[tuple[Light, int, str]]


@require_GET
def lights(request: HttpRequest) -> HttpResponseBase:
    """The lights of a centre and of all below it over 14 days, and by level at the end of them."""
    scope, on = scope_for(supervisor_for_request(request)), day_of(request.GET)
    here = scope.centre(request.GET.get("centre") or scope.root.code)
    found = queries.lights_over_time(scope, on=on, code=here.code)
    if export := asked_for(request):
        return export.of(_table(found))
    days, levels = _day_lines(found, here.code), _level_lines(found, here.code, on)
    context = {
        "scope": scope,
        "here": here,
        "path": scope.path(here.code),
        "first_day": found.days[0],
        "on": on,
        "days": days,
        "levels": levels if len(levels) > 1 else [],
        "days_option": _option(days, bi("近14天每日灯色", "Lights of 14 days")),
        "levels_option": _option(levels, bi("各级在办灯色", "Lights by level"), lying=True),
        "csv_url": lights_url(here.code, on, csv="1"),
    }
    return render(request, "supervision/lights.html", context)


def _day_lines(found: LightsOverTime, code: str) -> list[LightsLine]:
    return [
        _line(day_text(day), day_mark(day), counts, partial(cases_url, centre=code, on=day))
        for day, counts in zip(found.days, found.by_day, strict=True)
    ]


def _level_lines(found: LightsOverTime, code: str, on: date) -> list[LightsLine]:
    return [
        _line(str(level.label), str(level.label), counts, partial(cases_url, centre=code, level=level.value, on=on))
        for level, counts in found.by_level
    ]


def _line(name: str, mark: str, counts: LightCounts, url: Callable[..., str]) -> LightsLine:
    cells = [(light, getattr(counts, light.value.lower()), url(light=light.value)) for light in SHOWN_LIGHTS]
    return LightsLine(name, mark, counts.running, url(light="RUNNING"), cells)


def _option(lines: list[LightsLine], title: str, *, lying: bool = False) -> dict[str, Any]:
    last = lines[-1]
    said = bi(
        "{title}：{name}在办{n}件，其中{lights}；下方表格列出全部数字。",
        "{title}: {n} running ({name}), of them {lights}; the table below holds every number.",
        title=title,
        name=last.name,
        n=last.running,
        lights=bi("、", ", ").join(f"{light.label} {count}" for light, count, _ in last.cells),
    )
    columns = [[(count, address) for _, count, address in line.cells] for line in lines]
    return lights_option([line.mark for line in lines], columns, lights=SHOWN_LIGHTS, said=said, lying=lying)


def _table(found: LightsOverTime) -> Table:
    header = [
        bi("日期或层级", "Day or level"),
        bi("在办", "Running"),
        *(str(light.label) for light in SHOWN_LIGHTS),
    ]
    named = [(day.isoformat(), counts) for day, counts in zip(found.days, found.by_day, strict=True)]
    named += [(str(level.label), counts) for level, counts in found.by_level]
    rows = [
        [name, counts.running, *(getattr(counts, light.value.lower()) for light in SHOWN_LIGHTS)]
        for name, counts in named
    ]
    return Table(bi("灯色走势", "lights over time"), header, rows)
