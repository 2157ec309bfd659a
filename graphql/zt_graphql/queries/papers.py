"""Verifying official papers, for everybody."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.fields import RootField
from zt_graphql.permissions import PUBLIC
from zt_graphql.types.papers import PaperVerification
from zt_platform.papers.queries import verify


class PaperQueries(graphene.ObjectType):
    """Root fields over papers."""

    verify_paper = RootField(
        PaperVerification,
        permission=PUBLIC,
        description="Whether a paper is genuine, by the code beside its QR code; tries are limited.",
        weight=10,
        code=graphene.String(required=True, description="As printed, in any case, hyphens may be left out."),
        number=graphene.String(default_value="", description="As printed; compared when given."),
        sha256=graphene.String(default_value="", description="Of the file, hexadecimal; compared when given."),
    )

    @staticmethod
    def resolve_verify_paper(_root: Any, info: Any, code: str, number: str, sha256: str) -> Any:
        """Counted per address."""
        return verify(code=code, number=number, sha256=sha256.lower(), address=info.context.address)
