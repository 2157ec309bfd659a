"""Entering a case into the register of joint cases, and recording how a disagreement was coordinated (H-06, H-12)."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases.commands.ledger import locked_case
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import new_register_number
from zt_platform.cases.vocabulary import Status, Step
from zt_platform.joint.casebook import can_lead, keep_register, led_case, line, register_of, write_lines
from zt_platform.joint.errors import CaseNotHere, JointOpenAlready, NotJointItem
from zt_platform.joint.register import Coordination, Register
from zt_platform.joint.vocabulary import Stage
from zt_platform.organisation.roles import Role
from zt_platform.texts import checked_text
from zt_tenants.clock import now, today
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput

COORDINATORS = (Role.SUPERVISOR, Role.CENTRE_ADMIN, Role.DEPARTMENT_HEAD)
"""The centre coordinates (H-12): its supervisors and administrators, and the head of the department that leads."""


def open_joint_handling(
    *, actor: Actor, case_id: int, stage: Stage | str = Stage.GENERAL, expected_version: int | None = None
) -> Case:
    """Enter a case into the register of joint cases (并联项目登记制): its own department leads from now on (H-05, H-06).

    Only an item whose version says that several departments decide it together (行政许可法 art. 26); such a case has the 45
    working days of art. 42(2) since its acceptance, whether it is registered or not. Raises CaseNotFound, NotPermitted,
    CaseChanged, CaseNotHere, NotJointItem, JointOpenAlready, InvalidInput (stage).
    """
    if stage not in Stage.values:
        raise InvalidInput(field="stage", zh="请选择并联阶段。", en="Choose the stage of the project.")
    with transaction.atomic():
        case = led_case(case_id, actor, expected_version, registered=False)
        if case.joint_opened_at is not None:
            raise JointOpenAlready(number=register_of(case).number)
        if not case.clock_basis.get("jointly"):
            raise NotJointItem
        centre, moment = current_centre(), now()
        register = Register(
            number=new_register_number(centre.code, today().year),
            stage=str(stage),
            lead_department=case.department.name if case.department else centre.name,
            opened_at=moment,
            opened_by=actor.name[:120],
        )
        case.joint_opened_at = moment
        keep_register(case, register)
        case.save_changes()
        write_lines([line(case, Step.JOINT_OPENED, actor, register.number, public=True, stage=str(stage))])
    return case


def record_coordination(
    *,
    actor: Actor,
    case_id: int,
    parties: str,
    opinion: str,
    outcome: str,
    expected_version: int | None = None,
) -> Case:
    """Record that the centre coordinated a disagreement: between whom, its opinion, what came of it (H-12).

    It never changes who decides, nor anybody's opinion: a participant revises its own. Raises CaseNotFound, NotPermitted,
    CaseChanged, CaseNotHere, JointNotOpen, InvalidInput.
    """
    said = [
        checked_text(text, name) for text, name in ((parties, "parties"), (opinion, "opinion"), (outcome, "outcome"))
    ]
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        actor.require(*COORDINATORS)
        register = register_of(case)
        if not can_lead(case):
            raise CaseNotHere(status=str(Status(case.status).label))
        added = Coordination(now(), actor.name[:120], *said)
        keep_register(case, replace(register, coordinations=[*register.coordinations, added]))
        case.save_changes()
        note = f"{said[0]}：{said[1]} 结果：{said[2]}"
        write_lines([line(case, Step.DISAGREEMENT_COORDINATED, actor, note)])
    return case
