"""Enumerations of the platform as GraphQL enums; each value is described in both languages."""

from __future__ import annotations

from typing import Any

import graphene
from django.db.models import Choices, TextChoices
from django.utils.translation import override

from zt_interop.departments.models import Adapter
from zt_interop.keys.models import KeyUsage
from zt_interop.log.models import CallState, InboxState
from zt_interop.queue.models import Channel, MessageState
from zt_platform.accounts.models import Verification
from zt_platform.cases.intake_routes import Route
from zt_platform.cases.vocabulary import CaseRole, DeliveryMethod, Result, SpecialProcedure, Status, Step
from zt_platform.cases.vocabulary import Channel as CaseChannel
from zt_platform.catalogue.kinds import CaseKind, DefaultKind, DelegationKind, DelegationPart, ItemClass
from zt_platform.joint import vocabulary as joint
from zt_platform.lights import Light
from zt_platform.notices.kinds import Event, SmsState
from zt_platform.orders.vocabulary import Act, Escalation, Ground, Kind, Side
from zt_platform.orders.vocabulary import Status as OrderStatus
from zt_platform.organisation.roles import Role
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.queries import Verdict
from zt_platform.supervision.queries import FeedState, KeyState
from zt_storage.models import AttachmentState
from zt_tenants.models import Level


def _both_languages(choice: Any) -> str:
    with override("zh-hans"):
        chinese = str(choice.label)
    with override("en"):
        return f"{chinese} · {choice.label}"


def enum_of(choices: type[Choices], name: str, description: str) -> Any:
    """The GraphQL enum of a set of choices."""
    return graphene.Enum.from_enum(
        choices,
        name=name,
        description=lambda choice: description if choice is None else _both_languages(choice),
    )


LevelEnum = enum_of(Level, "Level", "The level of a centre.")
CaseKindEnum = enum_of(CaseKind, "CaseKind", "Decided on the spot, or within a promised limit.")
ItemClassEnum = enum_of(ItemClass, "ItemClass", "The class of an item.")
DelegationKindEnum = enum_of(DelegationKind, "DelegationKind", "How an item's power moved to a lower level.")
DelegationPartEnum = enum_of(DelegationPart, "DelegationPart", "Whether all or part of an item is delegated.")
RoleEnum = enum_of(Role, "Role", "What a staff member may do in a centre.")
VerificationEnum = enum_of(Verification, "Verification", "Whether an identity or authorisation has been proven.")
AttachmentStateEnum = enum_of(AttachmentState, "AttachmentState", "Whether an uploaded file may be used.")
AccountabilityGroundEnum = enum_of(Ground, "AccountabilityGround", "For what a member of staff answers (P-06).")
OrderActEnum = enum_of(Act, "SupervisionOrderAct", "What is done with a supervision order.")
OrderEscalationEnum = enum_of(
    Escalation, "SupervisionOrderEscalation", "How late an answer is, as it was reported above."
)
OrderKindEnum = enum_of(Kind, "SupervisionOrderKind", "The grade of a supervision order.")
OrderSideEnum = enum_of(Side, "SupervisionOrderSide", "What an order is to the centre that holds it.")
OrderStatusEnum = enum_of(OrderStatus, "SupervisionOrderStatus", "How a supervision order stands.")
DefaultKindEnum = enum_of(DefaultKind, "DefaultKind", "What a default rule is about: whose silence, and when.")
JointActEnum = enum_of(joint.Act, "JointAct", "What is done with a joint task.")
JointAttendanceEnum = enum_of(joint.Attendance, "JointAttendance", "Who came to a meeting.")
JointMeetingKindEnum = enum_of(joint.MeetingKind, "JointMeetingKind", "What participants are called together for.")
JointMeetingStateEnum = enum_of(joint.MeetingState, "JointMeetingState", "How a meeting stands.")
JointSideEnum = enum_of(joint.Side, "JointSide", "What a joint task is to the centre that holds it.")
JointStageEnum = enum_of(joint.Stage, "JointStage", "The stage of a project that a joint case belongs to.")
JointTaskStatusEnum = enum_of(joint.Status, "JointTaskStatus", "How a joint task stands.")
LightEnum = enum_of(Light, "Light", "The traffic light of a case at the moment of reading.")
CaseRoleEnum = enum_of(CaseRole, "CaseRole", "What a centre is in a case.")
CaseRouteEnum = enum_of(Route, "CaseRoute", "How a window goes about a case: the six handlings (E-14).")
FeedStateEnum = enum_of(FeedState, "FeedState", "The state of a centre's supervision feed.")
KeyStateEnum = enum_of(KeyState, "KeyState", "How urgent a key is, the worst first.")
KeyUsageEnum = enum_of(KeyUsage, "KeyUsage", "What a key is for.")
ChannelEnum = enum_of(Channel, "MessageChannel", "Streams between two centres that do not wait for each other.")
MessageStateEnum = enum_of(MessageState, "MessageState", "Where an outgoing message is.")
InboxStateEnum = enum_of(InboxState, "InboxState", "What became of a received message.")
CaseStatusEnum = enum_of(Status, "CaseStatus", "Where a case stands at one centre.")
CaseChannelEnum = enum_of(CaseChannel, "CaseChannel", "How an application came in.")
PaperKindEnum = enum_of(PaperKind, "PaperKind", "What an official paper is.")
PaperVerdictEnum = enum_of(Verdict, "PaperVerdict", "What anybody learns about a paper in hand.")
DeliveryMethodEnum = enum_of(DeliveryMethod, "DeliveryMethod", "How the applicant wants the result (art. 44).")
SpecialProcedureEnum = enum_of(SpecialProcedure, "SpecialProcedure", "What stops the clock (art. 45).")
StepEnum = enum_of(Step, "CaseStep", "One line of a case's timeline.")


class Decision(TextChoices):
    """The results that can be decided: Result without "not yet"."""

    GRANTED = Result.GRANTED.value, Result.GRANTED.label
    DENIED = Result.DENIED.value, Result.DENIED.label


class SaidOpinion(TextChoices):
    """The opinions that there are: Opinion without "not given"."""

    CONSENT = joint.Opinion.CONSENT.value, joint.Opinion.CONSENT.label
    CONDITIONS = joint.Opinion.CONDITIONS.value, joint.Opinion.CONDITIONS.label
    OBJECTION = joint.Opinion.OBJECTION.value, joint.Opinion.OBJECTION.label
    DEEMED_CONSENT = joint.Opinion.DEEMED_CONSENT.value, joint.Opinion.DEEMED_CONSENT.label


class LeftUndone(TextChoices):
    """What was left undone: Neglect without "none"."""

    UNSIGNED = joint.Neglect.UNSIGNED.value, joint.Neglect.UNSIGNED.label
    UNANSWERED = joint.Neglect.UNANSWERED.value, joint.Neglect.UNANSWERED.label


JointOpinionEnum = enum_of(SaidOpinion, "JointOpinion", "What a participant says of a joint case.")
JointNeglectEnum = enum_of(LeftUndone, "JointNeglect", "What a participant left undone at its limit.")
ResultEnum = enum_of(Decision, "Result", "What is decided.")
CallStateEnum = enum_of(CallState, "DataCallState", "Where a call of a department's data service is.")
ServiceAdapterEnum = enum_of(Adapter, "DataServiceAdapter", "How a data service is reached.")
NoticeEventEnum = enum_of(Event, "NoticeEvent", "What a notice tells.")
SmsStateEnum = enum_of(SmsState, "SmsState", "How the text message of a notice stands.")
