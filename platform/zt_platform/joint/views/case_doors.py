"""The lead's doors on a case: into the register, asking participants, writing down a coordination (H-05 to H-08, H-12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.queries import case_for
from zt_platform.catalogue.forms import fields_of
from zt_platform.catalogue.queries import item_version
from zt_platform.forms import PlainForm
from zt_platform.joint import commands, queries
from zt_platform.joint.commands import Shared
from zt_platform.joint.forms import AskForm, CoordinationForm, OpenForm
from zt_platform.link_values import seen_version
from zt_tenants.context import current_centre
from zt_tenants.errors import Conflict, DomainError, NotFound, NotPermitted
from zt_tenants.finding import search_centres
from zt_tenants.language import bi, bilingual

OPTIONS = 6


@dataclass(frozen=True, slots=True)
class Door:
    """How one of the lead's acts appears: its words, what follows from it, and what is said when it is done."""

    title: Any
    confirm: Any
    follows: Sequence[Any]
    done: Any
    template: str = "joint/door.html"
    danger: bool = False


_OPEN = Door(
    bilingual("并联登记", "Enter the case in the joint register"),
    bilingual("登记并联办理", "Open joint handling"),
    (
        bilingual("办件进入并联项目登记簿，得到登记号。", "The case gets a number in the register of joint cases."),
        bilingual("本部门为牵头部门，可以征求意见、召集会议。", "Your department leads: it asks and convenes."),
        bilingual(
            "有单位未答复或不同意时，不能准予。", "Nothing is granted while an opinion is owed or an objection stands."
        ),
    ),
    bilingual("已登记，可以征求意见了。", "Registered; participants can be asked now."),
)
_ASK = Door(
    bilingual("征求意见", "Ask for opinions"),
    bilingual("发出联系单", "Send the contact forms"),
    (
        bilingual(
            "每个单位收到一份有文号的并联办理联系单，签名送达。", "Each gets a numbered contact form, signed and sent."
        ),
        bilingual("办件本身的时限照算，不因征求意见而停止。", "The limit of the case goes on."),
        bilingual("逾期未签收、未答复的记为失职，并督办。", "Silence at the limit is recorded as neglect and ordered."),
    ),
    bilingual("联系单已发出。", "The contact forms are sent."),
    template="joint/ask.html",
)
_COORDINATE = Door(
    bilingual("记录协调", "Write down a coordination"),
    bilingual("存入登记簿", "Keep it in the register"),
    (
        bilingual(
            "协调不改变审批部门，也不改变任何部门的意见；责任仍由部门承担。",
            "It changes neither who decides nor any opinion; the departments stay answerable.",
        ),
    ),
    bilingual("协调情况已记录。", "The coordination is recorded."),
)


def passed(
    request: HttpRequest, case: Case, door: Door, form: PlainForm, run: Callable[[], object], **more: object
) -> HttpResponse:
    """Show a door, or go through it: what is refused stands beside its field, and what was typed stays."""
    status, version = (422 if form.is_bound else 200), request.POST.get("lock_version", "")
    if form.is_bound and form.is_valid():
        try:
            run()
        except (NotPermitted, NotFound):
            raise
        except Conflict as changed:
            form.refuse(changed)
            status, version = 409, ""
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, str(door.done))
            return redirect(f"{case_url(case)}#joint")
    context = {
        "door": door,
        "form": form,
        "case": case,
        "number": grouped(case.tracking_number or ""),
        "case_url": case_url(case),
        "queue_url": reverse("workbench:queue"),
        "seen_version": version or case.lock_version,
        **more,
    }
    return render(request, door.template, context, status=status)


def case_url(case: Case) -> str:
    """The page of the case."""
    return reverse("workbench:case", kwargs={"case_id": case.pk})


def entered(request: HttpRequest, case_id: int, act: str) -> tuple[Actor, Case, HttpResponse | None]:
    """Who acts on which case, and the way back when the act is not possible now. Raises CaseNotFound, NotPermitted."""
    actor = actor_for_request(request)
    case = case_for(actor, case_id)
    if act in queries.case_acts_for(actor, case) or request.method == "POST":
        return actor, case, None  # a command says best why it is not possible
    messages.warning(request, bi("这一步现在办不了，请看最新的进度。", "This is not possible now; see the progress."))
    return actor, case, redirect(case_url(case))


@require_http_methods(["GET", "POST"])
def open_handling(request: HttpRequest, case_id: int) -> HttpResponse:
    """Enter the case in the register."""
    actor, case, back = entered(request, case_id, "open")
    if back:
        return back
    form = OpenForm(request.POST or None)

    def run() -> object:
        seen = seen_version(request)
        return commands.open_joint_handling(
            actor=actor, case_id=case.pk, expected_version=seen, stage=form.cleaned_data["stage"]
        )

    return passed(request, case, _OPEN, form, run)


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask departments and centres, many at once, the usual ones first."""
    actor, case, back = entered(request, case_id, "ask")
    if back:
        return back
    version = item_version(case.item_code, case.item_version_number)
    form = AskForm(
        request.POST or None,
        candidates=queries.candidates(actor, case),
        materials=[(str(one.pk), one.name) for one in getattr(case, "current_materials", [])],
        answers=[(one.name, str(one.label)) for one in fields_of(version.form_schema) if case.form.get(one.name)],
    )

    def run() -> object:
        given = form.cleaned_data
        shared = Shared(
            material_ids=[int(pk) for pk in given.get("materials", [])], form_fields=given.get("form_fields", [])
        )
        return commands.ask_participants(
            actor=actor, case_id=case.pk, asks=form.asks(), shared=shared, expected_version=seen_version(request)
        )

    return passed(request, case, _ASK, form, run)


@require_GET
def units(request: HttpRequest, case_id: int) -> HttpResponse:
    """Centres, and departments at other centres, that match what is being typed: options of the search on the form."""
    actor = actor_for_request(request)
    case, text = case_for(actor, case_id), request.GET.get("q", "").strip()[:40]
    elsewhere = [one for one in queries.candidates(actor, case, text) if one.centre_code != current_centre().code]
    context = {"centres": search_centres(text, limit=OPTIONS), "departments": elsewhere[:OPTIONS] if text else []}
    return render(request, "joint/unit_options.html", context)


@require_http_methods(["GET", "POST"])
def coordinate(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write down what the centre did about a disagreement."""
    actor, case, back = entered(request, case_id, "coordinate")
    if back:
        return back
    form = CoordinationForm(request.POST or None)

    def run() -> object:
        seen = seen_version(request)
        return commands.record_coordination(actor=actor, case_id=case.pk, expected_version=seen, **form.cleaned_data)

    return passed(request, case, _COORDINATE, form, run)
