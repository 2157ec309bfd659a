"""What anybody may learn about an official paper."""

from __future__ import annotations

import graphene

from zt_graphql.types.enums import PaperKindEnum, PaperVerdictEnum


class PaperVerification(graphene.ObjectType):
    """Whether a paper is genuine, and what it says at the least; nothing but the verdict when it is unknown or altered."""

    verdict = graphene.Field(PaperVerdictEnum, required=True)
    verdict_label = graphene.String(required=True, description="In the active language.")
    code = graphene.String(required=True, description="As printed beside the QR code.")
    compared = graphene.Boolean(required=True, description="Whether a file's digest was compared.")
    kind = graphene.Field(PaperKindEnum)
    title = graphene.String(required=True, description="In the active language.")
    number = graphene.String(required=True)
    department = graphene.String(required=True, description="The organ in whose name it is.")
    centre_name = graphene.String(required=True)
    addressee_masked = graphene.String(required=True)
    issued_on = graphene.Date()
    revoked_at = graphene.DateTime()
    revoke_reason = graphene.String(required=True)

    @staticmethod
    def resolve_verdict_label(found: object, _info: object) -> str:
        """In the active language."""
        return str(found.verdict.label)  # type: ignore[attr-defined]

    @staticmethod
    def resolve_kind(found: object, _info: object) -> object:
        """None when nothing is told."""
        return found.kind or None  # type: ignore[attr-defined]
