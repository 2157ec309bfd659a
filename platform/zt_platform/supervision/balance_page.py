"""The page that says whether the ledgers balance: both equations, branch by branch, and every difference (E-20, E-21)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.balance import Balance, Difference, Position
from zt_platform.exports import Table, asked_for
from zt_platform.supervision import queries
from zt_platform.supervision.queries import BalanceRow
from zt_platform.supervision.scope import Scope, scope_for
from zt_tenants.language import bi

_ENDED_BEFORE = (
    *(Position.REFUSED, Position.TOLD_ELSEWHERE),
    *(Position.WITHDRAWN_BEFORE, Position.TERMINATED_BEFORE, Position.DECLINED_BEFORE),
)
_UNDER_WAY = (Position.RUNNING, Position.SUSPENDED, Position.ELSEWHERE)
_ENDED_AFTER = (Position.WITHDRAWN, Position.TERMINATED, Position.DECLINED)
DIFFERENCES, BRANCHES = "differences", "branches"


@require_GET
def balance(request: HttpRequest) -> HttpResponseBase:
    """The balance of a centre and of all below it; ``?csv=branches`` and ``?csv=differences`` take the tables along."""
    scope = scope_for(supervisor_for_request(request))
    found = queries.scope_balance(scope, code=request.GET.get("centre") or "")
    if export := asked_for(request):
        table = _differences_table(scope, found.differences) if export.which == DIFFERENCES else _table(found.rows)
        return export.of(table)
    context = {
        "scope": scope,
        "here": found.here,
        "path": scope.path(found.here.code),
        "found": found,
        "before": [(place.label, count) for place, count in found.total.before if count],
        "after": [(place.label, count) for place, count in found.total.after if count],
        "rows": [(row, _columns(row.balance), _url(row, found.here.code)) for row in found.rows],
        "differences": [(each, scope.centres.get(each.centre_code)) for each in found.differences],
        "csv_url": f"?{urlencode({'centre': found.here.code, 'csv': BRANCHES})}",
        "differences_csv_url": f"?{urlencode({'centre': found.here.code, 'csv': DIFFERENCES})}",
    }
    return render(request, "supervision/balance.html", context)


def _url(row: BalanceRow, here: str) -> str:
    """Where the row's branches are; "" for a hall by itself, which has none."""
    return "" if row.centre.code == here else f"?{urlencode({'centre': row.centre.code})}"


def _columns(balance: Balance) -> list[tuple[str, int]]:
    """The row's figures in the order of the equations, each with its column's name."""

    def together(*places: Position) -> int:
        return sum(balance.at(place) for place in places)

    return [
        (bi("收件", "Came in"), balance.came_in),
        (bi("待受理", "Waiting"), together(Position.WAITING, Position.HANDED_DOWN)),
        (bi("待补正", "Correcting"), together(Position.CORRECTING)),
        (bi("受理前结束", "Ended before"), together(*_ENDED_BEFORE)),
        (bi("受理", "Accepted"), balance.accepted),
        (bi("在办", "Running"), together(*_UNDER_WAY)),
        (bi("已决定", "Decided"), together(Position.DECIDED)),
        (bi("已办结", "Completed"), together(Position.COMPLETED, Position.DELIVERED)),
        (bi("受理后撤回、终止", "Ended after"), together(*_ENDED_AFTER)),
        (bi("差额", "Unaccounted"), _unaccounted(balance)),
    ]


def _unaccounted(balance: Balance) -> int:
    return abs(balance.came_in_unaccounted) + abs(balance.accepted_unaccounted) + balance.contradictory


def _table(rows: Iterable[BalanceRow]) -> Table:
    header = [bi("中心", "Centre"), *[name for name, _ in _columns(Balance())]]
    lines = ([row.centre.name, *[count for _, count in _columns(row.balance)]] for row in rows)
    return Table(bi("办件台账平衡", "ledger balance"), header, lines)


def _differences_table(scope: Scope, differences: Iterable[Difference]) -> Table:
    header = [
        bi("差异", "Difference"),
        bi("中心", "Centre"),
        bi("办件编号", "Tracking number"),
        bi("内容", "What"),
    ]
    lines = (
        [
            str(each.kind.label),
            scope.centres[each.centre_code].name if each.centre_code in scope.centres else each.centre_code,
            each.tracking_number,
            bi(each.zh, each.en),
        ]
        for each in differences
    )
    return Table(bi("办件台账差异", "ledger differences"), header, lines)
