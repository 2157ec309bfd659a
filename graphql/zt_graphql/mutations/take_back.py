"""takeBack."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import take_back
from zt_platform.organisation.roles import Role


class TakeBack(CaseMutation):
    """The parcel came back: the result is kept at the window, with a new pick-up code."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments(CaseArguments):
        reason = graphene.String(required=True, description="The applicant reads it.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> TakeBack:
        """Run the command."""
        case = take_back(actor=info.context.actor, case_id=row_id(case_id), **given)
        return cls(case=case)
