"""Items found across centres (the index)."""

from __future__ import annotations

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import CaseKindEnum
from zt_platform.index import models


class OfferedItem(DjangoObjectType):
    """A published item of one centre, as the province-wide search finds it."""

    kind = graphene.Field(CaseKindEnum, required=True)
    life_events = graphene.List(graphene.NonNull(graphene.String), required=True)
    centre = centre_field("centre_code", description="The centre that accepts it.")

    class Meta:
        model = models.ItemIndexEntry
        fields = (
            "centre_code",
            "centre_name",
            "item_code",
            "name",
            "name_en",
            "department_name",
            "promised_days",
            "statutory_days",
        )
