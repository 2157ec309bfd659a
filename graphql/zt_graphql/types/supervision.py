"""What the province (or a city) sees of the cases below it."""

from __future__ import annotations

from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import RelatedField, WeighedField
from zt_graphql.types.centres import Centre, centre_field
from zt_graphql.types.enums import CaseKindEnum, CaseRoleEnum, FeedStateEnum, LevelEnum, LightEnum
from zt_platform.lights import light
from zt_platform.supervision import models
from zt_platform.supervision.flags import flag_of
from zt_tenants.clock import now
from zt_tenants.language import bi

SERIES_DAYS = 14
STEPS_RECKONED = 20
POSITIONS = 9


class Rate(graphene.ObjectType):
    """A share with its numerator and denominator."""

    part = graphene.Int(required=True)
    whole = graphene.Int(required=True)
    percent = graphene.Float(description="Null when nothing was counted.")

    @staticmethod
    def resolve_percent(rate: Any, _info: Any) -> float | None:
        """Per cent."""
        return rate.value  # type: ignore[no-any-return]


class Figures(graphene.ObjectType):
    """Counters of one or more days; each counts distinct tracking numbers."""

    submitted = graphene.Int(required=True)
    accepted = graphene.Int(required=True)
    refused = graphene.Int(required=True)
    withdrawn = graphene.Int(required=True)
    completed = graphene.Int(required=True)
    instant = graphene.Int(required=True)
    on_time = graphene.Int(required=True)
    late = graphene.Int(required=True)
    granted = graphene.Int(required=True)
    denied = graphene.Int(required=True)
    decided = graphene.Int(required=True)
    handed_down = graphene.Int(required=True)
    on_time_rate = graphene.Field(Rate, required=True)
    instant_rate = graphene.Field(Rate, required=True)
    completion_rate = graphene.Field(Rate, required=True)


class Lights(graphene.ObjectType):
    """Running cases by light."""

    running = graphene.Int(required=True)
    green = graphene.Int(required=True)
    warning = graphene.Int(required=True)
    yellow = graphene.Int(required=True)
    red = graphene.Int(required=True)
    overdue = graphene.Int(required=True, description="Yellow and red.")


class SupervisionOverview(graphene.ObjectType):
    """One screen: a day's figures, what they are compared with, and the lights."""

    on = graphene.Date(required=True)
    read_at = graphene.DateTime(required=True)
    today = graphene.Field(Figures, required=True)
    yesterday = graphene.Field(Figures, required=True)
    last_year = graphene.Field(Figures, required=True)
    lights = graphene.Field(Lights, required=True)
    lights_yesterday = graphene.Field(Lights, required=True)


class LeagueRow(graphene.ObjectType):
    """A child centre with everything below it, or the centre's own hall alone, over the last 14 days."""

    centre = RelatedField(Centre, attribute="centre", required=True)
    own_hall = graphene.Boolean(required=True)
    figures = graphene.Field(Figures, required=True)
    lights = graphene.Field(Lights, required=True)
    days = graphene.List(graphene.NonNull(graphene.Date), required=True)
    series = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(Figures))), size=SERIES_DAYS)


class FeedGap(graphene.ObjectType):
    """Sequences that have not arrived, both included."""

    first = graphene.Int(required=True, resolver=lambda gap, _info: gap[0])
    last = graphene.Int(required=True, resolver=lambda gap, _info: gap[1])


class Feed(graphene.ObjectType):
    """One centre's stream of supervision events: how late and how complete it is."""

    centre = RelatedField(Centre, attribute="centre", required=True)
    state = graphene.Field(FeedStateEnum, required=True)
    last_sequence = graphene.Int(required=True)
    last_event_at = graphene.DateTime()
    last_received_at = graphene.DateTime()
    lag_seconds = graphene.Float(description="How long its last event was under way.")
    silent_seconds = graphene.Float(description="How long nothing has come.")
    missing = graphene.Int(required=True)
    gaps = graphene.List(graphene.NonNull(FeedGap), required=True)
    gap_since = graphene.DateTime()

    @staticmethod
    def resolve_lag_seconds(feed: Any, _info: Any) -> float | None:
        """Seconds."""
        return None if feed.lag is None else feed.lag.total_seconds()

    @staticmethod
    def resolve_silent_seconds(feed: Any, _info: Any) -> float | None:
        """Seconds."""
        return None if feed.silent is None else feed.silent.total_seconds()


class FeedSummary(graphene.ObjectType):
    """The feeds of a scope in totals."""

    reporting = graphene.Int(required=True, description="Centres that ever reported.")
    never = graphene.Int(required=True, description="Centres that never did.")
    missing = graphene.Int(required=True, description="Events known to be missing.")
    with_gap = graphene.Int(required=True)
    complete = graphene.Boolean(required=True)
    worst_lag_seconds = graphene.Float()
    newest_event_at = graphene.DateTime()

    @staticmethod
    def resolve_worst_lag_seconds(summary: Any, _info: Any) -> float | None:
        """Seconds."""
        return None if summary.worst_lag is None else summary.worst_lag.total_seconds()


