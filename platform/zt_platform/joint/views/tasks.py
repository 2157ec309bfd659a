"""The participants' desk: what waits for the reader's department, one task with its papers, and the acts on it (H-06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.cases.numbers import grouped
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.crossing_pages import carried_out, file_links, to_paper, with_links
from zt_platform.exports import asked_for
from zt_platform.forms import PlainForm, stored_files
from zt_platform.joint import commands, queries
from zt_platform.joint.errors import TaskNotFound, TaskStandsElsewhere
from zt_platform.joint.forms import OpinionForm, ReasonForm
from zt_platform.joint.models import JointTask, JointTaskQuerySet
from zt_platform.joint.queries import TaskFilter
from zt_platform.joint.tables import tasks_table
from zt_platform.joint.vocabulary import Act
from zt_platform.lights import Light
from zt_platform.link_values import row_number, seen_version
from zt_storage.uploads import download_url
from zt_tenants.clock import now
from zt_tenants.language import bilingual

PAGE = 50
MOST_ROWS = 5000
VIEWS = (
    ("waiting", bilingual("待我办理", "Waiting")),
    ("overdue", bilingual("已逾期", "Late")),
    ("answered", bilingual("已答复", "Answered")),
    ("recalled", bilingual("已撤回", "Recalled")),
    ("all", bilingual("全部", "All")),
)
_MOST_PRESSING_FIRST = ("waiting", "overdue")
Run = Callable[..., JointTask]


@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponseBase:
    """The tasks of the reader's department, what waits first and the most pressing on top; ``csv`` and ``xlsx``."""
    actor, given = actor_for_request(request), request.GET
    view = given.get("view", "")
    view = view if view in dict(VIEWS) else "waiting"
    light = given.get("light", "")
    wanted = TaskFilter(
        view="" if view == "all" else view,
        light=light if light in Light.values else "",
        text=given.get("q", "").strip()[:60],
    )
    found = queries.tasks_for(actor, wanted)
    pressing = view in _MOST_PRESSING_FIRST
    found = found.order_by("due_at", "id") if pressing else found
    if export := asked_for(request):
        record(Deed.EXPORTED, actor=actor, purpose="联办任务", data={"filter": given.urlencode()[:500]})
        return export.of(tasks_table(found[:MOST_ROWS]))
    rows = list(_after(found, given.get("after", ""), pressing=pressing)[: PAGE + 1])
    moment = now()
    kept = {name: given[name] for name in ("view", "light", "q") if given.get(name)}
    counts = queries.task_counts(actor)
    context = {
        "rows": [(task, grouped(task.tracking_number), task.light_at(moment)) for task in rows[:PAGE]],
        "tabs": _tabs(view, counts),
        "view": view,
        "wanted": wanted,
        "lights": Light.choices,
        "csv_url": f"?{urlencode({**kept, 'csv': 1})}",
        "xlsx_url": f"?{urlencode({**kept, 'xlsx': 1})}",
        "newer_url": f"?{urlencode(kept)}" if given.get("after") else "",
        "older_url": f"?{urlencode({**kept, 'after': _place(rows[PAGE - 1])})}" if len(rows) > PAGE else "",
    }
    return render(request, "joint/desk.html", context)


def _tabs(current: str, counts: queries.TaskCounts) -> list[tuple[str, str, int | None, bool]]:
    numbers = {"waiting": counts.waiting, "overdue": counts.overdue}
    return [(f"?view={name}", str(label), numbers.get(name), name == current) for name, label in VIEWS]


def _place(task: JointTask) -> str:
    return f"{task.due_at.isoformat()}~{task.pk}"


def _after(found: JointTaskQuerySet, place: str, *, pressing: bool) -> JointTaskQuerySet:
    """Continue behind a place ``due~id``; what cannot be read continues nowhere and shows the first page."""
    due_text, _, number = place.partition("~")
    last = row_number(number)
    if last is None:
        return found
    if not pressing:
        return found.filter(pk__lt=last)
    try:
        due = datetime.fromisoformat(due_text)
    except ValueError:
        return found
    return found.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=last))


