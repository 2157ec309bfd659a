"""The one table of what may follow what in a joint task, and whose act it is.

What was answered is not recalled: an objection would be recalled away (H-12). Only who gave an opinion changes it."""

from __future__ import annotations

from zt_platform.crossing_states import Edge, EdgeTable
from zt_platform.joint.errors import TaskStandsElsewhere
from zt_platform.joint.vocabulary import Act, Side, Status

_LEAD = frozenset({Side.LEAD, Side.LOCAL})
_PARTICIPANT = frozenset({Side.PARTICIPANT, Side.LOCAL})

TRANSITIONS = (
    Edge(None, Act.ASK, Status.ASKED, _LEAD),
    Edge(Status.ASKED, Act.SIGN, Status.SIGNED, _PARTICIPANT),
    Edge(Status.ASKED, Act.ANSWER, Status.ANSWERED, _PARTICIPANT),
    Edge(Status.SIGNED, Act.ANSWER, Status.ANSWERED, _PARTICIPANT),
    Edge(Status.ANSWERED, Act.ANSWER, Status.ANSWERED, _PARTICIPANT),
    Edge(Status.ASKED, Act.DEEM, Status.DEEMED, _LEAD),
    Edge(Status.SIGNED, Act.DEEM, Status.DEEMED, _LEAD),
    Edge(Status.ASKED, Act.RECALL, Status.RECALLED, _LEAD),
    Edge(Status.SIGNED, Act.RECALL, Status.RECALLED, _LEAD),
)
_TABLE = EdgeTable(TRANSITIONS, status=Status, refusal=TaskStandsElsewhere, by_system={Act.DEEM})
edge_from, permitted_edge, acts_at = _TABLE.edge_from, _TABLE.permitted_edge, _TABLE.acts_at
