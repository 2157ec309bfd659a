"""A city that leads joint cases, a county, a neighbour city and the province as participants, on one Monday."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model

from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import OWN, Desk, Town, china, make_town, relay_all, staff
from zt_platform.catalogue.default_commands import switch_default_rule_on
from zt_platform.catalogue.models import Item, ItemVersion
from zt_platform.joint import commands
from zt_platform.joint.commands import Ask, Shared
from zt_platform.joint.exchange import NOTHING_MORE
from zt_platform.joint.models import JointTask
from zt_platform.notices.models import Notice
from zt_platform.orders.models import SupervisionOrder
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_platform.papers.models import Paper
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Centre
from zt_tenants.timers import run_due

CITY, COUNTY, NEIGHBOUR, PROVINCE = "340100", "340123", "341700", "340000"
BASIS = "《合肥市并联审批默认办法（试行）》第六条"


@dataclass(frozen=True)
class Cast:
    """The places and the people; ``case`` is a joint case that the city has accepted and registered."""

    town: Town
    places: dict[str, Centre]
    desks: dict[str, Desk]
    case: Case
    police: Actor = field(repr=False)
    other: Actor = field(repr=False)
    admin: Actor = field(repr=False)

    @property
    def city(self) -> Desk:
        """The lead."""
        return self.desks[CITY]

    @property
    def number(self) -> str:
        """The case's tracking number."""
        return self.case.tracking_number or ""

    def ask(self, *asks: Ask, shared: Shared = NOTHING_MORE, case: Case | None = None) -> list[JointTask]:
        """The city's reviewer asks, and what that sends is carried."""
        with enter(self.places[CITY]):
            made = commands.ask_participants(
                actor=self.city.reviewer, case_id=(case or self.case).pk, asks=asks, shared=shared
            )
        relay_all()
        return made

    def ask_county(self, **more: Any) -> JointTask:
        """The county is asked, its police department."""
        [task] = self.ask(Ask(COUNTY, "治安意见", department_code="GA", **more))
        return task

    def ask_police(self, **more: Any) -> JointTask:
        """The city's own police department is asked."""
        [task] = self.ask(Ask(CITY, "治安意见", department_code="GA", **more))
        return task

    def city_case(self, item: str = OWN) -> Case:
        """Another application at the city."""
        return self.city.submitted(self.town.zhang, item)

    def at(self, code: str, task: JointTask) -> JointTask:
        """The row of a task at one place."""
        with enter(self.places[code]):
            return JointTask.objects.select_related("department").get(task_id=task.task_id)

    def sign(self, task: JointTask, code: str = COUNTY, actor: Actor | None = None, carry: bool = True) -> None:
        """A clerk of the participant signs for it."""
        with enter(self.places[code]):
            commands.sign_for_task(actor=actor or self.desks[code].clerk, task_id=task.task_id)
        if carry:
            relay_all()

    def answer(
        self,
        task: JointTask,
        opinion: str = "CONSENT",
        text: str = "",
        code: str = COUNTY,
        actor: Actor | None = None,
        carry: bool = True,
        **more: Any,
    ) -> JointTask:
        """The participant's reviewer gives its opinion."""
        with enter(self.places[code]):
            given = commands.give_opinion(
                actor=actor or self.desks[code].reviewer, task_id=task.task_id, opinion=opinion, text=text, **more
            )
        if carry:
            relay_all()
        return given

    def rule(self, kind: str, **more: Any) -> None:
        """The city switches a default rule of joint handling on for the item."""
        with enter(self.places[CITY]):
            switch_default_rule_on(
                actor=self.admin, item_code=OWN, legal_basis=BASIS, valid_from=date(2026, 1, 1), kind=kind, **more
            )

    def lines(self, *, public: bool | None = None) -> list[CaseEvent]:
        """The lines of the case's log at the city."""
        with enter(self.places[CITY]):
            found = CaseEvent.objects.filter(case__tracking_number=self.number).order_by("id")
            return list(found if public is None else found.filter(public=public))

    def steps(self) -> list[str]:
        """The steps of the case's log at the city, from its registration on."""
        found = [line.step for line in self.lines()]
        return found[found.index("JOINT_OPENED") :]

    def rows(self, code: str) -> list[dict[str, Any]]:
        """Every row that an act of joint handling may touch at a place: a denial compares it before and after."""
        tables: tuple[type[Model], ...] = (JointTask, CaseEvent, Case, Paper, SupervisionOrder, AuditRecord)
        with enter(self.places[code]):
            return [dict(row) for table in tables for row in table._default_manager.order_by("pk").values()]

    def told(self, event: str) -> int:
        """How many colleagues found this in their inbox."""
        with outside_centres():
            return Notice.objects.filter(event=event).count()

    def orders(self, code: str) -> list[SupervisionOrder]:
        """The supervision orders of a place."""
        with enter(self.places[code]):
            return list(SupervisionOrder.objects.select_related("department").order_by("pk"))

    def ring(self, moment: str, *, carry: bool = True) -> None:
        """Let every timer ring that is due at a moment in China, and carry what it sends."""
        with clock.at(china(moment)):
            with outside_centres():
                run_due()
            if carry:
                relay_all()


def make_joint(town: Town, item: str = OWN) -> None:
    """Let an item be decided jointly at the city and the county: 45 working days, 30 promised (art. 42(2))."""
    for desk in (town.city, town.county):
        with enter(desk.centre):
            ItemVersion.objects.filter(item__code=item).update(
                decided_jointly=True, statutory_days=45, promised_days=30
            )
            Item.objects.get(code=item)


def open_case(town: Town, stage: str = "GENERAL") -> Case:
    """A joint case that the city has accepted and registered."""
    case = town.city.accept(town.city.submitted(town.zhang))
    with enter(town.city.centre):
        return commands.open_joint_handling(actor=town.city.reviewer, case_id=case.pk, stage=stage)


def make_cast(world) -> Cast:
    """The cast on Monday, in the caller's transaction."""
    town = make_town(world.city, world.county, world.other_county)
    make_joint(town)
    places = {CITY: world.city, COUNTY: world.county, NEIGHBOUR: world.other_city, PROVINCE: world.province}
    with enter(world.city):
        own = {one.code: one.pk for one in Department.objects.all()}
    case = open_case(town)
    relay_all()
    return Cast(
        town=town,
        places=places,
        desks={CITY: town.city, COUNTY: town.county, **{code: Desk(places[code]) for code in (NEIGHBOUR, PROVINCE)}},
        case=case,
        police=staff(world.city, Role.REVIEWER, Role.DEPARTMENT_HEAD, name="赵警官", department_id=own["GA"]),
        other=staff(world.city, Role.REVIEWER, name="钱科长", department_id=own["SC"]),
        admin=staff(world.city, Role.CENTRE_ADMIN),
    )
