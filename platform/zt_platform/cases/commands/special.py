"""Special handling on the approval of the organ's head (特事特办, E-17): who approved, why, what is missing; supervised."""

from __future__ import annotations

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases import tolerance
from zt_platform.cases.commands.ledger import Remark, advance, conclude, locked_case, permitted_edge
from zt_platform.cases.errors import SpeciallyApproved
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Action
from zt_tenants.clock import now
from zt_tenants.errors import InvalidInput

SHORTENED = ("受理、审核、审批、办结可以当场连续办理",)
"""What is shortened: the way between the four steps. Each of them is still taken and recorded (E-05)."""


def approve_specially(*, actor: Actor, case_id: int, reason: str, expected_version: int | None = None) -> Case:
    """Approve, as head of the organ, that a case is handled at once; the reason is on its papers and supervised (E-17).

    The four steps may then be taken in one act (:func:`zt_platform.cases.commands.decide_on_the_spot`). No requirement of
    the law falls away: what the item demands must be there or be owed with its date, and its checks must be passed. Raises
    CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, SpeciallyApproved, InvalidInput (no reason).
    """
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明特事特办的理由。", en="State why it is handled at once.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.APPROVE_SPECIALLY, actor)
        if case.special_approval:
            raise SpeciallyApproved
        owed = [debt.name for debt in tolerance.open_debts(case)]
        case.special_approval = {
            "approved_by": actor.name,
            "approved_at": now().isoformat(),
            "reason": reason.strip(),
            "shortened": list(SHORTENED),
            "missing": owed,
        }
        data = {"reason": reason.strip(), "missing": owed}
        return conclude(case, advance(case, Action.APPROVE_SPECIALLY, actor, Remark(note=reason.strip(), data=data)))
