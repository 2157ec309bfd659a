"""A day of cases, and the running ones of the days before.

Every case is a generator that goes along its road by the same commands as pages and gateway, and yields where a signed
message has to arrive first. Cases of today happen now, so that what crosses is carried by the running worker; older ones
stay at one centre and happen at their own working time by the business clock. Played before a worker runs, their messages
are carried at that time too, so that the supervision hears of each step when it happened.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from datetime import time as time_of_day

from zt_interop.queue.models import PENDING, OutboxMessage
from zt_interop.relay import relay_due
from zt_platform.actors import Actor
from zt_platform.cases import commands
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Result
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.catalogue.models import ItemVersion
from zt_platform.catalogue.queries import item_version
from zt_platform.joint import commands as joint
from zt_platform.joint.commands import Ask, Call
from zt_platform.organisation.queries import departments
from zt_platform.project.simulation.papers import paper
from zt_platform.project.simulation.plans import Plan, Planner
from zt_platform.project.simulation.players import Players, answers, party_of, required_materials
from zt_platform.workcalendar.queries import calendar
from zt_storage.uploads import put_bytes
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import DomainError

DELIVERY_PATIENCE_SECONDS = 180


class MessagesStuck(DomainError):
    """What crossed did not arrive in time: is a worker running?"""

    code = "MESSAGES_STUCK"
    zh = "{count} 条消息在 {seconds} 秒内未送达，请查看 .local/log/worker.log。"
    en = "{count} messages were not delivered within {seconds} seconds; see .local/log/worker.log."


Road = Iterator[str]


class Day:
    """Plans a day from a seed and plays it."""

    def __init__(self, *, cases: int, seed: int, password: str, only_today: bool = False) -> None:
        self._players = Players(password)
        planner = Planner(chance=random.Random(seed), applicants=self._players.applicants)
        self._plans = planner.plans(cases, only_today=only_today)
        self._carries = False
        for code in {plan.centre for plan in self._plans} | {plan.other for plan in self._plans if plan.other}:
            self._players.meet_staff(code)

    @property
    def steps(self) -> int:
        """How many cases are still to be played."""
        return len(self._plans)

    @property
    def before_today(self) -> int:
        """How many of them are of the days before."""
        return sum(plan.day is not None for plan in self._plans)

    # --- playing -----------------------------------------------------------------------------------------------------

    def play_before_today(self, progress: Callable[[str], None] = lambda words: None) -> None:
        """Play the cases of the days before, each step and what it tells at its own time; :meth:`play` plays the rest.

        No worker may run meanwhile: it would carry the messages today.
        """
        before = [plan for plan in self._plans if plan.day is not None]
        self._plans = [plan for plan in self._plans if plan.day is None]
        self._carries = True
        with outside_centres():
            for plan in before:
                for _ in self._road(plan):
                    pass
                progress(f"{plan.centre} {plan.item_code}")
        self._carries = False

    def play(self, progress: Callable[[str], None] = lambda words: None) -> None:
        """Play what is left of the plans; ``progress`` is told the item's code each time a case has come to its end.

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
            "JOINT": self._joint,
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

    def _joint(self, plan: Plan) -> Road:
        """A case that the city leads: a department and the county are asked; by ``steps`` the county has answered too."""
        number, reviewer = self._submitted(plan), self._staff("reviewer", plan)
        with enter(plan.centre):
            case = _by_number(number)
            commands.pass_pre_review(actor=self._staff("clerk", plan), case_id=case.pk)
            commands.accept_application(actor=self._staff("clerk", plan), case_id=case.pk)
            joint.open_joint_handling(actor=reviewer, case_id=case.pk, stage="LAND")
            own = next(one.code for one in departments() if one.pk != _by_number(number).department_id)
            asks = [
                Ask(plan.centre, "项目选址和用地条件的意见", department_code=own),
                Ask(plan.other, "项目所在地现场条件的意见"),
            ]
            tasks = joint.ask_participants(actor=reviewer, case_id=case.pk, asks=asks)
            at = datetime.combine(calendar().add_working_days(clock.today(), 1), time_of_day(9, 30), clock.CHINA)
            call = Call("SURVEY", "项目选址集中踏查", "项目现场", at, [task.task_id for task in tasks])
            joint.convene_meeting(actor=reviewer, case_id=case.pk, call=call)
        yield "asked"
        with enter(plan.other):
            county, task = self._players.staff("reviewer", plan.other), tasks[1].task_id
            if plan.steps == 1:
                joint.sign_for_task(actor=county, task_id=task)
            elif plan.steps > 1:
                joint.give_opinion(actor=county, task_id=task, opinion="CONDITIONS", text="落实排水方案后同意。")
        yield "answered"

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

    @contextmanager
    def _at(self, moment: datetime | None) -> Iterator[None]:
        """The business clock of an older case's step; what it tells is carried at that time, unless a worker does."""
        if moment is None:
            yield
            return
        with clock.at(moment):
            yield
            while self._carries and relay_due():
                pass

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
