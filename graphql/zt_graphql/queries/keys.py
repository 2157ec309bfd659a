"""The keys of a supervisor's scope. Served at every endpoint."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField
from zt_graphql.permissions import SUPERVISOR
from zt_graphql.types.enums import KeyStateEnum
from zt_graphql.types.keys import CentreKey
from zt_platform.supervision.queries import keys
from zt_tenants.clock import now


class KeyQueries(graphene.ObjectType):
    """Root fields over keys."""

    supervision_keys = ConnectionField(
        CentreKey,
        keyset=Keyset("supervisionKeys", "ends", "centre__code", "usage"),
        permission=SUPERVISOR,
        description="The keys of the scope: missing ones first, then what ends first.",
        weight=5,
        centre_code=graphene.String(description="This centre of the scope and all below it; the whole by default."),
        state=KeyStateEnum(),
        text=graphene.String(required=True, default_value="", description="Part of a code, a name, a key or a suite."),
    )

    @staticmethod
    def resolve_supervision_keys(
        _root: Any, info: Any, text: str, centre_code: str | None = None, state: Any = None
    ) -> Any:
        """Rows in memory: a scope has two keys a centre."""
        scope, wanted = info.context.require_scope(), state.value if state else ""
        return keys(scope, code=centre_code or "", state=wanted, text=text.strip()[:60], at=now()).rows
