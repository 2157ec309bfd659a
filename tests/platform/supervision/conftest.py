"""A centre's feed as the tests play it: steps with their clock, numbered as the stream numbers them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.actors import Actor, ActorKind
from zt_platform.index.commands import upsert_seats
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.roles import Role
from zt_platform.supervision.ingest import ingest
from zt_platform.supervision.scope import Scope, scope_for
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""Wednesday, 12:00 in China: the moment of every test unless it moves the clock."""


@dataclass(frozen=True)
class Step:
    """A supervision event as a verified message would bring it."""

    source: str
    destination: str
    sequence: int
    data: dict[str, Any]
    id: UUID = field(default_factory=uuid7)


@dataclass
class Feeds:
    """Makes the steps of centres in the order of their streams."""

    province: Centre
    counters: defaultdict[str, Any] = field(default_factory=lambda: defaultdict(lambda: itertools.count(1)))

    def step(
        self,
        centre: Centre,
        tracking_number: str,
        status: str,
        *,
        occurred_at: datetime = NOON,
        role: str = "SOLE",
        kind: str = "PROMISED",
        result: str = "",
        instant: bool = False,
        on_time: bool | None = None,
        item_name: str = "食品经营许可",
        **clock_state: datetime | None,
    ) -> Step:
        """One step; keywords that end in ``_at`` are its clock."""
        data = {
            "tracking_number": tracking_number,
            "step": status,
            "status": status,
            "role": role,
            "kind": kind,
            "item_code": "SC-001",
            "item_name": item_name,
            "department": "市场监督管理局",
            "centre_code": centre.code,
            "level": centre.level,
            "occurred_at": occurred_at.isoformat(),
            "clock": {name: value.isoformat() if value else None for name, value in clock_state.items()},
            "result": result,
            "instant": instant,
            "on_time": on_time,
            "actor_role": "WINDOW_CLERK",
        }
        return Step(centre.code, self.province.code, next(self.counters[centre.code]), data)

    def accepted(
        self, centre: Centre, tracking_number: str, *, due_in: timedelta = timedelta(days=5), **more: Any
    ) -> Step:
        """A case accepted a day before noon, due some time after noon, red three days later, warned a day earlier."""
        due_at = NOON + due_in
        at = more.pop("accepted_at", NOON - timedelta(days=1))
        return self.step(
            centre,
            tracking_number,
            "ACCEPTED",
            occurred_at=at,
            accepted_at=at,
            submitted_at=at,
            warning_at=due_at - timedelta(days=1),
            due_at=due_at,
            red_at=due_at + timedelta(days=3),
            **more,
        )

    def completed(
        self, centre: Centre, tracking_number: str, *, at: datetime = NOON, on_time: bool = True, **more: Any
    ) -> Step:
        """A case accepted and completed at the same moment."""
        return self.step(
            centre,
            tracking_number,
            "COMPLETED",
            occurred_at=at,
            submitted_at=at,
            accepted_at=at,
            decided_at=at,
            completed_at=at,
            due_at=at if on_time else at - timedelta(hours=1),
            on_time=on_time,
            result=more.pop("result", "GRANTED"),
            **more,
        )


@pytest.fixture
def feeds(world) -> Feeds:
    """The feeds of all centres of the world to the province."""
    return Feeds(world.province)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """Every test is played at the same moment."""
    with clock.at(NOON):
        yield


@pytest.fixture
def report(feeds: Feeds) -> Callable[..., None]:
    """Take steps in as one batch."""

    def _report(*steps: Step) -> None:
        ingest(steps)

    return _report


def supervisor_of(centre: Centre, *roles: str) -> Actor:
    """A supervisor of a centre."""
    return Actor(kind=ActorKind.STAFF, roles=frozenset(roles or {Role.SUPERVISOR.value}), centre_code=centre.code)


@pytest.fixture
def province_scope(world) -> Scope:
    """What the province's supervisor sees."""
    return scope_for(supervisor_of(world.province))


@pytest.fixture
def city_scope(world) -> Scope:
    """What the city's supervisor sees."""
    return scope_for(supervisor_of(world.city))


@pytest.fixture
def supervisor() -> Callable[..., Actor]:
    """Make a supervisor (or other staff) of a centre."""
    return supervisor_of


@pytest.fixture
def sign_in(client) -> Callable[..., Client]:
    """A browser in which a supervisor (or other staff) of a centre is signed in."""

    def _sign_in(centre: Centre, *roles: str) -> Client:
        number = next(_people)
        account = register_account(
            username=f"supervisor{number}", password="Tongxing-2026", full_name="周明", phone=f"1385600{number:04d}"
        )
        with enter(centre):
            StaffMember.objects.create(
                account_id=account.id,
                full_name="周明",
                roles=list(roles or {Role.SUPERVISOR.value}),
                posted_on=date(2020, 1, 1),
            )
            upsert_seats([account.id])
        client.force_login(account, backend="zt_platform.accounts.sessions.AccountBackend")
        return client

    return _sign_in


_people = itertools.count(1)
