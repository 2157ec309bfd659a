"""The city sends to the county, which refuses one message and parks another; administrators in browsers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from browsers import browser_of
from django.test import Client

from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import Outgoing, send_messages
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_platform.accounts.commands import register_account
from zt_platform.actors import Actor
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre

PARKED_SUBJECT = "340100-20260302-000002-7"


class Unready(DomainError):
    """Not now."""

    code = "UNREADY"
    zh = "办件尚未受理。"
    en = "Not accepted yet."


@dataclass
class Person:
    """A browser with somebody signed in."""

    client: Client
    name: str
    actor: Actor


@pytest.fixture
def refused(world, recorder) -> OutboxMessage:
    """A message of the city that the county refused for what is in it."""
    with enter(world.city):
        message = send_messages([Outgoing("340123", PROGRESSED, SUBJECT, progressed("ONE"))])[0]
    OutboxMessage.objects.filter(pk=message.pk).update(data={})
    relay_due()
    message.refresh_from_db()
    assert message.state == "REFUSED"
    return message


@pytest.fixture
def parked(world, recorder) -> int:
    """A message that the county parked; its id there."""
    recorder.fail_on["REVIEWED"] = Unready()
    with enter(world.city):
        send_messages([Outgoing("340123", PROGRESSED, PARKED_SUBJECT, progressed("REVIEWED"))])
    relay_due()
    recorder.fail_on.clear()
    with enter(world.county):
        return InboxMessage.objects.get(state="PARKED").pk


@pytest.fixture
def person(world):
    """A new staff member of a centre with these roles, signed in."""
    made: list[str] = []

    def make(centre: Centre, *roles: str, name: str = "王建国") -> Person:
        made.append(name)
        account = register_account(
            username=f"op{len(made)}.{centre.code}",
            password="correct-horse-42",
            full_name=name,
            phone=f"137000000{len(made):02}",
        )
        with enter(centre):
            member = post_staff_member(actor=Actor.system(), account_id=account.id, full_name=name, roles=list(roles))
            actor = Actor.for_staff(member, account)
        return Person(browser_of(account), name, actor)

    return make


@pytest.fixture
def sign_in(person):
    """A browser in which a supervisor of a centre is signed in."""

    def make(centre: Centre) -> Client:
        return person(centre, Role.SUPERVISOR).client

    return make
