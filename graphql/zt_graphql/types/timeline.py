"""The one timeline over both levels, and what it shows to whoever tracks a case without signing in."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.fields import WeighedField
from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import CaseStatusEnum, LightEnum, StepEnum
from zt_graphql.types.papers import PAPERS_RECKONED, TrackedPaper

TIMELINE_RECKONED = 15


class TimelineEntry(graphene.ObjectType):
    """One line of the one timeline over both levels."""

    step = graphene.Field(StepEnum, required=True)
    label = graphene.String(required=True, description="The step in the active language.")
    occurred_at = graphene.DateTime(required=True)
    recorded_at = graphene.DateTime(required=True)
    centre_code = graphene.String(required=True)
    centre_name = graphene.String(required=True)
    centre = centre_field("centre_code")
    department_name = graphene.String(required=True)
    actor_name = graphene.String(required=True)
    actor_role = graphene.String(required=True)
    note = graphene.String(required=True)
    defects = graphene.List(graphene.NonNull(graphene.String), required=True, description="Of a correction notice.")
    elsewhere = graphene.Boolean(required=True, description="Whether it happened at the other centre.")
    on_the_way_seconds = graphene.Float(description="How long the case travelled before this line.")

    @staticmethod
    def resolve_defects(entry: Any, _info: Any) -> Any:
        """Of a correction notice."""
        return entry.data.get("defects", [])

    @staticmethod
    def resolve_on_the_way_seconds(entry: Any, _info: Any) -> float | None:
        """Seconds."""
        return None if entry.on_the_way is None else entry.on_the_way.total_seconds()


class TrackedCase(graphene.ObjectType):
    """What may be shown to whoever knows the number and four digits of the telephone."""

    tracking_number = graphene.String(required=True)
    grouped_number = graphene.String(required=True, description="As printed.")
    centre_code = graphene.String(required=True)
    centre_name = graphene.String(required=True)
    centre = centre_field("centre_code")
    deciding_centre_name = graphene.String(required=True)
    item_code = graphene.String(required=True)
    item_name = graphene.String(required=True)
    department_name = graphene.String(required=True)
    department_telephone = graphene.String(required=True)
    applicant_name_masked = graphene.String(required=True)
    status = graphene.Field(CaseStatusEnum, required=True)
    status_label = graphene.String(required=True, description="In the active language.")
    light = graphene.Field(LightEnum, required=True)
    submitted_at = graphene.DateTime()
    due_at = graphene.DateTime()
    timeline = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(TimelineEntry))), size=TIMELINE_RECKONED)
    papers = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(TrackedPaper))),
        weight=0,
        size=PAPERS_RECKONED,
        description="The papers issued so far at both centres, by day; a decision once it was completed.",
    )
