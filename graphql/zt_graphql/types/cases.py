"""Cases: as lists show them (masked), as the page of one shows it (in full), and one's own at all centres."""

from __future__ import annotations

from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import RelatedField, WeighedField
from zt_graphql.selection import selected
from zt_graphql.types.case_parts import (
    Answer,
    CaseMaterial,
    Certificate,
    Debt,
    Delivery,
    Extension,
    Party,
    SpecialApproval,
    SpecialProcedureRun,
    StepTime,
    TemporaryPermit,
    TimeLeft,
)
from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import (
    CaseChannelEnum,
    CaseKindEnum,
    CaseRoleEnum,
    CaseStatusEnum,
    DelegationKindEnum,
    DeliveryMethodEnum,
    LightEnum,
    ResultEnum,
)
from zt_graphql.types.items import Department, ItemVersion, Material
from zt_graphql.types.papers import PAPERS_RECKONED, OfficialPaper
from zt_graphql.types.timeline import TIMELINE_RECKONED, TimelineEntry
from zt_graphql.types.uploads import Attachment
from zt_platform.actors import ActorKind
from zt_platform.cases import models
from zt_platform.cases.commands.timing import pauses_of
from zt_platform.cases.duties import kept_until
from zt_platform.cases.limits import APPROVED
from zt_platform.cases.postal import postal_of
from zt_platform.cases.presentation import remaining_of, steps_of, time_left_of
from zt_platform.cases.queries import actions_for, applicant_of, case_for, required_materials, still_missing, timeline
from zt_platform.cases.queries.official_papers import may_take_decision, papers_for
from zt_platform.cases.tolerance import debts_of
from zt_platform.catalogue.queries import item_version
from zt_platform.index.models import ApplicantCaseEntry
from zt_tenants.clock import now

MATERIALS_RECKONED = 8
_SUMMARY = (
    "id",
    "tracking_number",
    "origin_code",
    "item_code",
    "item_name",
    "item_version_number",
    "counterpart_code",
    "counterpart_name",
    "applicant_name_masked",
    "drafted_at",
    "discarded_at",
    "submitted_at",
    "acceptance_due_at",
    "accepted_at",
    "due_at",
    "running_due_at",
    "decided_at",
    "completed_at",
    "delivered_at",
    "withdrawn_at",
)


class CaseFields:
    """What lists and the page of a case have in common."""

    kind = graphene.Field(CaseKindEnum, required=True)
    status = graphene.Field(CaseStatusEnum, required=True)
    role = graphene.Field(CaseRoleEnum, required=True, description="What this centre is in the case.")
    channel = graphene.Field(CaseChannelEnum, required=True)
    result = graphene.Field(ResultEnum, description="Null until decided.")
    light = graphene.Field(LightEnum, required=True, description="As read now.")
    version = graphene.Int(required=True, description="Goes up with every change; see expectedVersion.")
    remaining = WeighedField(TimeLeft, weight=0, description="Of the limit that runs now; null when none does.")
    kept_until = graphene.DateTime(description="Of a draft thrown away: until when restoreDraft takes it back.")
    department = RelatedField(Department, attribute="department")
    counterpart = centre_field("counterpart_code", description="The other centre of a cross-level case.")

    @staticmethod
    def resolve_result(case: Any, _info: Any) -> str | None:
        """Null until decided."""
        return str(case.result) or None

    @staticmethod
    def resolve_light(case: Any, _info: Any) -> str:
        """As read now."""
        return str(case.light_at(now()).value)

    @staticmethod
    def resolve_kept_until(case: Any, _info: Any) -> Any:
        """Null for anything that was not thrown away."""
        return kept_until(case)

    @staticmethod
    def resolve_remaining(case: Any, info: Any) -> TimeLeft | None:
        """In the hours that the case is counted by; those of the centre are read once per request."""
        left = time_left_of(case, now(), info.context.calendar_of(case))
        if left is None:
            return None
        return TimeLeft(
            text=remaining_of(case, now(), info.context.calendar_of(case))[0],
            working_days=left.days,
            working_hours=left.hours,
            over=left.over,
            provisional=left.provisional,
            standing_still=case.paused_at is not None,
        )

    @staticmethod
    def resolve_version(case: Any, _info: Any) -> int:
        """The lock's version."""
        return int(case.lock_version)


