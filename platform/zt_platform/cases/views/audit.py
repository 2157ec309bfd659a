"""The audit record as a page and a table, for administrators and supervisors of the centre; taking it along is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor, ActorKind
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.cases import queries
from zt_platform.cases.numbers import grouped
from zt_platform.cases.queries import AuditFilter, AuditLine
from zt_platform.exports import Table, asked_for
from zt_platform.link_values import day_named
from zt_platform.organisation.queries import colleagues
from zt_platform.organisation.roles import Role
from zt_tenants.clock import CHINA
from zt_tenants.language import bi

PAGE = 100
MOST_ROWS = 20_000
STEPS = "STEPS"


def _filter(request: HttpRequest) -> AuditFilter:
    """From the address; what cannot be read filters nothing."""
    try:
        account_id = UUID(request.GET.get("who", ""))
    except ValueError:
        account_id = None
    deed = request.GET.get("deed", "")
    digits = "".join(
        character for character in request.GET.get("case", "") if character.isascii() and character.isdigit()
    )
    return AuditFilter(
        account_id=account_id,
        tracking_number=digits[:40],
        deed=deed if deed in (STEPS, *Deed.values) else "",
        since=day_named(request.GET.get("since", "")),
        until=day_named(request.GET.get("until", "")),
    )


@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """The record, newest first; ``?csv=1`` or ``?xlsx=1`` as a table."""
    actor = actor_for_request(request)
    actor.require(*queries.READS_RECORD)
    wanted = _filter(request)
    export = asked_for(request)
    if export is not None:
        record(Deed.EXPORTED, actor=actor, purpose="审计记录", data={"filter": request.GET.urlencode()[:500]})
        return export.of(_table(actor, wanted))
    lines = queries.audit_lines(actor, wanted, after=request.GET.get("after", ""), limit=PAGE + 1)
    kept = {name: value for name, value in request.GET.items() if name != "after" and value}
    older = f"?{urlencode({**kept, 'after': lines[PAGE - 1].place})}" if len(lines) > PAGE else ""
    context = {
        "lines": [(line, grouped(line.tracking_number), roles_of(line)) for line in lines[:PAGE]],
        "older_url": older,
        "wanted": wanted,
        "deeds": [(STEPS, bi("办件环节", "Steps of cases")), *Deed.choices],
        "people": colleagues(actor),
        "csv_url": f"?{urlencode({**kept, 'csv': 1})}",
        "xlsx_url": f"?{urlencode({**kept, 'xlsx': 1})}",
        "queue_url": reverse("workbench:queue"),
    }
    return render(request, "workbench/record.html", context)


def roles_of(line: AuditLine) -> str:
    """The roles of a line by their names; what moved nothing in a case is staff's, whichever role they acted in."""
    names = {**{role.value: str(role.label) for role in Role}, ActorKind.STAFF.value: bi("工作人员", "Staff")}
    return "、".join(names.get(code, code) for code in line.roles.split(",") if code)


def _table(actor: Actor, wanted: AuditFilter) -> Table:
    return Table(
        name=bi("审计记录", "audit record"),
        header=[
            bi("时间", "Time"),
            bi("人员", "Who"),
            bi("岗位", "Roles"),
            bi("行为", "Deed"),
            bi("办件编号", "Case"),
            bi("用途", "Purpose"),
        ],
        rows=_rows(queries.audit_lines(actor, wanted, limit=MOST_ROWS)),
    )


def _rows(lines: list[AuditLine]) -> Iterator[list[str]]:
    for line in lines:
        moment = f"{line.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        yield [moment, line.actor_name, roles_of(line), line.label, grouped(line.tracking_number), line.purpose]
