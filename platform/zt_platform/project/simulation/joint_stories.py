"""What becomes of applications that several departments and centres decide together (art. 26, H-01 to H-12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from zt_platform.cases.commands import withdraw_case
from zt_platform.joint import commands
from zt_platform.joint.commands import Ask, Call
from zt_platform.joint.models import JointTask
from zt_platform.joint.queries import register_of_case
from zt_platform.organisation.queries import departments
from zt_platform.project.simulation.course import Course, Story
from zt_platform.project.simulation.stage import case_of
from zt_tenants import clock
from zt_tenants.context import enter


def _opened(course: Course) -> Story:
    """Accepted, and entered into the register of joint cases."""
    course.submit()
    yield from course.accepted()
    yield 0
    course.act("reviewer", commands.open_joint_handling, stage="CONSTRUCTION")


def _ask(course: Course, *, local: int = 1, elsewhere: bool = True, days: int = 1) -> None:
    """Ask other departments of the own centre, and the other centre of the pair."""
    with enter(course.centre):
        own = case_of(course.number).department_id
        others = [one.code for one in departments() if one.pk != own][:local]
    asks = [Ask(course.centre, "职责范围内的意见", department_code=code, days=days) for code in others]
    if elsewhere:
        asks.append(Ask(course.other, "现场条件的意见", days=days))
    course.act("reviewer", commands.ask_participants, asks=asks)


def _tasks(course: Course, centre: str) -> list[JointTask]:
    with enter(centre):
        return list(JointTask.objects.filter(tracking_number=course.number).order_by("pk"))


def _on_task(course: Course, post: str, centre: str, command: Callable[..., Any], nth: int = 0, **given: Any) -> None:
    """What the holder of a post at a centre does with its task in this case."""
    task = _tasks(course, centre)[nth]
    with enter(centre):
        command(actor=course.stage.staff(post, centre), task_id=task.task_id, **given)


def _convene(course: Course, kind: str = "SURVEY") -> None:
    invited = [task.task_id for task in _tasks(course, course.centre) if task.status != "RECALLED"]
    call = Call(kind, "现场踏查", "项目现场", clock.now() + timedelta(hours=1), invited)
    course.act("reviewer", commands.convene_meeting, call=call)


def _close(course: Course, absent: Sequence[str] = ()) -> None:
    with enter(course.centre):
        register = register_of_case(case_of(course.number))
    meeting = register.meetings[-1] if register is not None else None
    if meeting is not None:
        seen = {task: "ABSENT" if task in absent else "PRESENT" for task in meeting.invited}
        course.act(
            "reviewer", commands.close_meeting, meeting_id=meeting.id, attendance=seen, minutes="现场符合规划条件。"
        )


def joint_granted(course: Course) -> Story:
    """Asked on the day, signed for, a joint survey, answered on the next day with conditions, granted (H-04, H-08)."""
    yield from _opened(course)
    yield 0
    _ask(course)
    _convene(course)
    yield 0
    _on_task(course, "clerk", course.centre, commands.sign_for_task)
    yield 0
    _close(course)
    _on_task(course, "reviewer", course.centre, commands.give_opinion, opinion="CONSENT")
    yield 1
    _on_task(course, "reviewer", course.other, commands.give_opinion, opinion="CONDITIONS", text="落实整改后同意")
    yield from course.decided()
    yield from course.handed_over()


def joint_denied(course: Course) -> Story:
    """One objects and stays with it though the centre coordinates: denied, and the lead may at any time (H-12)."""
    yield from _opened(course)
    yield 0
    _ask(course, days=2)
    yield 1
    _on_task(course, "reviewer", course.other, commands.give_opinion, opinion="OBJECTION", text="不符合专项规划")
    yield 0
    course.act(
        "head",
        commands.record_coordination,
        parties="牵头部门与参与单位",
        opinion="建议补充论证",
        outcome="参与单位维持原意见",
    )
    _on_task(course, "reviewer", course.centre, commands.recall_task, reason="已无必要征求意见")
    yield from course.decided(denied=True)
    yield from course.handed_over()


def joint_deemed(course: Course) -> Story:
    """Three kinds of silence, each with its rule: absent, signed and silent, not even signed (G-06)."""
    yield from _opened(course)
    yield 0
    _ask(course, local=2)
    _convene(course, "COORDINATION")
    yield 0
    _on_task(course, "clerk", course.centre, commands.sign_for_task, nth=1)
    yield 0
    yield 0
    _close(course, absent=[str(_tasks(course, course.centre)[0].task_id)])
    yield 2
    yield from course.decided()
    yield from course.handed_over()


def joint_withdrawn(course: Course) -> Story:
    """The applicant withdraws while others are asked: what they owe is recalled."""
    yield from _opened(course)
    yield 0
    _ask(course, days=2)
    yield 0
    course.act("applicant", withdraw_case, reason="计划有变")
