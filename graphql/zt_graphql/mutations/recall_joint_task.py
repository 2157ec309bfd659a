"""recallJointTask."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.joint import LEAD, JointTaskMutation, TaskArguments
from zt_platform.joint import commands


class RecallJointTask(JointTaskMutation):
    """Recall what a participant has not answered yet, with the reason; it is told."""

    permission = LEAD

    class Arguments(TaskArguments):
        reason = graphene.String(required=True, description="The participant reads it.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> RecallJointTask:
        """Run the command."""
        return cls(task=commands.recall_task(actor=info.context.actor, **given))
