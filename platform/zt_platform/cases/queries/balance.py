"""The balance of the current centre's ledger: both equations, by the centre's role in its cases (E-20, E-21)."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, Q

from zt_platform.balance import Balance
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.vocabulary import Action, CaseRole, Step

_CAME_IN = Q(action__in=[Action.SUBMIT, Action.RECEIVE_APPLICATION, Action.RECEIVE_CASE])
_ACCEPTED = Q(step=Step.ACCEPTED) | Q(action=Action.RECEIVE_CASE)


def ledger_balance() -> dict[CaseRole, Balance]:
    """The balance by role. Two statements.

    The left sides are counted from the append-only log, the right ones from the cases' rows: an equation that fails says
    that one of the two was changed without the other.
    """
    rows: defaultdict[str, list[tuple[str, bool, int]]] = defaultdict(list)
    numbered = Case.objects.submitted().order_by().annotate(accepted=Q(accepted_at__isnull=False))
    for role, status, accepted, count in numbered.values_list("role", "status", "accepted").annotate(Count("pk")):
        rows[role].append((status, accepted, count))
    left = {
        role: (came_in, accepted)
        for role, came_in, accepted in CaseEvent.objects.order_by()
        .values("case__role")
        .annotate(
            came_in=Count("case_id", filter=_CAME_IN, distinct=True),
            accepted=Count("case_id", filter=_ACCEPTED, distinct=True),
        )
        .values_list("case__role", "came_in", "accepted")
    }
    found = {}
    for role in CaseRole:
        came_in, accepted = left.get(role.value, (0, 0))
        if rows[role.value] or came_in:
            found[role] = Balance.of(rows[role.value], came_in=came_in, accepted=accepted)
    return found
