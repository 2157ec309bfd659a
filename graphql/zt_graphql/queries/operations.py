"""Streams and circuits of the supervisor's scope. Served at every endpoint."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import SUPERVISOR
from zt_graphql.types.operations import MessageOperations, SupervisedStream
from zt_interop.stream_pages import MOST_ROWS, StreamFilter, StreamWish, open_circuits, stream_page, stream_totals
from zt_platform.supervision.scope import Scope
from zt_tenants.models import Level

_BELOW = "This centre of the scope and all below it; the whole scope by default."


class OperationQueries(graphene.ObjectType):
    """Root fields over the streams of a scope."""

    supervision_streams = ConnectionField(
        SupervisedStream,
        keyset=Keyset(
            "supervisionStreams",
            "-stream__failures",
            "stream__source_code",
            "stream__destination_code",
            "stream__channel",
        ),
        permission=SUPERVISOR,
        description="The streams from and to the centres of the scope, failing ones first.",
        weight=20,
        centre_code=graphene.String(description=_BELOW),
        failing=graphene.Boolean(required=True, default_value=False, description="Only failing ones."),
    )
    supervision_messages = RootField(
        MessageOperations,
        permission=SUPERVISOR,
        description="How the messages of the scope stand, in totals, and the destinations that do not answer.",
        weight=5,
        centre_code=graphene.String(description=_BELOW),
    )

    @staticmethod
    def resolve_supervision_streams(
        _root: Any, info: Any, centre_code: str | None = None, failing: bool = False
    ) -> Any:
        """Rows."""
        codes = _codes(info.context.require_scope(), centre_code)
        only = StreamFilter.FAILING if failing else ""
        return stream_page(StreamWish(codes=codes, only=only), limit=MOST_ROWS).rows

    @staticmethod
    def resolve_supervision_messages(_root: Any, info: Any, centre_code: str | None = None) -> Any:
        """Totals."""
        codes = _codes(info.context.require_scope(), centre_code)
        return {"totals": stream_totals(StreamWish(codes=codes)), "circuits": open_circuits(codes)}


def _codes(scope: Scope, centre_code: str | None) -> Collection[str] | None:
    """The codes that are meant; None is the whole deployment. Raises NotFound outside the scope."""
    if not centre_code and scope.root.level == Level.PROVINCE:
        return None
    return scope.below(centre_code or scope.root.code)
