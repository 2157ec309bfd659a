"""conveneJointMeeting."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments
from zt_graphql.joint import LEAD, JointCaseMutation
from zt_graphql.types.enums import JointMeetingKindEnum
from zt_platform.joint import commands
from zt_platform.joint.commands import Call


class ConveneJointMeeting(JointCaseMutation):
    """Call participants together: coordination, joint survey, drawing review or acceptance check (H-04, H-09)."""

    permission = LEAD

    class Arguments(CaseArguments):
        kind = graphene.Argument(JointMeetingKindEnum, required=True)
        subject = graphene.String(required=True)
        place = graphene.String(required=True)
        at = graphene.DateTime(required=True)
        task_ids = graphene.List(graphene.NonNull(graphene.UUID), required=True, description="Whose tasks are meant.")

    @classmethod
    def mutate(
        cls, _root: Any, info: Any, case_id: str, kind: Any, expected_version: int | None = None, **given: Any
    ) -> ConveneJointMeeting:
        """Run the command."""
        call = Call(kind=kind.value, **given)
        case = commands.convene_meeting(
            actor=info.context.actor, case_id=row_id(case_id), call=call, expected_version=expected_version
        )
        return cls(joint=case)
