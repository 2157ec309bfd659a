"""For tests of cases, in every room: a small catalogue at two centres, their staff, and the steps that walk a case.

The catalogue is made in the same order everywhere, so that its rows have the same primary keys at every centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model

from zt_interop.testing import relay_all as relay_all  # of the same cast
from zt_platform.accounts.parties import IdType, Party
from zt_platform.actors import Actor, ActorKind
from zt_platform.cases import commands
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial, Certificate
from zt_platform.cases.vocabulary import Result
from zt_platform.catalogue.kinds import CaseKind, DelegationKind, ItemClass
from zt_platform.catalogue.models import Delegation, Item, ItemVersion, Material
from zt_platform.catalogue.ways import Ways
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper, PaperCounter
from zt_storage.uploads import put_bytes
from zt_tenants import clock
from zt_tenants.context import enter, operating, outside_centres
from zt_tenants.models import Centre
from zt_tenants.timers import run_due
from zt_tenants.uuid7 import uuid7

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=CHINA)
OWN, INSTANT, ENTRUSTED, DEVOLVED, FORWARDED = "XK-OWN", "XK-NOW", "XK-ENT", "XK-DEV", "XK-FWD"
ITEMS = {OWN: "食品经营许可", INSTANT: "民用爆炸物品购买许可", ENTRUSTED: "道路运输经营许可", DEVOLVED: "取水许可"}
ITEMS[FORWARDED] = "危险化学品经营许可"
KINDS = {ENTRUSTED: DelegationKind.ENTRUSTED, DEVOLVED: DelegationKind.DEVOLVED, FORWARDED: DelegationKind.FORWARDED}
FORM = [
    {"name": "place", "zh": "经营场所", "en": "Place", "type": "text"},
    {"name": "area", "zh": "面积", "en": "Area", "type": "number", "required": False},
]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ZHANG = Party(
    name="张三丰",
    id_type=IdType.RESIDENT_ID,
    id_number="340123199003071237",
    phone="13855512345",
    verified=True,
)


def china(text: str) -> datetime:
    """A moment in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def at(text: str) -> AbstractContextManager[None]:
    """Set the business clock to a moment in China for a block."""
    return clock.at(china(text))


def ring(text: str) -> None:
    """Let every timer ring that is due at a moment in China."""
    with at(text), outside_centres():
        run_due()


def make_catalogue(centre: Centre, name: str) -> None:
    """The same items with the same primary keys at every centre of a test."""
    with enter(centre):
        _restart_keys(centre)
        department = Department.objects.create(code="SC", name=f"{name}市场监督管理局", name_en="Market Regulation")
        Department.objects.create(code="GA", name=f"{name}公安局", name_en="Public Security")
        for number, (code, item_name) in enumerate(ITEMS.items()):
            item = Item.objects.create(
                code=code,
                name=item_name,
                name_en=code,
                department=department,
                item_class=ItemClass.PERMIT,
                pinyin=f"item{number}",
                initials="i",
            )
            instant = code == INSTANT
            version = ItemVersion.objects.create(
                item=item,
                version=1,
                kind=CaseKind.INSTANT if instant else CaseKind.PROMISED,
                statutory_days=20,
                statutory_basis="《中华人民共和国行政许可法》第四十二条",
                promised_days=0 if instant else 7,
                legal_basis="《中华人民共和国食品安全法》第三十五条",
                conditions="符合条件",
                procedure="受理、审核、审批、办结",
                fee="不收费",
                form_schema=FORM,
                published_at=MONDAY,
            )
            item.current_version = version
            item.save()
            for code_, title, required in (
                ("id", "身份证明", True),
                ("site", "场地证明", True),
                ("extra", "其他", False),
            ):
                Material.objects.create(
                    version=version,
                    code=code_,
                    name=title,
                    name_en=code_,
                    required=required,
                    max_size=1_000_000,
                    accepted_types=["application/pdf"],
                )


def _restart_keys(centre: Centre) -> None:
    """Let every table of the centre count on from the same key, whatever tests that were rolled back have used."""
    with operating(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, 1000, false)"
            " FROM pg_sequences WHERE schemaname = %s",
            [centre.schema_name],
        )


