"""Lists of accounts and authorisations cost one statement, whatever their length."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.accounts.models import Account, Authorisation
from zt_platform.accounts.queries import accounts_by_phone, authorisations_of, names_of
from zt_platform.actors import Actor
from zt_tenants.clock import today
from zt_tenants.context import beside, enter
from zt_tenants.wall.access import DatabaseRole


def copy_of(account: Account, number: int) -> Account:
    copy = Account(username=f"copy{number}", full_name="张三丰", phone=account.phone, phone_masked="138****2345")
    copy.phone_index, copy.phone_tail_index = account.phone_index, account.phone_tail_index
    return copy


def letter(account: Account, number: int) -> Authorisation:
    return Authorisation(
        account=account,
        organisation_name=f"公司{number}",
        uscc="91340100MA2NABCD04",
        uscc_index=bytes([number]),
        uscc_masked="9134**********CD04",
        valid_from=today(),
        valid_until=today() + timedelta(days=1),
    )


def test_lists_cost_the_same_at_1_and_20(world, zhang, clerk_of) -> None:
    clerk, actor = clerk_of(world.city), Actor.for_applicant(zhang)
    Authorisation.objects.bulk_create([letter(zhang, 0)])

    def cost(length: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            found = accounts_by_phone(clerk, "13855512345")
            assert len(found) == length
            assert len(names_of([account.id for account in found])) == length
            assert [entry.organisation_name for entry in authorisations_of(actor)][:1] == ["公司0"]
        return len(captured)

    with enter(world.city):
        at_one = cost(1)
        with beside(DatabaseRole.PORTAL):
            Account.objects.bulk_create([copy_of(zhang, n) for n in range(19)])
            Authorisation.objects.bulk_create([letter(zhang, n) for n in range(1, 20)])
        assert cost(20) == at_one == 3
