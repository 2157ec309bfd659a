"""The catalogue: items, their versions, materials and delegations, and items found across centres."""

from __future__ import annotations

from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import BatchedField, RelatedField, WeighedField
from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import CaseKindEnum, DelegationKindEnum, DelegationPartEnum, ItemClassEnum
from zt_platform.catalogue import fees
from zt_platform.catalogue import models as catalogue
from zt_platform.catalogue.forms import fields_of
from zt_platform.catalogue.queries import delegations_of, materials_of
from zt_platform.catalogue.rules import why_not_in_force
from zt_platform.index import models as index
from zt_platform.organisation import models as organisation
from zt_tenants.clock import today


class OfferedItem(DjangoObjectType):
    """A published item of one centre, as the province-wide search finds it."""

    kind = graphene.Field(CaseKindEnum, required=True)
    life_events = graphene.List(graphene.NonNull(graphene.String), required=True)
    centre = centre_field("centre_code", description="The centre that accepts it.")

    class Meta:
        model = index.ItemIndexEntry
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


class Department(DjangoObjectType):
    """A department resident in a centre."""

    class Meta:
        model = organisation.Department
        fields = ("id", "code", "name", "name_en", "telephone")


class Window(DjangoObjectType):
    """A counter of a department."""

    department = RelatedField(Department, attribute="department", required=True)

    class Meta:
        model = organisation.Window
        fields = ("code", "name", "name_en", "zone", "valid_from", "valid_until")


class FormOption(graphene.ObjectType):
    """One choice of a select field."""

    value = graphene.String(required=True)
    label = graphene.String(required=True, description="In the active language.")


class FormField(graphene.ObjectType):
    """One field of an item's form."""

    name = graphene.String(required=True, description="The key of the answer.")
    label = graphene.String(required=True, description="In the active language.")
    help_text = graphene.String(required=True)
    type = graphene.String(required=True, description="text, textarea, select, date, number or phone.")
    required = graphene.Boolean(required=True)
    pattern = graphene.String(required=True)
    minimum = graphene.String()
    maximum = graphene.String()
    max_length = graphene.Int(required=True)
    options = graphene.List(graphene.NonNull(FormOption), required=True)


class Material(DjangoObjectType):
    """A document an applicant has to bring."""

    accepted_types = graphene.List(graphene.NonNull(graphene.String), required=True, description="Media types.")
    max_size = graphene.Int(required=True, description="Bytes.")

    class Meta:
        model = catalogue.Material
        fields = ("code", "name", "name_en", "required", "may_follow", "note")


class Charge(graphene.ObjectType):
    """One charge of an item (F-07)."""

    name = graphene.String(required=True)
    name_en = graphene.String(required=True)
    amount = graphene.Int(required=True, description="Fen (a hundredth of a yuan).")
    unit = graphene.String(required=True)
    unit_en = graphene.String(required=True)
    always = graphene.Boolean(required=True, description="Everybody pays it once; others depend on the case.")


class ItemVersion(DjangoObjectType):
    """One published wording of an item: the six disclosures, the limits in working days, the form."""

    kind = graphene.Field(CaseKindEnum, required=True)
    form = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(FormField))), weight=1, size=10)
    materials = BatchedField(
        graphene.NonNull(graphene.List(graphene.NonNull(Material))), key="pk", batch=materials_of, missing=list, size=8
    )

    charges = graphene.List(graphene.NonNull(Charge), required=True, description="The fee charge by charge.")

    class Meta:
        model = catalogue.ItemVersion
        fields = (
            "version",
            "statutory_days",
            "statutory_basis",
            "promised_days",
            "legal_basis",
            "conditions",
            "procedure",
            "fee",
            "fee_basis",
            "source",
            "published_at",
            "retired_at",
        )

    @staticmethod
    def resolve_charges(version: Any, _info: Any) -> Any:
        """As stored; empty where nothing is charged or only words say what."""
        return [fees.Charge.from_stored(stored) for stored in version.charges]

    @staticmethod
    def resolve_form(version: Any, _info: Any) -> Any:
        """The stored form as typed fields."""
        return fields_of(version.form_schema)


class Delegation(DjangoObjectType):
    """An item's power moved between an upper and a lower centre."""

    kind = graphene.Field(DelegationKindEnum, required=True)
    part = graphene.Field(DelegationPartEnum, required=True)
    from_centre = centre_field("from_centre_code")
    to_centre = centre_field("to_centre_code")
    why_not_in_force = graphene.String(description="Null when it counts today; else the reason.")

    class Meta:
        model = catalogue.Delegation
        fields = (
            "id",
            "item_code",
            "part_scope",
            "from_centre_code",
            "from_centre_name",
            "from_department_code",
            "from_department_name",
            "to_centre_code",
            "to_centre_name",
            "to_department_code",
            "to_department_name",
            "legal_basis",
            "evaluation_note",
            "docking_done_on",
            "training_done_on",
            "documents_done_on",
            "valid_from",
            "valid_until",
            "revoked_on",
            "revocation_reason",
        )

    @staticmethod
    def resolve_why_not_in_force(delegation: Any, _info: Any) -> str | None:
        """Read today."""
        return why_not_in_force(delegation, today())


class Item(DjangoObjectType):
    """A service or permit that can be applied for at a centre."""

    item_class = graphene.Field(ItemClassEnum, required=True)
    life_events = graphene.List(graphene.NonNull(graphene.String), required=True)
    department = RelatedField(Department, attribute="department", required=True)
    current_version = RelatedField(ItemVersion, attribute="current_version")
    delegations = BatchedField(
        graphene.NonNull(graphene.List(graphene.NonNull(Delegation))),
        key="code",
        batch=delegations_of,
        missing=list,
        size=3,
        description="Those in which this centre takes part.",
    )

    class Meta:
        model = catalogue.Item
        fields = ("code", "name", "name_en")
