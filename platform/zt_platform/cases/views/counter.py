"""Taking an application at the window: who stands there, then form and papers on one page, then the receipt.

What the clerk writes is saved before anything is refused. Handing in and accepting are one click where the law allows it at
once: the materials are complete (art. 32), and an instant item is decided on the spot when one desk may do all four steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zt_platform.accounts import queries as accounts
from zt_platform.accounts.commands import verify_identity
from zt_platform.accounts.models import Account
from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.audit.commands import record, record_reading
from zt_platform.audit.models import Deed
from zt_platform.cases import commands, queries
from zt_platform.cases.commands.materials import unfinished_materials
from zt_platform.cases.counter_forms import CounterForm
from zt_platform.cases.errors import MaterialsMissing
from zt_platform.cases.item_forms import ItemForm, posted_answers
from zt_platform.cases.meanwhile import CaseChanged, form_mark
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.presentation import applicant_facts
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.track_links import track_link
from zt_platform.cases.views.apply import Draft, material_rows, to_follow
from zt_platform.cases.views.papers import lines_for_staff
from zt_platform.cases.views.two_pages import OtherState, kept, not_kept, seen_by
from zt_platform.cases.views.uploads import upload_urls
from zt_platform.cases.vocabulary import Result
from zt_platform.catalogue.forms import InvalidForm
from zt_platform.catalogue.kinds import CaseKind
from zt_platform.catalogue.queries import published_items
from zt_platform.organisation.roles import Role
from zt_tenants.errors import Conflict, DomainError, InvalidInput, NotFound
from zt_tenants.language import bi
from zt_tenants.uuid7 import uuid7


@sensitive_post_parameters("resident_id", "phone", "uscc")
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Who stands at the counter and for what; the same click twice begins one draft."""
    actor = actor_for_request(request)
    actor.require(Role.WINDOW_CLERK)
    items = [(item.code, bi(item.name, item.name_en)) for item in published_items()]
    form = CounterForm(request.POST or None, items=items, initial={"item": request.GET.get("item", "")})
    if request.method == "POST" and form.is_valid():
        try:
            case = _begin(actor, form, request.POST.get("client_key", ""))
        except DomainError as refused:
            form.refuse(refused)
        else:
            return redirect(reverse("workbench:intake", kwargs={"case_id": case.pk}))
    context = {
        "form": form,
        "drafts": list(queries.window_drafts(actor)[:10]),
        "client_key": request.POST.get("client_key") or uuid7().hex,
        "queue_url": reverse("workbench:queue"),
    }
    return render(request, "workbench/counter.html", context, status=422 if form.errors else 200)


def _begin(actor: Actor, form: CounterForm, client_key: str) -> Case:
    account = _account_of_card(actor, form)
    party = form.party(account.phone if account else "")
    if account and form.cleaned_data["card_seen"] and not account.is_verified:
        card = {name: form.cleaned_data[name] for name in ("resident_id", "full_name")}
        verify_identity(actor=actor, account_id=account.id, **card)
    account_id: UUID | None = account.id if account else None
    return commands.start_application(
        actor=actor,
        item_code=form.cleaned_data["item"],
        applicant=party,
        client_key=client_key,
        applicant_account_id=account_id,
    )


def _account_of_card(actor: Actor, form: CounterForm) -> Account | None:
    """The account with the card's number, whose name must be the card's; None for somebody without one.

    Looking somebody up by number is written down, found or not. Raises InvalidInput.
    """
    try:
        account = accounts.account_by_resident_id(actor, form.cleaned_data["resident_id"])
    except NotFound:
        account = None
    record(Deed.SEARCHED_PERSON, actor=actor, purpose="窗口收件", data={"found": account is not None})
    if account is not None and account.full_name != form.cleaned_data["full_name"].strip():
        raise InvalidInput(
            field="full_name",
            zh="证件姓名与该号码账户登记的姓名不一致，请核对。",
            en="The name on the card is not that of the account with this number; check both.",
        )
    return account


