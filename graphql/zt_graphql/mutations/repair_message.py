"""repairMessage."""

from __future__ import annotations

import json
from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.messages import RefusedMessage
from zt_platform.operations import commands
from zt_platform.organisation.roles import Role
from zt_tenants.errors import InvalidInput


class RepairMessage(CommandMutation):
    """Send a refused message of this centre again under its own id, with corrected data or as it was."""

    permission = roles(Role.CENTRE_ADMIN)
    message = graphene.Field(RefusedMessage, required=True)

    class Arguments:
        event_id = graphene.UUID(required=True)
        reason = graphene.String(required=True)
        data = graphene.String(description="Corrected data, a JSON object; what was sent goes out again without it.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, event_id: Any, reason: str, data: str | None = None) -> RepairMessage:
        """Run the command."""
        given = _object(data) if data is not None else None
        return cls(message=commands.repair(actor=info.context.actor, event_id=event_id, reason=reason, data=given))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInput(field="data", zh="更正内容须是一个JSON对象。", en="Corrected data are one JSON object.")
    return found
