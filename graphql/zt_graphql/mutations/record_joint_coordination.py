"""recordJointCoordination."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments
from zt_graphql.joint import JointCaseMutation
from zt_graphql.permissions import roles
from zt_platform.joint import commands
from zt_platform.organisation.roles import Role


class RecordJointCoordination(JointCaseMutation):
    """Write down how the centre coordinated a disagreement; it changes nobody's opinion (H-12)."""

    permission = roles(Role.SUPERVISOR, Role.CENTRE_ADMIN, Role.DEPARTMENT_HEAD)

    class Arguments(CaseArguments):
        parties = graphene.String(required=True)
        opinion = graphene.String(required=True)
        outcome = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> RecordJointCoordination:
        """Run the command."""
        return cls(joint=commands.record_coordination(actor=info.context.actor, case_id=row_id(case_id), **given))
