"""Delivery by post (art. 44): chosen by the applicant, posted, received or come back. The address lies sealed in the case.

Which centre delivers is the one that completes: sole or accepting. An applicant who stays with a portal chooses and confirms
there; a message takes it to the centre below, which posts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction

from zt_platform.actors import Actor, ActorKind
from zt_platform.cases import papers
from zt_platform.cases.commands.amending import note_amendment
from zt_platform.cases.commands.ledger import Remark, advance, conclude, locked_case, permitted_edge
from zt_platform.cases.commands.pickup import new_code
from zt_platform.cases.errors import NotByPost
from zt_platform.cases.models import Case
from zt_platform.cases.postal import Postal, checked_address, checked_parcel, is_by_post, postal_of
from zt_platform.cases.vocabulary import Action, CaseRole, DeliveryMethod, Status
from zt_platform.papers.kinds import PaperKind
from zt_tenants.clock import CHINA, now, today
from zt_tenants.errors import InvalidInput

WORDS = {DeliveryMethod.PICK_UP: "窗口领取", DeliveryMethod.POST: "邮寄送达"}


def choose_delivery(
    *,
    actor: Actor,
    case_id: int,
    method: str,
    recipient: str = "",
    phone: str = "",
    address: str = "",
    expected_version: int | None = None,
) -> Case:
    """Choose how the result comes: collected at the window, or by post to an address; until it is on its way.

    By the applicant, or by a clerk at the applicant's word. A result that waits already gets a new pick-up code, or loses
    its code, with the choice. Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidInput.
    """
    if method not in DeliveryMethod.values:
        raise InvalidInput(field="method", zh="请选择窗口领取或者邮寄。", en="Choose the window or the post.")
    by_post = method == DeliveryMethod.POST
    where = checked_address(recipient, phone, address) if by_post else None
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.CHOOSE_DELIVERY, actor)
        take_choice(case, DeliveryMethod(method), where)
        remark = Remark(note=WORDS[DeliveryMethod(method)], data={"method": method})
        line = advance(case, Action.CHOOSE_DELIVERY, actor, remark)
        if line is None:
            note_amendment(case, actor, "改送达方式", method=method)
        return conclude(case, line)


def take_choice(case: Case, method: DeliveryMethod, where: Postal | None) -> None:
    """Write the choice into a case (not saved); what waits to be collected here has a code, what is posted has none."""
    case.delivery_method = method
    if where is not None:
        case.delivery = where.to_stored()
    if case.status == Status.COMPLETED and case.role in (CaseRole.SOLE, CaseRole.ACCEPTING):
        case.pickup = None if method == DeliveryMethod.POST else new_code()


def post_result(
    *, actor: Actor, case_id: int, carrier: str, post_number: str, expected_version: int | None = None
) -> Case:
    """Hand the result to a carrier; the applicant is told its name and number. The limit of art. 44 runs on.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, NotByPost (no address chosen), InvalidInput.
    """
    name, number = checked_parcel(carrier, post_number)
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.POST_RESULT, actor)
        where = postal_of(case)
        if where is None or not is_by_post(case):
            raise NotByPost
        sent = replace(
            where,
            carrier=name,
            post_number=number,
            posted_at=now().astimezone(CHINA).isoformat(),
            returned_at="",
            return_reason="",
        )
        case.delivery = sent.to_stored()
        remark = Remark(note=name, data={"carrier": name, "post_number": number})
        return conclude(case, advance(case, Action.POST_RESULT, actor, remark))


def confirm_receipt(
    *,
    actor: Actor,
    case_id: int,
    received_on: date | None = None,
    proof: str = "",
    expected_version: int | None = None,
) -> Case:
    """The parcel has arrived: the case is over, against a receipt of delivery (送达回证).

    By the applicant; or by a clerk who has the carrier's ``proof`` (who signed for it, and on which day). Raises
    CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidInput (no proof, or a day that cannot be).
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.CONFIRM_RECEIPT, actor)
        if actor.kind is ActorKind.STAFF and not proof.strip():
            raise InvalidInput(
                field="proof",
                zh="请写明承运单位的签收记录：谁签收、哪天签收。",
                en="Give the carrier's proof: who signed for it, and on which day.",
            )
        arrived = _day_of_arrival(case, received_on)
        data = {"received_on": arrived.isoformat(), "checked": "CARRIER" if proof.strip() else "APPLICANT"}
        case.delivered_at = now()
        remark = Remark(note=proof.strip() or "申请人确认收到", data=data)
        confirmed = advance(case, Action.CONFIRM_RECEIPT, actor, remark)
        if case.role != CaseRole.PORTAL:
            issue_postal_receipt(case, actor, arrived)
        return conclude(case, confirmed)


def _day_of_arrival(case: Case, received_on: date | None) -> date:
    arrived, where = received_on or today(), postal_of(case)
    left = where.posted_at[:10] if where and where.posted_at else ""
    if arrived > today() or (left and arrived < date.fromisoformat(left)):
        raise InvalidInput(
            field="received_on",
            zh="签收日期应在寄出以后，且不晚于今天。",
            en="It was received after it left, and not later than today.",
        )
    return arrived


def issue_postal_receipt(case: Case, actor: Actor, received_on: date) -> None:
    """送达回证 of what came by post, with carrier and number; by the centre that posted it."""
    where = postal_of(case)
    parcel = f"{where.carrier} {where.post_number}" if where and where.carrier else "邮寄"
    how = f"邮寄送达（{parcel}，{received_on.isoformat()}签收）"
    papers.issue(PaperKind.DELIVERY_RECEIPT, case, papers.delivery_content(case, how), actor)


def take_back(*, actor: Actor, case_id: int, reason: str, expected_version: int | None = None) -> Case:
    """The parcel came back (退件): the result is kept at the window and collected with a new pick-up code.

    The applicant may choose the post again with another address. Raises CaseNotFound, NotPermitted, TransitionNotAllowed,
    Conflict, InvalidInput (no reason).
    """
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明退回的原因，申请人会看到。", en="State why it came back.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.TAKE_BACK, actor)
        where = postal_of(case)
        if where is not None:
            back = replace(where, returned_at=now().astimezone(CHINA).isoformat(), return_reason=reason.strip()[:200])
            case.delivery = back.to_stored()
        case.delivery_method = DeliveryMethod.PICK_UP
        case.pickup = new_code()
        return conclude(case, advance(case, Action.TAKE_BACK, actor, Remark(note=reason.strip())))
