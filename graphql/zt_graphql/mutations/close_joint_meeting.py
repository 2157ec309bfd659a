"""closeJointMeeting."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments
from zt_graphql.joint import LEAD, JointCaseMutation
from zt_graphql.types.enums import JointAttendanceEnum
from zt_platform.joint import commands


class AttendanceInput(graphene.InputObjectType):
    """Whether one participant came."""

    task_id = graphene.UUID(required=True)
    attendance = graphene.Field(JointAttendanceEnum, required=True)


class CloseJointMeeting(JointCaseMutation):
    """Keep attendance and minutes of a meeting; absence without excuse may count as consent where the rule was told."""

    permission = LEAD

    class Arguments(CaseArguments):
        meeting_id = graphene.ID(required=True)
        attendance = graphene.List(graphene.NonNull(AttendanceInput), required=True)
        minutes = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, attendance: Any, **given: Any) -> CloseJointMeeting:
        """Run the command."""
        came = {str(line.task_id): line.attendance.value for line in attendance}
        actor = info.context.actor
        return cls(joint=commands.close_meeting(actor=actor, case_id=row_id(case_id), attendance=came, **given))
