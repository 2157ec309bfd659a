"""The one screen of a supervisor: figures, lights, heat map, league, feeds — each number with the link behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from zt_platform.lights import Light
from zt_platform.supervision import queries
from zt_platform.supervision.charts import HeatCell, heat_option, shade, spark_points
from zt_platform.supervision.durations import duration_text
from zt_platform.supervision.filters import cases_url, lights_url
from zt_platform.supervision.queries import Branch, CaseFilters, DayFigures, FeedSummary, HeatRow, LightCounts, Overview
from zt_platform.supervision.rules import Rate
from zt_platform.supervision.scope import Scope
from zt_platform.supervision.vocabulary import HEAT_MEASURES, MEASURES, word
from zt_tenants.clock import today
from zt_tenants.errors import InvalidInput
from zt_tenants.language import bi
from zt_tenants.models import Centre
from zt_tenants.urls import portal_url

ATTENTION_ROWS = 8


@dataclass(frozen=True, slots=True)
class FigureCard:
    """One figure of the top row."""

    name: str
    value: str
    unit: str
    beside: str
    url: str
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class LightLink:
    """One light, how many running cases show it, and where they are listed."""

    light: Light
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class LeagueRow:
    """One row of the league as shown."""

    rank: int | None
    name: str
    url: str
    figures: DayFigures
    lights: LightCounts
    points: str
    trend: str
    urls: dict[str, str]


@dataclass(frozen=True, slots=True)
class HeatLine:
    """One line of the heat table."""

    name: str
    cells: list[HeatCell]


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Everything the page of one centre shows."""

    here: Centre
    on: date
    overview: Overview
    branches: list[Branch]
    heat_rows: list[HeatRow]
    measure: str
    feed: FeedSummary
    attention: list[queries.CaseRow]

    @property
    def is_today(self) -> bool:
        """Whether the lights are read now."""
        return self.on == today()


def read_board(scope: Scope, *, code: str, on: date, measure: str) -> BoardPage:
    """Read what the page of a centre of the scope shows: at most six SQL statements.

    Raises:
        NotFound: the centre lies outside the scope. InvalidInput: no such heat measure.
    """
    if measure not in HEAT_MEASURES:
        raise InvalidInput(field="measure", zh="没有这个指标。", en="There is no such measure.")
    seen, branches = queries.screen(scope, on=on, code=code)
    overdue = CaseFilters(centre=code, light="OVERDUE")
    return BoardPage(
        here=scope.centre(code),
        on=on,
        overview=seen,
        branches=branches,
        heat_rows=queries.heat(branches, scope, on=on, measure=measure, code=code),
        measure=measure,
        feed=queries.feed_totals(scope, code=code),
        attention=queries.list_cases(scope, overdue, limit=ATTENTION_ROWS, at=queries.reading_moment(on)).rows,
    )


def board_context(scope: Scope, page: BoardPage) -> dict[str, Any]:
    """The template's view of a page."""
    lines = heat_lines(page)
    measure = word(MEASURES, page.measure)
    names = [line.name for line in lines]
    days = page.branches[0].days
    return {
        "board": page,
        "scope": scope,
        "path": scope.path(page.here.code),
        "figures": _figure_cards(page),
        "lights": _light_links(page),
        "running_url": cases_url(centre=page.here.code, light="RUNNING", on=page.on),
        "overdue_url": cases_url(centre=page.here.code, light="OVERDUE", on=page.on),
        "league": league_rows(page),
        "heat_lines": lines,
        "heat_days": days,
        "heat_option": heat_option(page.heat_rows, [line.cells for line in lines], names=names, measure=measure),
        "heat_measure": measure,
        "heat_size": _chart_size(len(lines)),
        "heat_links": [
            (word(MEASURES, name), _here_url(page, measure=name), name == page.measure) for name in HEAT_MEASURES
        ],
        "first_day": days[0],
        "previous_url": _here_url(page, on=page.on - timedelta(days=1)),
        "next_url": "" if page.is_today else _here_url(page, on=page.on + timedelta(days=1)),
        "today_url": "" if page.is_today else _here_url(page, on=today()),
        "lights_url": lights_url(page.here.code, page.on),
        "league_csv_url": _here_url(page, csv="league"),
        "heat_csv_url": _here_url(page, csv="heat"),
        "feed_text": feed_text(page.feed),
        "feeds_url": f"{portal_url('supervision:feeds')}?{urlencode({'centre': page.here.code})}",
    }


def _chart_size(rows: int) -> str:
    """The style class whose height fits so many rows; heights cannot be written into the page (no inline style)."""
    return next(
        name
        for most, name in (
            (1, "heat-line"),
            (4, "heat-small"),
            (10, "heat-medium"),
            (20, "heat-large"),
            (rows, "heat-huge"),
        )
        if rows <= most
    )


def _here_url(page: BoardPage, **changed: Any) -> str:
    shown: dict[str, Any] = {"on": page.on, "measure": page.measure, **changed}
    if shown["on"] == today():
        del shown["on"]
    if shown["measure"] == HEAT_MEASURES[0]:
        del shown["measure"]
    address = portal_url("supervision:centre", code=page.here.code)
    return f"{address}?{urlencode(shown)}" if shown else address


