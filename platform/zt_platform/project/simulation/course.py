"""One case of a simulated year on its way: what its people do, and how long they wait in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from zt_platform.actors import Actor
from zt_platform.cases import commands
from zt_platform.cases.vocabulary import Result
from zt_platform.project.simulation.stage import Pair, Stage, act, case_of
from zt_tenants.context import enter

Wait = int | date
"""Until what comes next: working days (0: an hour later on the same day), or a day of the calendar."""
Story = Iterator[Wait]


@dataclass(slots=True)
class Course:
    """One application: by whom, where, and under which number it runs."""

    stage: Stage
    pair: Pair
    centre: str
    item: str
    applicant: Actor
    number: str = ""
    form: dict[str, str] = field(default_factory=dict)

    @property
    def other(self) -> str:
        """The other centre of the pair."""
        return self.pair.lower if self.centre == self.pair.upper else self.pair.upper

    def submit(self, *, without: tuple[str, ...] = (), **more: Any) -> None:
        """The applicant hands in."""
        self.number = self.stage.submit(self.centre, self.item, self.applicant, form=self.form, without=without, **more)

    def act(self, post: str, command: Callable[..., Any], *, at: str = "", **given: Any) -> None:
        """What the holder of a post does at a centre (the one applied to, by default); ``applicant`` is who applied."""
        centre = at or self.centre
        actor = self.applicant if post == "applicant" else self.stage.staff(post, centre)
        act(actor, centre, self.number, command, **given)

    def pick_up_code(self, at: str = "") -> str:
        """The code that the applicant has in his notice."""
        with enter(at or self.centre):
            return str((case_of(self.number).pickup or {}).get("code", ""))

    def department_code(self) -> str:
        """The department that the case lies at, in the current centre."""
        department = case_of(self.number).department
        return department.code if department is not None else ""

    def add_material(self, code: str, *, at: str = "") -> None:
        """The applicant brings a file after acceptance."""
        centre = at or self.centre
        with enter(centre):
            file = self.stage.upload(centre, self.applicant, f"{code}+", code)
        self.act("applicant", commands.add_materials, at=centre, material_code=code, attachment_ids=[file], note="补充")

    def wants_post(self) -> None:
        """The applicant asks for the result by post, at the centre he applied at."""
        self.act(
            "applicant",
            commands.choose_delivery,
            method="POST",
            recipient=self.applicant.name,
            phone="13905510001",
            address="安徽省合肥市东流路100号1号楼101室",
        )

    def post(self, *, at: str = "") -> None:
        """The window hands the result to the carrier."""
        self.act("clerk", commands.post_result, at=at, carrier="中国邮政", post_number=f"EM{self.number[-9:]}CN")

    # --- stretches of the road that many cases share --------------------------------------------------------------------

    def accepted(self, *, at: str = "", **more: Any) -> Story:
        """Looked through by the window a day later, and accepted."""
        yield 1
        self.act("clerk", commands.pass_pre_review, at=at)
        yield 0
        self.act("clerk", commands.accept_application, at=at, **more)

    def decided(self, *, at: str = "", denied: bool = False) -> Story:
        """Reviewed and decided, a working day each."""
        yield 1
        self.act("reviewer", commands.review_case, at=at, opinion="经审核，符合法定条件、标准。")
        yield 1
        self.decide(at=at, denied=denied)

    def decide(self, *, at: str = "", denied: bool = False) -> None:
        """The approver's decision."""
        result = Result.DENIED if denied else Result.GRANTED
        opinion = "现场条件不符合法定标准，依法不予许可。" if denied else ""
        self.act("approver", commands.decide_case, at=at, result=result, opinion=opinion)

    def handed_over(self, *, at: str = "", after: int = 1) -> Story:
        """Sealed, and collected with the code some working days later."""
        yield 1
        self.act("clerk", commands.seal_and_complete, at=at)
        yield after
        self.act("clerk", commands.deliver_case, at=at, code=self.pick_up_code(at))

    def whole(self, *, denied: bool = False) -> Story:
        """The ordinary road from acceptance to delivery at one centre."""
        yield from self.accepted()
        yield from self.decided(denied=denied)
        yield from self.handed_over()

    def pause(self, days: int, *, at: str = "", procedure: str = "EXPERT_REVIEW") -> None:
        """A special procedure begins (art. 45)."""
        self.act(
            "reviewer",
            commands.pause_case,
            at=at,
            procedure=procedure,
            expected_days=days,
            reason="《安徽省行政许可专家评审办法》第九条",
        )


def days_from(day: date, days: int) -> date:
    """A day of the calendar, worked or not."""
    return day + timedelta(days=days)
