"""Accounts, as their own holder sees them, and as a clerk does."""

from __future__ import annotations

from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import WeighedField
from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import RoleEnum, VerificationEnum
from zt_platform.accounts import models
from zt_platform.accounts.queries import authorisations_of
from zt_platform.actors import ActorKind
from zt_platform.index.queries import seats_of


class Authorisation(DjangoObjectType):
    """The right of an account to act for a legal person."""

    uscc_masked = graphene.String(required=True, description="统一社会信用代码, masked.")
    verification = graphene.Field(VerificationEnum, required=True)

    class Meta:
        model = models.Authorisation
        fields = ("id", "organisation_name", "valid_from", "valid_until", "revoked_at")


class Post(graphene.ObjectType):
    """What the signed-in account is in the centre that is asked."""

    staff_id = graphene.ID(required=True)
    name = graphene.String(required=True)
    department_id = graphene.ID()
    roles = graphene.List(graphene.NonNull(RoleEnum), required=True)

    @staticmethod
    def resolve_roles(actor: Any, _info: Any) -> list[str]:
        """The roles in a fixed order."""
        return sorted(actor.roles)


class Seat(graphene.ObjectType):
    """A centre where the account holds a post. It says where to look and grants nothing."""

    centre_code = graphene.String(required=True)
    centre_name = graphene.String(required=True)
    centre = centre_field("centre_code")


class Account(graphene.ObjectType):
    """A person's login."""

    id = graphene.ID(required=True)
    username = graphene.String(required=True)
    full_name = graphene.String(required=True)
    phone_masked = graphene.String(required=True)
    resident_id_masked = graphene.String(required=True, description="Empty until given.")
    verification = graphene.Field(VerificationEnum, required=True)
    verified_at = graphene.DateTime()


class Me(Account):
    """The signed-in account and what it may act for."""

    post = graphene.Field(Post, description="The post held in the centre of this endpoint; null at the portal.")
    seats = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(Seat))), size=3)
    authorisations = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(Authorisation))), size=3)

    @staticmethod
    def resolve_post(_account: Any, info: Any) -> Any:
        """The staff actor of the current centre, if the account is one."""
        actor = info.context.actor
        return actor if actor.kind is ActorKind.STAFF else None

    @staticmethod
    def resolve_seats(account: Any, _info: Any) -> Any:
        """Where the account holds posts."""
        return seats_of(account.id)

    @staticmethod
    def resolve_authorisations(_account: Any, info: Any) -> Any:
        """The legal persons it may act for."""
        return authorisations_of(info.context.applicant)
