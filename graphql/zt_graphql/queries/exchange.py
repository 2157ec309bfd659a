"""Departments' data services, grants and calls."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import SIGNED_IN, STAFF, roles
from zt_graphql.types.exchange import DataCall, DataGrant, DataLook, DataService
from zt_platform.accounts.looks import looks_of
from zt_platform.actors import Actor
from zt_platform.exchange import queries
from zt_platform.organisation.roles import Role
from zt_tenants.language import bi, in_chinese

OPERATORS = roles(Role.CENTRE_ADMIN, Role.SUPERVISOR)
SERVICES_RECKONED = 20
LOOKS_RECKONED = 50


class ExchangeQueries(graphene.ObjectType):
    """Root fields over data services."""

    data_services = RootField(
        graphene.List(graphene.NonNull(DataService)),
        permission=STAFF,
        description="The data services that the province has registered.",
        size=SERVICES_RECKONED,
    )
    data_grants = ConnectionField(
        DataGrant,
        keyset=Keyset("dataGrants", "-id"),
        permission=OPERATORS,
        description="This centre's grants, also ended ones; at the provincial centre those of all centres.",
    )
    data_calls = ConnectionField(
        DataCall,
        keyset=Keyset("dataCalls", "-id"),
        permission=OPERATORS,
        description="This centre's calls of data services, refused ones included, newest first.",
    )
    my_data_looks = RootField(
        graphene.List(graphene.NonNull(DataLook)),
        permission=SIGNED_IN,
        description="Who looked at the caller's own data in departments' systems, newest first.",
        size=LOOKS_RECKONED,
    )

    @staticmethod
    def resolve_data_services(_root: Any, info: Any) -> Any:
        """All of the province."""
        return queries.data_services(info.context.actor)

    @staticmethod
    def resolve_data_grants(_root: Any, info: Any) -> Any:
        """Of this centre."""
        return queries.data_grants(info.context.actor)

    @staticmethod
    def resolve_data_calls(_root: Any, info: Any) -> Any:
        """Of this centre."""
        return queries.data_calls(info.context.actor)

    @staticmethod
    def resolve_my_data_looks(_root: Any, info: Any) -> Any:
        """Of the caller's account."""
        return [_look(event) for event in looks_of(Actor.for_applicant(info.context.account))]


def _look(event: Any) -> DataLook:
    told = event.data
    return DataLook(
        at=event.at,
        by=event.actor_name,
        centre=told["centre"],
        service=bi(told["service_zh"], told["service_en"]),
        owner=bi(told["owner_zh"], told["owner_en"]),
        purpose=told["purpose"],
        tracking_number=told["tracking_number"],
        fields=told["fields_zh"] if in_chinese() else told["fields_en"],
    )
