"""Pages of supervision orders at a centre: the list, a new one, one order with its history, and the acts on it."""

from __future__ import annotations

from collections.abc import Callable
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
from zt_platform.crossing_pages import carried_out, file_links, to_paper, with_links
from zt_platform.exports import asked_for
from zt_platform.forms import PlainForm, stored_files
from zt_platform.link_values import row_number, seen_version
from zt_platform.orders import commands, queries, telling
from zt_platform.orders.commands import Demand
from zt_platform.orders.errors import OrderNotFound, OrderStandsElsewhere
from zt_platform.orders.forms import AcceptForm, GiveForm, ReplyForm, ReturnForm, WithdrawForm
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.queries import OrderFilter
from zt_platform.orders.tables import orders_table
from zt_platform.orders.vocabulary import Act, Side, Status
from zt_tenants.centres import children
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError
from zt_tenants.language import bi

PAGE = 50
MOST_ROWS = 5000
Run = Callable[..., SupervisionOrder]


@never_cache
@require_GET
def orders(request: HttpRequest) -> HttpResponseBase:
    """The orders that the reader may see, the newest first; filters in the address, ``csv`` and ``xlsx`` as tables."""
    actor, given = actor_for_request(request), request.GET
    wanted = OrderFilter(
        side=given.get("side", ""),
        status=given.get("status", ""),
        text=given.get("q", "").strip()[:60],
        overdue=given.get("overdue", "") == "1",
    )
    found = queries.orders_for(actor, wanted)
    if export := asked_for(request):
        return export.of(orders_table(found[:MOST_ROWS]))
    before = row_number(given.get("before", ""))
    if before is not None:
        found = found.filter(pk__lt=before)
    rows, moment = list(found[: PAGE + 1]), now()
    chosen = {name: given[name] for name in ("side", "status", "q", "overdue") if given.get(name)}
    context = {
        "rows": [(order, order.light_at(moment)) for order in rows[:PAGE]],
        "counts": queries.order_counts(actor),
        "wanted": wanted,
        "sides": Side.choices,
        "statuses": Status.choices,
        "may_read_findings": actor.has(*telling.FINDERS),
        "may_give": actor.has(*telling.GIVERS_INSIDE),
        "csv_url": f"?{urlencode({**chosen, 'csv': 1})}",
        "xlsx_url": f"?{urlencode({**chosen, 'xlsx': 1})}",
        "newer_url": f"?{urlencode(chosen)}" if before is not None else "",
        "older_url": f"?{urlencode({**chosen, 'before': rows[PAGE - 1].pk})}" if len(rows) > PAGE else "",
    }
    return render(request, "orders/list.html", context)


@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """A new order. The address may name the case and the centre (from the page of a case)."""
    actor, here = actor_for_request(request), current_centre()
    actor.require(*telling.GIVERS_INSIDE)
    below = actor.has(*telling.GIVERS) and queries.may_order_below(here)
    named = {"case_number": request.GET.get("case", "")[:60], "addressee": request.GET.get("centre", "")[:100]}
    form = GiveForm(request.POST or None, initial=named, below=below)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.give_order(actor=actor, demand=_demand(form.cleaned_data))
        except DomainError as refused:
            refused.field = "addressee" if refused.field == "addressee_code" else refused.field
            form.refuse(refused)
        else:
            messages.success(request, bi("督办{n}已下达。", "Order {n} is given.", n=made.number))
            return redirect(reverse("orders:order", args=[made.order_id]))
    context = {"form": form, "below": children(here) if below else [], "here": here}
    return render(request, "orders/new.html", context, status=422 if form.errors else 200)


def _demand(given: dict[str, Any]) -> Demand:
    department = given["department_code"]
    addressee = queries.addressee_meant(given.get("addressee", ""))
    return Demand(
        addressee_code=addressee.code,
        reason=given["reason"],
        kind=given["kind"],
        case_number=given["case_number"],
        department_code=department,
        answer_days=given["answer_days"],
    )


@never_cache
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order: what it says, its history with the files, and what the reader may do."""
    actor = actor_for_request(request)
    return _shown(request, actor, queries.order_for(actor, order_id))


def _shown(
    request: HttpRequest, actor: Actor, found: SupervisionOrder, refused: tuple[Act, PlainForm] | None = None
) -> HttpResponse:
    files = queries.files_of(found)
    acts = [
        (act, refused[1] if refused and refused[0] is act else _FORMS[act][0](auto_id=_AUTO_ID[act]))
        for act in queries.acts_for(actor, found)
    ]
    context = {
        "order": found,
        "light": found.light_at(now()),
        "history": with_links(found.lines, files),
        "acts": acts,
        "wrong": refused[1] if refused else None,
        "findings": [(one, file_links(one.files, files)) for one in queries.findings_for(actor, found)],
        "may_find": queries.may_find(actor, found),
    }
    return render(request, "orders/order.html", context, status=422 if refused else 200)


@never_cache
@require_GET
def paper(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The paper of an order: the centre's own, or its copy of what came from above. Raises OrderNotFound."""
    found = queries.order_for(actor_for_request(request), order_id)
    return to_paper(found, OrderNotFound)


def _reply(*, actor: Actor, order_id: UUID, attachments: list[Any], **given: Any) -> SupervisionOrder:
    """Store the files that came with the form, then answer."""
    found = queries.order_for(actor, order_id)
    if Act.REPLY not in queries.acts_for(actor, found):
        raise OrderStandsElsewhere(act=Act.REPLY.label, status=Status(found.status).label)
    kept = stored_files(attachments, actor.account_id)
    return commands.reply_to_order(actor=actor, order_id=order_id, attachment_ids=kept, **given)


_FORMS: dict[Act, tuple[type[PlainForm], Run]] = {
    Act.REPLY: (ReplyForm, _reply),
    Act.ACCEPT: (AcceptForm, commands.accept_reply),
    Act.RETURN: (ReturnForm, commands.return_reply),
    Act.WITHDRAW: (WithdrawForm, commands.withdraw_order),
}


_AUTO_ID = {act: f"{act.value.lower()}-%s" for act in _FORMS}
"""Several forms stand on one page."""


@require_http_methods(["POST"])
def act(request: HttpRequest, order_id: UUID, act: str) -> HttpResponse:
    """Answer, accept, return or take back; what was refused is shown beside its field."""
    actor = actor_for_request(request)
    wanted = next((known for known in _FORMS if known.value.lower() == act), None)
    if wanted is None:
        raise OrderNotFound
    found = queries.order_for(actor, order_id)
    form_class, run = _FORMS[wanted]
    form = form_class(request.POST, request.FILES, auto_id=_AUTO_ID[wanted])
    if not form.is_valid() or not carried_out(
        request,
        form,
        lambda: run(actor=actor, order_id=order_id, expected_version=seen_version(request), **form.cleaned_data),
        stale=OrderStandsElsewhere,
        possible=lambda: wanted in queries.acts_for(actor, found),
        done=bi("{what}：已完成。", "{what}: done.", what=wanted.label),
    ):
        return _shown(request, actor, found, (wanted, form))
    return redirect(reverse("orders:order", args=[order_id]))
