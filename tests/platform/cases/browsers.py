"""Browsers of the cast: an applicant with an account, staff with a post, nobody."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.cases.testing import Desk, Town
from zt_platform.organisation.models import StaffMember
from zt_tenants.clock import today
from zt_tenants.context import enter

RESIDENT_IDS = {"applicant": "340102199001011236", "outsider": "340123198505052346"}


def browser_of(account: Account) -> Client:
    """A browser in which somebody is signed in."""
    browser = Client()
    browser.force_login(account, backend="zt_platform.accounts.sessions.AccountBackend")
    return browser


@dataclass
class Browsers:
    """Makes browsers; the same name is the same person."""

    people: dict[str, Account] = field(default_factory=dict)

    def account(self, name: str, resident_id: str | None = None) -> Account:
        """The account of a person, opened on first use."""
        if name not in self.people:
            self.people[name] = register_account(
                username=f"{name}-person",
                password="a long pass phrase",
                full_name="张小明",
                phone="13855512345",
                resident_id=resident_id,
            )
        return self.people[name]

    def actor(self, name: str) -> Actor:
        """The person as an applicant."""
        return Actor.for_applicant(self.account(name, RESIDENT_IDS.get(name)))

    def nobody(self) -> Client:
        """Not signed in."""
        return Client()

    def applicant(self, name: str = "applicant", *, resident_id: str | None = "own") -> Client:
        """Signed in as a person."""
        number = RESIDENT_IDS.get(name) if resident_id == "own" else resident_id
        return browser_of(self.account(name, number))

    def staff(self, desk: Desk, *roles: str) -> Client:
        """Signed in as staff of a centre."""
        name = f"staff-{desk.centre.code}-{'-'.join(roles)}".lower().replace("_", "-")
        account = self.account(name)
        with enter(desk.centre):
            StaffMember.objects.get_or_create(
                account_id=account.id,
                defaults={"full_name": "李敏", "roles": list(roles), "posted_on": today()},
            )
        return browser_of(account)


def workbench(town: Town, path: str = "") -> str:
    """The address of a page of the city's workbench."""
    return f"/c/{town.city.centre.code}/workbench/{path}"
