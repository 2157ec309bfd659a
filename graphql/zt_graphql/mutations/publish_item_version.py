"""publishItemVersion."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import CaseKindEnum
from zt_graphql.types.items import ItemVersion
from zt_platform.catalogue.commands import publish_item_version
from zt_platform.catalogue.ways import Ways
from zt_platform.organisation.roles import Role


class FormOptionInput(graphene.InputObjectType):
    """One choice of a select field, in both languages."""

    value = graphene.String(required=True)
    zh = graphene.String(required=True)
    en = graphene.String(required=True)


class FormFieldInput(graphene.InputObjectType):
    """One field of the form, in both languages."""

    name = graphene.String(required=True)
    zh = graphene.String(required=True)
    en = graphene.String(required=True)
    type = graphene.String(required=True, description="text, textarea, select, date, number or phone.")
    required = graphene.Boolean()
    options = graphene.List(graphene.NonNull(FormOptionInput))
    pattern = graphene.String()
    min = graphene.String()
    max = graphene.String()
    max_length = graphene.Int()
    help_zh = graphene.String()
    help_en = graphene.String()


class MaterialInput(graphene.InputObjectType):
    """A document an applicant has to bring."""

    code = graphene.String(required=True)
    name = graphene.String(required=True)
    name_en = graphene.String(required=True)
    required = graphene.Boolean()
    may_follow = graphene.Boolean(description="可容缺: may be supplied after acceptance, on a commitment.")
    max_size = graphene.Int(required=True, description="Bytes.")
    accepted_types = graphene.List(graphene.NonNull(graphene.String), required=True, description="Media types.")
    note = graphene.String()


class WaysInput(graphene.InputObjectType):
    """What the version allows besides the ordinary way, each with its legal basis."""

    renewal_field = graphene.String(description="The date field that holds the end of the permit to renew (art. 50).")
    tolerance_days = graphene.Int(description="Working days within which materials that may follow are supplied.")
    tolerance_basis = graphene.String()
    temporary_days = graphene.Int(description="Days that a temporary permit on a commitment lasts at most.")
    commitment_terms = graphene.String(description="What the applicant commits to.")
    commitment_basis = graphene.String()


class ChargeInput(graphene.InputObjectType):
    """One charge of an item (F-07)."""

    name = graphene.String(required=True)
    name_en = graphene.String(required=True)
    amount = graphene.Int(required=True, description="Fen (a hundredth of a yuan).")
    unit = graphene.String(required=True, description="For each of what: 件, 本, 副.")
    unit_en = graphene.String(required=True)
    always = graphene.Boolean(description="Everybody pays it once; true by default.")


class PublishItemVersion(CommandMutation):
    """Publish the next version of an item with its six disclosures; running cases keep theirs."""

    permission = roles(Role.CENTRE_ADMIN)
    item_version = graphene.Field(ItemVersion, required=True)

    class Arguments:
        item_code = graphene.String(required=True)
        kind = CaseKindEnum(required=True)
        statutory_days = graphene.Int(required=True)
        statutory_basis = graphene.String(required=True)
        promised_days = graphene.Int(required=True)
        legal_basis = graphene.String(required=True)
        conditions = graphene.String(required=True)
        procedure = graphene.String(required=True)
        fee = graphene.String(required=True)
        fee_basis = graphene.String(required=True, default_value="")
        charges = graphene.List(graphene.NonNull(ChargeInput), description="The fee charge by charge.")
        warning_days = graphene.Int()
        decided_jointly = graphene.Boolean(description="Several departments decide: 45 working days (art. 42(2)).")
        review_days = graphene.Int(description="Allowance of the review in working days (E-24).")
        decision_days = graphene.Int(description="Allowance of the decision in working days (E-24).")
        form = graphene.List(graphene.NonNull(FormFieldInput), required=True)
        materials = graphene.List(graphene.NonNull(MaterialInput), required=True)
        ways = graphene.Argument(WaysInput)

    @classmethod
    def mutate(cls, _root: Any, info: Any, kind: Any, form: Any, materials: Any, **given: Any) -> PublishItemVersion:
        """Run the command."""
        given["charges"] = [_stored(charge) for charge in given.get("charges") or ()]
        given["ways"] = Ways(**_stored(given.get("ways") or {}))
        allowances = {"REVIEWED": given.pop("review_days", None), "APPROVED": given.pop("decision_days", None)}
        given["step_days"] = {step: days for step, days in allowances.items() if days is not None}
        version = publish_item_version(
            actor=info.context.actor,
            kind=kind.value,
            form_schema=[_stored(field) for field in form],
            materials=[_stored(material) for material in materials],
            **given,
        )
        return cls(item_version=version)


def _stored(given: Any) -> Any:
    """An input as plain JSON, without what was left out."""
    if isinstance(given, dict):
        return {name: _stored(value) for name, value in given.items() if value is not None}
    return [_stored(value) for value in given] if isinstance(given, list) else given
