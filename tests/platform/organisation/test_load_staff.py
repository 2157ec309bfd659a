"""The first staff of a centre."""

from __future__ import annotations

from datetime import time

import pytest
from django.contrib.auth.hashers import check_password

from zt_platform.accounts.commands import sign_in
from zt_platform.accounts.models import Account
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.index.queries import seats_of
from zt_platform.organisation.loader import load_staff
from zt_platform.organisation.models import CentreProfile, StaffMember
from zt_platform.organisation.queries import office_hours, staff_member_of
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.rules import OfficeHours
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput

PASSWORD = "demo-Zhengtong-2026"


@pytest.mark.req("A-02", "A-09")
def test_every_centre_has_people_for_the_four_steps(world) -> None:
    for centre in world.all:
        load_catalogue(centre)
        load_staff(centre, password=PASSWORD)
        with enter(centre):
            roles = {role for member in StaffMember.objects.all() for role in member.roles}
        supervised = {Role.SUPERVISOR} if centre in (world.province, world.city, world.other_city) else set()
        first = {Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER, Role.DEPARTMENT_HEAD, Role.CENTRE_ADMIN}
        assert roles == first | supervised


def test_staff_can_sign_in_and_are_known_at_their_centre_only(world) -> None:
    load_staff(world.city, password=PASSWORD)
    account = sign_in(username="clerk-340100", password=PASSWORD, address="192.0.2.1")
    assert [seat.centre_code for seat in seats_of(account.id)] == ["340100"]
    with enter(world.city):
        assert staff_member_of(account.id) is not None
    with enter(world.county):
        assert staff_member_of(account.id) is None


def test_loading_twice_changes_nothing(world) -> None:
    load_staff(world.city, password=PASSWORD)
    accounts = list(Account.objects.order_by("id").values("id", "username", "password"))
    load_staff(world.city, password="another-Password-2026")
    assert list(Account.objects.order_by("id").values("id", "username", "password")) == accounts
    assert all(check_password(PASSWORD, account["password"]) for account in accounts[:1])
    with enter(world.city):
        assert StaffMember.objects.count() == 6


def test_a_weak_password_is_refused_and_nothing_is_made(world) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_staff(world.city, password="12345")
    assert refused.value.field == "password"
    assert not Account.objects.exists()


@pytest.mark.req("A-27")
def test_a_centre_has_its_own_hours(world) -> None:
    load_staff(world.city, password=PASSWORD)
    with enter(world.city):
        CentreProfile.objects.update(opens_at=time(8, 30), closes_at=time(16, 30))
        assert office_hours() == OfficeHours(opens=time(8, 30), closes=time(16, 30))
    with enter(world.county):
        assert office_hours() == OfficeHours()
