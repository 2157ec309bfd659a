"""cancelJointMeeting."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments
from zt_graphql.joint import LEAD, JointCaseMutation
from zt_platform.joint import commands


class CancelJointMeeting(JointCaseMutation):
    """Cancel a meeting that was convened, with the reason; who was called is told."""

    permission = LEAD

    class Arguments(CaseArguments):
        meeting_id = graphene.ID(required=True)
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> CancelJointMeeting:
        """Run the command."""
        return cls(joint=commands.cancel_meeting(actor=info.context.actor, case_id=row_id(case_id), **given))
