"""What people do with supervision orders: give, answer, judge the answer, take back, find who answers for it (F-04, G-04,
G-11, R-05, R-12).

Each act is a line in the order's history and in the audit record, and crosses as a signed message in the same transaction;
who answers for it is found inside the centre and stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from zt_platform.actors import Actor, ActorKind
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.orders import listeners, outgoing, rules, telling
from zt_platform.orders.alarms import wait_for_answer
from zt_platform.orders.errors import FindingAboutOneself, FindingNotHere, NotBelow, OrderNotFound, OwnReply
from zt_platform.orders.models import Finding, HistoryLine, SupervisionOrder
from zt_platform.orders.papers import order_content
from zt_platform.orders.states import permitted_edge
from zt_platform.orders.vocabulary import GIVEN, Act, Escalation, Ground, Kind, Side, Status
from zt_platform.organisation.models import Department
from zt_platform.organisation.queries import department_by_code, member_by_account, office_hours
from zt_platform.organisation.roles import Role
from zt_platform.own_uploads import open_own_upload, own_files
from zt_platform.papers.commands import issue_paper, stored
from zt_platform.papers.kinds import PaperKind
from zt_platform.texts import LONGEST_TEXT, checked_text
from zt_platform.workcalendar.queries import calendar
from zt_storage.uploads import UploadTicket
from zt_tenants.centres import ancestors, centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput, NotFound, NotPermitted
from zt_tenants.models import Centre, Level
from zt_tenants.uuid7 import uuid7


@dataclass(frozen=True, slots=True)
class Demand:
    """What is ordered: of which centre, or of which department of the own one; about which case; until when.

    ``case_number`` '' is an order about no case. ``answer_days`` are working days from the next one on.
    """

    addressee_code: str
    reason: str
    kind: str = Kind.ORDER
    case_number: str = ""
    department_code: str = ""
    answer_days: int = rules.REPLY_DAYS


def give_order(*, actor: Actor, demand: Demand) -> SupervisionOrder:
    """Give an order: a numbered paper, a timer, and, to another centre, a signed message down.

    A supervisor of the province or of a city orders the centres below; supervisors and administrators of any centre its
    own departments.
    Raises NotPermitted, NotBelow, UnknownCentre, NotFound (department), InvalidInput, StorageUnavailable.
    """
    here, addressee = current_centre(), _addressee(demand.addressee_code)
    side = Side.LOCAL if addressee.code == here.code else Side.ISSUED
    actor.require(*telling.roles_of(side, answerers=False))
    if demand.kind not in GIVEN:
        raise InvalidInput(field="kind", zh="请选择督办的等级。", en="Choose the grade of the order.")
    reason, number = checked_text(demand.reason, "reason"), rules.case_number(demand.case_number)
    department = _department(demand, addressee)
    with transaction.atomic():
        moment, days, hours = now(), calendar(), office_hours()
        due_at = rules.answer_due_at(moment, demand.answer_days, days, hours)
        order = SupervisionOrder(
            side=side,
            kind=demand.kind,
            tracking_number=number,
            reason=reason,
            issuer_code=here.code,
            issuer_name=here.name,
            addressee_code=addressee.code,
            addressee_name=addressee.name,
            department=department,
            department_name=department.name if department else "",
            issued_at=moment,
            issued_by=actor.name[:120],
            answer_due_at=due_at,
            red_at=rules.red_at(due_at, days, hours),
        )
        paper = issue_paper(
            kind=PaperKind.SUPERVISION_ORDER,
            department=None,
            subject=number or f"order:{order.order_id}",
            content=order_content(order, case_number=number),
            actor=actor,
        )
        order.paper, order.number = paper, paper.number
        order.subject = number or rules.own_number(here.code, paper.number)
        _note(order, Act.ISSUE, reason, actor)
        order.save(force_insert=True)
        wait_for_answer([order])
        if order.side == Side.ISSUED:
            outgoing.send_order(order, stored(paper, told_to=addressee.code))
        else:
            telling.tell_answerers(order, telling.given(order))
            listeners.tell(order, Act.ISSUE, reason, actor)
    return order


def open_reply_upload(*, actor: Actor, order_id: UUID, file_name: str, size: int, content_type: str) -> UploadTicket:
    """A form with which a file for the answer is sent to the store; confirmed like any upload.

    Raises OrderNotFound, NotPermitted, OrderStandsElsewhere, and what ``open_upload`` of the store raises.
    """
    order = SupervisionOrder.objects.filter(order_id=order_id).first()
    if order is None:
        raise OrderNotFound
    require_answerer(order, actor)
    permitted_edge(order.status, Act.REPLY, order.side)
    return open_own_upload(actor, file_name=file_name, size=size, content_type=content_type)


def reply_to_order(
    *,
    actor: Actor,
    order_id: UUID,
    explanation: str,
    rectified: bool = False,
    attachment_ids: Sequence[int] = (),
    expected_version: int | None = None,
) -> SupervisionOrder:
    """Answer an order, with files; to another centre as a signed message up. ``rectified``: it has been put right.

    Raises OrderNotFound, NotPermitted, Conflict, OrderStandsElsewhere, InvalidInput (text, files).
    """
    with transaction.atomic():
        order = _locked(order_id, expected_version)
        require_answerer(order, actor)
        edge = permitted_edge(order.status, Act.REPLY, order.side)
        text = checked_text(explanation, "explanation")
        files = own_files(attachment_ids, actor)
        line = _note(order, Act.REPLY, text, actor, rectified=rectified, files=[file.pk for file in files])
        order.status, order.answered_at = edge.target, line.moment
        order.save()
        if order.side == Side.RECEIVED:
            outgoing.send_reply(order, line, files)
        else:
            telling.tell_givers(order, telling.answered(order))
            if order.was_escalated:
                outgoing.report_upwards(order, line)
        listeners.tell(order, Act.REPLY, text, actor)
    return order


def accept_reply(
    *, actor: Actor, order_id: UUID, remark: str = "", expected_version: int | None = None
) -> SupervisionOrder:
    """Accept the answer: the order is settled.

    Raises OrderNotFound, NotPermitted, Conflict, OrderStandsElsewhere, OwnReply, InvalidInput.
    """
    return _judge(Act.ACCEPT, actor, order_id, remark.strip()[:LONGEST_TEXT], expected_version)


def return_reply(
    *,
    actor: Actor,
    order_id: UUID,
    reason: str,
    answer_days: int = rules.REPLY_DAYS,
    expected_version: int | None = None,
) -> SupervisionOrder:
    """Return the answer with the reason: another one is owed within so many working days.

    Raises OrderNotFound, NotPermitted, Conflict, OrderStandsElsewhere, OwnReply, InvalidInput.
    """
    return _judge(Act.RETURN, actor, order_id, checked_text(reason, "reason"), expected_version, answer_days)


def withdraw_order(
    *, actor: Actor, order_id: UUID, reason: str, expected_version: int | None = None
) -> SupervisionOrder:
    """Take an order back, with the reason.

    Raises OrderNotFound, NotPermitted, Conflict, OrderStandsElsewhere, InvalidInput.
    """
    return _judge(Act.WITHDRAW, actor, order_id, checked_text(reason, "reason"), expected_version)


@dataclass(frozen=True, slots=True)
class Answerable:
    """Who answers, on which of the nine grounds (P-06), for what, and what was decided; files as evidence."""

    account_id: UUID
    ground: str
    facts: str
    decision: str
    attachment_ids: Sequence[int] = ()


def record_finding(
    *, actor: Actor, order_id: UUID, answerable: Answerable, expected_version: int | None = None
) -> SupervisionOrder:
    """Find who answers for what an order was about, such as an approval over its limit (G-11, P-06: 谁审批谁负责).

    By supervisors and administrators of the centre whose member of staff it is; a line of the audit record, not of what
    crosses to others: who is answerable is the centre's own matter. Raises OrderNotFound, NotPermitted, Conflict,
    FindingNotHere, FindingAboutOneself, NotFound (nobody of the centre), InvalidInput (ground, facts, decision, files).
    """
    with transaction.atomic():
        order = _locked(order_id, expected_version)
        _require_finder(order, actor)
        if answerable.ground not in Ground.values:
            raise InvalidInput(field="ground", zh="请选择问责情形。", en="Choose the ground.")
        if answerable.account_id == actor.account_id:
            raise FindingAboutOneself(field="account_id")
        found = Finding(
            id=str(uuid7()),
            ground=answerable.ground,
            account=str(answerable.account_id),
            name=member_by_account(answerable.account_id).full_name,
            facts=checked_text(answerable.facts, "facts"),
            decision=checked_text(answerable.decision, "decision"),
            at=now().isoformat(),
            by=actor.name[:120],
            files=[file.pk for file in own_files(answerable.attachment_ids, actor)],
        )
        order.findings = [*order.findings, found.to_stored()]
        _keep_findings(order, actor, found, "责任认定")
    return order


def withdraw_finding(
    *, actor: Actor, order_id: UUID, finding_id: UUID, reason: str, expected_version: int | None = None
) -> SupervisionOrder:
    """Withdraw a finding that was wrong, with the reason; it stays on record as withdrawn.

    Raises OrderNotFound, NotPermitted, Conflict, FindingNotHere, FindingAboutOneself, NotFound (no such finding that
    still stands), InvalidInput.
    """
    with transaction.atomic():
        order = _locked(order_id, expected_version)
        _require_finder(order, actor)
        wrong = next((one for one in order.found if one.id == str(finding_id) and not one.withdrawn_at), None)
        if wrong is None:
            raise NotFound
        if wrong.account == str(actor.account_id):
            raise FindingAboutOneself
        given = checked_text(reason, "reason")
        withdrawn = replace(
            wrong, withdrawn_at=now().isoformat(), withdrawn_by=actor.name[:120], withdrawn_reason=given
        )
        order.findings = [(withdrawn if one.id == wrong.id else one).to_stored() for one in order.found]
        _keep_findings(order, actor, withdrawn, "撤销责任认定")
    return order


def _require_finder(order: SupervisionOrder, actor: Actor) -> None:
    actor.require(*telling.FINDERS)
    if order.side not in (Side.LOCAL, Side.RECEIVED) or order.status == Status.WITHDRAWN:
        raise FindingNotHere


def _keep_findings(order: SupervisionOrder, actor: Actor, changed: Finding, purpose: str) -> None:
    order.lock_version += 1
    order.save(update_fields=["findings", "lock_version"])
    record(
        Deed.SUPERVISED,
        actor=actor,
        purpose=purpose,
        tracking_number=order.tracking_number,
        data={"order": str(order.order_id), "finding": changed.id, "ground": changed.ground},
    )


def _judge(
    act: Act, actor: Actor, order_id: UUID, text: str, expected_version: int | None, answer_days: int = 0
) -> SupervisionOrder:
    with transaction.atomic():
        order = _locked(order_id, expected_version)
        actor.require(*telling.roles_of(order.side, answerers=False))
        edge = permitted_edge(order.status, act, order.side)
        if act is not Act.WITHDRAW and order.side == Side.LOCAL and order.is_of(actor.account_id):
            raise OwnReply
        order.status = edge.target
        if act is Act.RETURN:
            days, hours = calendar(), office_hours()
            order.answered_at = None
            order.answer_due_at = rules.answer_due_at(now(), answer_days, days, hours)
            order.red_at = rules.red_at(order.answer_due_at, days, hours)
            order.escalation = Escalation.NONE
        else:
            order.ended_at = now()
        line = _note(order, act, text, actor)
        order.save()
        wait_for_answer([order])
        if order.side == Side.ISSUED:
            outgoing.send_verdict(order, act, line)
        elif act is Act.RETURN:
            telling.tell_answerers(order, telling.given(order))
        if order.was_escalated:
            outgoing.report_upwards(order, line)
        if order.side == Side.LOCAL:
            listeners.tell(order, act, text, actor)
    return order


def require_answerer(order: SupervisionOrder, actor: Actor) -> None:
    """Refuse unless the actor may answer this order here. Raises NotPermitted."""
    actor.require(*telling.roles_of(order.side, answerers=True))
    only_head = order.side == Side.LOCAL and not actor.has(Role.CENTRE_ADMIN)
    if only_head and order.department_id is not None and order.department_id != actor.department_id:
        raise NotPermitted


def _addressee(code: str) -> Centre:
    here, wanted = current_centre(), centre_by_code(code)
    below = here.level in (Level.PROVINCE, Level.CITY) and here.id in {above.id for above in ancestors(wanted)}
    if wanted.id != here.id and not below:
        raise NotBelow(field="addressee_code", centre=wanted.name)
    return wanted


def _department(demand: Demand, addressee: Centre) -> Department | None:
    if addressee.id != current_centre().id:
        return None
    if not demand.department_code:
        raise InvalidInput(
            field="department_code", zh="督办本中心的，请选择部门。", en="Inside the centre, choose the department."
        )
    return department_by_code(demand.department_code)


def _locked(order_id: UUID, expected_version: int | None) -> SupervisionOrder:
    found = SupervisionOrder.objects.select_for_update(of=("self",)).filter(order_id=order_id).first()
    if found is None:
        raise OrderNotFound
    found.require_version(expected_version)
    return found


def _note(
    order: SupervisionOrder,
    act: Act,
    text: str,
    actor: Actor,
    *,
    rectified: bool | None = None,
    files: Sequence[int] = (),
) -> HistoryLine:
    """A line in the history and, for a person's act, one in the audit record."""
    due_at = order.answer_due_at.isoformat() if act in (Act.ISSUE, Act.RETURN) else ""
    line = HistoryLine.said_now(act, actor, text, rectified=rectified, files=list(files), due_at=due_at)
    order.note(line)
    if actor.kind is ActorKind.STAFF:
        record(
            Deed.SUPERVISED,
            actor=actor,
            purpose=str(act.label),
            tracking_number=order.tracking_number,
            data={"order": str(order.order_id), "act": act.value, "number": order.number},
        )
    return line
