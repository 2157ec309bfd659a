"""Enumerations of the platform as GraphQL enums; each value is described in both languages."""

from __future__ import annotations

from typing import Any

import graphene
from django.db.models import Choices
from django.utils.translation import override

from zt_platform.accounts.models import Verification
from zt_platform.catalogue.kinds import CaseKind, DelegationKind, DelegationPart, ItemClass
from zt_platform.organisation.roles import Role
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
