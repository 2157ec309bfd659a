"""What applicants do with a case under way: supply materials, sign the commitment, choose and confirm the delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zt_platform.accounts.sessions import applicant_for_request
from zt_platform.actors import Actor
from zt_platform.cases import commands, queries
from zt_platform.cases.action_forms import ActionForm
from zt_platform.cases.clock_forms import MaterialForm
from zt_platform.cases.delivery_forms import ArrivalForm, DeliveryForm
from zt_platform.cases.meanwhile import CaseChanged
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.postal import postal_of
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.views.clock_pages import add_material
from zt_platform.cases.vocabulary import Action
from zt_platform.cases.ways_forms import SignForm
from zt_tenants.errors import DomainError
from zt_tenants.language import bi


@require_http_methods(["GET", "POST"])
def supply(request: HttpRequest, number: str) -> HttpResponse:
    """One more document after acceptance: what is owed first."""
    title = bi("补交材料", "Supply a document")
    return _own_act(
        request, number, Action.ADD_MATERIALS, MaterialForm, add_material, title, bi("交上去", "Hand it in")
    )


@require_http_methods(["GET", "POST"])
def commitment(request: HttpRequest, number: str) -> HttpResponse:
    """The item's letter of commitment, and the signature under it."""
    title = bi("签署承诺书", "Sign the commitment")
    return _own_act(
        request, number, Action.SIGN_COMMITMENT, SignForm, commands.sign_commitment, title, bi("签署", "Sign")
    )


@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest, number: str) -> HttpResponse:
    """How the result comes: collected at the window, or by post to an address."""
    title = bi("送达方式", "How the result comes")
    return _own_act(
        request, number, Action.CHOOSE_DELIVERY, DeliveryForm, commands.choose_delivery, title, bi("保存", "Save")
    )


@require_http_methods(["GET", "POST"])
def received(request: HttpRequest, number: str) -> HttpResponse:
    """The parcel has arrived."""
    title = bi("确认收到", "It has arrived")
    return _own_act(
        request,
        number,
        Action.CONFIRM_RECEIPT,
        ArrivalForm,
        commands.confirm_receipt,
        title,
        bi("我已收到", "I have it"),
    )


@require_http_methods(["GET", "POST"])
def draft_delivery(request: HttpRequest, case_id: int) -> HttpResponse:
    """The same choice in a draft, beside its last page."""
    actor = applicant_for_request(request)
    case = queries.case_for(actor, case_id)
    back = reverse("cases:draft-step", kwargs={"case_id": case_id, "step": "review"})
    title = bi("送达方式", "How the result comes")
    page = OwnAct(Action.CHOOSE_DELIVERY, DeliveryForm, commands.choose_delivery, title, bi("保存", "Save"))
    return _shown(request, actor, case, page, back, case.item_name)


@dataclass(frozen=True, slots=True)
class OwnAct:
    """One thing an applicant does: its form, its command, the page's title and the word that confirms."""

    action: Action
    form: type[ActionForm]
    run: Callable[..., Case]
    title: str
    confirm: str


def _own_act(
    request: HttpRequest,
    number: str,
    action: Action,
    form_class: type[ActionForm],
    run: Callable[..., Case],
    title: str,
    confirm: str,
) -> HttpResponse:
    actor = applicant_for_request(request)
    case = queries.case_by_number(actor, number)
    back = reverse("cases:mine", kwargs={"number": number})
    page = OwnAct(action, form_class, run, title, confirm)
    return _shown(request, actor, case, page, back, grouped(case.tracking_number or ""))


def _shown(request: HttpRequest, actor: Actor, case: Case, page: OwnAct, back: str, back_label: str) -> HttpResponse:
    if page.action not in queries.actions_for(actor, case):
        messages.warning(request, bi("这一步现在办不了。", "This is not possible now."))
        return redirect(back)
    initial = _initial(case) if page.action is Action.ADD_MATERIALS else {}
    posted = request.method == "POST"
    form = page.form(request.POST if posted else None, request.FILES if posted else None, case=case, initial=initial)
    if posted and form.is_valid():
        try:
            page.run(actor=actor, case_id=case.pk, expected_version=form.seen_version, **form.arguments())
        except CaseChanged as changed:
            case = queries.case_for(actor, case.pk)
            form.add_error(None, changed.text())
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, bi("{what}：已完成。", "{what}: done.", what=page.title))
            return redirect(back)
    context: dict[str, Any] = {
        "form": form,
        "case": case,
        "title": page.title,
        "confirm": page.confirm,
        "item_name": case.item_name,
        "parcel": postal_of(case) if page.action is Action.CONFIRM_RECEIPT else None,
        "number": back_label,
        "back_url": back,
        "owed": [debt.line for debt in open_debts(case)] if page.action is Action.ADD_MATERIALS else [],
        "terms": (form.fields["agreed"].help_text if "agreed" in form.fields else ""),
    }
    return render(request, "cases/own_act.html", context, status=422 if form.errors else 200)


def _initial(case: Case) -> dict[str, str]:
    owed = open_debts(case)
    return {"material_code": owed[0].code} if owed else {}