class SupervisedCase(DjangoObjectType):
    """One centre's ledger of a case, as reported, with its light at the moment of reading."""

    level = graphene.Field(LevelEnum, required=True)
    role = graphene.Field(CaseRoleEnum, required=True)
    kind = graphene.Field(CaseKindEnum, required=True)
    result = graphene.String(required=True)
    light = graphene.Field(LightEnum, required=True)
    centre = centre_field("centre_code")

    class Meta:
        model = models.CaseRecord
        fields = (
            "id",
            "centre_code",
            "tracking_number",
            "item_code",
            "item_name",
            "department",
            "status",
            "instant",
            "on_time",
            "submitted_at",
            "accepted_at",
            "acceptance_due_at",
            "warning_at",
            "due_at",
            "red_at",
            "statutory_due_at",
            "decided_at",
            "completed_at",
            "stopped_at",
            "last_step",
            "last_occurred_at",
        )

    @staticmethod
    def resolve_light(record: Any, _info: Any) -> Any:
        """As read now."""
        return light(
            now(),
            warning_at=record.warning_at,
            due_at=record.due_at,
            red_at=record.red_at,
            stopped_at=record.stopped_at,
        ).value


class SupervisedStep(DjangoObjectType):
    """One reported step of a case."""

    role = graphene.Field(CaseRoleEnum, required=True)
    centre = centre_field("centre_code")

    class Meta:
        model = models.CaseStep
        fields = (
            "centre_code",
            "sequence",
            "step",
            "status",
            "department",
            "actor_role",
            "due_at",
            "occurred_at",
            "received_at",
        )


class FlaggedStep(DjangoObjectType):
    """A step that carries a flag: a broken rule, an order or a card, something out of the ordinary."""

    flag = graphene.String(required=True, description="SECOND_CORRECTION_REQUESTED, DEEMED_ACCEPTED, RED_CARDED …")
    label = graphene.String(required=True, description="In the active language.")
    centre = centre_field("centre_code")

    class Meta:
        model = models.CaseStep
        skip_registry = True
        fields = ("id", "centre_code", "tracking_number", "department", "occurred_at")

    @staticmethod
    def resolve_flag(step: Any, _info: Any) -> str:
        """Of the step."""
        return flag_of(step.step).value

    @staticmethod
    def resolve_label(step: Any, _info: Any) -> str:
        """Of the flag."""
        return str(flag_of(step.step).label)


class LedgerPosition(graphene.ObjectType):
    """How many cases stand at one place of the equations."""

    position = graphene.String(required=True, description="WAITING, CORRECTING, REFUSED … RUNNING, DELIVERED …")
    label = graphene.String(required=True, description="In the active language.")
    cases = graphene.Int(required=True)

    @staticmethod
    def resolve_position(place: Any, _info: Any) -> str:
        """The code."""
        return str(place[0].value)

    @staticmethod
    def resolve_label(place: Any, _info: Any) -> str:
        """Its words."""
        return str(place[0].label)

    @staticmethod
    def resolve_cases(place: Any, _info: Any) -> int:
        """The number."""
        return int(place[1])


class Balance(graphene.ObjectType):
    """Both equations of the ledgers: came in = accepted + before; accepted = after. What is left over is unaccounted."""

    came_in = graphene.Int(required=True)
    accepted = graphene.Int(required=True)
    came_in_unaccounted = graphene.Int(required=True)
    accepted_unaccounted = graphene.Int(required=True)
    contradictory = graphene.Int(required=True, description="Cases whose status contradicts their acceptance.")
    holds = graphene.Boolean(required=True)
    before = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(LedgerPosition))), size=POSITIONS)
    after = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(LedgerPosition))), size=POSITIONS)


class LedgerDifference(graphene.ObjectType):
    """Two records that disagree; the tracking number is empty where no case can be named."""

    kind = graphene.String(required=True, description="CONTRADICTION, COUNTERPART, DAYS or FEED.")
    label = graphene.String(required=True, description="In the active language.")
    centre_code = graphene.String(required=True)
    tracking_number = graphene.String(required=True)
    text = graphene.String(required=True, description="In the active language.")

    @staticmethod
    def resolve_kind(difference: Any, _info: Any) -> str:
        """The code."""
        return str(difference.kind.value)

    @staticmethod
    def resolve_label(difference: Any, _info: Any) -> str:
        """Its words."""
        return str(difference.kind.label)

    @staticmethod
    def resolve_text(difference: Any, _info: Any) -> str:
        """What differs."""
        return bi(difference.zh, difference.en)


class BalanceRow(graphene.ObjectType):
    """A child centre with everything below it, or the centre's own hall alone."""

    centre = RelatedField(Centre, attribute="centre", required=True)
    own_hall = graphene.Boolean(required=True)
    balance = graphene.Field(Balance, required=True)


class ScopeBalance(graphene.ObjectType):
    """Whether the ledgers of a centre and of all below it balance, as they were reported."""

    holds = graphene.Boolean(required=True)
    total = graphene.Field(Balance, required=True)
    rows = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(BalanceRow))), size=STEPS_RECKONED)
    differences = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(LedgerDifference))), size=STEPS_RECKONED)


class SupervisedTrail(graphene.ObjectType):
    """One case over all levels: its ledgers, the accepting one first, and every reported step in order."""

    tracking_number = graphene.String(required=True)
    ledgers = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(SupervisedCase))), size=3)
    steps = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(SupervisedStep))), size=STEPS_RECKONED)

    @staticmethod
    def resolve_ledgers(trail: Any, _info: Any) -> Any:
        """The reported records."""
        return [row.record for row in trail.ledgers]

    @staticmethod
    def resolve_steps(trail: Any, _info: Any) -> Any:
        """The reported steps."""
        return [row.step for row in trail.steps]
