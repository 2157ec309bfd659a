"""Official papers: what anybody may learn about one, and those of a case."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.fields import BatchedField
from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import PaperKindEnum, PaperVerdictEnum
from zt_graphql.types.uploads import Attachment
from zt_platform.cases.queries.official_papers import files_of
from zt_platform.papers.kinds import PaperKind

PAPERS_RECKONED = 8


class OfficialPaperFields:
    """What a case's list of papers and tracking have in common."""

    kind = graphene.Field(PaperKindEnum, description="Null for a kind of a later release of the other centre.")
    label = graphene.String(required=True, description="What kind of paper it is, in the active language.")
    number = graphene.String(required=True)
    issued_on = graphene.Date(required=True)
    department = graphene.String(required=True, description="The organ in whose name it is.")
    centre_code = graphene.String(required=True, description="Of the centre that issued it.")
    centre_name = graphene.String(required=True)
    centre = centre_field("centre_code")
    elsewhere = graphene.Boolean(required=True, description="Whether the other centre of the case issued it.")
    code = graphene.String(required=True, description="By which anybody verifies it; see verifyPaper.")
    verify_url = graphene.String(
        required=True, description="The issuing centre's page that says whether it is genuine."
    )
    void = graphene.Boolean(required=True, description="Revoked, or known not to count any more.")

    @staticmethod
    def resolve_kind(paper: Any, _info: Any) -> str | None:
        """Null for one that this release does not know."""
        return paper.kind if paper.kind in PaperKind.values else None


class OfficialPaper(OfficialPaperFields, graphene.ObjectType):
    """A paper about a case, issued here or by the other centre; for who may read the whole case."""

    file = BatchedField(
        Attachment,
        key="file_key",
        batch=files_of,
        description="Null while it is being made; of the other centre's, this centre's own copy.",
    )


class TrackedPaper(OfficialPaperFields, graphene.ObjectType):
    """The same for whoever tracks a case without signing in: that there is such a paper, and where to verify it."""


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
