"""What is deemed because nobody acted in time: done by the system, said on the paper, told to the supervision.

The law deems acceptance (art. 32) and renewal (art. 50), always; a centre's rule may deem an overdue case granted (G-05),
only where it was switched on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from zt_platform.cases import limit_papers, papers, rules
from zt_platform.cases.commands.acceptance import leave_note, start_decision_clock, take_delegation
from zt_platform.cases.commands.batch import Batch
from zt_platform.cases.commands.completion import default_seal
from zt_platform.cases.commands.ledger import Origin, Remark, local_calendar, unsaved_fact, unsaved_step
from zt_platform.cases.errors import DestinationNeeded, EntrustedCannotBeEntrustedAgain
from zt_platform.cases.limits import ended_pauses
from zt_platform.cases.models import Case
from zt_platform.cases.queries.routes import Routing, routing_of
from zt_platform.cases.rules import STAYS
from zt_platform.cases.vocabulary import Action, CaseRole, Result, Step
from zt_platform.catalogue.defaults import DefaultRule
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.catalogue.models import Delegation
from zt_platform.papers.content import Bilingual
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_tenants.clock import today
from zt_tenants.context import current_centre

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


@dataclass(frozen=True, slots=True)
class Ground:
    """Why silence counts as a grant, as paper and log name it."""

    name: str
    act: Bilingual
    legal_basis: str


RENEWAL = Ground("RENEWAL", Bilingual("准予延续", "renewed"), "《中华人民共和国行政许可法》第五十条第二款")


def overdue_default(rule: DefaultRule) -> Ground:
    """The centre's own rule (超期默认, G-05)."""
    return Ground("OVERDUE_DEFAULT", Bilingual("准予许可（超期默认）", "granted (overdue default)"), rule.legal_basis)


def deem_granted(batch: Batch, case: Case, ground: Ground, limit: datetime) -> None:
    """Nothing was decided before ``limit``: the application counts as granted since then.

    That moment, not the one at which it is found out, is the decision's: a withdrawal that crossed it is judged by it. The
    certificate is made by people afterwards; until then the paper stands for it. The organ that should have decided seals.
    """
    case.decided_at = max(limit, case.accepted_at or limit)
    case.result = Result.GRANTED
    case.decision_opinion = f"期限届满未作出决定，依照{ground.legal_basis}视为{ground.act.zh}。"
    case.delivery_due_at = rules.delivery_due_at(case.decided_at, local_calendar(case))
    case.paused_at, case.suspended_from = None, ""
    case.pauses = ended_pauses(case.pauses, case.decided_at)
    if case.role == CaseRole.DECIDING and case.delegation_kind == DelegationKind.FORWARDED:
        case.seal_name, case.seal_keeper = default_seal(case), batch.actor.name
    content = limit_papers.deemed_grant_content(case, ground.act, limit, ground.legal_basis)
    batch.paper(PaperKind.DEEMED, case, content, then=partial(_take_paper, case))
    centre = current_centre()
    origin = Origin(
        centre_code=centre.code,
        centre_name=centre.name,
        occurred_at=case.decided_at,
        actor_role=batch.actor.kind.value,
        actor_name=batch.actor.name,
        department_name=case.department.name if case.department else "",
    )
    data = {"deemed": True, "ground": ground.name, "legal_basis": ground.legal_basis}
    remark = Remark(note=case.decision_opinion, data=data)
    batch.line(case, unsaved_step(case, Action.DEEM_GRANTED, batch.actor, remark, origin=origin))


def _take_paper(case: Case, paper: Paper) -> None:
    """The paper of the deemed act is the case's decision."""
    case.decision_number, case.decision_paper = paper.number, papers.file_of(paper)