def allow(desk: Desk, item: str, *, may_follow: Sequence[str] = (), **ways: Any) -> None:
    """Let the current version of an item take special ways at a centre (zt_platform.catalogue.ways)."""
    with enter(desk.centre):
        versions = ItemVersion.objects.filter(item__code=item)
        versions.update(ways=Ways(**ways).to_stored())
        Material.objects.filter(version__in=versions, code__in=may_follow).update(may_follow=True)


def make_delegations(upper: Centre, lower: Centre) -> None:
    """Entrusted, devolved and forwarded items between two centres, in force; a row at each."""
    for centre in (upper, lower):
        with enter(centre):
            for code, kind in KINDS.items():
                Delegation.objects.create(
                    item_code=code,
                    kind=kind,
                    from_centre_code=upper.code,
                    from_centre_name=upper.name,
                    from_department_code="SC",
                    from_department_name="合肥市市场监督管理局",
                    to_centre_code=lower.code,
                    to_centre_name=lower.name,
                    to_department_code="SC",
                    to_department_name="肥西县市场监督管理局",
                    legal_basis="《安徽省行政许可委托办法》第三条",
                    evaluation_note="承接能力评估合格",
                    docking_done_on=date(2026, 1, 5),
                    training_done_on=date(2026, 1, 6),
                    documents_done_on=date(2026, 1, 7),
                    valid_from=date(2026, 1, 1),
                )


def staff(centre: Centre, *roles: Role, name: str = "王建国", department_id: int | None = None) -> Actor:
    """A staff member of a centre with roles."""
    return Actor(
        kind=ActorKind.STAFF,
        account_id=uuid7(),
        name=name,
        roles=frozenset(role.value for role in roles),
        department_id=department_id,
        staff_id=1,
        centre_code=centre.code,
    )


