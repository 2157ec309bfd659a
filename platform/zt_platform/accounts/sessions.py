"""Who is behind a request: the edge between Django's session and the house's :class:`Actor`."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from zt_platform.accounts.errors import SignInRequired
from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.index.queries import seats_of
from zt_platform.organisation.queries import staff_member_of
from zt_platform.organisation.roles import Role
from zt_tenants.context import beside, current_centre_or_none, enter
from zt_tenants.errors import NotPermitted
from zt_tenants.wall.access import DatabaseRole

_BACKEND = "zt_platform.accounts.sessions.AccountBackend"
_SEEN = "_zt_actor_seen"


class AccountBackend(ModelBackend):
    """Finds the account of a session, also inside a centre, whose own database role does not reach accounts."""

    def get_user(self, user_id: Any) -> Account | None:
        """The account with this id, if it is open."""
        with beside(DatabaseRole.PORTAL):
            return super().get_user(user_id)


def open_session(request: HttpRequest, account: Account) -> None:
    """Sign the account of a successful ``commands.sign_in`` in; the session key changes."""
    with beside(DatabaseRole.PORTAL):
        login(request, account, backend=_BACKEND)


def close_session(request: HttpRequest) -> None:
    """Sign out and forget the session."""
    logout(request)


def client_address(request: HttpRequest) -> str:
    """The network address that limits are counted for.

    Behind ``ZT_PROXIES`` reverse proxies it is what the outermost of them saw: each appends its peer to X-Forwarded-For,
    so that many entries from the right can be believed, and what a client wrote itself stands further left. An IPv6
    client has a whole network of addresses to guess from (RFC 6177): its /64 counts as one.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "unknown")
    seen = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    proxies = settings.ZT_PROXIES
    if not proxies or len(seen) < proxies:
        return _counted(peer)
    return _counted(seen[-proxies].strip() or peer)


def _counted(address: str) -> str:
    try:
        known = ip_address(address.strip("[]"))
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or IPv6Network((int(known), 64), strict=False))
    return str(known)


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in, if any."""
    user = getattr(request, "user", None)
    return cast(Account, user) if user is not None and user.is_authenticated else None


def actor_or_none(request: HttpRequest) -> Actor | None:
    """The actor behind a request; None when nobody is signed in.

    Inside a centre where the account holds a post: that staff member, with the rights of the post. Else: the applicant.
    """
    account = account_of(request)
    if account is None:
        return None
    centre = current_centre_or_none()
    member = staff_member_of(account.id) if centre is not None else None
    actor = Actor.for_staff(member, account) if member is not None else Actor.for_applicant(account)
    setattr(request, _SEEN, (account.id, centre.id if centre else None, actor))
    return actor


def actor_seen(request: HttpRequest) -> Actor | None:
    """The actor that this request found before for the same account in the same centre, else :func:`actor_or_none`.

    For the frame of a page only, which shows names and links. What acts or reads asks anew.
    """
    account, centre = account_of(request), current_centre_or_none()
    account_id, centre_id, actor = getattr(request, _SEEN, (None, None, None))
    if account is not None and (account_id, centre_id) == (account.id, centre.id if centre else None):
        return cast(Actor, actor)
    return actor_or_none(request)


def actor_for_request(request: HttpRequest) -> Actor:
    """Like :func:`actor_or_none`. Raises SignInRequired when nobody is signed in."""
    actor = actor_or_none(request)
    if actor is None:
        raise SignInRequired
    return actor


def applicant_for_request(request: HttpRequest) -> Actor:
    """The person as an applicant, also where the account holds a post. Raises SignInRequired."""
    account = account_of(request)
    if account is None:
        raise SignInRequired
    return Actor.for_applicant(account)


def supervisor_for_request(request: HttpRequest) -> Actor:
    """The supervisor behind a request to the portal, which lies in no centre.

    Looks the SUPERVISOR role up in the centres where the account holds a post, highest level first; the actor's
    ``centre_code`` is the scope: the province sees everything, a city itself and its counties.
    Raises SignInRequired, NotPermitted.
    """
    account = account_of(request)
    if account is None:
        raise SignInRequired
    for seat in seats_of(account.id):
        with enter(seat.centre_code):
            member = staff_member_of(account.id)
            if member is not None and Role.SUPERVISOR in member.roles:
                return Actor.for_staff(member, account)
    raise NotPermitted
