"""The bases of the mutations of one case: what each of them takes and answers."""

from __future__ import annotations

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.types.cases import Case


class CaseArguments:
    """Which case, and which state of it the person acted on."""

    case_id = graphene.ID(required=True)
    expected_version = graphene.Int(description="The case's version as it was shown; refused when it changed since.")


class CaseMutation(CommandMutation):
    """Something staff do to a case of this centre."""

    case = graphene.Field(Case, required=True, description="As it is afterwards.")

    class Meta:
        abstract = True


class OwnCaseKey:
    """Which case, and as whom: what an applicant does himself and a window clerk does for a person at the counter."""

    case_id = graphene.ID(required=True)
    as_applicant = graphene.Boolean(
        required=True,
        default_value=False,
        description="Act as a private person, where the account also holds a post in this centre.",
    )


class OwnCaseArguments(OwnCaseKey, CaseArguments):
    """The same, and which state of the case the person acted on."""


class OwnCaseMutation(CaseMutation):
    """Something applicants do with their own cases, or a window clerk for them."""

    class Meta:
        abstract = True
