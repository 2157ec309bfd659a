"""More joint tasks and joint cases of a centre, for lists that must cost the same however long they are."""

from __future__ import annotations

from grown_cases import a_case
from grown_offices import NOON

from zt_platform.joint.models import HistoryLine, JointTask
from zt_platform.joint.register import Coordination, Meeting, Register
from zt_platform.organisation.models import Department

FACTS = {
    "applicant": {"name": "张三丰", "id_type": "RESIDENT_ID", "id_number": "3401***********1"},
    "form": [{"name": "place", "label": "经营场所", "value": "桃花镇1号"}],
    "materials": [],
}


def a_task(scene, **more: object) -> JointTask:
    """A task inside the centre, with an opinion, a file and a meeting."""
    said = HistoryLine(
        "ANSWER", NOON.isoformat(), "x", "x", "x", opinion="CONDITIONS", files=[int(scene.ids["attachment"])]
    )
    values = {
        "side": "LOCAL",
        "status": "ANSWERED",
        "tracking_number": "G1",
        "register_number": "BL-340100-2026-00001",
        "item_code": "x",
        "item_name": "x",
        "part": "x",
        "lead_code": "340100",
        "lead_name": "x",
        "participant_code": "340100",
        "participant_name": "x",
        "asked_at": NOON,
        "due_at": NOON,
        "warning_at": NOON,
        "red_at": NOON,
        "opinion": "CONDITIONS",
        "opinion_at": NOON,
        "opinion_files": [int(scene.ids["attachment"])],
        "defaults": {"OVERTIME": "《办法》第六条"},
        "facts": FACTS,
        "history": [said.to_stored()],
        "meetings": [_meeting().to_stored()],
    }
    return JointTask.objects.create(**{**values, **more})


def _meeting() -> Meeting:
    return Meeting("a" * 32, "SURVEY", "x", "x", NOON, NOON, "x", invited={"0197" + "0" * 28: "x"})


def grow_joint_tasks(scene, numbers) -> None:
    for number in numbers:
        a_case(scene, number, status="ACCEPTED", joint_opened_at=NOON, joint=_entry(number).to_stored())
        a_task(scene, tracking_number=f"G{number}")


def grow_departments(scene, numbers) -> None:
    for number in numbers:
        Department.objects.create(code=f"J{number}", name=f"第{number}局", name_en="x")


def _entry(number: int) -> Register:
    coordinated = [Coordination(NOON, "x", "x", "x", "x")]
    return Register(f"BL-{number}", "GENERAL", "x", NOON, "x", meetings=[_meeting()], coordinations=coordinated)
