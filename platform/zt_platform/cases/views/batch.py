"""One act on several marked cases: first a preview that says what happens to each, then each in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.cases import queries
from zt_platform.cases.consequences import consequences_of
from zt_platform.cases.errors import CaseNotFound
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.views.action_pages import ActionPage
from zt_platform.cases.views.actions import page_by_slug, pages_for
from zt_tenants.errors import DomainError
from zt_tenants.language import bi

BATCHABLE = ("pass-pre-review", "accept", "complete", "deliver")
"""Acts that need no word of the clerk's own for each case. Decisions are read and signed one by one."""
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One marked case: what will happen to it, or why nothing will."""

    case: Case
    number: str
    possible: bool
    words: list[str]


def batch_pages() -> list[ActionPage]:
    """The acts that a queue offers for marked cases."""
    return [page for slug in BATCHABLE if (page := page_by_slug(slug)) is not None]


def _marked(request: HttpRequest) -> list[tuple[int, int | None]]:
    """Ids and, from the preview, the versions looked at: ``id`` or ``id~version``."""
    marked: list[tuple[int, int | None]] = []
    for text in request.POST.getlist("case")[:MOST_AT_ONCE]:
        number, _, version = text.partition("~")
        if number.isdecimal():
            marked.append((int(number), int(version) if version.isdecimal() else None))
    return marked


def _line(actor: Actor, page: ActionPage, case_id: int) -> Line | None:
    try:
        case = queries.case_for(actor, case_id)
    except CaseNotFound:
        return None
    possible = page in pages_for(actor, case)
    refusal = bi("这一步现在办不了，会跳过。", "Not possible now; it is left out.")
    words = consequences_of(page.action, case) if possible else [refusal]
    return Line(case=case, number=grouped(case.tracking_number or ""), possible=possible, words=words)


@require_POST
def act_on_marked(request: HttpRequest, slug: str) -> HttpResponse:
    """The preview; with ``confirmed`` the deed."""
    actor = actor_for_request(request)
    page = page_by_slug(slug) if slug in BATCHABLE else None
    if page is None:
        raise Http404
    marked = _marked(request)
    queue = reverse("workbench:queue")
    if not marked:
        messages.warning(request, bi("请先标记要办的办件。", "Mark the cases first."))
        return redirect(queue)
    if "confirmed" in request.POST:
        _do(request, actor, page, marked)
        return redirect(queue)
    lines = [line for case_id, _ in marked if (line := _line(actor, page, case_id)) is not None]
    context = {
        "page_of_action": page,
        "lines": lines,
        "possible": sum(line.possible for line in lines),
        "queue_url": queue,
    }
    return render(request, "workbench/batch.html", context)


def _do(request: HttpRequest, actor: Actor, page: ActionPage, marked: list[tuple[int, int | None]]) -> None:
    done = 0
    for case_id, version in marked:
        try:
            page.run(actor=actor, case_id=case_id, expected_version=version)
            done += 1
        except DomainError as refused:
            messages.warning(request, bi("{id}：{why}", "{id}: {why}", id=_name(actor, case_id), why=refused.text()))
    if done:
        text = bi("{label}：办好{n}件。", "{label}: {n} done.", label=page.label, n=done)
        messages.success(request, text)


def _name(actor: Actor, case_id: int) -> str:
    try:
        return grouped(queries.case_for(actor, case_id).tracking_number or "")
    except CaseNotFound:
        return str(case_id)
