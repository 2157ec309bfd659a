"""The provincial portal: home, search over all centres, the centre picker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from zt_platform.accounts.errors import SignInRequired
from zt_platform.accounts.sessions import applicant_for_request
from zt_platform.cases.duties import Duty
from zt_platform.cases.vocabulary import Status
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.index.queries import (
    cases_of,
    centres_offering,
    common_life_events,
    search_item_names,
    search_items,
    waiting_for,
)
from zt_platform.web.preferences import CENTRE_COOKIE
from zt_tenants.centres import ancestors, centre_by_code, children, province
from zt_tenants.errors import UnknownCentre
from zt_tenants.finding import highlighted, search_centres
from zt_tenants.language import bi
from zt_tenants.models import Centre, Level
from zt_tenants.urls import centre_url

PAGE = 20


def remembered_centre(request: HttpRequest) -> Centre | None:
    """The centre whose pages this browser read last, if it is still open."""
    code = request.COOKIES.get(CENTRE_COOKIE, "")
    try:
        return centre_by_code(code) if code.isdecimal() else None
    except UnknownCentre:
        return None


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """One search box, three doors, the centres, the nearby one remembered."""
    top = province()
    context = {
        "province": top,
        "cities": children(top),
        "life_events": common_life_events(),
        "near": remembered_centre(request),
    }
    return render(request, "web/home.html", context)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Items by name, life event or pinyin: first at the nearby centre, then in the whole province.

    ``q`` is the text, ``centre`` limits to one centre, ``item`` shows every centre that accepts one item.
    """
    query = request.GET.get("q", "").strip()
    item_code = request.GET.get("item", "")
    if item_code:
        offers = centres_offering(item_code)
        return render(request, "web/search_item.html", {"offers": offers, "query": query, "item_code": item_code})
    near = remembered_centre(request)
    only = request.GET.get("centre", "")
    if only:
        near = centre_by_code(only)
    context = {
        "query": query,
        "near": near,
        "near_items": search_items(query, centre_code=near.code) if near and query else [],
        "items": [] if only else search_item_names(query),
        "centres": [] if only else [(one, highlighted(one.name, query)) for one in search_centres(query, limit=5)],
        "only": only,
        "life_events": [] if query else common_life_events(),
    }
    # htmx asks as one types and wants the results alone.
    part = bool(request.headers.get("HX-Request"))
    response = render(request, "web/search_results.html" if part else "web/search.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@require_GET
def my_cases(request: HttpRequest) -> HttpResponse:
    """What waits for the signed-in person, the drafts, and all cases at whatever centre, the latest change first."""
    account_id = applicant_for_request(request).account_id
    if account_id is None:
        raise SignInRequired
    position = _position(request.GET.get("after", ""))
    entries = cases_of(account_id, after=position, limit=PAGE + 1)
    waiting = waiting_for(account_id) if position is None else []
    drafts = [entry for entry in waiting if entry.draft_id is not None]
    older = f"?after={entries[PAGE - 1].updated_at.isoformat()}~{entries[PAGE - 1].id}" if len(entries) > PAGE else ""
    context = {
        "first": position is None,
        "todo": [todo_row(entry) for entry in waiting if entry.draft_id is None],
        "drafts": [todo_row(entry) for entry in drafts if entry.duty != Duty.RESTORE],
        "discarded": [todo_row(entry) for entry in drafts if entry.duty == Duty.RESTORE],
        "rows": [(entry, _status(entry.status)) for entry in entries[:PAGE]],
        "older_url": older.replace("+", "%2B"),
    }
    return render(request, "web/my_cases.html", context)


@dataclass(frozen=True, slots=True)
class TodoRow:
    """One thing that waits: what it is about, what to do, the address where it is done."""

    entry: ApplicantCaseEntry
    word: str
    explanation: str
    url: str
    discard_url: str = ""


def todo_row(entry: ApplicantCaseEntry) -> TodoRow:
    """A row of the index as the page shows it; a duty that this release does not know leads to the case."""
    code, number = entry.centre_code, entry.tracking_number
    if entry.draft_id is not None:
        discard = centre_url(code, "cases:draft-discard", case_id=entry.draft_id)
        if entry.duty == Duty.RESTORE:
            return TodoRow(entry, str(Duty.RESTORE.label), "", discard)
        address = centre_url(code, "cases:draft-step", case_id=entry.draft_id, step="form")
        return TodoRow(entry, str(Duty.CONTINUE.label), "", address, discard)
    word = str(Duty(entry.duty).label) if entry.duty in Duty.values else bi("去看看", "Have a look")
    page = "cases:supply" if entry.duty == Duty.SUPPLY else "cases:mine"
    explanation = _EXPLANATIONS.get(entry.duty)
    return TodoRow(entry, word, bi(*explanation) if explanation else "", centre_url(code, page, number=number))


_EXPLANATIONS = {
    Duty.CORRECT.value: (
        "窗口请您一次补正，补齐前不计时限。",
        "The window asks you to put it right; no time is counted.",
    ),
    Duty.SUPPLY.value: ("您承诺补交的材料还没有交齐。", "Papers that you promised are still owed."),
    Duty.CONFIRM.value: ("结果已经寄出，收到后请确认。", "The result is posted; confirm when it has arrived."),
    Duty.COLLECT.value: (
        "已经办结，打开可看领取方式和取件码。",
        "Completed: open it for the pick-up code and where to go.",
    ),
}


def _status(value: str) -> str:
    """The status of a case in words, also one that this release does not know."""
    return str(Status(value).label) if value in Status.values else value


def _position(text: str) -> tuple[datetime, UUID] | None:
    """The place in the list that a "next page" link names; None for the first page or a broken link."""
    moment, _, identity = text.partition("~")
    try:
        return datetime.fromisoformat(moment), UUID(identity)
    except ValueError:
        return None


@require_GET
def centres(request: HttpRequest) -> HttpResponse:
    """The centre picker: search by name or pinyin, or go down level by level (``in`` is the centre one stands in).

    The search box asks for the first matches alone (header ``X-Options``) as one types; without scripts it is a form.
    """
    query = request.GET.get("q", "").strip()
    options = bool(request.headers.get("X-Options"))
    if query or options:
        found = [
            (centre, highlighted(centre.name, query)) for centre in search_centres(query, limit=8 if options else 50)
        ]
        page = "web/components/centre_options.html" if options else "web/centres.html"
        response = render(request, page, {"query": query, "found": found, "searching": True})
        patch_vary_headers(response, ("X-Options",))
        return response
    code = request.GET.get("in", "")
    here = centre_by_code(code) if code else province()
    below = children(here)
    grouped = [(Level(level), list(group)) for level, group in groupby(below, key=lambda centre: centre.level)]
    above = list(reversed(ancestors(here)))
    return render(request, "web/centres.html", {"here": here, "above": above, "groups": grouped, "searching": False})
