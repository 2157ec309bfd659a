"""Joint tasks and the register of joint cases as they are taken along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.exports import Table, moment_cell
from zt_platform.joint.models import JointTask
from zt_platform.joint.queries import Progress, register_of_case
from zt_platform.joint.vocabulary import MeetingState
from zt_tenants.clock import now
from zt_tenants.language import bi


def tasks_table(tasks: Iterable[JointTask]) -> Table:
    """The desk."""
    header = [
        bi("办件编号", "Case"),
        bi("事项", "Item"),
        bi("牵头中心", "Lead centre"),
        bi("牵头部门", "Lead department"),
        bi("参与单位", "Participant"),
        bi("审查内容", "What is asked"),
        bi("状态", "Status"),
        bi("灯色", "Light"),
        bi("意见", "Opinion"),
        bi("发出时间", "Asked at"),
        bi("答复期限", "Due"),
        bi("签收时间", "Signed for at"),
        bi("答复时间", "Answered at"),
        bi("失职记录", "Neglect"),
    ]
    moment = now()
    rows = (
        [
            grouped(task.tracking_number),
            task.item_name,
            task.lead_name,
            task.lead_department,
            task.unit,
            task.part,
            task.get_status_display(),
            str(task.light_at(moment).label),
            task.get_opinion_display() if task.opinion else "",
            moment_cell(task.asked_at),
            moment_cell(task.due_at),
            moment_cell(task.signed_at),
            moment_cell(task.opinion_at),
            task.get_neglect_display() if task.neglect else "",
        ]
        for task in tasks
    )
    return Table(bi("联办任务", "joint-tasks"), header, rows)


def register_table(cases: Sequence[Case], progress: Mapping[str, Progress]) -> Table:
    """The register of joint cases."""
    header = [
        bi("登记号", "Register number"),
        bi("办件编号", "Case"),
        bi("事项", "Item"),
        bi("阶段", "Stage"),
        bi("牵头部门", "Lead department"),
        bi("登记时间", "Registered at"),
        bi("办件状态", "Status of the case"),
        bi("征求单位", "Asked"),
        bi("已答复", "Answered"),
        bi("视为同意", "Deemed"),
        bi("不同意", "Objections"),
        bi("会议", "Meetings"),
        bi("结束时间", "Ended at"),
    ]
    return Table(bi("并联登记", "joint-register"), header, _register_rows(cases, progress))


def _register_rows(cases: Sequence[Case], progress: Mapping[str, Progress]) -> Iterator[list[object]]:
    for case in cases:
        entry, stands = register_of_case(case), progress.get(case.tracking_number or "")
        if entry is None:
            continue
        held = sum(meeting.state is not MeetingState.CANCELLED for meeting in entry.meetings)
        counts = [stands.asked, stands.answered, stands.deemed, stands.objections] if stands else [0, 0, 0, 0]
        yield [
            entry.number,
            grouped(case.tracking_number or ""),
            case.item_name,
            entry.stage_label,
            entry.lead_department,
            moment_cell(entry.opened_at),
            case.get_status_display(),
            *counts,
            held,
            moment_cell(entry.ended_at),
        ]
