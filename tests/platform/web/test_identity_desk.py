"""Proving an identity at the counter: only by a clerk of the centre, only when card and account agree."""

from __future__ import annotations

import pytest
from browsers import RESIDENT_IDS, Browsers

from zt_platform.accounts.commands import authorise
from zt_platform.accounts.models import Account, Authorisation
from zt_platform.cases.testing import Desk
from zt_tenants.clock import today

NUMBER = RESIDENT_IDS["applicant"]


@pytest.fixture
def browsers() -> Browsers:
    return Browsers()


def _card(**changes: str) -> dict[str, str]:
    return {"resident_id": NUMBER, "full_name": "张小明", "phone": "", **changes}


def _address(world) -> str:
    return f"/c/{world.city.code}/identity/"


def test_card_and_account_agree(world, browsers: Browsers) -> None:
    account = browsers.account("applicant", NUMBER)
    clerk = browsers.staff(Desk(world.city), "WINDOW_CLERK")
    found = clerk.post(_address(world), _card())
    assert found.status_code == 200
    assert "人证一致" in found.content.decode()
    assert not Account.objects.get(id=account.id).is_verified
    assert clerk.post(_address(world), _card(confirmed="yes")).status_code == 200
    assert Account.objects.get(id=account.id).is_verified


@pytest.mark.parametrize("changes", [{"full_name": "李四"}, {"resident_id": "123"}, {"full_name": ""}])
def test_what_does_not_agree_proves_nothing(world, browsers: Browsers, changes: dict[str, str]) -> None:
    account = browsers.account("applicant", NUMBER)
    clerk = browsers.staff(Desk(world.city), "WINDOW_CLERK")
    answer = clerk.post(_address(world), _card(confirmed="yes", **changes))
    assert answer.status_code == 422
    assert not Account.objects.get(id=account.id).is_verified


def test_an_account_without_a_number_is_found_by_phone_and_name(world, browsers: Browsers) -> None:
    account = browsers.account("applicant")
    clerk = browsers.staff(Desk(world.city), "WINDOW_CLERK")
    assert clerk.post(_address(world), _card()).status_code == 422
    clerk.post(_address(world), _card(phone="13855512345", confirmed="yes", full_name="张小明"))
    # Two accounts share phone and name (the clerk's own test account does), so nobody is guessed.
    assert not Account.objects.get(id=account.id).is_verified
    Account.objects.exclude(id=account.id).update(phone_index=b"other")
    clerk.post(_address(world), _card(phone="13855512345", confirmed="yes"))
    assert Account.objects.get(id=account.id).is_verified


@pytest.mark.parametrize("role", ["REVIEWER", "APPROVER", "CENTRE_ADMIN"])
def test_other_posts_and_the_neighbours_clerk_stay_out(world, browsers: Browsers, role: str) -> None:
    account = browsers.account("applicant", NUMBER)
    for outsider in (
        browsers.staff(Desk(world.city), role),
        browsers.staff(Desk(world.county), "WINDOW_CLERK"),
        browsers.applicant("outsider"),
    ):
        assert outsider.get(_address(world)).status_code == 403
        assert outsider.post(_address(world), _card(confirmed="yes")).status_code == 403
    assert browsers.nobody().get(_address(world)).status_code == 302
    assert not Account.objects.get(id=account.id).is_verified


def test_a_letter_is_proven_after_its_bearer(world, browsers: Browsers) -> None:
    letter = authorise(
        actor=browsers.actor("applicant"),
        organisation_name="安徽远大物流有限公司",
        uscc="91110000600037341L",
        valid_from=today(),
        valid_until=today(),
    )
    clerk = browsers.staff(Desk(world.city), "WINDOW_CLERK")
    address = f"{_address(world)}letters/{letter.id}/"
    assert clerk.post(address).status_code == 409
    assert not Authorisation.objects.get().is_verified
    assert "安徽远大物流有限公司" in clerk.post(_address(world), _card(confirmed="yes")).content.decode()
    assert clerk.post(address).status_code == 302
    assert Authorisation.objects.get().is_verified
