"""openJointHandling."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments
from zt_graphql.joint import LEAD, JointCaseMutation
from zt_graphql.types.enums import JointStageEnum
from zt_platform.joint import commands
from zt_platform.joint.vocabulary import Stage


class OpenJointHandling(JointCaseMutation):
    """Enter an accepted case of an item decided jointly in the register; its department leads from now on (H-05, H-06)."""

    permission = LEAD

    class Arguments(CaseArguments):
        stage = graphene.Argument(JointStageEnum, required=True, default_value=Stage.GENERAL)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, stage: Any, **given: Any) -> OpenJointHandling:
        """Run the command."""
        actor, case = info.context.actor, row_id(case_id)
        return cls(joint=commands.open_joint_handling(actor=actor, case_id=case, stage=stage.value, **given))
