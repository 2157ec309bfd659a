"""markNoticesRead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene

from zt_graphql.arguments import shared_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.notices.commands import mark_read
from zt_platform.notices.queries import unread_count


class MarkNoticesRead(CommandMutation):
    """Mark site messages of the signed-in person read: those named, or all. Others' messages are left alone."""

    permission = SIGNED_IN
    marked = graphene.Int(required=True, description="How many had not been read before.")
    unread = graphene.Int(required=True, description="How many are left.")

    class Arguments:
        ids = graphene.List(graphene.NonNull(graphene.ID), description="At most 100; without it all are meant.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, ids: Sequence[str] | None = None) -> MarkNoticesRead:
        """Run the command."""
        person = info.context.applicant
        marked = mark_read(person, only=None if ids is None else [shared_id(one) for one in ids])
        return cls(marked=marked, unread=unread_count(person.require_applicant()))
