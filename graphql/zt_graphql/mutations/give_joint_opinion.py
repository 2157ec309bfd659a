"""giveJointOpinion."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.joint import LEAD, JointTaskMutation, TaskArguments
from zt_graphql.types.enums import JointOpinionEnum
from zt_platform.joint import commands


class GiveJointOpinion(JointTaskMutation):
    """Give the participant's opinion, or change it; it signs for the task if nobody has."""

    permission = LEAD

    class Arguments(TaskArguments):
        opinion = graphene.Argument(
            JointOpinionEnum, required=True, description="Deemed consent is not given by anybody and is refused."
        )
        text = graphene.String(required=True, default_value="", description="Conditions or reasons; else optional.")
        attachment_ids = graphene.List(graphene.NonNull(graphene.ID), required=True, default_value=())

    @classmethod
    def mutate(cls, _root: Any, info: Any, opinion: Any, attachment_ids: Any, **given: Any) -> GiveJointOpinion:
        """Run the command."""
        files = [row_id(found) for found in attachment_ids]
        actor = info.context.actor
        return cls(task=commands.give_opinion(actor=actor, opinion=opinion.value, attachment_ids=files, **given))
