"""Who is behind a request."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpRequest

from zt_platform.accounts import sessions
from zt_platform.accounts.commands import sign_in
from zt_platform.accounts.errors import SignInRequired
from zt_platform.accounts.models import Account
from zt_platform.actors import Actor, ActorKind
from zt_platform.organisation.loader import load_staff
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted

PASSWORD = "demo-Zhengtong-2026"


def request_of(account: Account | None) -> HttpRequest:
    request = HttpRequest()
    request.session = SessionStore()
    request.user = account or AnonymousUser()
    return request


@pytest.fixture
def staffed(world):
    for centre in (world.province, world.city, world.county):
        load_staff(centre, password=PASSWORD)
    return world


def test_nobody_is_signed_in(world) -> None:
    request = request_of(None)
    assert sessions.actor_or_none(request) is None
    for read in (sessions.actor_for_request, sessions.applicant_for_request, sessions.supervisor_for_request):
        with pytest.raises(SignInRequired):
            read(request)


def test_signing_in_changes_the_session_key_and_out_forgets_it(staffed) -> None:
    account = sign_in(username="clerk-340100", password=PASSWORD, address="192.0.2.1")
    request = request_of(None)
    request.session.save()
    before = request.session.session_key
    sessions.open_session(request, account)
    assert request.session.session_key != before
    assert sessions.account_of(request) == account
    sessions.close_session(request)
    assert sessions.account_of(request) is None


@pytest.mark.req("A-02")
def test_staff_have_their_rights_in_their_own_centre_only(staffed) -> None:
    request = request_of(Account.objects.get(username="clerk-340100"))
    with enter(staffed.city):
        actor = sessions.actor_for_request(request)
        assert (actor.kind, actor.centre_code) == (ActorKind.STAFF, "340100")
        assert actor.has(Role.WINDOW_CLERK)
        assert not actor.has(Role.APPROVER)
    with enter(staffed.county):
        assert not actor.has(Role.WINDOW_CLERK)
        with pytest.raises(NotPermitted):
            actor.require(Role.WINDOW_CLERK)
        assert sessions.actor_for_request(request).kind is ActorKind.APPLICANT
    assert not actor.has(Role.WINDOW_CLERK)
    assert sessions.actor_for_request(request).kind is ActorKind.APPLICANT


def test_staff_apply_as_persons(staffed) -> None:
    request = request_of(Account.objects.get(username="clerk-340100"))
    with enter(staffed.city):
        applicant = sessions.applicant_for_request(request)
    assert applicant.kind is ActorKind.APPLICANT
    assert applicant.roles == frozenset()


def test_an_ended_post_is_an_applicant_again(staffed) -> None:
    request = request_of(Account.objects.get(username="clerk-340100"))
    with enter(staffed.city):
        StaffMember.objects.update(active=False)
        assert sessions.actor_for_request(request).kind is ActorKind.APPLICANT


@pytest.mark.parametrize(("username", "scope"), [("supervisor-340000", "340000"), ("supervisor-340100", "340100")])
def test_a_supervisor_is_known_on_the_portal(staffed, username: str, scope: str) -> None:
    actor = sessions.supervisor_for_request(request_of(Account.objects.get(username=username)))
    assert actor.centre_code == scope
    assert Role.SUPERVISOR in actor.roles


def test_others_are_no_supervisors(staffed) -> None:
    for username in ("clerk-340100", "admin-340000", "approver-340123"):
        with pytest.raises(NotPermitted):
            sessions.supervisor_for_request(request_of(Account.objects.get(username=username)))
    with enter(staffed.city):
        StaffMember.objects.filter(roles__contains=[Role.SUPERVISOR]).update(active=False)
    with pytest.raises(NotPermitted):
        sessions.supervisor_for_request(request_of(Account.objects.get(username="supervisor-340100")))


def test_system_and_remote_centres_hold_no_roles(world) -> None:
    with enter(world.city):
        for actor in (Actor.system(), Actor.remote("340123", "肥西县")):
            assert not actor.has(*Role.values)
            with pytest.raises(NotPermitted):
                actor.require_applicant()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),  # nobody stands before the site: the header is the client's own invention
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the left one was invented
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (1, None, "10.0.0.1"),
        (2, "203.0.113.9", "10.0.0.1"),  # came round the outer proxy
        (1, "203.0.113.9, ", "10.0.0.1"),
        (1, "2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::/64"),  # who has one address there has them all
        (1, "2001:db8:1:2::7", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "somewhere", "somewhere"),
    ],
)
def test_limits_are_counted_for_the_address_that_the_outermost_proxy_saw(settings, proxies, forwarded, address) -> None:
    settings.ZT_PROXIES = proxies
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "10.0.0.1"
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    assert sessions.client_address(request) == address
