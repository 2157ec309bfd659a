"""Pages of supervision: thin over the queries, limited to what the reader may supervise (R-01, R-12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.supervision import queries
from zt_platform.supervision.board_page import (
    BoardPage,
    board_context,
    feed_text,
    heat_lines,
    league_rows,
    read_board,
)
from zt_platform.supervision.durations import duration_text
from zt_platform.supervision.exports import csv_response
from zt_platform.supervision.filters import day_of, filters_of, query_of
from zt_platform.supervision.queries import CaseFilters, CaseRow, FeedSummary, StepRow
from zt_platform.supervision.scope import Scope, scope_for
from zt_platform.supervision.vocabulary import HEAT_MEASURES, KINDS, LIGHTS, MEASURES, ROLES, STATUSES, STEPS, word
from zt_tenants.clock import CHINA
from zt_tenants.fleet import fleet_status
from zt_tenants.language import bi
from zt_tenants.models import Level
from zt_tenants.timers.queries import parked_timers, timers_status
from zt_tenants.urls import portal_url

EXPORT_ROWS = 10_000
EXPORT_PAGE = 500
_STEP_STATES = {
    "REFUSED": "refused",
    "REJECTED": "refused",
    "DECLINED": "refused",
    "WITHDRAWN": "refused",
    "TERMINATED": "refused",
    "TRANSFERRED_BY_COMPETENCE": "refused",
    "HANDED_DOWN": "crossing",
    "TRANSFERRED": "crossing",
}
"""How the timeline marks a step; the others are simply done."""


def _scope(request: HttpRequest) -> Scope:
    return scope_for(supervisor_for_request(request))


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The supervisor's own level: the province, or a city."""
    scope = _scope(request)
    return _board(request, scope, scope.root.code)


@require_GET
def centre(request: HttpRequest, code: str) -> HttpResponse:
    """The same screen one level further down, or of one centre."""
    return _board(request, _scope(request), code)


