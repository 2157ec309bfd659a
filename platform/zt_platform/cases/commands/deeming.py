"""What the law itself deems: done by the system, said on the paper, told to the supervision (art. 32)."""

from __future__ import annotations

from zt_platform.cases import papers
from zt_platform.cases.commands.acceptance import leave_note, start_decision_clock, take_delegation
from zt_platform.cases.commands.batch import Batch
from zt_platform.cases.commands.ledger import Remark, unsaved_fact, unsaved_step
from zt_platform.cases.errors import DestinationNeeded, EntrustedCannotBeEntrustedAgain
from zt_platform.cases.models import Case
from zt_platform.cases.queries.routes import Routing, routing_of
from zt_platform.cases.rules import STAYS
from zt_platform.cases.vocabulary import Action, CaseRole, Step
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.catalogue.models import Delegation
from zt_platform.papers.kinds import PaperKind
from zt_tenants.clock import today

STAYS_UNDECIDED = Routing(
    STAYS,
    None,
    "可转往多个中心，逾期未选择，由本中心办理。",
    "Several centres could have received it and none was chosen in time; it is handled here.",
)


class Roads:
    """Where applications for an item go today, looked up once for all cases of a batch."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[str, ...]], Routing | None] = {}

    def of(self, case: Case) -> Routing | None:
        """The way of a case; None where the power lies with several centres below and nobody has chosen one."""
        key = (case.item_code, tuple(case.declined_by))
        if key not in self._found:
            self._found[key] = _routing(case)
        return self._found[key]


def _routing(case: Case) -> Routing | None:
    try:
        return routing_of(case.item_code, excluding=case.declined_by)
    except EntrustedCannotBeEntrustedAgain:
        return STAYS_UNDECIDED
    except DestinationNeeded:
        kinds = set(
            Delegation.objects.filter(item_code=case.item_code).in_force(today()).values_list("kind", flat=True)
        )
        return STAYS_UNDECIDED if kinds == {DelegationKind.ENTRUSTED} else None


def deem_accepted(batch: Batch, case: Case, roads: Roads) -> bool:
    """Nothing was said within five working days: the application counts as accepted on the day of its receipt (art. 32).

    It goes its way like any accepted case; the clock of the decision has run since the receipt. A devolved application that
    still lies at the portal is handed down, and counts as accepted below, where the power lies. False when that cannot be
    done because several centres hold the power: a person has to choose.
    """
    routing = roads.of(case)
    if routing is None:
        return False
    if routing.route.role == CaseRole.PORTAL:
        take_delegation(case, routing)
        _send(batch, case, Action.HAND_DOWN)
        return True
    remark = start_decision_clock(case, forwarded=routing.route.kind == DelegationKind.FORWARDED)
    take_delegation(case, routing)
    batch.paper(PaperKind.ACCEPTANCE, case, papers.acceptance_content(case, "（依法视为受理）", deemed=True))
    batch.line(
        case,
        unsaved_step(case, Action.ACCEPT_TO_PASS_ON if routing.leaves else Action.ACCEPT, batch.actor, remark),
    )
    if routing.why_not_zh:
        data = {"reason_zh": routing.why_not_zh, "reason_en": routing.why_not_en}
        batch.line(case, unsaved_fact(case, Step.STAYS, batch.actor, Remark(note=routing.why_not_zh, data=data)))
    if routing.leaves and routing.route.kind == DelegationKind.ENTRUSTED:
        _send(batch, case, Action.TRANSFER)
    return True


def _send(batch: Batch, case: Case, action: Action) -> None:
    batch.line(case, unsaved_step(case, action, batch.actor, leave_note(case)))
