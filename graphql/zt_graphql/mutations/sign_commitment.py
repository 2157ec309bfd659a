"""signCommitment."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import sign_commitment


class SignCommitment(OwnCaseMutation):
    """Sign the item's letter of commitment (I-04)."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        signed_by = graphene.String(required=True)
        agreed = graphene.Boolean(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> SignCommitment:
        """Run the command."""
        return cls(
            case=sign_commitment(actor=info.context.acting(as_applicant=as_applicant), case_id=row_id(case_id), **given)
        )
