"""The clerk's workbench: the queue, kept in its URL, and the page of one case with everything on one screen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.audit.commands import record_reading
from zt_platform.cases import queries
from zt_platform.cases.check_cards import cards_of
from zt_platform.cases.commands.holding import WORKERS
from zt_platform.cases.intake_routes import Route, routes_of
from zt_platform.cases.item_forms import readable_answers
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.postal import is_by_post
from zt_platform.cases.presentation import (
    FileRow,
    applicant_facts,
    clock_facts,
    file_row,
    limit_rows,
    local_calendar,
    remaining_of,
    standing,
    timeline_groups,
)
from zt_platform.cases.queries import QueueFilter
from zt_platform.cases.querysets import CaseQuerySet
from zt_platform.cases.rules import Calendar
from zt_platform.cases.sections import sections_of
from zt_platform.cases.views.actions import buttons_for
from zt_platform.cases.views.batch import batch_acts
from zt_platform.cases.views.papers import lines_for_staff
from zt_platform.cases.vocabulary import Channel, Light, Status
from zt_platform.cases.ways_facts import delivery_facts, ways_facts
from zt_platform.catalogue.models import ItemVersion
from zt_platform.catalogue.queries import item_version
from zt_platform.link_values import row_number
from zt_platform.notices.queries import told_about
from zt_platform.orders.queries import READERS as ORDER_READERS
from zt_platform.orders.queries import orders_about
from zt_platform.organisation.roles import Role
from zt_storage.missing import presence
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.language import bi

PAGE = 50
_TABS: tuple[tuple[str, tuple[Status, ...], str, str], ...] = (
    ("pre-review", (Status.SUBMITTED,), "待预审", "To pre-review"),
    ("acceptance", (Status.PRE_REVIEWED,), "待受理", "To accept"),
    ("correction", (Status.CORRECTING,), "补正中", "Being corrected"),
    ("review", (Status.ACCEPTED,), "待审核", "To review"),
    ("decision", (Status.REVIEWED,), "待审批", "To decide"),
    ("suspended", (Status.SUSPENDED,), "特别程序中", "Suspended"),
    ("away", (Status.TRANSFERRED, Status.HANDED_DOWN), "在其他中心", "Elsewhere"),
    ("seal", (Status.APPROVED, Status.REJECTED), "待盖章", "To seal"),
    ("delivery", (Status.COMPLETED,), "待送达", "To deliver"),
    ("posted", (Status.POSTED,), "已寄出", "Posted"),
)


def _known(text: str, words: Collection[str]) -> str:
    return text if text in words else ""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the queue is narrowed to, as it stands in the URL."""

    step: str
    q: str
    item: str
    light: str
    scope: str
    channel: str
    sort: str
    route: str

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        """Read from a request; unknown values count as none."""
        step = query.get("step", "")
        known = {name for name, *_ in _TABS} | {"all"}
        light = query.get("light", "")
        return cls(
            step=step if step in known else "",
            q=query.get("q", "").strip()[:60],
            item=query.get("item", "")[:40],
            light=light if light in Light.values else "",
            scope=_known(query.get("scope", ""), queries.SCOPES),
            channel=_known(query.get("channel", ""), Channel.values),
            sort=_known(query.get("sort", ""), ("newest",)),
            route=_known(query.get("route", ""), Route.values),
        )

    @property
    def any(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return bool(self.q or self.item or self.light or self.channel or self.scope or self.route)

    def query_for(self) -> QueueFilter:
        """The same for the query."""
        statuses = next((statuses for name, statuses, *_ in _TABS if name == self.step), ())
        everything = self.step == "all"
        return QueueFilter(
            statuses=statuses,
            text=self.q,
            item_code=self.item,
            light=self.light,
            todo=not self.step and not self.q,
            is_open=not everything and not self.q,
            scope=self.scope,
            channel=self.channel,
            newest=self.sort == "newest",
            route=self.route,
        )

    def url(self, base: str, step: str) -> str:
        """The address of another tab with the same scope and order."""
        kept = {"step": step, "scope": self.scope, "sort": self.sort}
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{base}?{query}" if query else base


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the queue with how many cases wait behind it; None where counting would not help."""

    label: str
    url: str
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    id: int
    url: str
    light: str
    tracking_number: str
    item_name: str
    applicant: str
    remaining: str
    over: bool
    step: str
    origin: str
    from_other: bool
    holder: str
    own: bool


def origin_of(case: Case) -> str:
    """Where a case comes from, in few words: this centre's window or portal, or another centre and by what right."""
    if case.channel == Channel.MESSAGE:
        kind = str(case.get_delegation_kind_display()) if case.delegation_kind else ""
        return " ".join(part for part in (case.counterpart_name.removesuffix("政务服务中心"), kind) if part)
    return str(Channel(case.channel).label)


def _row(case: Case, moment: datetime, days: Calendar, actor: Actor) -> QueueRow:
    left, over = remaining_of(case, moment, days)
    return QueueRow(
        id=case.pk,
        url=reverse("workbench:case", kwargs={"case_id": case.pk}),
        light=case.light_at(moment) if case.running_due_at or case.due_at else "",
        tracking_number=grouped(case.tracking_number or ""),
        item_name=case.item_name,
        applicant=case.applicant_name_masked,
        remaining=left,
        over=over,
        step=str(Status(case.status).label),
        origin=origin_of(case),
        from_other=case.channel == Channel.MESSAGE,
        holder=case.holder_name,
        own=case.holder_account_id is not None and case.holder_account_id == actor.account_id,
    )


def _after(found: CaseQuerySet, place: str, *, newest: bool) -> CaseQuerySet:
    """Continue a list behind a place ``due~id``; the order is by running limit (none last), then id, or newest first."""
    due_text, _, key = place.partition("~")
    last = row_number(key)
    if last is None:
        return found
    if newest:
        return found.filter(id__lt=last)
    if due_text == "none":
        return found.filter(running_due_at__isnull=True, id__gt=last)
    try:
        due = datetime.fromisoformat(due_text)
    except ValueError:
        return found
    later = Q(running_due_at__gt=due) | Q(running_due_at=due, id__gt=last) | Q(running_due_at__isnull=True)
    return found.filter(later)


def _place_of(case: Case) -> str:
    return f"{case.running_due_at.isoformat() if case.running_due_at else 'none'}~{case.pk}"


def _tabs(actor: Actor, filters: Filters, base: str) -> list[Tab]:
    counts = queries.queue_counts(actor, filters.scope)
    tabs = [Tab(bi("我的待办", "My duties"), filters.url(base, ""), counts.duties, not filters.step)]
    for name, statuses, zh, en in _TABS:
        count = sum(counts.by_status.get(status.value, 0) for status in statuses)
        tabs.append(Tab(bi(zh, en), filters.url(base, name), count, filters.step == name))
    tabs.append(Tab(bi("全部", "All"), filters.url(base, "all"), None, filters.step == "all"))
    return tabs


def _scopes(actor: Actor) -> list[tuple[str, str]]:
    scopes = [("", bi("全中心", "Whole centre")), ("held", bi("我认领的", "Claimed by me"))]
    scopes.append(("free", bi("无人认领", "Nobody's")))
    if actor.department_id is not None:
        scopes.append(("department", bi("本部门", "My department")))
    return scopes


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The queue: what the reader has to do first, the most pressing on top."""
    actor = actor_for_request(request)
    filters = Filters.of(request.GET)
    base = reverse("workbench:queue")
    if request.headers.get("HX-Request"):
        return render(request, "workbench/queue_tabs.html", {"tabs": _tabs(actor, filters, base)})
    wanted = filters.query_for()
    found = _after(queries.queue_for(actor, wanted), request.GET.get("after", ""), newest=wanted.newest)
    cases = list(found[: PAGE + 1])
    moment, days = now(), local_calendar()
    older = ""
    if len(cases) > PAGE:
        kept = {name: value for name, value in request.GET.items() if name != "after"}
        older = f"?{urlencode({**kept, 'after': _place_of(cases[PAGE - 1])})}"
    everything = queries.queue_for(actor, QueueFilter())
    context = {
        "rows": [_row(case, moment, days, actor) for case in cases[:PAGE]],
        "tabs": _tabs(actor, filters, base),
        "filters": filters,
        "items": list(everything.order_by("item_name").values_list("item_code", "item_name").distinct()),
        "lights": Light.choices,
        "scopes": _scopes(actor),
        "channels": Channel.choices,
        "routes": Route.choices,
        "clear_url": f"{base}?step={filters.step}" if filters.step else base,
        "older_url": older,
        "batch_acts": batch_acts(actor),
        "may_hand_over": actor.has(*WORKERS),
        "empty_title": bi("没有符合条件的办件", "No case fits") if filters.any else bi("都办完了", "All done"),
        "empty_text": bi("换个条件试试，或者看看“全部”。", "Try other filters, or look at “All”.")
        if filters.any
        else bi("新的办件来了会出现在这里。", "New cases will appear here."),
    }
    return render(request, "workbench/queue.html", context)


@dataclass(frozen=True, slots=True)
class Paper:
    """One document the item asks for, with what was handed in for it."""

    name: str
    required: bool
    files: list[FileRow]


def papers_of(version: ItemVersion, case: Case) -> list[Paper]:
    """The documents of a case in the item's order, also those that are missing; then any the item does not name."""
    rows = [file_row(material) for material in getattr(case, "current_materials", [])]
    known = {material.code for material in version.materials.all()}
    papers = [
        Paper(
            name=bi(material.name, material.name_en),
            required=material.required,
            files=[row for row in rows if row.material_code == material.code],
        )
        for material in version.materials.all()
    ]
    others = [row for row in rows if row.material_code not in known]
    return papers + [Paper(name=row.material_name, required=False, files=[row]) for row in others]


def law_of(version: ItemVersion) -> list[tuple[str, str]]:
    """What the clerk must have in view: limits and their basis, conditions, the law."""
    instant = bi("当场办结", "on the spot")
    promised = bi("{n}个工作日", "{n} working days", n=version.promised_days) if version.promised_days else instant
    return [
        (bi("承诺时限", "Promised limit"), promised),
        (
            bi("法定时限", "Statutory limit"),
            bi(
                "{n}个工作日；{basis}",
                "{n} working days; {basis}",
                n=version.statutory_days,
                basis=version.statutory_basis,
            ),
        ),
        (bi("申请条件", "Conditions"), version.conditions),
        (bi("法定依据", "Legal basis"), version.legal_basis),
    ]


@require_GET
def case_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: papers left, form and law right, what can be done at the bottom."""
    actor = actor_for_request(request)
    case = queries.case_for(actor, case_id)
    version = item_version(case.item_code, case.item_version_number)
    entries = queries.timeline(case)
    where = standing(case.status, entries, case.counterpart_name, by_post=is_by_post(case))
    papers = papers_of(version, case)
    files = [row for paper in papers for row in paper.files]
    chosen = next((row for row in files if str(row.id) == request.GET.get("paper")), files[0] if files else None)
    days = local_calendar()
    left, over = remaining_of(case, now(), days)
    centre = current_centre()
    context = {
        "case": case,
        "number": grouped(case.tracking_number or ""),
        "light": case.light_at(now()),
        "routes": routes_of(case, version),
        "origin": origin_of(case),
        "remaining": left,
        "limits": limit_rows(case, now(), days),
        "clock_facts": clock_facts(case),
        "ways": ways_facts(case),
        "delivery": delivery_facts(case),
        "over": over,
        "papers": papers,
        "handed_in": sum(1 for paper in papers if paper.files),
        "preview": chosen,
        "presence": presence(chosen.attachment).value if chosen else "",
        "applicant": applicant_facts(case),
        "answers": readable_answers(version, case.form),
        "law": law_of(version),
        "checks": cards_of(case),
        "may_check": actor.has(Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER),
        "check_url": reverse("workbench:check", kwargs={"case_id": case.pk}),
        "groups": timeline_groups(
            entries, where, (centre.code, centre.name) if not where.at_counterpart else _there(case)
        ),
        "standing": where,
        "buttons": buttons_for(actor, case),
        "official": lines_for_staff(case),
        "orders": orders_about(case.tracking_number or ""),
        "may_read_orders": actor.has(*ORDER_READERS),
        "sections": sections_of(actor, case),
        "told": told_about(case.tracking_number) if case.tracking_number else [],
        "internal": queries.internal_lines(actor, case),
        "may_hold": actor.has(*WORKERS) and not case.is_closed,
        "holds": case.holder_account_id is not None and case.holder_account_id == actor.account_id,
        "queue_url": reverse("workbench:queue"),
    }
    record_reading(actor, case_id=case.pk, tracking_number=case.tracking_number or "", purpose="办件页")
    return render(request, "workbench/case.html", context)


def _there(case: Case) -> tuple[str, str]:
    return case.counterpart_code, case.counterpart_name
