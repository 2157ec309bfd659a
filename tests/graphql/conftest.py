"""The gateway as a client sees it: HTTP requests through Django's request handler."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.organisation.models import Department, StaffMember
from zt_tenants.context import enter
from zt_tenants.models import Centre

PASSWORD = "correct-horse-42"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Answer:
    """One answer of the gateway."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The data of an answer without errors."""
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        """The codes of its errors."""
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]

    @property
    def error(self) -> dict[str, Any]:
        """Its only error."""
        assert len(self.body.get("errors", [])) == 1, self.body
        return self.body["errors"][0]


class Gateway:
    """A browser or program that talks GraphQL; ``who`` is signed in."""

    def __init__(self, who: Account | None = None, **client: Any) -> None:
        self.client = Client(**client)
        if who is not None:
            self.client.force_login(who, backend=BACKEND)

    def ask(self, query: str, *, at: Centre | None = None, **variables: Any) -> Answer:
        """POST a query to a centre's endpoint, or to the portal's."""
        response = self.client.post(
            f"/c/{at.code}/graphql" if at else "/graphql",
            data=json.dumps({"query": query, "variables": variables}),
            content_type="application/json",
        )
        return Answer(response.status_code, response.json())


@pytest.fixture
def gateway() -> Callable[..., Gateway]:
    """Makes clients: ``gateway()`` for a stranger, ``gateway(account)`` for somebody signed in."""
    return Gateway


@pytest.fixture
def stranger(world) -> Gateway:
    """Nobody is signed in."""
    return Gateway()


@pytest.fixture
def applicant(world) -> Account:
    """A person who applies."""
    return make_account("zhang.wei", "张伟", "13856001234", "340102199003074513")


def make_account(username: str, name: str, phone: str, resident_id: str | None = None) -> Account:
    """A registered account."""
    return register_account(username=username, password=PASSWORD, full_name=name, phone=phone, resident_id=resident_id)


def post(account: Account, centre: Centre, *roles: str) -> StaffMember:
    """Give an account a post in a centre, in its first department."""
    with enter(centre):
        department, _ = Department.objects.get_or_create(
            code="SC", defaults={"name": "市场监督管理局", "name_en": "Market Supervision"}
        )
        return StaffMember.objects.create(
            account_id=account.id,
            full_name=account.full_name,
            department=department,
            roles=list(roles),
            posted_on=date(2020, 1, 1),
        )
