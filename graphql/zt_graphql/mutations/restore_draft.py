"""restoreDraft."""

from __future__ import annotations

from typing import Any

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import restore_draft


class RestoreDraft(OwnCaseMutation):
    """Take a draft back that was thrown away less than seven days ago; it is as it was."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        pass

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> RestoreDraft:
        """Run the command."""
        return cls(
            case=restore_draft(actor=info.context.acting(as_applicant=as_applicant), case_id=row_id(case_id), **given)
        )
