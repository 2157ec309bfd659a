"""One act on several marked cases: a preview that says what happens to each, then the deed, then what became of each.

The page of a batch shows how far it is and goes on by itself; closing it loses nothing. What was refused can be tried
again, and what only says who works on a case can be undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord
from zt_platform.cases import queries
from zt_platform.cases.commands import batch_runs
from zt_platform.cases.commands.batch_runs import Marked
from zt_platform.cases.commands.holding import WORKERS
from zt_platform.cases.consequences import consequences_of
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.views.action_pages import ActionPage, Words
from zt_platform.cases.views.actions import KEYS, page_by_slug, pages_for
from zt_platform.cases.views.printing import volume_lines
from zt_platform.cases.vocabulary import Status
from zt_platform.link_values import row_number
from zt_platform.organisation.queries import colleagues
from zt_platform.organisation.roles import Role
from zt_tenants.language import bi, bilingual, in_chinese

BATCHABLE = ("pass-pre-review", "accept", "complete", "deliver")
_KEYS = {**KEYS, "claim": "c", "assign": "s"}


@dataclass(frozen=True, slots=True)
class BatchAct:
    """An act that the queue offers for marked cases."""

    slug: str
    label: Words
    possible: Callable[[Actor, Case], bool]
    words: Callable[[Case], list[str]]

    @property
    def key(self) -> str:
        """Its key in the queue; empty when it has none."""
        return _KEYS.get(self.slug, "")


def _of_page(page: ActionPage) -> BatchAct:
    return BatchAct(
        page.slug,
        page.label,
        lambda actor, case: page in pages_for(actor, case),
        lambda case: consequences_of(page.action, case),
    )


def _may_claim(actor: Actor, case: Case) -> bool:
    return actor.has(*WORKERS) and not case.is_closed and case.holder_account_id in (None, actor.account_id)


def _may_give(actor: Actor, case: Case) -> bool:
    own = case.holder_account_id in (None, actor.account_id) or actor.has(Role.DEPARTMENT_HEAD, Role.CENTRE_ADMIN)
    return actor.has(*WORKERS) and not case.is_closed and case.status != Status.DRAFT and own


def _held_words(case: Case) -> list[str]:
    if not case.holder_name:
        return [bi("现在没有人认领。", "Nobody holds it now.")]
    return [bi("现由{name}认领。", "{name} holds it now.", name=case.holder_name)]


_HOLDING = (
    BatchAct("claim", bilingual("认领", "Claim"), _may_claim, _held_words),
    BatchAct("assign", bilingual("交办", "Hand over"), _may_give, _held_words),
    BatchAct("release", bilingual("退回公共队列", "Give back"), _may_give, _held_words),
)
_PRINT = BatchAct(
    batch_runs.PRINT,
    bilingual("打印文书", "Print papers"),
    lambda actor, case: actor.has(*WORKERS) and bool(case.tracking_number),
    lambda _case: [
        bi(
            "全部文书(含其他中心发来的)合成一个PDF，只打印，不改变办件。",
            "Its papers go into one PDF; nothing changes.",
        )
    ],
)
_UNDO = BatchAct("put-back", bilingual("撤销", "Undo"), _may_give, _held_words)


def batch_acts(actor: Actor) -> list[BatchAct]:
    """The acts that a queue offers to the reader for marked cases."""
    acts: list[BatchAct] = []
    if actor.has(Role.WINDOW_CLERK):
        acts = [_of_page(page) for slug in BATCHABLE if (page := page_by_slug(slug)) is not None]
    return [*acts, *_HOLDING, _PRINT] if actor.has(*WORKERS) else acts


def _act(actor: Actor, slug: str) -> BatchAct:
    act = next((one for one in batch_acts(actor) if one.slug == slug), None)
    if act is None:
        raise Http404
    return act


@dataclass(frozen=True, slots=True)
class Line:
    """One marked case: what will happen to it, or why nothing will."""

    case: Case
    number: str
    possible: bool
    words: list[str]


def _marked(request: HttpRequest) -> list[tuple[int, int | None]]:
    """Ids and, from the preview, the versions looked at: ``id`` or ``id~version``."""
    marked: list[tuple[int, int | None]] = []
    for text in request.POST.getlist("case")[: batch_runs.MOST_AT_ONCE]:
        key, _, version = text.partition("~")
        number = row_number(key)
        if number is not None:
            marked.append((number, row_number(version)))
    return marked


def _line(actor: Actor, act: BatchAct, case: Case) -> Line:
    possible = act.possible(actor, case)
    refusal = bi("这一步现在办不了，会跳过。", "Not possible now; it is left out.")
    words = act.words(case) if possible else [refusal]
    return Line(case=case, number=grouped(case.tracking_number or ""), possible=possible, words=words)


@require_POST
def act_on_marked(request: HttpRequest, slug: str) -> HttpResponse:
    """The preview; with ``confirmed`` the deed."""
    actor = actor_for_request(request)
    act = _act(actor, slug)
    marked = _marked(request)
    if not marked:
        messages.warning(request, bi("请先标记要办的办件。", "Mark the cases first."))
        return redirect(reverse("workbench:queue"))
    if "confirmed" in request.POST and (slug != "assign" or _colleague_of(request)):
        return _begin(actor, act, marked, _arguments(request, slug))
    found = queries.marked_cases(actor, [case_id for case_id, _ in marked])
    lines = [_line(actor, act, case) for case in found]
    context = {
        "page_of_action": act,
        "lines": lines,
        "possible": sum(line.possible for line in lines),
        "colleagues": colleagues(actor) if slug == "assign" else [],
        "missing": "confirmed" in request.POST,
        "queue_url": reverse("workbench:queue"),
    }
    return render(request, "workbench/batch.html", context, status=422 if context["missing"] else 200)


def _colleague_of(request: HttpRequest) -> str:
    try:
        return str(UUID(request.POST.get("to_account_id", "")))
    except ValueError:
        return ""


def _arguments(request: HttpRequest, slug: str) -> dict[str, Any]:
    if slug != "assign":
        return {}
    return {"to_account_id": _colleague_of(request), "note": request.POST.get("note", "").strip()[:2000]}


def _begin(
    actor: Actor, act: BatchAct, marked: list[tuple[int, int | None]], arguments: dict[str, Any]
) -> HttpResponse:
    """Start it, do the first few before the answer, and leave the rest to the workers."""
    numbers = queries.numbers_of(actor, [case_id for case_id, _ in marked])
    wanted = [Marked(case_id, version, numbers[case_id]) for case_id, version in marked if case_id in numbers]
    batch = batch_runs.start_batch(actor=actor, slug=act.slug, marked=wanted, arguments=arguments)
    batch_runs.work_off(batch.pk, most=batch_runs.AT_ONCE_IN_A_REQUEST)
    if len(wanted) > batch_runs.AT_ONCE_IN_A_REQUEST:
        batch_runs.ring(batch.pk)
    return redirect(reverse("workbench:batch-run", kwargs={"batch_id": batch.pk}))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of a batch: ``done``, ``refused`` or ``waiting``."""

    case_id: int
    number: str
    url: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is."""

    outcomes: list[Outcome]
    done: int
    refused: int
    waiting: int


def _progress(batch: AuditRecord, results: dict[int, AuditRecord]) -> Progress:
    outcomes = []
    for case_id, _, number in batch.data["cases"]:
        result = results.get(case_id)
        done = result is not None and result.data["done"]
        why = "" if result is None or done else result.data["zh" if in_chinese() else "en"]
        state = "waiting" if result is None else "done" if done else "refused"
        url = reverse("workbench:case", kwargs={"case_id": case_id})
        outcomes.append(Outcome(case_id, grouped(number), url, state, why))
    states = [one.state for one in outcomes]
    return Progress(outcomes, states.count("done"), states.count("refused"), states.count("waiting"))


@require_GET
def batch_run(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What became of each case of one's own batch; asks for news by itself while some are waiting."""
    actor = actor_for_request(request)
    batch, results = queries.batch_of(actor, batch_id)
    progress = _progress(batch, results)
    slug = batch.data["slug"]
    act = _UNDO if slug == _UNDO.slug else next((one for one in _every_act() if one.slug == slug), _UNDO)
    context = {
        "batch": batch,
        "label": act.label,
        "progress": progress,
        "total": len(progress.outcomes),
        "volumes": [] if progress.waiting else volume_lines(batch, results),
        "reversible": slug in batch_runs.REVERSIBLE and progress.done and not progress.waiting,
        "queue_url": reverse("workbench:queue"),
    }
    page = "workbench/batch_progress.html" if request.headers.get("HX-Request") else "workbench/batch_run.html"
    return render(request, page, context)


def _every_act() -> list[BatchAct]:
    pages = [_of_page(page) for slug in BATCHABLE if (page := page_by_slug(slug)) is not None]
    return [*pages, *_HOLDING, _PRINT]


@require_POST
def again(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Try what was refused once more, on the cases as they are now."""
    actor = actor_for_request(request)
    batch, results = queries.batch_of(actor, batch_id)
    refused = [one.case_id for one in _progress(batch, results).outcomes if one.state == "refused"]
    act = _UNDO if batch.data["slug"] == _UNDO.slug else _act(actor, batch.data["slug"])
    return _begin(actor, act, [(case_id, None) for case_id in refused], batch.data["arguments"])


@require_POST
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Put back who held the cases before, where nobody changed it since."""
    actor = actor_for_request(request)
    batch, results = queries.batch_of(actor, batch_id)
    if batch.data["slug"] not in batch_runs.REVERSIBLE:
        raise Http404
    done = [one.case_id for one in _progress(batch, results).outcomes if one.state == "done"]
    return _begin(actor, _UNDO, [(case_id, None) for case_id in done], {"undone": batch.pk})
