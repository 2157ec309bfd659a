"""People and facts of the notice tests."""

from __future__ import annotations

from browsers import browser_of
from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.cases.testing import Desk
from zt_platform.notices.models import Notice
from zt_platform.organisation.models import StaffMember
from zt_tenants.clock import today
from zt_tenants.context import enter

FACTS = {
    "number": "340123-260302-00001-7",
    "item": "食品经营许可",
    "centre": "肥西县政务服务中心",
    "count": 2,
    "due": "2026-03-11",
    "code": "042317",
    "carrier": "EMS",
    "post_number": "EZ123456789CN",
    "telephone": "0551-68840000",
    "issuer": "安徽省政务服务中心",
    "unit": "肥西县市场监督管理局",
    "lead": "合肥市市场监督管理局",
}
PHONE = "13855512345"


def account_of(name: str) -> Account:
    """A new account."""
    return register_account(username=name, password="a long pass phrase", full_name="张小明", phone=PHONE)


def staff_browser(desk: Desk, *roles: str) -> Client:
    """Signed in as staff of a centre."""
    account = account_of(f"staff-{desk.centre.code}-{len(roles)}")
    with enter(desk.centre):
        StaffMember.objects.create(account_id=account.id, full_name="李敏", roles=list(roles), posted_on=today())
    return browser_of(account)


def events_at(desk: Desk) -> list[str]:
    """What a centre has told people, in order."""
    return list(Notice.objects.filter(centre_code=desk.centre.code).order_by("id").values_list("event", flat=True))
