"""askParticipants."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments
from zt_graphql.commands import CommandMutation
from zt_graphql.joint import LEAD
from zt_graphql.types.joint import JointTask
from zt_platform.joint import commands
from zt_platform.joint.commands import Ask, Shared
from zt_platform.joint.rules import ANSWER_DAYS


class AskInput(graphene.InputObjectType):
    """One participant and what it is asked."""

    centre_code = graphene.String(required=True, description="Of any level; this one's own for a department.")
    department_code = graphene.String(required=True, default_value="", description="In the own centre.")
    department_name = graphene.String(required=True, default_value="", description="At another centre, if need be.")
    part = graphene.String(required=True, description="What is asked; printed on the contact form.")
    days = graphene.Int(required=True, default_value=ANSWER_DAYS, description="Working days from the next one on.")


class AskParticipants(CommandMutation):
    """Ask departments and centres for their opinions, all at once, by one numbered contact form (F-10, H-07, H-08)."""

    permission = LEAD
    tasks = graphene.List(graphene.NonNull(JointTask), required=True)

    class Arguments(CaseArguments):
        asks = graphene.List(graphene.NonNull(AskInput), required=True)
        material_ids = graphene.List(
            graphene.NonNull(graphene.ID), required=True, default_value=(), description="Papers of the case to enclose."
        )
        form_fields = graphene.List(
            graphene.NonNull(graphene.String), required=True, default_value=(), description="Answers to enclose."
        )

    @classmethod
    def mutate(
        cls,
        _root: Any,
        info: Any,
        case_id: str,
        asks: Any,
        material_ids: Any,
        form_fields: Any,
        expected_version: int | None = None,
    ) -> AskParticipants:
        """Run the command."""
        shared = Shared(material_ids=[row_id(one) for one in material_ids], form_fields=list(form_fields))
        tasks = commands.ask_participants(
            actor=info.context.actor,
            case_id=row_id(case_id),
            asks=[Ask(**ask) for ask in asks],
            shared=shared,
            expected_version=expected_version,
        )
        return cls(tasks=tasks)
