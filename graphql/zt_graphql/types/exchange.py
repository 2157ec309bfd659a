"""Departments' data services, who may use them, and the log of calls: never the data themselves."""

from __future__ import annotations

from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import RelatedField
from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import CallStateEnum, ServiceAdapterEnum
from zt_interop.departments import models
from zt_interop.log.models import DataCall as DataCallRow
from zt_tenants.language import bi, in_chinese


class DataServiceField(graphene.ObjectType):
    """One field that a service's answer may hold."""

    name = graphene.String(required=True)
    label = graphene.String(required=True, description="In the active language.")
    sensitive = graphene.Boolean(required=True)

    @staticmethod
    def resolve_label(field: Any, _info: Any) -> str:
        """In the active language."""
        return bi(str(field["zh"]), str(field["en"]))

    @staticmethod
    def resolve_name(field: Any, _info: Any) -> str:
        """The field's name."""
        return str(field["name"])

    @staticmethod
    def resolve_sensitive(field: Any, _info: Any) -> bool:
        """Whether it tells something about a person."""
        return bool(field.get("sensitive"))


class DataService(DjangoObjectType):
    """A registered data service of a department."""

    label = graphene.String(required=True, description="Its name in the active language.")
    owner = graphene.String(required=True, description="The department, in the active language.")
    adapter = graphene.Field(ServiceAdapterEnum, required=True)
    fields = graphene.List(graphene.NonNull(DataServiceField), required=True)
    valid_for = graphene.Int(required=True, description="Seconds an answer counts.")

    class Meta:
        model = models.DataService
        fields = ("code", "purpose", "legal_basis", "active", "registered_at")


class DataGrant(DjangoObjectType):
    """A centre, or one department in it, may ask a service for these fields between two dates."""

    service = RelatedField(DataService, attribute="service", required=True)
    centre = centre_field("centre_code")
    fields = graphene.List(graphene.NonNull(graphene.String), required=True)
    calls_per_minute = graphene.Int(required=True)

    class Meta:
        model = models.Grant
        fields = (
            *("id", "centre_code", "department_code", "purpose", "legal_basis", "valid_from", "valid_until"),
            *("opened_at", "revoked_at", "revocation_reason"),
        )


class DataCall(DjangoObjectType):
    """One call: who asked which service, for which case and purpose, for which fields, and how it ended."""

    state = graphene.Field(CallStateEnum, required=True)
    fields = graphene.List(graphene.NonNull(graphene.String), required=True)
    reason = graphene.String(required=True, description="Why it waits, failed or was refused; in the active language.")
    attempts = graphene.Int(required=True)

    class Meta:
        model = DataCallRow
        fields = (
            *("id", "request_id", "service_code", "subject", "purpose", "legal_basis", "actor_name"),
            *("department_code", "consent_at", "status", "verdict", "answered_at", "valid_until", "cached_from"),
            *("reason_code", "asked_at"),
        )

    @staticmethod
    def resolve_reason(call: Any, _info: Any) -> str:
        """In the active language."""
        return str(call.reason_zh if in_chinese() else call.reason_en)


class DataLook(graphene.ObjectType):
    """Somebody looked at the caller's data in a department's system."""

    at = graphene.DateTime(required=True)
    by = graphene.String(required=True, description="The staff member; empty when it was oneself.")
    centre = graphene.String(required=True)
    service = graphene.String(required=True)
    owner = graphene.String(required=True)
    purpose = graphene.String(required=True)
    tracking_number = graphene.String(required=True)
    fields = graphene.List(graphene.NonNull(graphene.String), required=True)
