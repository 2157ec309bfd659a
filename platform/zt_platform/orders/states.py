"""The one table of what may follow what in a supervision order, and whose act it is."""

from __future__ import annotations

from zt_platform.crossing_states import Edge, EdgeTable
from zt_platform.orders.errors import OrderStandsElsewhere
from zt_platform.orders.vocabulary import Act, Side, Status

_GIVER = frozenset({Side.ISSUED, Side.LOCAL})
_ANSWERER = frozenset({Side.RECEIVED, Side.LOCAL})

TRANSITIONS = (
    Edge(None, Act.ISSUE, Status.ISSUED, _GIVER),
    Edge(Status.ISSUED, Act.REPLY, Status.REPLIED, _ANSWERER),
    Edge(Status.RETURNED, Act.REPLY, Status.REPLIED, _ANSWERER),
    Edge(Status.REPLIED, Act.ACCEPT, Status.CLOSED, _GIVER),
    Edge(Status.REPLIED, Act.RETURN, Status.RETURNED, _GIVER),
    Edge(Status.ISSUED, Act.WITHDRAW, Status.WITHDRAWN, _GIVER),
    Edge(Status.RETURNED, Act.WITHDRAW, Status.WITHDRAWN, _GIVER),
    Edge(Status.REPLIED, Act.WITHDRAW, Status.WITHDRAWN, _GIVER),
)
_TABLE = EdgeTable(TRANSITIONS, status=Status, refusal=OrderStandsElsewhere)
edge_from, permitted_edge, acts_at = _TABLE.edge_from, _TABLE.permitted_edge, _TABLE.acts_at
