"""What belongs to one case: limits and what stops them, what is owed or granted on conditions, who applied, the files."""

from __future__ import annotations

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import RelatedField
from zt_graphql.types.enums import SpecialProcedureEnum, StepEnum
from zt_graphql.types.uploads import Attachment
from zt_platform.cases import models


class TimeLeft(graphene.ObjectType):
    """What is left of a limit, or by how much it was missed, in working time (art. 82)."""

    text = graphene.String(required=True, description="In the active language.")
    working_days = graphene.Int(required=True)
    working_hours = graphene.Int(required=True, description="Beside the days; rounded down, or up when it is over.")
    over = graphene.Boolean(required=True)
    provisional = graphene.Boolean(required=True, description="It rests on a year whose calendar is not published.")
    standing_still = graphene.Boolean(required=True, description="A special procedure runs: no time is counted.")


class SpecialProcedureRun(graphene.ObjectType):
    """One special procedure of a case (art. 45)."""

    procedure = graphene.Field(SpecialProcedureEnum, required=True)
    since = graphene.DateTime(required=True)
    until = graphene.DateTime(description="Null while it runs.")
    expected_days = graphene.Int(required=True, description="Working days, as the applicant was told.")
    reason = graphene.String(required=True)


class Extension(graphene.ObjectType):
    """The one extension of a decision (art. 42)."""

    state = graphene.String(required=True, description="REQUESTED, APPROVED or REFUSED.")
    days = graphene.Int(required=True, description="Working days.")
    reason = graphene.String(required=True)
    answered_by = graphene.String(description="Null while it waits.")


class StepTime(graphene.ObjectType):
    """One step of a case beside its allowance (E-24)."""

    step = graphene.Field(StepEnum, required=True)
    since = graphene.DateTime(required=True)
    days = graphene.Int(required=True, description="Its allowance in working days.")
    due = graphene.DateTime(required=True)
    ended = graphene.DateTime(description="Null while it runs.")


class Debt(graphene.ObjectType):
    """A material that may follow after acceptance (容缺受理)."""

    code = graphene.String(required=True)
    name = graphene.String(required=True)
    due_at = graphene.DateTime(description="Null until the application is accepted.")
    settled_at = graphene.DateTime(description="Null while it is owed.")


class Delivery(graphene.ObjectType):
    """A result by post: to whom, by which carrier, and whether it came back; for who may read the whole case."""

    recipient = graphene.String(required=True)
    phone = graphene.String(required=True)
    address = graphene.String(required=True)
    carrier = graphene.String(required=True, description="Empty until it is posted, like what follows.")
    post_number = graphene.String(required=True)
    posted_at = graphene.String(required=True)
    returned_at = graphene.String(required=True, description="Empty unless it came back.")
    return_reason = graphene.String(required=True)


class TemporaryPermit(graphene.ObjectType):
    """A permit on a commitment."""

    number = graphene.String(required=True)
    until = graphene.String(required=True, description="Its last day.")
    state = graphene.String(required=True, description="VALID, CONVERTED, WITHDRAWN or ENDED.")
    note = graphene.String(description="What verification found, or why it was withdrawn.")


class SpecialApproval(graphene.ObjectType):
    """Who approved that a case is handled at once, and why."""

    approved_by = graphene.String(required=True)
    reason = graphene.String(required=True)
    missing = graphene.List(graphene.NonNull(graphene.String), required=True, description="What was owed then.")


class Party(graphene.ObjectType):
    """An applicant, in full, for whoever may read the case."""

    name = graphene.String(required=True)
    id_type = graphene.String(required=True, description="RESIDENT_ID or USCC.")
    id_number = graphene.String(required=True)
    masked_id = graphene.String(required=True)
    phone = graphene.String(required=True)
    verified = graphene.Boolean(required=True)
    agent_name = graphene.String(required=True)
    agent_id_number = graphene.String(required=True)
    agent_phone = graphene.String(required=True)
    authorised_until = graphene.String(required=True)


class Answer(graphene.ObjectType):
    """The answer to one field of the form."""

    name = graphene.String(required=True, resolver=lambda pair, _info: pair[0])
    value = graphene.String(required=True, resolver=lambda pair, _info: pair[1])


class CaseMaterial(DjangoObjectType):
    """One file of a case, as one of the item's materials."""

    attachment = RelatedField(Attachment, attribute="attachment", required=True)

    class Meta:
        model = models.CaseMaterial
        fields = ("id", "material_code", "name", "added_at")


class Certificate(DjangoObjectType):
    """What a granted case produces."""

    paper = RelatedField(Attachment, attribute="paper", required=True)

    class Meta:
        model = models.Certificate
        fields = (
            "number",
            "name",
            "holder_name_masked",
            "holder_id_masked",
            "issuer_name",
            "issued_on",
            "valid_from",
            "valid_until",
            "digest",
            "voided_at",
        )
