"""Site messages: one's own inbox, and what a centre sent."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import SIGNED_IN, roles
from zt_graphql.types.notices import SentNotice, SiteMessage
from zt_platform.notices.queries import messages_of, sent_here, unread_count
from zt_platform.organisation.roles import Role


class NoticeQueries(graphene.ObjectType):
    """Root fields over notices."""

    inbox = ConnectionField(
        SiteMessage,
        keyset=Keyset("inbox", "-id"),
        permission=SIGNED_IN,
        description="The signed-in person's site messages from all centres, the latest first; staff have theirs, too.",
        unread=graphene.Boolean(required=True, default_value=False, description="Only what was not read yet."),
    )
    unread_notices = RootField(
        graphene.Int,
        permission=SIGNED_IN,
        description="How many site messages of the signed-in person were not read yet.",
        weight=1,
    )
    sent_notices = ConnectionField(
        SentNotice,
        keyset=Keyset("sentNotices", "-id"),
        permission=roles(Role.WINDOW_CLERK, Role.CENTRE_ADMIN),
        description="What this centre told people, the latest first.",
        undelivered=graphene.Boolean(
            required=True, default_value=False, description="Only those whose text message failed, or may have."
        ),
    )

    @staticmethod
    def resolve_inbox(_root: Any, info: Any, unread: bool) -> Any:
        """Of the person; no centre is entered."""
        return messages_of(info.context.applicant, unread=unread)

    @staticmethod
    def resolve_unread_notices(_root: Any, info: Any) -> int:
        """Of the person."""
        return unread_count(info.context.applicant.require_applicant())

    @staticmethod
    def resolve_sent_notices(_root: Any, info: Any, undelivered: bool) -> Any:
        """Of this centre."""
        return sent_here(info.context.actor, undelivered=undelivered)