def _figure_cards(page: BoardPage) -> list[FigureCard]:
    seen = page.overview
    piece = bi("件", "")

    def url(measure: str) -> str:
        return cases_url(centre=page.here.code, measure=measure, first_day=page.on, last_day=page.on)

    def beside(value: Callable[[DayFigures], object]) -> str:
        text = bi("前一日 {n}", "day before {n}", n=value(seen.yesterday))
        if seen.last_year != DayFigures():
            text += bi(" · 去年同日 {n}", " · a year ago {n}", n=value(seen.last_year))
        return text

    def rate_card(name: str, rate: Callable[[DayFigures], Rate], measure: str) -> FigureCard:
        now = rate(seen.today)
        share = bi("{part}/{whole}件 · ", "{part} of {whole} · ", part=now.part, whole=now.whole) if now.whole else ""
        return FigureCard(name, now.text, "", share + beside(lambda day: rate(day).text), url(measure))

    overdue = seen.lights.overdue
    return [
        FigureCard(
            bi("受理", "Accepted"), str(seen.today.accepted), piece, beside(lambda day: day.accepted), url("accepted")
        ),
        FigureCard(
            bi("办结", "Completed"),
            str(seen.today.completed),
            piece,
            beside(lambda day: day.completed),
            url("completed"),
        ),
        rate_card(bi("按时办结率", "On time"), lambda day: day.on_time_rate, "limited"),
        rate_card(bi("当场办结率", "On the spot"), lambda day: day.instant_rate, "instant"),
        FigureCard(
            bi("在办超期", "Overdue now"),
            str(overdue),
            piece,
            bi("前一日此时 {n}", "a day earlier {n}", n=seen.lights_yesterday.overdue),
            cases_url(centre=page.here.code, light="OVERDUE", on=page.on),
            overdue=overdue > 0,
        ),
    ]


def _light_links(page: BoardPage) -> list[LightLink]:
    lights = page.overview.lights
    return [
        LightLink(light, count, cases_url(centre=page.here.code, light=light.value, on=page.on))
        for light, count in (
            (Light.RED, lights.red),
            (Light.YELLOW, lights.yellow),
            (Light.WARNING, lights.warning),
            (Light.GREEN, lights.green),
        )
    ]


def branch_name(centre: Centre, own_hall: bool) -> str:
    """The name of a row: a child centre, or the centre's own hall."""
    return bi("{name}本级", "{name} itself", name=centre.short_name) if own_hall else centre.short_name


def league_rows(page: BoardPage) -> list[LeagueRow]:
    """The branches as shown: ranked where a rate can be told."""
    return [_league_row(page, branch, rank) for rank, branch in enumerate(page.branches, start=1)]


def _league_row(page: BoardPage, branch: Branch, rank: int) -> LeagueRow:
    where: dict[str, Any] = {"centre": branch.centre.code, "own_hall": branch.own_hall}
    period = {"first_day": branch.days[0], "last_day": branch.days[-1]}
    urls = {
        measure: cases_url(measure=measure, **period, **where)
        for measure in ("accepted", "completed", "limited", "instant")
    }
    urls |= {light.lower(): cases_url(light=light, on=page.on, **where) for light in ("RUNNING", "WARNING", "OVERDUE")}
    series = [figures.completed for figures in branch.series]
    only = branch.centre.code == page.here.code
    drill = portal_url("supervision:centre", code=branch.centre.code)
    if not page.is_today:
        drill += f"?{urlencode({'on': page.on})}"
    return LeagueRow(
        rank=rank if branch.figures.on_time_rate.whole else None,
        name=branch_name(branch.centre, branch.own_hall),
        url=cases_url(**where) if only else drill,
        figures=branch.figures,
        lights=branch.lights,
        points=spark_points(series),
        trend=bi("近14天每日办结：{s}", "Completed a day, 14 days: {s}", s="、".join(map(str, series))),
        urls=urls,
    )


def heat_lines(page: BoardPage) -> list[HeatLine]:
    """The heat map as a table; every cell leads to its rows."""
    most = max((value for row in page.heat_rows for value in row.values), default=0)
    days = page.branches[0].days
    return [
        HeatLine(branch_name(row.centre, row.own_hall), _heat_cells(row, days, most, page.measure))
        for row in page.heat_rows
    ]


def _heat_cells(row: HeatRow, days: Sequence[date], most: int, measure: str) -> list[HeatCell]:
    return [
        HeatCell(
            day=day,
            value=value,
            shade=shade(value, most),
            url=cases_url(centre=row.centre.code, own_hall=row.own_hall, measure=measure, first_day=day, last_day=day),
        )
        for day, value in zip(days, row.values, strict=True)
    ]


def feed_text(feed: FeedSummary) -> str:
    """One sentence about how late and how complete the figures are."""
    parts = [
        bi("{n}个中心已上报", "{n} centres report", n=feed.reporting),
        bi("缺数据{n}条", "{n} events missing", n=feed.missing) if feed.missing else bi("无缺号", "nothing missing"),
    ]
    if feed.never:
        parts.append(bi("{n}个中心尚无数据", "{n} centres sent nothing yet", n=feed.never))
    if feed.worst_lag is not None:
        parts.append(bi("最慢一批用时{t}", "slowest batch took {t}", t=duration_text(feed.worst_lag)))
    return bi("，", ", ").join(parts)
