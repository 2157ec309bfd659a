"""What applicants do with a case under way: supply materials, sign the commitment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zt_platform.accounts.sessions import applicant_for_request
from zt_platform.cases import commands, queries
from zt_platform.cases.action_forms import ActionForm
from zt_platform.cases.clock_forms import MaterialForm
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
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
    if action not in queries.actions_for(actor, case):
        messages.warning(request, bi("这一步现在办不了。", "This is not possible now."))
        return redirect(back)
    form = form_class(request.POST or None, request.FILES or None, case=case, initial=_initial(case))
    if request.method == "POST" and form.is_valid():
        try:
            run(actor=actor, case_id=case.pk, **form.arguments())
        except DomainError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.text())
        else:
            messages.success(request, bi("{what}：已完成。", "{what}: done.", what=title))
            return redirect(back)
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "confirm": confirm,
        "number": grouped(case.tracking_number or ""),
        "back_url": back,
        "owed": [debt.line for debt in open_debts(case)] if action is Action.ADD_MATERIALS else [],
        "terms": (form.fields["agreed"].help_text if "agreed" in form.fields else ""),
    }
    return render(request, "cases/own_act.html", context, status=422 if form.errors else 200)


def _initial(case: Case) -> dict[str, str]:
    owed = open_debts(case)
    return {"material_code": owed[0].code} if owed else {}
