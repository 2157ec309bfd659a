"""After the decision: sealing, delivery; and the two ways out, withdrawal and declining (art. 44, E-05)."""

from __future__ import annotations

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases import papers
from zt_platform.cases.commands import gates
from zt_platform.cases.commands.ledger import Remark, advance, conclude, local_calendar, locked_case, permitted_edge
from zt_platform.cases.commands.pickup import new_code, try_code
from zt_platform.cases.errors import NothingToDecline
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.postal import is_by_post
from zt_platform.cases.vocabulary import Action, Channel
from zt_platform.papers.kinds import PaperKind
from zt_tenants.clock import now
from zt_tenants.errors import InvalidInput


def seal_and_complete(
    *, actor: Actor, case_id: int, seal_name: str = "", seal_keeper: str = "", expected_version: int | None = None
) -> Case:
    """Seal the decision and complete the case (办结): the sole side after its decision, the accepting side when the
    decision has come back.

    The log records which seal was used and who keeps it (A-19). For ENTRUSTED the entrusting department's seal is put
    here; for FORWARDED the deciding department has sealed already and its seal stays. Raises CaseNotFound, NotPermitted,
    TransitionNotAllowed, Conflict.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        return conclude(case, seal(case, actor, seal_name, seal_keeper))


def seal(case: Case, actor: Actor, seal_name: str, seal_keeper: str) -> CaseEvent | None:
    """Seal and complete a locked case; the log's line. Shared with the decision on the spot."""
    permitted_edge(case, Action.COMPLETE, actor)
    if not case.seal_name:
        case.seal_name = seal_name.strip() or default_seal(case)
        case.seal_keeper = seal_keeper.strip() or actor.name
    case.completed_at = now()
    case.pickup = None if is_by_post(case) else new_code()
    data = {"seal_name": case.seal_name, "seal_keeper": case.seal_keeper, "legal_name": case.legal_name_of_decider}
    return advance(case, Action.COMPLETE, actor, Remark(note=case.seal_name, data=data))


def default_seal(case: Case) -> str:
    """The name of the deciding department's seal for administrative permits."""
    return f"{case.legal_name_of_decider}行政审批专用章"


def deliver_case(
    *, actor: Actor, case_id: int, method: str = "", code: str = "", expected_version: int | None = None
) -> Case:
    """Hand the result over to the applicant (送达, art. 44) against a receipt; ``method`` says how, in words.

    With a pick-up ``code`` the code is checked; without one the clerk answers for having checked who came. The log says
    which. Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict; PickupCodeWrong and PickupCodeDead, whose
    tries are counted though nothing is handed over.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.DELIVER, actor)
        refused = try_code(case, code) if code.strip() else None
        if refused is None:
            return _hand_over(case, actor, method.strip() or "窗口领取", by_code=bool(code.strip()))
        case.save_changes()
    raise refused


def _hand_over(case: Case, actor: Actor, how: str, *, by_code: bool) -> Case:
    case.delivered_at, case.pickup = now(), None
    data = {"checked": "CODE" if by_code else "IDENTITY"}
    delivered = advance(case, Action.DELIVER, actor, Remark(note=how, data=data))
    papers.issue(PaperKind.DELIVERY_RECEIPT, case, papers.delivery_content(case, how), actor)
    return conclude(case, delivered)


def withdraw_case(*, actor: Actor, case_id: int, reason: str = "", expected_version: int | None = None) -> Case:
    """Take the application back before it is decided, by the applicant or by a clerk at the applicant's request.

    What another centre holds is withdrawn there by message. Raises CaseNotFound, NotPermitted, TransitionNotAllowed,
    Conflict, DeemedGranted (silence has granted it already: the earlier act counts, docs/decisions/0011).
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.WITHDRAW, actor)
        gates.require_not_granted_by_silence(case, local_calendar(case))
        case.withdrawn_at = now()
        return conclude(case, advance(case, Action.WITHDRAW, actor, Remark(note=reason.strip())))


def decline_case(*, actor: Actor, case_id: int, reason: str, expected_version: int | None = None) -> Case:
    """Return to its sender what this organ is not competent for; only what another centre sent, before the review.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, NothingToDecline, InvalidInput (no reason).
    """
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明退回的理由。", en="State why the case is returned.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.DECLINE, actor)
        if case.channel != Channel.MESSAGE:
            raise NothingToDecline
        return conclude(case, advance(case, Action.DECLINE, actor, Remark(note=reason.strip())))