@never_cache
@require_GET
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One task: what is asked, the facts and papers enclosed (opening them is written down), the opinion, the history."""
    actor = actor_for_request(request)
    return _shown(request, actor, queries.task_for(actor, task_id))


def _shown(
    request: HttpRequest, actor: Actor, found: JointTask, refused: tuple[Act, PlainForm] | None = None
) -> HttpResponse:
    possible = queries.acts_for(actor, found)
    files = queries.files_of(found)
    forms = [
        (act, refused[1] if refused and refused[0] is act else form(auto_id=_AUTO_ID[act]))
        for act, (form, _run) in _FORMS.items()
        if act in possible
    ]
    context = {
        "task": found,
        "number": grouped(found.tracking_number),
        "light": found.light_at(now()),
        "facts": queries.facts_of(found),
        "materials": [
            (one.name, one.file.file_name, download_url(one.file, inline=True)) for one in queries.materials_of(found)
        ],
        "opinion_files": file_links(found.opinion_files, files),
        "history": with_links(found.lines, files),
        "meetings": [(meeting, next((came for *_, came in meeting.lines), None)) for meeting in found.meeting_list],
        "defaults": [(DefaultKind(ground).label, basis) for ground, basis in found.defaults.items()],
        "may_sign": Act.SIGN in possible,
        "may_answer": Act.ANSWER in possible and found.is_open,
        "forms": forms,
        "wrong": refused[1] if refused else None,
    }
    record(Deed.READ_CASE, actor=actor, purpose="联办任务", tracking_number=found.tracking_number)
    return render(request, "joint/task.html", context, status=422 if refused else 200)


@never_cache
@require_GET
def paper(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The contact form of a task: the lead's own, or the participant's copy of it. Raises TaskNotFound."""
    found = queries.task_for(actor_for_request(request), task_id)
    return to_paper(found, TaskNotFound)


def _answer(*, actor: Actor, task_id: UUID, attachments: list[Any], **given: Any) -> JointTask:
    """Store the files that came with the form, then give the opinion."""
    found = queries.task_for(actor, task_id)
    if Act.ANSWER not in queries.acts_for(actor, found):
        raise TaskStandsElsewhere(act=Act.ANSWER.label, status=found.get_status_display())
    kept = stored_files(attachments, actor.account_id)
    return commands.give_opinion(actor=actor, task_id=task_id, attachment_ids=kept, **given)


_FORMS: dict[Act, tuple[type[PlainForm], Run]] = {
    Act.ANSWER: (OpinionForm, _answer),
    Act.RECALL: (ReasonForm, commands.recall_task),
}
_AUTO_ID = {act: f"{act.value.lower()}-%s" for act in _FORMS}
"""Several forms may stand on one page."""
_DONE = {
    "sign": bilingual("已签收。", "Signed for."),
    "answer": bilingual("意见已送达牵头部门。", "The opinion went to the lead."),
    "recall": bilingual("联系单已撤回。", "The task is recalled."),
}


@require_POST
def act(request: HttpRequest, task_id: UUID, act: str) -> HttpResponse:
    """Sign for it, answer, or recall it; what was refused is shown beside its field."""
    actor = actor_for_request(request)
    found = queries.task_for(actor, task_id)
    wanted = Act(act.upper()) if act in _DONE else None
    if wanted is None:
        raise TaskNotFound
    form_class, run = _FORMS.get(wanted, (PlainForm, commands.sign_for_task))
    form = form_class(request.POST, request.FILES, auto_id=_AUTO_ID.get(wanted, "%s"))
    if not form.is_valid() or not carried_out(
        request,
        form,
        lambda: run(actor=actor, task_id=task_id, expected_version=seen_version(request), **form.cleaned_data),
        stale=TaskStandsElsewhere,
        possible=lambda: wanted in queries.acts_for(actor, found),
        done=str(_DONE[act]),
    ):
        return _shown(request, actor, found, (wanted, form))
    return redirect(reverse("joint:task", args=[task_id]))
