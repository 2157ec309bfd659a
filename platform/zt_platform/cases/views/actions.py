"""Acts on a case: a page each that says what will be sent to whom, shows the paper, and asks before it is done.

The page carries the version of the case the clerk looked at; when somebody else was faster, nothing happens and the
clerk is told so, with the input kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.audit.commands import record_reading
from zt_platform.cases import commands, queries
from zt_platform.cases.action_forms import (
    AcceptForm,
    ActionForm,
    CorrectionForm,
    DeliverForm,
    DenyForm,
    GrantForm,
    NoteForm,
    ReasonForm,
    ReviewForm,
    SealForm,
)
from zt_platform.cases.check_cards import warnings_of
from zt_platform.cases.consequences import consequences_of
from zt_platform.cases.meanwhile import CaseChanged
from zt_platform.cases.models import Case
from zt_platform.cases.notices import is_read_first, preview_for
from zt_platform.cases.numbers import grouped
from zt_platform.cases.views.action_pages import ActionPage, Words
from zt_platform.cases.views.clock_pages import CLOCK_PAGES
from zt_platform.cases.views.delivery_pages import CHOICE_PAGE, DELIVERY_PAGES
from zt_platform.cases.views.ways_pages import WAYS_PAGES
from zt_platform.cases.vocabulary import Action, Result
from zt_platform.catalogue.kinds import CaseKind
from zt_platform.organisation.roles import Role
from zt_platform.papers.content import Snapshot
from zt_platform.papers.rendering import data_address, pictures
from zt_tenants.errors import Conflict, DomainError
from zt_tenants.language import bi, bilingual

KEYS = {
    "pass-pre-review": "p",
    "accept": "a",
    "return": "r",
    "review": "v",
    "grant": "y",
    "complete": "e",
    "deliver": "d",
    "on-the-spot": "o",
}
"""The key that leads to the page of an act, in the queue and on the page of a case. Destructive acts have none."""


def _grant(**given: Any) -> Case:
    return commands.decide_case(result=Result.GRANTED, **given)


def _deny(**given: Any) -> Case:
    return commands.decide_case(result=Result.DENIED, **given)


def _on_the_spot(**given: Any) -> Case:
    return commands.decide_on_the_spot(result=Result.GRANTED, **given)


_PAGES = (
    ActionPage(
        "pass-pre-review",
        Action.PASS_PRE_REVIEW,
        bilingual("预审通过", "Pass pre-review"),
        bilingual("网上预审通过", "Pass the pre-review"),
        bilingual("预审通过", "Pass"),
        NoteForm,
        commands.pass_pre_review,
    ),
    ActionPage(
        "accept",
        Action.ACCEPT,
        bilingual("受理", "Accept"),
        bilingual("受理申请", "Accept the application"),
        bilingual("受理", "Accept"),
        AcceptForm,
        commands.accept_application,
    ),
    ActionPage(
        "hand-down",
        Action.HAND_DOWN,
        bilingual("转下级办理", "Hand down"),
        bilingual("转下级中心办理", "Hand the application down"),
        bilingual("转下级办理", "Hand down"),
        AcceptForm,
        commands.hand_down_application,
    ),
    ActionPage(
        "return",
        Action.RETURN_FOR_CORRECTION,
        bilingual("退回补正", "Return for correction"),
        bilingual("一次性告知补正", "Say once what must be corrected"),
        bilingual("发出补正通知", "Send the notice"),
        CorrectionForm,
        commands.return_for_correction,
    ),
    ActionPage(
        "refuse",
        Action.REFUSE,
        bilingual("不予受理", "Refuse"),
        bilingual("不予受理", "Refuse the application"),
        bilingual("不予受理", "Refuse"),
        ReasonForm,
        commands.refuse_application,
        danger=True,
    ),
    ActionPage(
        "review",
        Action.REVIEW,
        bilingual("审核", "Review"),
        bilingual("审核", "Review"),
        bilingual("提交审核意见", "Record the review"),
        ReviewForm,
        commands.review_case,
    ),
    ActionPage(
        "grant",
        Action.GRANT,
        bilingual("准予许可", "Grant"),
        bilingual("准予许可", "Grant the application"),
        bilingual("签发准予决定", "Sign the decision"),
        GrantForm,
        _grant,
    ),
    ActionPage(
        "deny",
        Action.DENY,
        bilingual("不予许可", "Deny"),
        bilingual("不予许可", "Deny the application"),
        bilingual("签发不予决定", "Sign the denial"),
        DenyForm,
        _deny,
        danger=True,
    ),
    ActionPage(
        "complete",
        Action.COMPLETE,
        bilingual("盖章办结", "Seal and complete"),
        bilingual("盖章办结", "Seal the decision and complete the case"),
        bilingual("盖章办结", "Seal and complete"),
        SealForm,
        commands.seal_and_complete,
    ),
    *DELIVERY_PAGES,
    ActionPage(
        "deliver",
        Action.DELIVER,
        bilingual("送达", "Deliver"),
        bilingual("送达申请人", "Deliver to the applicant"),
        bilingual("已经送达", "Delivered"),
        DeliverForm,
        commands.deliver_case,
    ),
    *WAYS_PAGES,
    *CLOCK_PAGES,
    CHOICE_PAGE,
    ActionPage(
        "decline",
        Action.DECLINE,
        bilingual("退回来件中心", "Return to the sender"),
        bilingual("退回来件中心", "Return the case to the sending centre"),
        bilingual("退回", "Return it"),
        ReasonForm,
        commands.decline_case,
        danger=True,
    ),
    ActionPage(
        "withdraw",
        Action.WITHDRAW,
        bilingual("代办撤回", "Withdraw"),
        bilingual("按申请人要求撤回", "Withdraw at the applicant's request"),
        bilingual("撤回申请", "Withdraw"),
        ReasonForm,
        commands.withdraw_case,
        danger=True,
    ),
)
_ON_THE_SPOT = ActionPage(
    "on-the-spot",
    Action.GRANT,
    bilingual("当场办结", "Complete on the spot"),
    bilingual("当场受理、审核、准予、办结", "Accept, review, grant and complete at once"),
    bilingual("当场办结", "Complete now"),
    GrantForm,
    _on_the_spot,
)


@dataclass(frozen=True, slots=True)
class Button:
    """One button of the bar at the bottom of a case."""

    label: Words
    url: str
    danger: bool
    key: str = ""


class Meanwhile:
    """What others did to the case since the clerk opened it, and whether his act is still possible."""

    def __init__(self, changed: CaseChanged, possible: bool) -> None:
        self.text = changed.text()
        self.since: list[dict[str, Any]] = changed.data["since"]
        self.version: int = changed.data["version"]
        self.possible = possible


def page_by_slug(slug: str) -> ActionPage | None:
    """The act that an address names."""
    return next((page for page in (*_PAGES, _ON_THE_SPOT) if page.slug == slug), None)


def pages_for(actor: Actor, case: Case) -> list[ActionPage]:
    """The acts that the actor can take on a case now, the destructive ones last."""
    possible = queries.actions_for(actor, case)
    pages = [page for page in _PAGES if page.action in possible]
    all_four = all(actor.has(role) for role in (Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER))
    at_once = case.kind == CaseKind.INSTANT or bool(case.special_approval)
    if at_once and Action.ACCEPT in possible and all_four:
        pages.insert(0, _ON_THE_SPOT)
    return sorted(pages, key=lambda page: page.danger)


def buttons_for(actor: Actor, case: Case) -> list[Button]:
    """What the reader can do to a case, the ordinary act first, the destructive ones last."""
    return [
        Button(
            page.label,
            reverse("workbench:action", kwargs={"case_id": case.pk, "slug": page.slug}),
            page.danger,
            KEYS.get(page.slug, ""),
        )
        for page in pages_for(actor, case)
    ]


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, case_id: int, slug: str) -> HttpResponse:
    """One act: its form, then (where a paper is issued) the paper as it will be, then the deed."""
    actor = actor_for_request(request)
    case = queries.case_for(actor, case_id)
    page = page_by_slug(slug)
    if page is None:
        raise Http404
    if page not in pages_for(actor, case) and request.method == "GET":
        messages.warning(
            request, bi("这一步现在办不了，请看最新的进度。", "This is not possible now; see the progress.")
        )
        return redirect(_case_url(case))
    if request.method == "GET":
        number = case.tracking_number or ""
        record_reading(actor, case_id=case.pk, tracking_number=number, purpose=str(page.title))
        return _show(request, page, case, page.form(case=case))
    form = page.form(request.POST, request.FILES, case=case)
    if not form.is_valid():
        return _show(request, page, case, form, status=422)
    if is_read_first(page.action) and "edit" in request.POST:
        return _show(request, page, case, form)
    if is_read_first(page.action) and "confirmed" not in request.POST:
        return _show(request, page, case, form, notice=preview_for(page.action, case, form.cleaned_data))
    return _do(request, page, actor, case, form)


def _do(request: HttpRequest, page: ActionPage, actor: Actor, case: Case, form: ActionForm) -> HttpResponse:
    try:
        page.run(actor=actor, case_id=case.pk, expected_version=form.seen_version, **form.arguments())
    except CaseChanged as changed:
        case = queries.case_for(actor, case.pk)
        possible = page in pages_for(actor, case)
        return _show(request, page, case, form, meanwhile=Meanwhile(changed, possible), status=409)
    except Conflict as conflict:
        form.add_error(None, conflict.text())
        return _show(request, page, case, form, status=409)
    except DomainError as refused:
        form.refuse(refused)
        return _show(request, page, case, form, status=422)
    done = bi("{label}：{number}", "{label}: {number}", label=page.label, number=grouped(case.tracking_number or ""))
    messages.success(request, done)
    return redirect(_case_url(case))


def _case_url(case: Case) -> str:
    return reverse("workbench:case", kwargs={"case_id": case.pk})


def _show(
    request: HttpRequest,
    page: ActionPage,
    case: Case,
    form: ActionForm,
    *,
    notice: Snapshot | None = None,
    meanwhile: Meanwhile | None = None,
    status: int = 200,
) -> HttpResponse:
    seen = meanwhile.version if meanwhile else form.seen_version
    context = {
        "page_of_action": page,
        "case": case,
        "number": grouped(case.tracking_number or ""),
        "applicant_name": queries.applicant_of(case).name,
        "form": form,
        "visible": [] if notice else [bound for bound in form if not isinstance(bound.field.widget, forms.HiddenInput)],
        "carried": [(name, value) for name, value in form.posted() if notice],
        "seen_version": seen if seen is not None else case.lock_version,
        "meanwhile": meanwhile,
        "notice": notice.text() if notice else "",
        "pages": [data_address(picture) for picture in pictures(notice)] if notice else [],
        "has_notice": is_read_first(page.action),
        "consequences": consequences_of(page.action, case),
        "check_warnings": warnings_of(case) if page.slug in ("accept", "on-the-spot") else [],
        "case_url": _case_url(case),
        "queue_url": reverse("workbench:queue"),
    }
    return render(request, "workbench/action.html", context, status=status)
