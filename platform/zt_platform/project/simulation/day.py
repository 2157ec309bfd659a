"""A day of cases, and the running ones of the days before.

Every case is a generator that goes along its road by the same commands as pages and gateway, and yields where a signed
message has to arrive first. Cases of today happen now, so that what crosses is carried by the running worker; older ones
stay at one centre and happen at their own working time by the business clock.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

from zt_interop.queue.models import PENDING, OutboxMessage
from zt_platform.actors import Actor
from zt_platform.cases import commands
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Result
from zt_platform.catalogue.kinds import CaseKind, DelegationKind
from zt_platform.catalogue.models import ItemVersion
from zt_platform.catalogue.queries import delegations, item_version, published_items
from zt_platform.project.simulation.papers import paper
from zt_platform.project.simulation.players import Players, answers, party_of, required_materials
from zt_platform.workcalendar.queries import calendar
from zt_storage.uploads import put_bytes
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre, Level

DAYS_BEFORE = 9
CROSSING_SHARE = 0.25
DELIVERY_PATIENCE_SECONDS = 180
_WEIGHT = {Level.PROVINCE: 2, Level.CITY: 6, Level.COUNTY: 3, Level.TOWNSHIP: 1}
_OUTCOMES = ("granted",) * 15 + ("denied", "corrected", "corrected", "withdrawn", "refused")
_ALL = 99
_UP_TO_ACCEPTANCE = 2


class MessagesStuck(DomainError):
    """What crossed did not arrive in time: is a worker running?"""

    code = "MESSAGES_STUCK"
    zh = "{count} 条消息在 {seconds} 秒内未送达，请查看 .local/log/worker.log。"
    en = "{count} messages were not delivered within {seconds} seconds; see .local/log/worker.log."


@dataclass(frozen=True, slots=True)
class Plan:
    """One case that will be played. ``day`` is None for today (now); an older case stays at its centre."""

    road: str  # "OWN" or a DelegationKind
    centre: str
    item_code: str
    applicant: Actor
    outcome: str
    other: str = ""
    day: date | None = None
    pace: int = 1  # working days between the steps of an older case; 0: all on one day
    steps: int = _ALL  # how far the case gets; the rest is still to be done


@dataclass(frozen=True, slots=True)
class Offer:
    """An item a centre decides alone."""

    item_code: str
    kind: str
    promised_days: int


Road = Iterator[str]


class Day:
    """Plans a day from a seed and plays it."""

    def __init__(self, *, cases: int, seed: int, password: str) -> None:
        self._chance = random.Random(seed)
        self._players = Players(password)
        self._offered: dict[str, list[Offer]] = {}
        self._centres = list(Centre.objects.open().here())
        crossing = self._crossing_plans(max(3, int(cases * CROSSING_SHARE)))
        late = self._late_plans(cases // 10)
        self._plans = crossing + late + [self._own_plan() for _ in range(max(0, cases - len(crossing) - len(late)))]
        for code in {plan.centre for plan in self._plans} | {plan.other for plan in self._plans if plan.other}:
            self._players.meet_staff(code)
        self.steps = len(self._plans)

    # --- planning ----------------------------------------------------------------------------------------------------

    def _crossing_plans(self, count: int) -> list[Plan]:
        found, here = [], {centre.code for centre in self._centres}
        for city in (centre for centre in self._centres if centre.level == Level.CITY):
            with enter(city):
                found += [
                    row for row in delegations() if row.from_centre_code == city.code and row.to_centre_code in here
                ]
        by_kind = {kind: [row for row in found if row.kind == kind] for kind in DelegationKind.values}
        kinds = [kind for kind, rows in by_kind.items() if rows]
        plans = []
        for number in range(count if kinds else 0):
            kind = kinds[number % len(kinds)]
            row = by_kind[kind][number // len(kinds) % len(by_kind[kind])]
            up = kind == DelegationKind.FORWARDED
            plans.append(
                Plan(
                    road=kind,
                    centre=row.to_centre_code if up else row.from_centre_code,
                    other=row.from_centre_code if up else row.to_centre_code,
                    item_code=row.item_code,
                    applicant=self._chance.choice(self._players.applicants),
                    outcome="denied" if number % 9 == 8 else "granted",
                )
            )
        return plans

    def _own_plan(self) -> Plan:
        weights = [_WEIGHT[Level(centre.level)] for centre in self._centres]
        centre = self._chance.choices(self._centres, weights)[0]
        today = calendar().subtract_working_days(clock.today(), 0)
        back = self._chance.choices(range(DAYS_BEFORE + 1), [4] + [1] * DAYS_BEFORE)[0]
        offer = self._chance.choice(self._items_decided_at(centre))
        instant = offer.kind == CaseKind.INSTANT
        left = not instant and self._chance.random() < (0.3 if back else 0.6)
        return Plan(
            road="OWN",
            centre=centre.code,
            item_code=offer.item_code,
            applicant=self._chance.choice(self._players.applicants),
            outcome=self._chance.choice(_OUTCOMES),
            day=calendar().subtract_working_days(today, back) if back else None,
            pace=0 if instant else self._chance.choice((1, 1, 1, 2, 3)),
            steps=self._chance.choice((0, 1, 2, 2, 2, 3)) if left else _ALL,
        )

    def _late_plans(self, count: int) -> list[Plan]:
        """Accepted cases on which nobody acts: near their limit, over it and long over it by turns (R-02)."""
        plans = []
        today = calendar().subtract_working_days(clock.today(), 0)
        for number in range(count):
            centre = self._chance.choice([found for found in self._centres if found.level != Level.TOWNSHIP])
            short = [offer for offer in self._items_decided_at(centre) if 1 <= offer.promised_days <= 5]
            if not short:
                continue
            offer = self._chance.choice(short)
            plans.append(
                Plan(
                    road="OWN",
                    centre=centre.code,
                    item_code=offer.item_code,
                    applicant=self._chance.choice(self._players.applicants),
                    outcome="granted",
                    day=calendar().subtract_working_days(today, max(1, offer.promised_days + (-1, 2, 6)[number % 3])),
                    steps=_UP_TO_ACCEPTANCE,
                )
            )
        return plans

    def _items_decided_at(self, centre: Centre) -> list[Offer]:
        """The items that nobody else takes part in."""
        if centre.code not in self._offered:
            with enter(centre):
                elsewhere = {row.item_code for row in delegations()}
                own = [item for item in published_items() if item.code not in elsewhere]
            self._offered[centre.code] = [
                Offer(item.code, item.current_version.kind, item.current_version.promised_days)
                for item in own
                if item.current_version
            ]
        return self._offered[centre.code]

    # --- playing -----------------------------------------------------------------------------------------------------

    def play(self, progress: Callable[[str], None] = lambda words: None) -> None:
        """Play all plans; ``progress`` is told the item's code each time a case has come to its end.

        Raises:
            MessagesStuck: what crosses is not delivered.
        """
        roads = [(plan, self._road(plan)) for plan in self._plans]
        with outside_centres():
            while roads:
                waiting = []
                for plan, road in roads:
                    if next(road, None) is None:
                        progress(f"{plan.centre} {plan.item_code}")
                    else:
                        waiting.append((plan, road))
                roads = waiting
                self._wait_for_delivery(stream__channel="case")
            self._wait_for_delivery()

    def _wait_for_delivery(self, **which: str) -> None:
        end = time.monotonic() + DELIVERY_PATIENCE_SECONDS
        while left := OutboxMessage.objects.filter(state__in=PENDING, **which).count():
            if time.monotonic() > end:
                raise MessagesStuck(count=left, seconds=DELIVERY_PATIENCE_SECONDS)
            time.sleep(0.1)

    def _road(self, plan: Plan) -> Road:
        roads = {
            "OWN": self._own,
            DelegationKind.ENTRUSTED: self._entrusted,
            DelegationKind.DEVOLVED: self._devolved,
            DelegationKind.FORWARDED: self._forwarded,
        }
        return roads[plan.road](plan)

    def _entrusted(self, plan: Plan) -> Road:
        number = self._submitted(plan)
        with enter(plan.centre):
            case = _by_number(number)
            commands.pass_pre_review(actor=self._staff("clerk", plan), case_id=case.pk)
            commands.accept_application(actor=self._staff("clerk", plan), case_id=case.pk, to_centre_code=plan.other)
        yield "transferred"
        self._review_and_decide(plan, plan.other, number)
        yield "decided"
        self._seal_and_deliver(plan, number)

    def _devolved(self, plan: Plan) -> Road:
        number = self._submitted(plan)
        with enter(plan.centre):
            commands.hand_down_application(
                actor=self._staff("clerk", plan), case_id=_by_number(number).pk, to_centre_code=plan.other
            )
        yield "handed down"
        below = Plan(plan.road, plan.other, plan.item_code, plan.applicant, plan.outcome)
        with enter(below.centre):
            case = _by_number(number)
            commands.pass_pre_review(actor=self._staff("clerk", below), case_id=case.pk)
            commands.accept_application(actor=self._staff("clerk", below), case_id=case.pk)
        self._review_and_decide(plan, below.centre, number)
        self._seal_and_deliver(below, number)
        yield "reported back"

    def _forwarded(self, plan: Plan) -> Road:
        number = self._submitted(plan)
        with enter(plan.centre):
            case = _by_number(number)
            commands.pass_pre_review(actor=self._staff("clerk", plan), case_id=case.pk)
            commands.accept_application(actor=self._staff("clerk", plan), case_id=case.pk, to_centre_code=plan.other)
            commands.review_case(
                actor=self._staff("reviewer", plan), case_id=case.pk, opinion="材料齐全，符合法定条件，建议准予。"
            )
        yield "handed up"
        self._review_and_decide(plan, plan.other, number)
        yield "decided"
        self._seal_and_deliver(plan, number)

    def _own(self, plan: Plan) -> Road:
        moments = _moments(plan)
        with self._at(next(moments)):
            number = self._submitted(plan)
        acts = [*self._intake_acts(plan), *self._decision_acts(plan)]
        for act in acts[: plan.steps]:
            moment = next(moments)
            if moment is not None and moment > clock.now():
                return
            with self._at(moment), enter(plan.centre):
                act(_by_number(number))
        yield from ()

    def _intake_acts(self, plan: Plan) -> list[Callable[[Case], object]]:
        clerk, case_command = self._staff("clerk", plan), commands
        if plan.outcome == "refused":
            return [
                lambda case: case_command.refuse_application(
                    actor=clerk, case_id=case.pk, reason="申请事项依法不属于本机关职权范围，请向有权机关申请。"
                )
            ]
        acts: list[Callable[[Case], object]] = []
        if plan.outcome == "corrected":
            acts += [
                lambda case: case_command.return_for_correction(
                    actor=clerk, case_id=case.pk, defects=["申请表缺少签字", "证件复印件不清晰，请重新上传"]
                ),
                lambda case: case_command.resubmit_application(
                    actor=plan.applicant, case_id=case.pk, note="已补签字并重新扫描证件。"
                ),
            ]
        acts.append(lambda case: case_command.pass_pre_review(actor=clerk, case_id=case.pk))
        if plan.outcome == "withdrawn":
            acts.append(
                lambda case: case_command.withdraw_case(
                    actor=plan.applicant, case_id=case.pk, reason="计划有变，不再申请。"
                )
            )
        else:
            acts.append(lambda case: case_command.accept_application(actor=clerk, case_id=case.pk))
        return acts

    def _decision_acts(self, plan: Plan) -> list[Callable[[Case], object]]:
        if plan.outcome in ("refused", "withdrawn"):
            return []
        return [
            lambda case: self._review(plan.centre, case),
            lambda case: self._decide(plan, plan.centre, case),
            lambda case: commands.seal_and_complete(actor=self._staff("clerk", plan), case_id=case.pk),
            lambda case: commands.deliver_case(actor=self._staff("clerk", plan), case_id=case.pk),
        ]

    # --- single acts -------------------------------------------------------------------------------------------------

    def _staff(self, post: str, plan: Plan) -> Actor:
        return self._players.staff(post, plan.centre)

    def _at(self, moment: datetime | None) -> AbstractContextManager[None]:
        return nullcontext() if moment is None else clock.at(moment)

    def _submitted(self, plan: Plan) -> str:
        party = party_of(plan.applicant)
        with enter(plan.centre):
            version = item_version(plan.item_code)
            case = commands.start_application(
                actor=plan.applicant, item_code=plan.item_code, applicant=party, form=answers(version, party)
            )
            self._attach(plan, case, version)
            submitted = commands.submit_application(actor=plan.applicant, case_id=case.pk)
        return str(submitted.tracking_number)

    def _attach(self, plan: Plan, case: Case, version: ItemVersion) -> None:
        for code, name in required_materials(version):
            attachment = put_bytes(
                data=paper(name, f"申请事项：{case.item_name}", f"申请人：{case.applicant_name_masked}", "(演示材料)"),
                file_name=f"{name}.pdf",
                content_type="application/pdf",
                owner_account_id=plan.applicant.account_id,
            )
            commands.attach_material(
                actor=plan.applicant, case_id=case.pk, material_code=code, attachment_id=attachment.pk
            )

    def _review_and_decide(self, plan: Plan, centre_code: str, number: str) -> None:
        with enter(centre_code):
            self._review(centre_code, _by_number(number))
            self._decide(plan, centre_code, _by_number(number))

    def _review(self, centre_code: str, case: Case) -> None:
        commands.review_case(
            actor=self._players.staff("reviewer", centre_code), case_id=case.pk, opinion="经审核，符合法定条件、标准。"
        )

    def _decide(self, plan: Plan, centre_code: str, case: Case) -> None:
        denied = plan.outcome == "denied"
        commands.decide_case(
            actor=self._players.staff("approver", centre_code),
            case_id=case.pk,
            result=Result.DENIED if denied else Result.GRANTED,
            opinion="现场条件不符合法定标准，依法不予许可。" if denied else "",
        )

    def _seal_and_deliver(self, plan: Plan, number: str) -> None:
        with enter(plan.centre):
            case = _by_number(number)
            commands.seal_and_complete(actor=self._staff("clerk", plan), case_id=case.pk)
            commands.deliver_case(actor=self._staff("clerk", plan), case_id=case.pk)


def _by_number(tracking_number: str) -> Case:
    return Case.objects.get(tracking_number=tracking_number)


def _moments(plan: Plan) -> Iterator[datetime | None]:
    """When the steps of an older case happen: the first on its own day, then one every ``pace`` working days."""
    if plan.day is None:
        while True:
            yield None
    moment = datetime.combine(plan.day, time_of_day(9, 10), tzinfo=clock.CHINA)
    while True:
        yield moment
        if plan.pace == 0 or moment.hour < 11:
            moment += timedelta(minutes=50)
        else:
            day = calendar().add_working_days(moment.date(), plan.pace)
            moment = datetime.combine(day, time_of_day(13, 30), tzinfo=clock.CHINA)