def _board(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    measure = request.GET.get("measure") or HEAT_MEASURES[0]
    page = read_board(scope, code=code, on=day_of(request.GET), measure=measure)
    match request.GET.get("csv"):
        case "league":
            return _league_csv(page)
        case "heat":
            return _heat_csv(page)
    return render(request, "supervision/board.html", board_context(scope, page))


def _league_csv(page: BoardPage) -> HttpResponse:
    header = [
        bi("名次", "Rank"),
        bi("中心", "Centre"),
        bi("受理", "Accepted"),
        bi("办结", "Completed"),
        bi("按时办结", "On time"),
        bi("超时办结", "Late"),
        bi("按时办结率", "On-time rate"),
        bi("当场办结率", "On-the-spot rate"),
        bi("在办", "Running"),
        bi("预警", "Near limit"),
        bi("黄牌", "Yellow"),
        bi("红牌", "Red"),
    ]
    rows = [
        [
            row.rank,
            row.name,
            row.figures.accepted,
            row.figures.completed,
            row.figures.on_time,
            row.figures.late,
            row.figures.on_time_rate.text,
            row.figures.instant_rate.text,
            row.lights.running,
            row.lights.warning,
            row.lights.yellow,
            row.lights.red,
        ]
        for row in league_rows(page)
    ]
    return csv_response(
        bi("{c}近14天排名 {d}.csv", "{c} league {d}.csv", c=page.here.short_name, d=page.on), header, rows
    )


def _heat_csv(page: BoardPage) -> HttpResponse:
    header = [bi("中心", "Centre"), *(day.isoformat() for day in page.branches[0].days)]
    rows = [[line.name, *(cell.value for cell in line.cells)] for line in heat_lines(page)]
    measure = word(MEASURES, page.measure)
    name = bi("{c}每日{m} {d}.csv", "{c} {m} by day {d}.csv", c=page.here.short_name, m=measure, d=page.on)
    return csv_response(name, header, rows)


@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The rows behind a figure; every filter is in the URL."""
    scope, filters, on = _scope(request), filters_of(request.GET), day_of(request.GET)
    moment = queries.reading_moment(on)
    if "csv" in request.GET:
        return _cases_csv(_all_cases(scope, filters, moment))
    page = queries.list_cases(scope, filters, after=request.GET.get("after", ""), at=moment)
    total = queries.count_cases(scope, filters, at=moment)
    query = query_of(filters) + (f"&on={on.isoformat()}" if "on" in request.GET else "")
    context = {
        "scope": scope,
        "filters": filters,
        "here": scope.centre(filters.centre or scope.root.code),
        "path": scope.path(filters.centre or scope.root.code),
        "page_rows": page.rows,
        "total": bi("超过{n}", "more than {n}", n=queries.COUNT_LIMIT) if total > queries.COUNT_LIMIT else total,
        "measure": word(MEASURES, filters.measure) if filters.measure else "",
        "all_url": portal_url("supervision:cases"),
        "without_measure_url": _with(query_of(replace(filters, measure="", first_day=None, last_day=None))),
        "older_url": _with(f"{query}&{urlencode({'after': page.next_cursor})}") if page.next_cursor else "",
        "newer_url": _with(query) if "after" in request.GET else "",
        "csv_url": _with(f"{query}&csv=1"),
        "lights": LIGHTS.items(),
        "kinds": KINDS.items(),
        "statuses": STATUSES.items(),
        "read_at": moment,
        "on": on if "on" in request.GET else None,
    }
    return render(request, "supervision/cases.html", context)


def _with(query: str) -> str:
    address = portal_url("supervision:cases")
    return f"{address}?{query.lstrip('&')}" if query else address


def _all_cases(scope: Scope, filters: CaseFilters, moment: datetime) -> Iterator[CaseRow]:
    cursor = ""
    for _ in range(EXPORT_ROWS // EXPORT_PAGE):
        page = queries.list_cases(scope, filters, after=cursor, limit=EXPORT_PAGE, at=moment)
        yield from page.rows
        cursor = page.next_cursor
        if not cursor:
            return


def _china_text(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else ""


def _cases_csv(rows: Iterable[CaseRow]) -> HttpResponse:
    header = [
        bi("灯色", "Light"),
        bi("办件编号", "Tracking number"),
        bi("事项", "Item"),
        bi("中心", "Centre"),
        bi("部门", "Department"),
        bi("办件类型", "Kind"),
        bi("中心角色", "Role"),
        bi("状态", "Status"),
        bi("受理时间", "Accepted at"),
        bi("承诺期限", "Due at"),
        bi("决定时间", "Decided at"),
        bi("办结时间", "Completed at"),
    ]
    lines = (
        [
            row.light.label,
            row.record.tracking_number,
            row.record.item_name,
            row.centre.name if row.centre else row.record.centre_code,
            row.record.department,
            word(KINDS, row.record.kind),
            word(ROLES, row.record.role),
            word(STATUSES, row.record.status),
            _china_text(row.record.accepted_at),
            _china_text(row.record.due_at),
            _china_text(row.record.decided_at),
            _china_text(row.record.completed_at),
        ]
        for row in rows
    )
    return csv_response(bi("办件清单.csv", "cases.csv"), header, lines)


@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case over all levels: its ledgers and every step."""
    scope = _scope(request)
    trail = queries.case_steps(scope, number)
    if "csv" in request.GET:
        return _steps_csv(trail)
    inside = next(row for row in trail.ledgers if row.record.centre_code in scope.centres)
    context = {
        "scope": scope,
        "path": scope.path(inside.record.centre_code),
        "trail": trail,
        "first": trail.ledgers[0],
        "ledgers": [(row, _instants(row)) for row in trail.ledgers],
        "groups": [_timeline_group(steps) for steps in _by_centre(trail.steps)],
    }
    return render(request, "supervision/case.html", context)


def _instants(row: CaseRow) -> list[tuple[str, datetime | None]]:
    """The instants a ledger's row shows, with the column's name."""
    record = row.record
    return [
        (bi("受理", "Accepted"), record.accepted_at),
        (bi("承诺期限", "Due"), record.due_at),
        (bi("法定期限", "Statutory limit"), record.statutory_due_at),
        (bi("决定", "Decided"), record.decided_at),
    ]


def _by_centre(steps: list[StepRow]) -> Iterator[list[StepRow]]:
    """Runs of steps that one centre made in a row."""
    for _, run in groupby(steps, key=lambda row: row.step.centre_code):
        yield list(run)


def _timeline_group(steps: list[StepRow]) -> dict[str, Any]:
    """One centre's run of steps as the timeline component shows it."""
    centre = steps[0].centre
    entries = [
        {
            "title": word(STEPS, row.step.step),
            "at": row.step.occurred_at,
            "who": row.step.department,
            "state": _STEP_STATES.get(row.step.step, "done"),
        }
        for row in steps
    ]
    return {
        "centre_name": centre.name if centre else steps[0].step.centre_code,
        "level": centre.get_level_display() if centre else "",
        "entries": entries,
    }


def _steps_csv(trail: queries.CaseTrail) -> HttpResponse:
    header = [
        bi("时间", "Time"),
        bi("中心", "Centre"),
        bi("环节", "Step"),
        bi("状态", "Status"),
        bi("部门", "Department"),
        bi("上报序号", "Sequence"),
        bi("收到时间", "Received at"),
    ]
    rows = [
        [
            _china_text(row.step.occurred_at),
            row.centre.name if row.centre else row.step.centre_code,
            word(STEPS, row.step.step),
            word(STATUSES, row.step.status),
            row.step.department,
            row.step.sequence,
            _china_text(row.step.received_at),
        ]
        for row in trail.steps
    ]
    return csv_response(f"{trail.tracking_number}.csv", header, rows)


@require_GET
def feeds(request: HttpRequest) -> HttpResponse:
    """How late and how complete each centre's feed is."""
    scope = _scope(request)
    code = request.GET.get("centre") or scope.root.code
    found = queries.feeds(scope, code=code)
    if "csv" in request.GET:
        return _feeds_csv(found)
    context = {
        "scope": scope,
        "here": scope.centre(code),
        "path": scope.path(code),
        "feed": found,
        "feed_text": feed_text(found),
        "fleet": fleet_status() if scope.root.level == Level.PROVINCE else None,
        "timers": timers_status() if scope.root.level == Level.PROVINCE else None,
        "parked_timers": parked_timers(limit=50) if scope.root.level == Level.PROVINCE else [],
        "csv_url": f"?{urlencode({'centre': code, 'csv': 1})}",
    }
    return render(request, "supervision/feeds.html", context)


def _feeds_csv(found: FeedSummary) -> HttpResponse:
    header = [
        bi("状态", "State"),
        bi("中心", "Centre"),
        bi("最新序号", "Last sequence"),
        bi("缺数据条数", "Missing"),
        bi("缺号", "Gaps"),
        bi("缺数起始", "Gap since"),
        bi("最近办件时间", "Last event"),
        bi("最近收到", "Last received"),
        bi("在途用时", "Lag"),
    ]
    rows = [
        [
            row.state.label,
            row.centre.name,
            row.last_sequence,
            row.missing,
            " ".join(f"{first}–{last}" for first, last in row.gaps),
            _china_text(row.gap_since),
            _china_text(row.last_event_at),
            _china_text(row.last_received_at),
            duration_text(row.lag),
        ]
        for row in found.rows
    ]
    return csv_response(bi("数据上报情况.csv", "feeds.csv"), header, rows)
