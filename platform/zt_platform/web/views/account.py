"""My account: who I am to the platform, and for whom I act."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zt_platform.accounts import commands
from zt_platform.accounts.errors import SignInRequired
from zt_platform.accounts.looks import looks_of
from zt_platform.accounts.queries import authorisations_of, own_account
from zt_platform.accounts.sessions import applicant_for_request
from zt_platform.exchange.commands import verify_own_identity
from zt_platform.forms import PlainForm, part_of_page
from zt_platform.web.forms import AuthorisationForm, ResidentIdForm
from zt_tenants.clock import today
from zt_tenants.errors import DomainError
from zt_tenants.language import bi
from zt_tenants.urls import portal_url

YEAR = timedelta(days=365)


def _page(
    request: HttpRequest, *, identity: ResidentIdForm | None = None, authorisation: AuthorisationForm | None = None
) -> HttpResponse:
    actor = applicant_for_request(request)
    refused: PlainForm | None = next((form for form in (identity, authorisation) if form is not None), None)
    context = {
        "account": own_account(actor),
        "authorisations": authorisations_of(actor),
        "identity_form": identity or ResidentIdForm(),
        "authorisation_form": authorisation
        or AuthorisationForm(initial={"valid_from": today(), "valid_until": today() + YEAR}),
        "refused": refused,
        "looks": looks_of(actor),
        "today": today(),
    }
    return render(request, "web/account.html", context, status=422 if refused else 200)


@require_http_methods(["GET"])
def account(request: HttpRequest) -> HttpResponse:
    """The person's data, masked, and the organisations they act for."""
    return _page(request)


@sensitive_post_parameters("resident_id")
@part_of_page(lambda: portal_url("account"))
def enter_resident_id(request: HttpRequest) -> HttpResponse:
    """Enter the resident id that was left out at registration."""
    form = ResidentIdForm(request.POST)
    if form.is_valid():
        try:
            commands.enter_resident_id(actor=applicant_for_request(request), **form.cleaned_data)
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, bi("身份证号码已登记。", "Your resident id is entered."))
            return redirect(portal_url("account"))
    return _page(request, identity=form)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Have the own identity proven by the public security's data, with consent."""
    try:
        verify_own_identity(actor=applicant_for_request(request), consent=request.POST.get("consent") == "yes")
    except SignInRequired:
        raise
    except DomainError as refused:
        messages.warning(request, refused.text())
    else:
        messages.success(request, bi("身份已由公安数据核验。", "Your identity is verified by the data service."))
    return redirect(portal_url("account"))


@part_of_page(lambda: portal_url("account"))
def authorise(request: HttpRequest) -> HttpResponse:
    """Enter that this account acts for a legal person."""
    form = AuthorisationForm(request.POST)
    if form.is_valid():
        try:
            commands.authorise(actor=applicant_for_request(request), **form.cleaned_data)
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, bi("授权已登记，带授权书到窗口核验一次即可。", "Entered; show the letter at a window once.")
            )
            return redirect(portal_url("account"))
    return _page(request, authorisation=form)


@require_POST
def revoke(request: HttpRequest, authorisation_id: UUID) -> HttpResponse:
    """End an authorisation of one's own."""
    commands.revoke_authorisation(actor=applicant_for_request(request), authorisation_id=authorisation_id)
    messages.success(request, bi("授权已撤销。", "The authorisation is revoked."))
    return redirect(portal_url("account"))
