"""The circular on overdue cases (督查通报): by window and period, on a page, as a table, as a paper to be signed (G-12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.exports import Table, asked_for, moment_cell
from zt_platform.papers.rendering import PDF, typeset
from zt_platform.supervision import queries
from zt_platform.supervision.filters import day_of
from zt_platform.supervision.queries import OverdueCase, OverdueReport, UnitOverdue
from zt_platform.supervision.scope import scope_for
from zt_platform.supervision.vocabulary import STATUSES, word
from zt_storage.names import content_disposition
from zt_tenants.clock import CHINA, today
from zt_tenants.language import bi

UNITS, CASES = "units", "cases"


@require_GET
def overdue(request: HttpRequest) -> HttpResponseBase:
    """Overdue cases of a centre and of all below it; ``?csv=units`` and ``?csv=cases`` take the tables along, ``?pdf=1``
    the paper. Without a period: this month."""
    scope = scope_for(supervisor_for_request(request))
    last_day = day_of(request.GET, "to")
    first_day = day_of(request.GET, "from") if request.GET.get("from") else last_day.replace(day=1)
    found = queries.overdue_by_unit(scope, code=request.GET.get("centre") or "", first_day=first_day, last_day=last_day)
    if export := asked_for(request):
        return export.of(_cases_table(found) if export.which == CASES else _units_table(found))
    if "pdf" in request.GET:
        return _paper(found)
    context = {
        "scope": scope,
        "here": found.here,
        "path": scope.path(found.here.code),
        "found": found,
        "periods": [(label, _url(found, *days), days == (first_day, last_day)) for label, days in _periods()],
        "pdf_url": _url(found, pdf="1"),
        "csv_url": _url(found, csv=UNITS),
        "cases_csv_url": _url(found, csv=CASES),
    }
    return render(request, "supervision/overdue.html", context)


def _periods() -> list[tuple[str, tuple[date, date]]]:
    """This month so far, the month before, this year so far."""
    day = today()
    month = day.replace(day=1)
    before = month - timedelta(days=1)
    return [
        (bi("本月", "This month"), (month, day)),
        (bi("上月", "Last month"), (before.replace(day=1), before)),
        (bi("今年", "This year"), (day.replace(month=1, day=1), day)),
    ]


def _url(found: OverdueReport, first_day: date | None = None, last_day: date | None = None, **more: str) -> str:
    query = {
        "centre": found.here.code,
        "from": (first_day or found.first_day).isoformat(),
        "to": (last_day or found.last_day).isoformat(),
        **more,
    }
    return f"?{urlencode(query)}"


def _name(found: OverdueReport, zh: str, en: str) -> str:
    return f"{found.here.short_name}{bi(zh, en)} {found.first_day}–{found.last_day}"


def _units_table(found: OverdueReport) -> Table:
    header = [
        bi("中心", "Centre"),
        bi("部门窗口", "Window of"),
        bi("超期件数", "Overdue"),
        bi("仍未办", "Still running"),
        bi("超期后办理", "Handled late"),
        bi("最长超期（工作日）", "Longest, in working days"),
    ]
    rows = [
        [unit.centre_name, unit.department, unit.count, unit.running, unit.late, unit.longest] for unit in found.units
    ]
    return Table(_name(found, "超期办件统计", " overdue cases by window"), header, rows)


def _cases_table(found: OverdueReport) -> Table:
    header = [
        bi("中心", "Centre"),
        bi("部门窗口", "Window of"),
        bi("办件编号", "Tracking number"),
        bi("事项", "Item"),
        bi("承诺期限", "Due at"),
        bi("停止计时", "Clock stopped at"),
        bi("超期工作日", "Working days over"),
        bi("状态", "Status"),
    ]
    rows = (
        [
            unit.centre_name,
            unit.department,
            case.record.tracking_number,
            case.record.item_name,
            moment_cell(case.record.due_at),
            moment_cell(case.record.stopped_at),
            case.days_over,
            word(STATUSES, case.record.status),
        ]
        for unit, case in _every_case(found)
    )
    return Table(_name(found, "超期办件清单", " overdue cases"), header, rows)


def _every_case(found: OverdueReport) -> Iterator[tuple[UnitOverdue, OverdueCase]]:
    for unit in found.units:
        for case in unit.cases:
            yield unit, case


def _paper(found: OverdueReport) -> HttpResponse:
    """The circular as PDF, in Chinese, to be signed and sealed by hand: it bears no number of the paper register."""
    data = {
        "letterhead": found.here.name,
        "title": "关于超期办件的通报",
        "period": f"{_long(found.first_day)}至{_long(found.last_day)}",
        "read_at": f"{found.read_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        "count": found.count,
        "running": found.running,
        "left_out": found.left_out,
        "units": [_unit_for_paper(unit) for unit in found.units],
    }
    answer = HttpResponse(typeset("circular", data), content_type=PDF)
    name = f"督查通报-{found.here.short_name}-{found.first_day}-{found.last_day}.pdf"
    answer.headers["Content-Disposition"] = content_disposition(name, inline=True)
    return answer


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _unit_for_paper(unit: UnitOverdue) -> dict[str, object]:
    return {
        "centre": unit.centre_name,
        "department": unit.department,
        "count": unit.count,
        "running": unit.running,
        "late": unit.late,
        "longest": unit.longest,
        "cases": [
            [
                case.record.tracking_number,
                case.record.item_name,
                moment_cell(case.record.due_at),
                moment_cell(case.record.stopped_at) or "未办",
                str(case.days_over),
            ]
            for case in unit.cases
        ],
    }
