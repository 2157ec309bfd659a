"""The register of joint cases (并联项目登记制, H-06) with its figures (H-10) and what joint handling is worth (H-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.querysets import CaseQuerySet
from zt_platform.exports import asked_for
from zt_platform.joint import queries
from zt_platform.joint.pictures import day_columns, days_option, median_text
from zt_platform.joint.register_queries import RegisterFilter, decision_days, register_figures, register_for
from zt_platform.joint.tables import register_table
from zt_platform.joint.vocabulary import MeetingState, Stage
from zt_platform.link_values import day_named, row_number
from zt_tenants.clock import now, today
from zt_tenants.language import bilingual

PAGE = 50
MOST_ROWS = 5000
STATES = (("running", bilingual("办理中", "Running")), ("ended", bilingual("已有结果", "Ended")))


def _since(text: str) -> date:
    """The first day of the figures; the first of the year unless the address says otherwise."""
    return day_named(text) or today().replace(month=1, day=1)


def _filter(given: QueryDict) -> RegisterFilter:
    state, stage = given.get("state", ""), given.get("stage", "")
    return RegisterFilter(
        state=state if state in dict(STATES) else "",
        stage=stage if stage in Stage.values else "",
        text=given.get("q", "").strip()[:60],
    )


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """The register, the latest first; figures since a day; ``csv`` and ``xlsx`` as tables."""
    actor, given = actor_for_request(request), request.GET
    wanted, since = _filter(given), _since(given.get("since", ""))
    found = register_for(actor, wanted)
    if export := asked_for(request):
        record(Deed.EXPORTED, actor=actor, purpose="并联登记", data={"filter": given.urlencode()[:500]})
        cases = list(found[:MOST_ROWS])
        return export.of(register_table(cases, queries.progress_of_many(_numbers(cases))))
    place = given.get("after", "")
    cases = list(_after(found.order_by("-joint_opened_at", "-pk"), place)[: PAGE + 1])
    progress = queries.progress_of_many(_numbers(cases))
    kept = {name: given[name] for name in ("state", "stage", "q", "since") if given.get(name)}
    days = decision_days(actor, since)
    columns = day_columns(days)
    context = {
        "rows": [_row(case, progress) for case in cases[:PAGE]],
        "figures": register_figures(actor, since),
        "since": since,
        "joint_median": median_text(days.joint),
        "other_median": median_text(days.other),
        "columns": columns,
        "days_option": days_option(days, columns) if columns else None,
        "wanted": wanted,
        "states": STATES,
        "stages": Stage.choices,
        "csv_url": f"?{urlencode({**kept, 'csv': 1})}",
        "xlsx_url": f"?{urlencode({**kept, 'xlsx': 1})}",
        "newer_url": f"?{urlencode(kept)}" if place else "",
        "older_url": f"?{urlencode({**kept, 'after': _place(cases[PAGE - 1])})}" if len(cases) > PAGE else "",
    }
    return render(request, "joint/register.html", context)


def _place(case: Case) -> str:
    return f"{case.joint_opened_at.isoformat() if case.joint_opened_at else ''}~{case.pk}"


def _after(found: CaseQuerySet, place: str) -> CaseQuerySet:
    """Continue behind a place ``opened~id``; what cannot be read shows the first page."""
    opened, _, number = place.partition("~")
    last = row_number(number)
    if last is None:
        return found
    try:
        moment = datetime.fromisoformat(opened)
    except ValueError:
        return found
    return found.filter(Q(joint_opened_at__lt=moment) | Q(joint_opened_at=moment, pk__lt=last))


def _numbers(cases: Sequence[Case]) -> list[str]:
    return [case.tracking_number or "" for case in cases]


def _row(case: Case, progress: Mapping[str, queries.Progress]) -> dict[str, object]:
    entry = queries.register_of_case(case)
    meetings = entry.meetings if entry else []
    return {
        "case": case,
        "entry": entry,
        "number": grouped(case.tracking_number or ""),
        "progress": progress.get(case.tracking_number or ""),
        "meetings": sum(meeting.state is not MeetingState.CANCELLED for meeting in meetings),
        "light": case.light_at(now()),
    }
