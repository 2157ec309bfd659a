"""Centres."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import graphene

from zt_graphql.fields import BatchedField
from zt_graphql.types.enums import LevelEnum
from zt_tenants.centres import centres_by_code, centres_by_id, children_of, successors_of
from zt_tenants.urls import centre_url

CHILDREN_RECKONED = 15
SUCCESSORS_RECKONED = 2


class Centre(graphene.ObjectType):
    """An administrative-service centre (政务服务中心)."""

    id = graphene.ID(required=True, description="Never changes; the code may.")
    code = graphene.String(required=True, description="GB/T 2260, six digits; townships nine.")
    name = graphene.String(required=True)
    short_name = graphene.String(required=True)
    level = graphene.Field(LevelEnum, required=True)
    opened_on = graphene.Date(required=True)
    abolished_on = graphene.Date(description="Since when it takes no new applications; null while it does.")
    successors = BatchedField(
        lambda: graphene.NonNull(graphene.List(graphene.NonNull(Centre))),
        key="id",
        batch=successors_of,
        missing=list,
        size=SUCCESSORS_RECKONED,
        description="Who takes its applications since it was abolished.",
    )
    endpoint = graphene.String(required=True, description="Where this centre's own data are asked for.")
    parent = BatchedField(lambda: Centre, key="parent_id", batch=centres_by_id)
    children = BatchedField(
        lambda: graphene.NonNull(graphene.List(graphene.NonNull(Centre))),
        key="id",
        batch=children_of,
        missing=list,
        size=CHILDREN_RECKONED,
        description="The open centres directly below.",
    )

    @staticmethod
    def resolve_endpoint(centre: Any, _info: Any) -> str:
        """The path of the centre's gateway."""
        return centre_url(centre, "graphql")


def centre_field(code_attribute: str, **options: Any) -> BatchedField:
    """A field that shows the centre whose code an attribute (also a dotted path) holds; null where it is empty."""
    read = attrgetter(code_attribute)
    return BatchedField(Centre, key=lambda one: read(one) or None, batch=centres_by_code, **options)
