"""Accounts: one's own, and those a clerk looks up at the counter."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.fields import RootField
from zt_graphql.permissions import PUBLIC, roles
from zt_graphql.types.accounts import Account, Me
from zt_platform.accounts.queries import account_by_resident_id, accounts_by_phone
from zt_platform.organisation.roles import Role

_SHARED_PHONE_RECKONED = 5


class AccountQueries(graphene.ObjectType):
    """Root fields over accounts."""

    me = RootField(Me, permission=PUBLIC, description="The signed-in account; null when nobody is signed in.")
    account_by_resident_id = RootField(
        Account,
        permission=roles(Role.WINDOW_CLERK),
        description="The account registered with a resident id, for a clerk who has the card before him.",
        resident_id=graphene.String(required=True),
    )
    accounts_by_phone = RootField(
        graphene.List(graphene.NonNull(Account)),
        permission=roles(Role.WINDOW_CLERK),
        description="Accounts with a mobile number (a family may share one; at most 20), for a clerk.",
        size=_SHARED_PHONE_RECKONED,
        phone=graphene.String(required=True),
    )

    @staticmethod
    def resolve_me(_root: Any, info: Any) -> Any:
        """The account of the session."""
        return info.context.account

    @staticmethod
    def resolve_account_by_resident_id(_root: Any, info: Any, resident_id: str) -> Any:
        """By the blind index."""
        found = account_by_resident_id(info.context.actor, resident_id)
        info.context.note_search(found=found is not None)
        return found

    @staticmethod
    def resolve_accounts_by_phone(_root: Any, info: Any, phone: str) -> Any:
        """By the blind index."""
        found = accounts_by_phone(info.context.actor, phone)
        info.context.note_search(found=bool(found))
        return found
