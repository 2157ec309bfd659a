"""A clerk proves an identity; nobody else can."""

from __future__ import annotations

import pytest

from zt_platform.accounts.commands import verify_identity
from zt_platform.accounts.errors import IdentityTaken
from zt_platform.accounts.models import Account, AccountEvent, Verification
from zt_platform.accounts.queries import account_by_resident_id, accounts_by_phone
from zt_platform.actors import Actor
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotFound, NotPermitted


def test_a_clerk_verifies_what_the_card_says(world, zhang, people, clerk_of) -> None:
    clerk = clerk_of(world.city)
    with enter(world.city):
        found = account_by_resident_id(clerk, people.zhang_id.lower())
        account = verify_identity(actor=clerk, account_id=found.id, resident_id=people.zhang_id, full_name="张三丰")
    assert account.is_verified
    stored = Account.objects.get(id=zhang.id)
    assert (stored.verification, stored.verified_by) == (Verification.BY_CLERK, clerk.account_id)
    event = AccountEvent.objects.get(kind="identity_verified")
    assert (event.account_id, event.actor_account_id, event.centre_code) == (zhang.id, clerk.account_id, "340100")


def test_verifying_adds_a_number_that_was_missing(world, li, people, clerk_of) -> None:
    clerk = clerk_of(world.city)
    with enter(world.city):
        found = accounts_by_phone(clerk, "139 5559 8765")
        verify_identity(actor=clerk, account_id=found[0].id, resident_id=people.li_id, full_name="李四")
    assert Account.objects.get(id=li.id).resident_id == people.li_id


@pytest.mark.parametrize(
    ("field", "resident_id", "name"), [("resident_id", "li", "张三丰"), ("full_name", "zhang", "李四")]
)
def test_a_card_that_differs_proves_nothing(world, zhang, people, clerk_of, field, resident_id, name) -> None:
    clerk = clerk_of(world.city)
    number = people.li_id if resident_id == "li" else people.zhang_id
    with enter(world.city), pytest.raises(InvalidInput) as refused:
        verify_identity(actor=clerk, account_id=zhang.id, resident_id=number, full_name=name)
    assert refused.value.field == field
    assert not Account.objects.get(id=zhang.id).is_verified
    assert not AccountEvent.objects.filter(kind="identity_verified").exists()


def test_a_number_of_another_account_is_refused(world, zhang, li, people, clerk_of) -> None:
    clerk = clerk_of(world.city)
    with enter(world.city), pytest.raises(IdentityTaken):
        verify_identity(actor=clerk, account_id=li.id, resident_id=people.zhang_id, full_name="李四")
    assert not Account.objects.get(id=li.id).is_verified


def test_only_a_clerk_of_the_current_centre_may(world, zhang, people, clerk_of) -> None:
    clerk = clerk_of(world.city)
    outsiders = [clerk, Actor.for_applicant(zhang), Actor.remote("340100", "合肥市"), Actor.system()]
    with enter(world.county):
        for actor in outsiders:
            with pytest.raises(NotPermitted):
                verify_identity(actor=actor, account_id=zhang.id, resident_id=people.zhang_id, full_name="张三丰")
            with pytest.raises(NotPermitted):
                account_by_resident_id(actor, people.zhang_id)
            with pytest.raises(NotPermitted):
                accounts_by_phone(actor, "13855512345")
    with pytest.raises(NotPermitted):  # outside any centre nobody is a clerk
        account_by_resident_id(clerk, people.zhang_id)
    assert not Account.objects.get(id=zhang.id).is_verified
    assert not AccountEvent.objects.filter(kind="identity_verified").exists()


def test_a_closed_account_is_not_found(world, zhang, people, clerk_of) -> None:
    Account.objects.filter(id=zhang.id).update(is_active=False)
    clerk = clerk_of(world.city)
    with enter(world.city):
        with pytest.raises(NotFound):
            account_by_resident_id(clerk, people.zhang_id)
        with pytest.raises(NotFound):
            verify_identity(actor=clerk, account_id=zhang.id, resident_id=people.zhang_id, full_name="张三丰")
