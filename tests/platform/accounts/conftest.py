"""People that appear in the tests of accounts. The numbers are invented; their check digits are right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from stdnum.cn import uscc

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.accounts.rules import resident_check_digit
from zt_platform.actors import Actor
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter
from zt_tenants.models import Centre

PASSWORD = "正确的马-电池-订书钉"


def resident_id(first_seventeen: str) -> str:
    return first_seventeen + resident_check_digit(first_seventeen)


def credit_code(first_seventeen: str) -> str:
    return first_seventeen + uscc.calc_check_digit(first_seventeen)


@dataclass(frozen=True, slots=True)
class People:
    """Numbers and the password of the cast."""

    password: str
    zhang_id: str
    li_id: str
    company_code: str


@pytest.fixture(scope="session")
def people() -> People:
    return People(
        password=PASSWORD,
        zhang_id=resident_id("34012319900307123"),
        li_id=resident_id("34110219851231001"),
        company_code=credit_code("91340100MA2NABCD0"),
    )


@pytest.fixture
def zhang(world, people) -> Account:
    return register_account(
        username="zhangsan",
        password=people.password,
        full_name="张三丰",
        phone="13855512345",
        resident_id=people.zhang_id,
    )


@pytest.fixture
def li(world, people) -> Account:
    return register_account(username="lisi", password=people.password, full_name="李四", phone="13955598765")


@pytest.fixture
def clerk_of(world, people):
    """Make the window clerk of a centre; use the actor inside that centre."""
    return _clerk_of


def _clerk_of(centre: Centre) -> Actor:
    account, _ = Account.objects.get_or_create(
        username=f"clerk-{centre.code}",
        defaults={"full_name": "窗口甲", "phone": "19900000000", "phone_index": b"1", "phone_tail_index": b"1"},
    )
    with enter(centre):
        member, _ = StaffMember.objects.get_or_create(
            account_id=account.id,
            defaults={"full_name": "窗口甲", "roles": [Role.WINDOW_CLERK], "posted_on": date(2025, 1, 1)},
        )
        return Actor.for_staff(member, account)