@dataclass(frozen=True)
class Desk:
    """One centre with its staff; each method is one act of the right person, inside the centre."""

    centre: Centre
    clerk: Actor = field(init=False)
    reviewer: Actor = field(init=False)
    approver: Actor = field(init=False)
    supervisor: Actor = field(init=False)
    head: Actor = field(init=False)

    def __post_init__(self) -> None:
        for attribute, role in (
            ("clerk", Role.WINDOW_CLERK),
            ("reviewer", Role.REVIEWER),
            ("approver", Role.APPROVER),
            ("supervisor", Role.SUPERVISOR),
            ("head", Role.DEPARTMENT_HEAD),
        ):
            object.__setattr__(self, attribute, staff(self.centre, role))

    def draft(self, applicant: Actor, item: str = OWN, **more: Any) -> Case:
        """A complete draft of an applicant."""
        with enter(self.centre):
            case = commands.start_application(
                actor=applicant, item_code=item, applicant=ZHANG, form={"place": "桃花镇1号"}, **more
            )
            for code in ("id", "site"):
                self.attach(applicant, case, code)
            return case

    def attach(self, actor: Actor, case: Case, code: str, data: bytes = PDF) -> None:
        """Upload a file and attach it."""
        with enter(self.centre):
            file = put_bytes(
                data=data, file_name=f"{code}.pdf", content_type="application/pdf", owner_account_id=actor.account_id
            )
            commands.attach_material(actor=actor, case_id=case.pk, material_code=code, attachment_id=file.pk)

    def submitted(self, applicant: Actor, item: str = OWN) -> Case:
        """A submitted application."""
        case = self.draft(applicant, item)
        with enter(self.centre):
            return commands.submit_application(actor=applicant, case_id=case.pk)

    def hand_down(self, case: Case) -> Case:
        """The clerk hands an application down to the centre that decides."""
        with enter(self.centre):
            return commands.hand_down_application(actor=self.clerk, case_id=case.pk)

    def accept(self, case: Case) -> Case:
        """The clerk accepts."""
        with enter(self.centre):
            return commands.accept_application(actor=self.clerk, case_id=case.pk)

    def review(self, case: Case, opinion: str = "情况属实") -> Case:
        """The reviewer reviews."""
        with enter(self.centre):
            return commands.review_case(actor=self.reviewer, case_id=case.pk, opinion=opinion)

    def decide(self, case: Case, result: Result = Result.GRANTED, opinion: str = "同意", **more: Any) -> Case:
        """The approver decides."""
        with enter(self.centre):
            return commands.decide_case(actor=self.approver, case_id=case.pk, result=result, opinion=opinion, **more)

    def seal(self, case: Case) -> Case:
        """The clerk seals and completes."""
        with enter(self.centre):
            return commands.seal_and_complete(actor=self.clerk, case_id=case.pk)

    def deliver(self, case: Case) -> Case:
        """The clerk delivers."""
        with enter(self.centre):
            return commands.deliver_case(actor=self.clerk, case_id=case.pk)

    def pause(self, case: Case, procedure: str = "EXPERT_REVIEW", days: int = 5) -> Case:
        """The reviewer begins a special procedure."""
        with enter(self.centre):
            return commands.pause_case(
                actor=self.reviewer, case_id=case.pk, procedure=procedure, expected_days=days, reason="《办法》第九条"
            )

    def resume(self, case: Case, procedure: str = "") -> Case:
        """The reviewer ends a special procedure."""
        with enter(self.centre):
            return commands.resume_case(actor=self.reviewer, case_id=case.pk, procedure=procedure)

    def extend(self, case: Case, days: int = 10) -> Case:
        """The reviewer asks for an extension and the head of the department approves it."""
        with enter(self.centre):
            commands.request_extension(actor=self.reviewer, case_id=case.pk, days=days, reason="需要专家补充意见")
            return commands.approve_extension(actor=self.head, case_id=case.pk)

    def case(self, tracking_number: str) -> Case:
        """The centre's own row of a case."""
        with enter(self.centre):
            return Case.objects.select_related("department").get(tracking_number=tracking_number)

    def fresh(self, case: Case) -> Case:
        """A case read again."""
        with enter(self.centre):
            return Case.objects.select_related("department").get(pk=case.pk)

    def steps(self, case: Case) -> list[str]:
        """The lines of a case's log, in order."""
        with enter(self.centre):
            return [event.step for event in CaseEvent.objects.filter(case=case)]

    def paper_text(self, case: Case, kind: PaperKind) -> str:
        """What the centre's last paper of a kind says about a case."""
        with enter(self.centre):
            found = Paper.objects.filter(subject=case.tracking_number or "", kind=kind).last()
            return found.snapshot.text() if found else ""

    def snapshot(self) -> list[dict[str, Any]]:
        """Every row of every table of cases and papers of the centre: a denial compares it before and after."""
        tables: tuple[type[Model], ...] = (Case, CaseEvent, CaseMaterial, Certificate, Paper, PaperCounter)
        with enter(self.centre):
            return [dict(row) for table in tables for row in table._default_manager.order_by("pk").values()]


@dataclass(frozen=True)
class Town:
    """City and county with the same catalogue, the county's neighbour, and two applicants."""

    city: Desk
    county: Desk
    neighbour: Desk
    zhang: Actor
    li: Actor

    def ends(self, road: str) -> tuple[Desk, Desk]:
        """Where the applicant of an item is, and where it is decided."""
        return (self.county, self.city) if road == FORWARDED else (self.city, self.county)

    def hand_on(self, case: Case, road: str) -> Case:
        """Take a submitted case to the centre that decides; that centre's row of it."""
        here, there = self.ends(road)
        if road == DEVOLVED:
            here.hand_down(case)
        else:
            here.accept(case)
            if road == FORWARDED:
                here.review(case)
        relay_all()
        return there.case(str(here.fresh(case).tracking_number))


def make_town(city: Centre, county: Centre, neighbour: Centre) -> Town:
    """Fill three empty centres; delegations run between the first two."""
    for centre, name in ((city, "合肥市"), (county, "肥西县"), (neighbour, "贵池区")):
        make_catalogue(centre, name)
    make_delegations(city, county)
    return Town(
        city=Desk(city),
        county=Desk(county),
        neighbour=Desk(neighbour),
        zhang=Actor(kind=ActorKind.APPLICANT, account_id=uuid7(), name="张三丰"),
        li=Actor(kind=ActorKind.APPLICANT, account_id=uuid7(), name="李四"),
    )
