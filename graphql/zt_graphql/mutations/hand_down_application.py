"""handDownApplication."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import hand_down_application
from zt_platform.organisation.roles import Role


class HandDownApplication(CaseMutation):
    """Hand an application for a devolved item down to the centre that decides it, before acceptance."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments(CaseArguments):
        to_centre_code = graphene.String(
            required=True, default_value="", description="Needed where several centres hold the power."
        )

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> HandDownApplication:
        """Run the command."""
        return cls(case=hand_down_application(actor=info.context.actor, case_id=row_id(case_id), **given))