def _draft(request: HttpRequest, case_id: int) -> Draft:
    """A draft begun at this window, or an application of it that is being corrected. Raises CaseNotFound, Conflict."""
    actor = actor_for_request(request)
    actor.require(Role.WINDOW_CLERK)
    return Draft.opened(actor, case_id)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why what the page sent was not taken, as the page shows it."""

    errors: dict[str, list[str]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    form: InvalidForm | None = None
    other: OtherState | None = None

    @classmethod
    def of(cls, error: DomainError, draft: Draft, answers: Mapping[str, Any]) -> Self:
        """``draft`` as it is now, ``answers`` as they are on the page."""
        if isinstance(error, CaseChanged):
            return cls(other=OtherState.found(error, draft.version, draft.case, answers))
        if isinstance(error, InvalidForm):
            return cls(errors={f"id_{one.field}": [one.text()] for one in error.errors}, form=error)
        attached = {one.material_code for one in getattr(draft.case, "current_materials", [])}
        required = {one.code for one in draft.version.materials.all() if one.required}
        return cls(errors={"documents": [error.text()]}, missing=required - attached)


@require_http_methods(["GET", "POST"])
def intake_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Form, papers and check list on one page; ``submit`` hands it in, ``accept`` accepts it at once."""
    draft = _draft(request, case_id)
    answers, refused = draft.case.form, Refused()
    if request.method == "POST":
        answers = posted_answers(draft.version, request.POST)
        try:
            commands.save_draft(actor=draft.actor, case_id=case_id, form=answers, **seen_by(request))
            if "save" in request.POST:
                messages.success(request, bi("草稿已保存。", "The draft is kept."))
                return redirect(reverse("workbench:intake", kwargs={"case_id": case_id}))
            return _hand_in(request, draft)
        except (CaseChanged, InvalidForm, MaterialsMissing) as wrong:
            draft = draft.again()  # what was filled in may have been saved all the same
            refused = Refused.of(wrong, draft, answers)
    form = ItemForm(draft.version.form_schema, answers)
    if refused.form is not None:
        form.refuse(refused.form)
    if request.method == "GET":
        record_reading(
            draft.actor, case_id=case_id, tracking_number=draft.case.tracking_number or "", purpose="窗口收件"
        )
    context = {
        "draft": draft,
        "case": draft.case,
        "form": form,
        "form_seen": form_mark(draft.case),
        "other": refused.other,
        "errors": refused.errors,
        "applicant": applicant_facts(draft.case),
        "rows": material_rows(draft, refused.missing, unfinished_materials(draft.actor, draft.case)),
        "to_follow": [] if draft.correcting else to_follow(draft),
        "commits": request.POST.get("commits") == "yes",
        "tolerance_days": draft.version.ways.get("tolerance_days", 0),
        "instant": _is_instant(draft),
        "submission_key": request.POST.get("submission_key") or uuid7().hex,
        "autosave_url": reverse("workbench:intake-autosave", kwargs={"case_id": case_id}),
        "queue_url": reverse("workbench:queue"),
        **upload_urls("workbench:intake-upload", case_id),
    }
    return render(
        request, "workbench/intake.html", context, status=409 if refused.other else 422 if refused.errors else 200
    )


def _is_instant(draft: Draft) -> bool:
    """Whether this desk may do all four steps of an instant item."""
    all_four = all(draft.actor.has(role) for role in (Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER))
    return draft.case.kind == CaseKind.INSTANT and all_four


def _hand_in(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Hand in; then, as the clerk chose, accept or decide on the spot. What cannot be done at once waits in the queue."""
    case_id = draft.case.pk
    if draft.correcting:
        case = commands.resubmit_application(actor=draft.actor, case_id=case_id)
    else:
        key = request.POST.get("submission_key", "")
        commits = request.POST.get("commits") == "yes"
        case = commands.submit_application(
            actor=draft.actor, case_id=case_id, submission_key=key, commits_to_supply=commits
        )
    seen = [name for name in request.POST.getlist("original_seen") if name][:50]
    if seen:
        note = bi("窗口已核对原件：{names}", "Originals seen at the window: {names}", names="、".join(seen))
        commands.note_case(actor=draft.actor, case_id=case_id, note=note[:2000])
    try:
        if "decide" in request.POST and _is_instant(draft):
            commands.decide_on_the_spot(actor=draft.actor, case_id=case.pk, result=Result.GRANTED)
        elif "accept" in request.POST:
            commands.accept_application(actor=draft.actor, case_id=case.pk)
    except DomainError as refused:
        messages.warning(
            request,
            bi("已提交，但还没有受理：{why}", "Handed in, not accepted yet: {why}", why=refused.text()),
        )
    return redirect(reverse("workbench:counter-receipt", kwargs={"case_id": case_id}))


@require_POST
def autosave(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep what is on the page so far; nothing is checked, nothing is sent."""
    try:
        draft = _draft(request, case_id)
        answers = posted_answers(draft.version, request.POST)
        case = commands.save_draft(actor=draft.actor, case_id=case_id, form=answers, **seen_by(request))
    except Conflict as changed:
        return not_kept(changed, newer_url=reverse("workbench:intake", kwargs={"case_id": case_id}))
    return kept(case)


@require_GET
def receipt(request: HttpRequest, case_id: int) -> HttpResponse:
    """What the applicant takes home: the number, what was handed in, the papers, whom to ask; made to be printed."""
    actor = actor_for_request(request)
    case = queries.case_for(actor, case_id)
    if not case.tracking_number:
        return redirect(reverse("workbench:intake", kwargs={"case_id": case_id}))
    record_reading(actor, case_id=case_id, tracking_number=case.tracking_number, purpose="打印回执")
    context = {
        "case": case,
        "number": grouped(case.tracking_number),
        "applicant_name": queries.applicant_of(case).name,
        "materials": [one.name for one in getattr(case, "current_materials", [])],
        "owed": [debt.line for debt in open_debts(case)],
        "official": lines_for_staff(case),
        "clerk": actor.name,
        "track_link": track_link(case.tracking_number),
        "case_url": reverse("workbench:case", kwargs={"case_id": case_id}),
        "queue_url": reverse("workbench:queue"),
    }
    return render(request, "workbench/receipt.html", context)
