"""Signing in, signing out, opening an account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zt_platform.accounts import commands
from zt_platform.accounts.sessions import account_of, client_address, close_session, open_session
from zt_platform.web.forms import RegisterForm, SignInForm
from zt_platform.web.views.posts import landing
from zt_tenants.errors import DomainError
from zt_tenants.language import bi
from zt_tenants.urls import portal_url


def _back(request: HttpRequest) -> str:
    """The page one came from, when it lies on this site; "" otherwise."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return back if safe else ""


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; wrong tries are counted and answered alike whether or not the username exists."""
    signed_in = account_of(request)
    if signed_in is not None and request.method == "GET":
        return redirect(_back(request) or landing(request, signed_in))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = commands.sign_in(**form.cleaned_data, address=client_address(request))
        except DomainError as refused:
            form.refuse(refused)
        else:
            open_session(request, account)
            first_page = landing(request, account)
            return redirect(_back(request) or first_page)
    context = {"form": form, "next": _back(request)}
    return render(request, "web/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go home."""
    close_session(request)
    messages.success(request, bi("您已退出登录。", "You are signed out."))
    return redirect(portal_url("home"))


@never_cache
@sensitive_post_parameters("password", "resident_id")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Open an account and sign in with it."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "resident_id": form.cleaned_data["resident_id"] or None}
        try:
            account = commands.register_account(**given, address=client_address(request))
        except DomainError as refused:
            form.refuse(refused)
        else:
            open_session(request, account)
            messages.success(request, bi("账户已开通。", "Your account is open."))
            return redirect(_back(request) or portal_url("my-cases"))
    context = {"form": form, "next": _back(request)}
    return render(request, "web/register.html", context, status=422 if form.errors else 200)
