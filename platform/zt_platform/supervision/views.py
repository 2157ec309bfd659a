"""Pages of supervision: thin over the queries, limited to what the reader may supervise (R-01, R-12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.exports import asked_for
from zt_platform.supervision import queries
from zt_platform.supervision.board_page import (
    board_context,
    feed_text,
    read_board,
)
from zt_platform.supervision.charts import lags_option
from zt_platform.supervision.durations import duration_text
from zt_platform.supervision.filters import day_of, filters_of, query_of
from zt_platform.supervision.queries import CaseFilters, CaseRow, FeedSummary, StepRow
from zt_platform.supervision.scope import Scope, scope_for
from zt_platform.supervision.tables import cases_table, feeds_table, heat_table, league_table, steps_table
from zt_platform.supervision.vocabulary import HEAT_MEASURES, KINDS, LIGHTS, MEASURES, STATUSES, STEPS, word
from zt_platform.workcalendar.queries import missing_year
from zt_tenants.fleet import fleet_status
from zt_tenants.language import bi
from zt_tenants.models import Level
from zt_tenants.timers.queries import parked_timers, timers_status
from zt_tenants.urls import portal_url

EXPORT_ROWS = 10_000
EXPORT_PAGE = 500
FEED_ROWS = 50
SLOWEST_ROWS = 12
_BOARD_TABLES = {"league": league_table, "heat": heat_table}
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
def home(request: HttpRequest) -> HttpResponseBase:
    """The supervisor's own level: the province, or a city."""
    scope = _scope(request)
    return _board(request, scope, scope.root.code)


@require_GET
def centre(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same screen one level further down, or of one centre."""
    return _board(request, _scope(request), code)


def _board(request: HttpRequest, scope: Scope, code: str) -> HttpResponseBase:
    measure = request.GET.get("measure") or HEAT_MEASURES[0]
    page = read_board(scope, code=code, on=day_of(request.GET), measure=measure)
    export = asked_for(request)
    if export and export.which in _BOARD_TABLES:
        return export.of(_BOARD_TABLES[export.which](page))
    context = {**board_context(scope, page), "missing_year": missing_year() if page.is_today else None}
    return render(request, "supervision/board.html", context)


@require_GET
def cases(request: HttpRequest) -> HttpResponseBase:
    """The rows behind a figure; every filter is in the URL."""
    scope, filters, on = _scope(request), filters_of(request.GET), day_of(request.GET)
    moment = queries.reading_moment(on)
    if export := asked_for(request):
        return export.of(cases_table(_all_cases(scope, filters, moment)))
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
        "levels": Level.choices,
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


@require_GET
def case(request: HttpRequest, number: str) -> HttpResponseBase:
    """One case over all levels: its ledgers and every step."""
    scope = _scope(request)
    trail = queries.case_steps(scope, number)
    if export := asked_for(request):
        return export.of(steps_table(trail))
    inside = next(row for row in trail.ledgers if row.record.centre_code in scope.centres)
    context = {
        "scope": scope,
        "path": scope.path(inside.record.centre_code),
        "trail": trail,
        "inside": inside,
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


@require_GET
def feeds(request: HttpRequest) -> HttpResponseBase:
    """How late and how complete each centre's feed is."""
    scope = _scope(request)
    code = request.GET.get("centre") or scope.root.code
    found = queries.feeds(scope, code=code)
    if export := asked_for(request):
        return export.of(feeds_table(found))
    state = request.GET.get("state", "")
    rows = [row for row in found.rows if not state or row.state == state]
    number = _page_number(request)
    shown = rows[(number - 1) * FEED_ROWS : number * FEED_ROWS]
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
        "states": [
            (choice.label, count, _feeds_url(code, choice.value), choice == state)
            for choice, count in found.by_state.items()
        ],
        "every_url": _feeds_url(code, ""),
        "lags": _slowest(found),
        "state": state,
        "shown_rows": shown,
        "shown": bi("第{n}页，共{m}个中心", "page {n} of {m} centres", n=number, m=len(rows)),
        "newer_url": _feeds_url(code, state, number - 1) if number > 1 else "",
        "older_url": _feeds_url(code, state, number + 1) if len(rows) > number * FEED_ROWS else "",
    }
    return render(request, "supervision/feeds.html", context)


def _slowest(found: FeedSummary) -> dict[str, Any] | None:
    """A picture of the feeds that took longest, the slowest on top; None while no report has arrived."""
    arrived = [row for row in found.rows if row.lag is not None]
    rows = sorted(arrived, key=lambda row: row.lag or timedelta(0), reverse=True)[:SLOWEST_ROWS]
    if not rows:
        return None
    said = bi(
        "在途用时最长的{n}个中心，最慢的{name}用了{t}；下方表格列出全部中心。",
        "The {n} slowest feeds; the slowest, {name}, took {t}. The table below holds every centre.",
        n=len(rows),
        name=rows[0].centre.short_name,
        t=duration_text(rows[0].lag),
    )
    return lags_option(rows, said=said)


def _feeds_url(code: str, state: str, page: int = 1) -> str:
    query = {"centre": code, **({"state": state} if state else {}), **({"page": page} if page > 1 else {})}
    return f"?{urlencode(query)}"


def _page_number(request: HttpRequest) -> int:
    """The page a link names; the first one for nonsense."""
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
