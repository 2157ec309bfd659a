"""The centres' keys and how long they still last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import graphene

from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import KeyStateEnum, KeyUsageEnum


def _of_term(name: str) -> Callable[[Any, Any], Any]:
    return lambda row, _info: getattr(row.term, name, None)


class CentreKey(graphene.ObjectType):
    """A centre's longest-lasting key for one use; without ``kid`` where it has none."""

    centre_code = graphene.String(required=True, resolver=lambda row, _info: row.centre.code)
    centre = centre_field("centre.code")
    usage = graphene.Field(KeyUsageEnum, required=True)
    state = graphene.Field(KeyStateEnum, required=True)
    days_left = graphene.Int(required=True, resolver=lambda row, _info: row.days)
    kid = graphene.String(resolver=_of_term("kid"), description="Null where there is none, like the rest.")
    suite = graphene.String(resolver=_of_term("suite"))
    not_before = graphene.DateTime(resolver=_of_term("not_before"))
    not_after = graphene.DateTime(resolver=_of_term("not_after"))


class RegisteredKey(graphene.ObjectType):
    """One row of the registry of public keys."""

    kid = graphene.String(required=True)
    centre_code = graphene.String(required=True)
    usage = graphene.Field(KeyUsageEnum, required=True)
    suite = graphene.String(required=True)
    not_before = graphene.DateTime(required=True)
    not_after = graphene.DateTime(required=True)
    revoked_at = graphene.DateTime(description="Null unless it was revoked.")
