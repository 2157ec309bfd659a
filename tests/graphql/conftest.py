"""The gateway as a client sees it, and a scene of two centres whose rows have the same primary keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from string import Template
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from stdnum.cn import uscc

from zt_interop.keys.models import PublicKey
from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.receive import receive
from zt_interop.relay import relay_due
from zt_interop.testing import Sender
from zt_platform.accounts.commands import authorise, register_account
from zt_platform.accounts.models import Account, Authorisation
from zt_platform.actors import Actor
from zt_platform.cases.commands import open_large_material_upload
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.testing import MONDAY, OWN, Desk, Town, make_delegations, make_town
from zt_platform.catalogue.models import Delegation
from zt_platform.joint.models import JointTask
from zt_platform.orders.commands import Demand, give_order
from zt_platform.orders.models import SupervisionOrder
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.roles import Role
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.models import Centre

PASSWORD = "correct-horse-42"
BACKEND = "zt_platform.accounts.sessions.AccountBackend"


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

    @property
    def text(self) -> str:
        """All of it."""
        return json.dumps(self.body, ensure_ascii=False)


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


@dataclass(frozen=True)
class Scene:
    """City and its neighbour, the other city, hold rows with the same primary keys; and the people of both.

    ``zhang`` applied at both; ``boss`` has every role in the city, ``intruder`` every role in the neighbour, ``li`` is
    another applicant. ``ids`` are the keys of the *city's* rows; the neighbour's are the same.
    """

    city: Centre
    neighbour: Centre
    province: Centre
    town: Town
    zhang: Account
    li: Account
    boss: Account
    intruder: Account
    ids: dict[str, str]
    secrets: tuple[str, ...]

    def fill(self, call: str) -> str:
        """A call with the city's keys in it."""
        return Template(call).substitute(self.ids)

    @staticmethod
    def fingerprint(centre: Centre) -> dict[str, str]:
        """A digest of every table of a centre."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [centre.schema_name])
            digests = [
                f"SELECT '{name}', md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), ''))"
                f' FROM "{centre.schema_name}"."{name}" t'
                for (name,) in cursor.fetchall()
            ]
            cursor.execute(" UNION ALL ".join(digests))
            return dict(cursor.fetchall())


def build_scene(world: Any) -> Scene:
    """Make the scene."""
    town = make_town(world.city, world.county, world.other_city)
    make_delegations(world.other_city, world.other_county)
    zhang = make_account("zhang.san", "张三丰", "13855512345", "340102199003074513")
    li = make_account("li.si", "李四光", "13955598765", "340123198506123011")
    boss = make_account("boss", "王建国", "13700000001")
    intruder = make_account("intruder", "赵敏敏", "13700000002", "341702199211012249")
    for account, centre in ((boss, world.city), (intruder, world.other_city)):
        _seat_everywhere(account, centre)
    person = Actor.for_applicant(zhang)
    with clock.at(MONDAY):
        orders = [_order(desk) for desk in (town.city, town.neighbour)]
        drafts = [desk.draft(person) for desk in (town.city, town.neighbour)]
        cases = [desk.submitted(person) for desk in (town.city, town.neighbour)]
        relay_due()
    assert drafts[0].pk == drafts[1].pk
    assert orders[0].pk == orders[1].pk
    assert cases[0].pk == cases[1].pk
    for centre in (world.city, world.other_city):
        receive(b"not a message", at=centre, transport="local")
        Sender(world.province, centre).send()  # progress of a case nobody has: parked
    desks = (town.city, town.neighbour)
    tasks = [_joint_task(desk) for desk in (town.city, town.neighbour)]
    assert tasks[0].pk == tasks[1].pk
    large = [_large_upload(desk, draft, person) for desk, draft in zip(desks, drafts, strict=True)]
    assert large[0] == large[1]
    keys = _first_keys(world.city)
    assert keys == _first_keys(world.other_city)
    ids = {
        "case": cases[0].pk,
        "draft": drafts[0].pk,
        "large": large[0],
        "number": cases[0].tracking_number,
        "order": orders[0].order_id,
        "task": tasks[0].task_id,
        "item": OWN,
        **keys,
        "account": zhang.id,
        "authorisation": _authorisation_of(person).id,
        "city": world.city.code,
        "kid": PublicKey.objects.filter(centre_id=world.city.id).earliest("kid").kid,
        "event": _refused_message(world.city).event_id,
    }
    return Scene(
        city=world.city,
        neighbour=world.other_city,
        province=world.province,
        town=town,
        zhang=zhang,
        li=li,
        boss=boss,
        intruder=intruder,
        ids={name: str(value) for name, value in ids.items()},
        secrets=(str(cases[0].tracking_number), "张", "13855512345"),
    )


def _seat_everywhere(account: Account, centre: Centre) -> None:
    """Give a person every post of a centre."""
    with enter(centre):
        everything = list(Role.values)
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name=account.full_name, roles=everything)


def _authorisation_of(person: Actor) -> Authorisation:
    """The right of a person to act for a firm."""
    credit_code = "91340100MA2NABCD0"
    return authorise(
        actor=person,
        organisation_name="合肥某某公司",
        uscc=credit_code + uscc.calc_check_digit(credit_code),
        valid_from=date(2026, 1, 1),
        valid_until=date(2028, 1, 1),
    )


def _large_upload(desk: Desk, draft: Case, person: Actor) -> int:
    """A large file of a draft that was begun and not finished."""
    with enter(desk.centre):
        opened = open_large_material_upload(
            actor=person,
            case_id=draft.pk,
            material_code="id",
            file_name="large.pdf",
            size=900_000,
            content_type="application/pdf",
        )
    return opened.attachment_id


def _order(desk: Desk) -> SupervisionOrder:
    """A supervision order inside a centre; what it says is nobody else's business."""
    with enter(desk.centre):
        demand = Demand(addressee_code=desk.centre.code, reason="张姓申请人反映办理拖延", department_code="SC")
        return give_order(actor=desk.supervisor, demand=demand)


