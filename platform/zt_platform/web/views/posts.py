"""Where a member of staff works: the way after signing in, and the choice for people with posts in several centres."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zt_platform.accounts.errors import SignInRequired
from zt_platform.accounts.models import Account
from zt_platform.accounts.sessions import account_of
from zt_platform.index.models import StaffSeatEntry
from zt_platform.index.queries import seats_of
from zt_platform.organisation.queries import staff_member_of
from zt_platform.organisation.roles import Role
from zt_platform.web.context import SEAT_KEY
from zt_platform.web.preferences import SEAT_COOKIE, remember
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted
from zt_tenants.urls import centre_url, portal_url


def landing(request: HttpRequest, account: Account) -> str:
    """Where a person's day begins: clerks in their centre's workbench, supervisors at the board, others at their cases.

    With posts in several centres: at the one where this browser worked last, else at the choice.
    """
    seats = seats_of(account.id)
    if not seats:
        return portal_url("my-cases")
    last = request.COOKIES.get(SEAT_COOKIE, "")
    seat = next((one for one in seats if one.centre_code == last), seats[0] if len(seats) == 1 else None)
    if seat is None:
        request.session[SEAT_KEY] = {"several": True}
        return portal_url("posts")
    return _take(request, account, seat, several=len(seats) > 1)


def _take(request: HttpRequest, account: Account, seat: StaffSeatEntry, *, several: bool) -> str:
    """Note the seat in the session, for links only: rights are looked up where they count. The first page there."""
    with enter(seat.centre_code):
        member = staff_member_of(account.id)
    roles = member.roles if member is not None else []
    request.session[SEAT_KEY] = {
        "centre": seat.centre_code,
        "supervisor": Role.SUPERVISOR in roles,
        "several": several,
    }
    if roles == [Role.SUPERVISOR]:
        return portal_url("supervision:home")
    return centre_url(seat.centre_code, "workbench:queue")


@never_cache
@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest) -> HttpResponse:
    """The posts of the person who is signed in; the one that is chosen is where the next sign-in leads, too."""
    account = account_of(request)
    if account is None:
        raise SignInRequired
    seats = seats_of(account.id)
    if request.method == "GET":
        current = request.session.get(SEAT_KEY, {}).get("centre", "")
        return render(request, "web/posts.html", {"seats": seats, "current": current})
    seat = next((one for one in seats if one.centre_code == request.POST.get("centre")), None)
    if seat is None:
        raise NotPermitted
    response = redirect(_take(request, account, seat, several=len(seats) > 1))
    remember(response, SEAT_COOKIE, seat.centre_code)
    return response