class CaseSummary(CaseFields, DjangoObjectType):
    """A case of this centre as lists show it: masked; what is sealed is not read."""

    class Meta:
        model = models.Case
        skip_registry = True
        fields = _SUMMARY


class Case(CaseFields, DjangoObjectType):
    """One case of this centre, in full, for its staff and its applicant."""

    delegation_kind = graphene.Field(DelegationKindEnum)
    applicant = WeighedField(Party, required=True)
    form = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(Answer))), weight=0)
    item_version = graphene.Field(ItemVersion, description="The version under which the case is handled.")
    required_materials = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(Material))), size=MATERIALS_RECKONED
    )
    still_missing = graphene.List(graphene.NonNull(graphene.String), required=True)
    materials = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(CaseMaterial))), size=MATERIALS_RECKONED)
    correction_defects = graphene.List(graphene.NonNull(graphene.String), required=True)
    decision_paper = graphene.Field(Attachment, description="Null until decided; for applicants until completed.")
    certificate = graphene.Field(Certificate, description="Null until granted; for applicants until completed.")
    papers = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(OfficialPaper))),
        weight=2,
        size=PAPERS_RECKONED,
        description="Every paper issued about the case at both centres, by day; applicants see those addressed to them.",
    )
    timeline = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(TimelineEntry))),
        size=TIMELINE_RECKONED,
        description="Every public step at both centres, oldest first.",
    )
    pauses = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(SpecialProcedureRun))), weight=0, size=MATERIALS_RECKONED
    )
    extension = WeighedField(Extension, weight=0, description="Null until asked for; applicants see it once approved.")
    step_times = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(StepTime))), weight=0, size=MATERIALS_RECKONED
    )
    debts = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(Debt))), weight=0, size=MATERIALS_RECKONED)
    commitment_terms = graphene.String(description="What the applicant has signed; null where nothing was.")
    temporary_permit = WeighedField(TemporaryPermit, weight=0)
    delivery_method = graphene.Field(DeliveryMethodEnum, required=True, description="As the applicant wants it now.")
    delivery = WeighedField(Delivery, weight=0, description="Null where no address was ever given.")
    special_approval = WeighedField(SpecialApproval, weight=0)
    possible_actions = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="What the signed-in person can do now."
    )

    class Meta:
        model = models.Case
        fields = (
            *_SUMMARY,
            "statutory_days",
            "promised_days",
            "legal_basis",
            "legal_name_of_decider",
            "received_on",
            "received_at",
            "review_due_at",
            "reviewed_at",
            "transferred_at",
            "arrived_at",
            "statutory_due_at",
            "warning_at",
            "red_at",
            "delivery_due_at",
            "paused_at",
            "ended_at",
            "first_asked_name",
            "correction_count",
            "review_opinion",
            "decision_opinion",
            "decision_number",
            "seal_name",
            "seal_keeper",
        )

    @staticmethod
    def resolve_debts(case: Any, _info: Any) -> Any:
        """As stored."""
        return debts_of(case)

    @staticmethod
    def resolve_commitment_terms(case: Any, _info: Any) -> str | None:
        """The text as it was signed."""
        terms = case.commitment.get("terms")
        return str(terms["text"]) if terms else None

    @staticmethod
    def resolve_delivery(case: Any, info: Any) -> Any:
        """Opened from its seal, which leaves a line in the audit record where there is an address."""
        found = postal_of(case)
        if found is not None:
            info.context.note_reading(case)
        return found

    @staticmethod
    def resolve_temporary_permit(case: Any, _info: Any) -> Any:
        """Null where none was granted."""
        stored = case.temporary_permit
        names = ("number", "until", "state", "note")
        return TemporaryPermit(**{name: stored.get(name) for name in names}) if stored else None

    @staticmethod
    def resolve_special_approval(case: Any, _info: Any) -> Any:
        """Null where there is none."""
        stored = case.special_approval
        names = ("approved_by", "reason", "missing")
        return SpecialApproval(**{name: stored[name] for name in names}) if stored else None

    @staticmethod
    def resolve_delegation_kind(case: Any, _info: Any) -> str | None:
        """Null where the case stays at one centre."""
        return str(case.delegation_kind) or None

    @staticmethod
    def resolve_applicant(case: Any, info: Any) -> Any:
        """Opened from its seal, which leaves a line in the audit record."""
        info.context.note_reading(case)
        return applicant_of(case)

    @staticmethod
    def resolve_form(case: Any, info: Any) -> list[tuple[str, str]]:
        """Opened from its seal, which leaves a line in the audit record."""
        info.context.note_reading(case)
        return [(name, str(value)) for name, value in case.form.items()]

    @staticmethod
    def resolve_item_version(case: Any, _info: Any) -> Any:
        """By code and number."""
        return item_version(case.item_code, case.item_version_number)

    @staticmethod
    def resolve_required_materials(case: Any, _info: Any) -> Any:
        """Of the version."""
        return required_materials(case)

    @staticmethod
    def resolve_still_missing(case: Any, _info: Any) -> Any:
        """Names."""
        return still_missing(case)

    @staticmethod
    def resolve_materials(case: Any, info: Any) -> Any:
        """Those not replaced. A command's answer does not carry them; then the case is read as its page reads it."""
        info.context.note_reading(case)
        loaded = getattr(case, "current_materials", None)
        return case_for(info.context.reader_of(case), case.pk).current_materials if loaded is None else loaded  # type: ignore[attr-defined]

    @staticmethod
    def resolve_decision_paper(case: Any, info: Any) -> Any:
        """Its file names the applicant in full."""
        if not case.decision_paper_id or not may_take_decision(info.context.reader_of(case), case):
            return None
        info.context.note_reading(case)
        return case.decision_paper

    @staticmethod
    def resolve_certificate(case: Any, info: Any) -> Any:
        """Its file names the holder in full."""
        found = getattr(case, "certificate", None)
        if found is None or not may_take_decision(info.context.reader_of(case), case):
            return None
        info.context.note_reading(case)
        return found

    @staticmethod
    def resolve_papers(case: Any, info: Any) -> Any:
        """Their files, where these are asked for, name the applicant in full."""
        if "file" in selected(info):
            info.context.note_reading(case)
        return papers_for(info.context.reader_of(case), case)

    @staticmethod
    def resolve_timeline(case: Any, _info: Any) -> Any:
        """Both centres' public lines."""
        return timeline(case)

    @staticmethod
    def resolve_pauses(case: Any, _info: Any) -> Any:
        """In the order in which they began."""
        return pauses_of(case)

    @staticmethod
    def resolve_extension(case: Any, info: Any) -> Extension | None:
        """What the organ only asks itself is not the applicant's."""
        known = case.extension
        inside = info.context.reader_of(case).kind is ActorKind.STAFF
        if not known or not (inside or known["state"] == APPROVED):
            return None
        return Extension(
            state=known["state"], days=known["days"], reason=known["reason"], answered_by=known.get("answered_by")
        )

    @staticmethod
    def resolve_step_times(case: Any, _info: Any) -> Any:
        """In the order in which they began."""
        return steps_of(case)

    @staticmethod
    def resolve_possible_actions(case: Any, info: Any) -> list[str]:
        """For buttons; the commands check again."""
        return [action.value for action in actions_for(info.context.reader_of(case), case)]


class StatusCount(graphene.ObjectType):
    """How many open cases stand where."""

    status = graphene.Field(CaseStatusEnum, required=True, resolver=lambda pair, _info: pair[0])
    cases = graphene.Int(required=True, resolver=lambda pair, _info: pair[1])


class MyCase(DjangoObjectType):
    """One case of the signed-in person at one centre, from the index; the centre itself holds the case."""

    status = graphene.Field(CaseStatusEnum, required=True)
    centre = centre_field("centre_code")

    class Meta:
        model = ApplicantCaseEntry
        fields = (
            "tracking_number",
            "centre_code",
            "centre_name",
            "item_code",
            "item_name",
            "updated_at",
            "duty",
            "duty_by",
        )
