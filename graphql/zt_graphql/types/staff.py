"""Staff of a centre, as its administrators see them."""

from __future__ import annotations

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import RelatedField
from zt_graphql.types.enums import RoleEnum
from zt_graphql.types.items import Department, Window
from zt_platform.organisation import models


class StaffMember(DjangoObjectType):
    """A person's post in a centre and the roles that go with it."""

    roles = graphene.List(graphene.NonNull(RoleEnum), required=True)
    department = RelatedField(Department, attribute="department")
    window = RelatedField(Window, attribute="window")

    class Meta:
        model = models.StaffMember
        fields = ("id", "account_id", "full_name", "active", "posted_on", "left_on")
