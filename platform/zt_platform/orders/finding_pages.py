"""Pages of accountability (审批问责, G-11, P-06): a finding about an order, its withdrawal, the register with its table."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.exports import asked_for
from zt_platform.forms import PlainForm, stored_files
from zt_platform.link_values import seen_version
from zt_platform.orders import commands, queries, telling
from zt_platform.orders.commands import Answerable
from zt_platform.orders.errors import FindingNotHere
from zt_platform.orders.forms import FindingForm, WithdrawForm
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.tables import findings_table
from zt_platform.orders.vocabulary import Ground
from zt_platform.organisation.queries import colleagues
from zt_tenants.errors import Conflict, DomainError
from zt_tenants.language import bi

MOST_ROWS = 500


@never_cache
@require_GET
def register(request: HttpRequest) -> HttpResponseBase:
    """The register of findings at this centre, for its supervisors and administrators; ``csv`` and ``xlsx`` as tables."""
    actor, given = actor_for_request(request), request.GET
    ground, text = given.get("ground", ""), given.get("q", "").strip()[:60]
    found = list(queries.orders_with_findings(actor, ground=ground, text=text)[:MOST_ROWS])
    rows = [
        (order, one) for order in found for one in order.found if ground not in Ground.values or one.ground == ground
    ]
    if export := asked_for(request):
        return export.of(findings_table(rows))
    chosen = {name: value for name, value in (("ground", ground), ("q", text)) if value}
    context = {
        "rows": rows,
        "cut": len(found) == MOST_ROWS,
        "grounds": Ground.choices,
        "ground": ground,
        "text": text,
        "csv_url": f"?{urlencode({**chosen, 'csv': 1})}",
        "xlsx_url": f"?{urlencode({**chosen, 'xlsx': 1})}",
    }
    return render(request, "orders/findings.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Find who answers for what an order was about. The address may name the ground."""
    actor = actor_for_request(request)
    order = _order(actor, order_id)
    sent = request.POST if request.method == "POST" else None
    form = FindingForm(
        sent,
        request.FILES or None,
        colleagues=[one for one in colleagues(actor) if one.account_id != actor.account_id],
        initial={"ground": Ground.OVERTIME.value if order.automatic else ""},
    )
    if sent is not None and form.is_valid():
        try:
            commands.record_finding(
                actor=actor,
                order_id=order_id,
                answerable=_answerable(form.cleaned_data, actor),
                expected_version=seen_version(request),
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, bi("责任认定已记录。", "The finding is recorded."))
            return redirect(reverse("orders:order", args=[order_id]))
    return _form_page(request, order, form, bi("责任认定", "Who answers for it"))


@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, order_id: UUID, finding_id: UUID) -> HttpResponse:
    """Withdraw a finding that was wrong; it stays on record as withdrawn."""
    actor = actor_for_request(request)
    order = _order(actor, order_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.withdraw_finding(
                actor=actor,
                order_id=order_id,
                finding_id=finding_id,
                reason=form.cleaned_data["reason"],
                expected_version=seen_version(request),
            )
        except (Conflict, FindingNotHere) as refused:
            form.refuse(refused)
        else:
            messages.success(request, bi("责任认定已撤销，记录保留。", "The finding is withdrawn and stays on record."))
            return redirect(reverse("orders:order", args=[order_id]))
    return _form_page(request, order, form, bi("撤销责任认定", "Withdraw the finding"))


def _order(actor: Actor, order_id: UUID) -> SupervisionOrder:
    """The order, for who may find. Raises NotPermitted, OrderNotFound, FindingNotHere."""
    order = queries.order_for(actor, order_id)
    actor.require(*telling.FINDERS)
    if not queries.may_find(actor, order):
        raise FindingNotHere
    return order


def _answerable(given: dict[str, Any], actor: Actor) -> Answerable:
    return Answerable(
        account_id=UUID(given["account_id"]),
        ground=given["ground"],
        facts=given["facts"],
        decision=given["decision"],
        attachment_ids=stored_files(given["attachments"], actor.account_id),
    )


def _form_page(request: HttpRequest, order: SupervisionOrder, form: PlainForm, title: str) -> HttpResponse:
    context = {"order": order, "form": form, "title": title}
    return render(request, "orders/finding_form.html", context, status=422 if form.errors else 200)