def _joint_task(desk: Desk) -> JointTask:
    """A joint task inside a centre; what it says of the applicant is nobody else's business."""
    facts = {"applicant": {"name": "张三丰", "id_type": "RESIDENT_ID", "id_number": ""}, "form": [], "materials": []}
    with enter(desk.centre):
        return JointTask.objects.create(
            side="LOCAL",
            tracking_number="34010020260302000099",
            item_code=OWN,
            item_name="食品经营许可",
            part="张姓申请人的场所",
            lead_code=desk.centre.code,
            lead_name=desk.centre.name,
            participant_code=desk.centre.code,
            participant_name=desk.centre.name,
            asked_at=MONDAY,
            due_at=MONDAY,
            warning_at=MONDAY,
            red_at=MONDAY,
            facts=facts,
        )


def _refused_message(centre: Centre) -> OutboxMessage:
    """A message of a centre that its destination refused for good."""
    stream, _ = OutboundStream.objects.get_or_create(source_code=centre.code, destination_code="340000", channel="case")
    moment = clock.now()
    return OutboxMessage.objects.create(
        stream=stream, type="x", subject="x", time=moment, data={}, state="REFUSED", queued_at=moment
    )


def _first_keys(centre: Centre) -> dict[str, int]:
    """The primary keys of a centre's first rows, by the name the calls use."""
    with enter(centre):
        material = CaseMaterial.objects.order_by("pk")[0]
        return {
            "material": material.pk,
            "attachment": material.attachment_id,
            "delegation": Delegation.objects.order_by("pk")[0].pk,
            "staff": StaffMember.objects.order_by("pk")[0].pk,
            "message": InboxMessage.objects.order_by("pk")[0].pk,
        }


@pytest.fixture(scope="module")
def _module_scene(_session_world, django_db_blocker, rolled_back) -> Iterator[Scene]:
    """The scene, made once a module in a transaction that is rolled back after it."""
    with django_db_blocker.unblock(), rolled_back():
        yield build_scene(_session_world)


@pytest.fixture
def scene(_module_scene, rolled_back) -> Iterator[Scene]:
    """The scene; what a test changes is undone after it."""
    with rolled_back():
        yield _module_scene
