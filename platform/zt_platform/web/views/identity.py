"""At the counter: the clerk compares the identity card with the account and proves the identity; then the letters.

An identity stays *unverified* until somebody has seen the card (domain.md); a valid check digit proves nothing.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zt_platform.accounts import commands, queries
from zt_platform.accounts.models import Account
from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.organisation.roles import Role
from zt_platform.web.forms import CardForm
from zt_tenants.errors import DomainError, NotFound
from zt_tenants.language import bi


@sensitive_post_parameters("resident_id")
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """Find the account that belongs to a card, then (``confirmed``) prove it."""
    actor = actor_for_request(request)
    actor.require(Role.WINDOW_CLERK)
    form = CardForm(request.POST or None)
    account: Account | None = None
    if request.method == "POST" and form.is_valid():
        try:
            account = _account_of_card(actor, form.cleaned_data)
            record(Deed.SEARCHED_PERSON, actor=actor, purpose="身份核验", data={"found": True})
            if "confirmed" in request.POST:
                given = {name: form.cleaned_data[name] for name in ("resident_id", "full_name")}
                account = commands.verify_identity(actor=actor, account_id=account.id, **given)
                messages.success(request, bi("身份已核验。", "The identity is verified."))
        except DomainError as refused:
            form.refuse(refused)
    context = {
        "form": form,
        "account": account,
        "authorisations": queries.authorisations_at_counter(actor, account.id) if account else [],
    }
    return render(request, "web/identity_desk.html", context, status=422 if form.errors else 200)


def _account_of_card(actor: Actor, card: dict[str, str]) -> Account:
    """The account with the card's number, or, of those with the phone, the one with the card's name."""
    try:
        return queries.account_by_resident_id(actor, card["resident_id"])
    except NotFound:
        if not card["phone"]:
            raise
    same_name = [
        one for one in queries.accounts_by_phone(actor, card["phone"]) if one.full_name == card["full_name"].strip()
    ]
    if len(same_name) != 1:
        raise NotFound
    return same_name[0]


@require_POST
def verify_letter(request: HttpRequest, authorisation_id: UUID) -> HttpResponse:
    """The clerk has seen the legal person's letter of authorisation."""
    commands.verify_authorisation(actor=actor_for_request(request), authorisation_id=authorisation_id)
    messages.success(request, bi("授权已核验。", "The authorisation is verified."))
    return redirect(reverse("centre:identity"))
