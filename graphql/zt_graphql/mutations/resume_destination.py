"""resumeDestination."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_platform.operations import commands
from zt_platform.organisation.roles import Role


class ResumeDestination(CommandMutation):
    """Try a destination that did not answer again at once. Only at the provincial centre."""

    permission = roles(Role.CENTRE_ADMIN)
    waiting = graphene.Int(required=True, description="How many streams had been waiting for it.")

    class Arguments:
        destination_code = graphene.String(required=True)
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, destination_code: str, reason: str) -> ResumeDestination:
        """Run the command."""
        code = destination_code[:12]
        return cls(waiting=commands.resume(actor=info.context.actor, destination_code=code, reason=reason))
