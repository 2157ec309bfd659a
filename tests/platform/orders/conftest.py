"""Province, city and county with a case, supervisors and heads of departments, on the business clock of one Monday."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from browsers import browser_of
from django.db.models import Model
from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import MONDAY, Town, china, make_town, relay_all
from zt_platform.notices.models import Notice
from zt_platform.orders import commands
from zt_platform.orders.commands import Demand
from zt_platform.orders.models import SupervisionOrder
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_platform.papers.models import Paper
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Centre
from zt_tenants.timers import run_due


@dataclass(frozen=True)
class Person:
    """A member of staff."""

    actor: Actor
    account: Account

    @property
    def client(self) -> Client:
        """A browser in which the person is signed in."""
        return browser_of(self.account)


@dataclass(frozen=True)
class Cast:
    """The people; ``case`` is a case that the county has accepted."""

    town: Town
    province: Person
    city: Person
    county: Person
    county_admin: Person
    head: Person
    other_head: Person
    clerk: Person
    neighbour: Person
    places: dict[str, Centre]
    case: Case

    def give(self, by: str = "province", to: str = "340123", **more: object) -> SupervisionOrder:
        """An order of a supervisor, carried to its destination."""
        values: dict[str, object] = {"reason": "群众反映办理拖延，请说明情况", **more}
        with enter(self.places[by]):
            person: Person = getattr(self, by)
            made = commands.give_order(actor=person.actor, demand=Demand(addressee_code=to, **values))  # type: ignore[arg-type]
        relay_all()
        return made

    def at(self, place: str, order: SupervisionOrder) -> SupervisionOrder:
        """The row of an order at one place."""
        with enter(self.places[place]):
            return SupervisionOrder.objects.get(order_id=order.order_id)

    def reply(self, order: SupervisionOrder, by: str = "county", **more: object) -> SupervisionOrder:
        """The county answers, carried up."""
        values: dict[str, object] = {"explanation": "已约谈窗口，当日办结", "rectified": True, **more}
        with enter(self.places["county"]):
            person: Person = getattr(self, by)
            answered = commands.reply_to_order(actor=person.actor, order_id=order.order_id, **values)  # type: ignore[arg-type]
        relay_all()
        return answered

    def steps(self, place: str = "county") -> list[str]:
        """The steps in the log of the case."""
        with enter(self.places[place]):
            return list(CaseEvent.objects.filter(case__tracking_number=self.number).values_list("step", flat=True))

    @property
    def number(self) -> str:
        """The case's tracking number."""
        return self.case.tracking_number or ""

    def rows(self, place: str) -> list[dict[str, object]]:
        """Every row that an act on an order may touch at a place."""
        tables: tuple[type[Model], ...] = (SupervisionOrder, CaseEvent, Case, Paper)
        with enter(self.places[place]):
            return [dict(row) for table in tables for row in table._default_manager.order_by("pk").values()]

    def told(self, event: str) -> int:
        """How many colleagues found this in their inbox."""
        with outside_centres():
            return Notice.objects.filter(event=event).count()


@pytest.fixture(scope="module")
def _module_cast(_session_world, django_db_blocker, rolled_back) -> Iterator[Cast]:
    """The cast, made once a module in a transaction that is rolled back after it."""
    with django_db_blocker.unblock(), rolled_back(), clock.at(MONDAY):
        yield make_cast(_session_world)


@pytest.fixture
def cast(_module_cast, monday, rolled_back) -> Iterator[Cast]:
    """The cast; what a test changes is undone after it."""
    with rolled_back():
        yield _module_cast


def make_cast(world) -> Cast:
    """The cast on Monday, in the caller's transaction."""
    town = make_town(world.city, world.county, world.other_county)
    places = {"province": world.province, "city": world.city, "county": world.county, "neighbour": world.other_city}
    number = iter(range(1, 20))

    def person(place: str, *roles: Role, department: str = "") -> Person:
        nth = next(number)
        account = register_account(
            username=f"person{nth}", password="correct-horse-42", full_name=f"王建国{nth}", phone=f"137000000{nth:02}"
        )
        with enter(places[place]):
            own = Department.objects.get(code=department).pk if department else None
            member = post_staff_member(
                actor=Actor.system(), account_id=account.id, full_name=account.full_name, roles=list(roles)
            )
            member.department_id = own
            member.save()
            actor = Actor.for_staff(member, account)
        return Person(actor, account)

    with enter(world.county):
        Department.objects.create(code="ZZ", name="肥西县其他部门", name_en="Other department")
    case = town.county.accept(town.county.submitted(town.zhang))
    relay_all()
    return Cast(
        town=town,
        province=person("province", Role.SUPERVISOR),
        city=person("city", Role.SUPERVISOR),
        county=person("county", Role.SUPERVISOR),
        county_admin=person("county", Role.CENTRE_ADMIN),
        head=person("county", Role.DEPARTMENT_HEAD, department="SC"),
        other_head=person("county", Role.DEPARTMENT_HEAD, department="ZZ"),
        clerk=person("county", Role.WINDOW_CLERK),
        neighbour=person("neighbour", Role.SUPERVISOR),
        places=places,
        case=case,
    )


@pytest.fixture
def ring():
    """Let every timer ring that is due at a moment in China, and carry what it sends."""

    def run(moment: str) -> None:
        with clock.at(china(moment)):
            with outside_centres():
                run_due()
            relay_all()

    return run


@pytest.fixture
def carry():
    """Take every queued message to its destination."""
    return relay_all
