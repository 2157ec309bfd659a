"""Departments that answer, the city and the province, and people in browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsers import browser_of
from django.test import Client

from zt_interop.departments.testing import COMPANY_CHECK, IDENTITY_CHECK, Offices, grant, offices_in
from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.organisation.commands import post_staff_member
from zt_tenants.context import enter

RESIDENT_ID = "340102199003074513"


@pytest.fixture
def offices(world, tmp_path) -> Iterator[Offices]:
    """Both services, which the city and the province may ask."""
    with offices_in(tmp_path) as offices:
        for code, fields in ((IDENTITY_CHECK, ("result",)), (COMPANY_CHECK, ("name", "status"))):
            offices.register(code)
            for centre in (world.city, world.province):
                grant(centre, code, *fields)
        yield offices


@pytest.fixture
def zhang(world) -> Account:
    """A person whose identity nobody has proven."""
    return register_account(
        username="zhang.wei",
        password="correct-horse-42",
        full_name="张伟",
        phone="13856001234",
        resident_id=RESIDENT_ID,
    )


@pytest.fixture
def browser(world):
    """A browser in which a new staff member of a centre, or the given account, is signed in."""

    def make(centre=None, *roles: str, account: Account | None = None) -> Client:
        if centre is not None:
            account = register_account(
                username=f"s{centre.code}.{len(roles)}{roles[0].lower()[:6]}",
                password="correct-horse-42",
                full_name="王建国",
                phone="13700000001",
            )
            with enter(centre):
                post_staff_member(actor=Actor.system(), account_id=account.id, full_name="王建国", roles=list(roles))
        return Client() if account is None else browser_of(account)

    return make
