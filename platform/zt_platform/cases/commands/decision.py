"""Review, decision and what follows from them: the paper and the certificate (art. 38, 42, 43, E-05, E-26)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from zt_platform.accounts.parties import Party
from zt_platform.actors import Actor
from zt_platform.cases import papers, rules, tolerance
from zt_platform.cases.commands import gates
from zt_platform.cases.commands.acceptance import accept, send_away
from zt_platform.cases.commands.completion import default_seal, seal
from zt_platform.cases.commands.ledger import (
    Remark,
    advance,
    conclude,
    local_calendar,
    locked_case,
    permitted_edge,
    profile_for,
)
from zt_platform.cases.commands.timing import apply_limits, ensure_basis
from zt_platform.cases.errors import MaterialsOwed, NotInstant
from zt_platform.cases.models import Case, CaseEvent, Certificate
from zt_platform.cases.papers import GRANTED_OPINION
from zt_platform.cases.queries.routes import routing_of
from zt_platform.cases.vocabulary import Action, CaseRole, Result
from zt_platform.catalogue.kinds import CaseKind, DelegationKind
from zt_platform.papers.content import PaperContent
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_tenants.clock import CHINA, now, today
from zt_tenants.errors import InvalidInput


def review_case(*, actor: Actor, case_id: int, opinion: str = "", expected_version: int | None = None) -> Case:
    """Review an accepted case (审核). What is FORWARDED goes up to the deciding centre with the opinion (art. 43, C-11).

    Raises CaseNotFound, NotPermitted (no reviewer of the department), TransitionNotAllowed, Conflict.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        reviewed = _review(case, actor, opinion)
        if case.role != CaseRole.ACCEPTING:
            return conclude(case, reviewed)
        ensure_basis(case, profile_for(case))
        case.clock_basis = {**case.clock_basis, "statutory_from": now().isoformat()}
        apply_limits(case, local_calendar(case).days)
        return conclude(case, reviewed, send_away(case, Action.TRANSFER, actor))


def _review(case: Case, actor: Actor, opinion: str) -> CaseEvent | None:
    event = advance(case, Action.REVIEW, actor, Remark(note=opinion.strip()))
    case.reviewed_at = now()
    case.review_opinion = opinion.strip()
    return event


def decide_case(
    *,
    actor: Actor,
    case_id: int,
    result: Result | str,
    opinion: str = "",
    certificate_name: str = "",
    valid_until: date | None = None,
    expected_version: int | None = None,
) -> Case:
    """Decide a reviewed case (审批): the written decision is made, and the certificate when it is granted.

    In the name of ``legal_name_of_decider``: for ENTRUSTED the entrusting department's, which seals afterwards; for
    FORWARDED this centre's own, which seals at once. At a deciding centre the decision returns to the accepting one. A
    denial needs its reason (art. 38), and comes too late once silence counts as a grant (DeemedGranted; art. 50). Raises
    CaseNotFound, NotPermitted (no approver of the department), TransitionNotAllowed, Conflict (OpinionsAwaited,
    ObjectionStands of joint handling), InvalidInput, StorageUnavailable.
    """
    granted = _checked_result(result, opinion)
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.GRANT if granted else Action.DENY, actor)
        if not granted:
            gates.require_not_granted_by_silence(case, local_calendar(case))
        decided = _decide(case, actor, granted, opinion, certificate_name, valid_until)
        return conclude(case, decided)


def decide_on_the_spot(
    *,
    actor: Actor,
    case_id: int,
    result: Result | str,
    opinion: str = "",
    certificate_name: str = "",
    valid_until: date | None = None,
    seal_name: str = "",
    expected_version: int | None = None,
) -> Case:
    """Accept, review, decide and complete an instant item in one act, all four steps recorded (即办件, E-01, E-05).

    Another item, too, when the head has approved special handling (特事特办, E-17): what is shortened is the way between
    the steps, never a requirement of the law. The actor needs the roles of all four steps. Raises as the four commands do,
    and NotInstant for another item or one that is decided elsewhere.
    """
    granted = _checked_result(result, opinion)
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.ACCEPT, actor)
        routing = routing_of(case.item_code, excluding=case.declined_by)
        if (case.kind != CaseKind.INSTANT and not case.special_approval) or routing.leaves:
            raise NotInstant
        events = accept(case, actor, routing)
        events.append(_review(case, actor, opinion or GRANTED_OPINION))
        events.append(_decide(case, actor, granted, opinion, certificate_name, valid_until))
        events.append(seal(case, actor, seal_name, ""))
        return conclude(case, *events)


def _checked_result(result: str, opinion: str) -> bool:
    if result not in (Result.GRANTED, Result.DENIED):
        raise InvalidInput(field="result", zh="请选择准予或不予。", en="Choose to grant or to deny.")
    if result == Result.DENIED and not opinion.strip():
        raise InvalidInput(
            field="opinion",
            zh="不予许可应当说明理由(行政许可法第三十八条)。",
            en="A denial states its reasons (Licensing Law, art. 38).",
        )
    return result == Result.GRANTED


def _decide(
    case: Case, actor: Actor, granted: bool, opinion: str, certificate_name: str, valid_until: date | None
) -> CaseEvent | None:
    if granted:
        require_nothing_owed(case)
        gates.require_grantable(case)
    rule_on(case, actor, granted, opinion, valid_until)
    _issue_decision(case, actor, granted, certificate_name, valid_until)
    data = {"decision_number": case.decision_number, "legal_name": case.legal_name_of_decider}
    return advance(case, Action.GRANT if granted else Action.DENY, actor, Remark(note=case.decision_opinion, data=data))


def require_nothing_owed(case: Case) -> None:
    """Nothing is granted while materials are owed (容缺受理). Raises MaterialsOwed, naming them."""
    owed = [debt.name for debt in tolerance.open_debts(case)]
    if owed:
        raise MaterialsOwed(materials="、".join(owed))


def rule_on(case: Case, actor: Actor, granted: bool, opinion: str, valid_until: date | None) -> None:
    """The decision's facts on the case, before its papers."""
    moment = now()
    if granted and valid_until is not None and valid_until < moment.astimezone(CHINA).date():
        raise InvalidInput(field="valid_until", zh="有效期不能早于今天。", en="The validity cannot end before today.")
    case.decided_at = moment
    case.result = Result.GRANTED if granted else Result.DENIED
    case.decision_opinion = opinion.strip() or GRANTED_OPINION
    case.delivery_due_at = rules.delivery_due_at(moment, local_calendar(case)) if granted else None
    if case.role == CaseRole.DECIDING and case.delegation_kind == DelegationKind.FORWARDED:
        case.seal_name, case.seal_keeper = default_seal(case), actor.name


def _issue_decision(case: Case, actor: Actor, granted: bool, certificate_name: str, valid_until: date | None) -> None:
    """Issue the decision and, when it is granted, the certificate, as papers of their own.

    Their files are rendered here, because certificate and message name their digests. Another centre fetches the files
    as soon as the message says so: then the bytes are stored before the commit, too. An object that a rollback leaves
    behind is harmless; a number is given back.
    """
    if not granted:
        _take_decision(case, papers.issue(PaperKind.DENIAL, case, _content(case, False, "", valid_until), actor))
        return
    certificate = issue_certificate(case, actor, certificate_name.strip() or case.item_name, valid_until)
    issue_grant(case, actor, certificate.number, valid_until)


def issue_grant(case: Case, actor: Actor, permit_number: str, valid_until: date | None) -> None:
    """Issue the decision to grant, which names the permit that goes with it."""
    content = _content(case, True, permit_number, valid_until)
    _take_decision(case, papers.issue(PaperKind.GRANT, case, content, actor))


def _content(case: Case, granted: bool, permit_number: str, valid_until: date | None) -> PaperContent:
    return papers.decision_content(
        case,
        granted=granted,
        opinion=case.decision_opinion,
        certificate_number=permit_number,
        decided_on=(case.decided_at or now()).astimezone(CHINA).date(),
        valid_until=valid_until,
    )


def _take_decision(case: Case, decision: Paper) -> None:
    case.decision_number, case.decision_paper = decision.number, papers.file_of(decision)


def issue_certificate(case: Case, actor: Actor, name: str, valid_until: date | None) -> Certificate:
    """The certificate of a granted case from today on, its paper and its row (E-26)."""
    issued_on, party = today(), Party.from_payload(case.applicant)
    content = papers.certificate_content(case, name=name, issued_on=issued_on, valid_until=valid_until)
    permit = papers.issue(PaperKind.CERTIFICATE, case, content, actor)
    file = papers.file_of(permit)
    case.certificate = Certificate.objects.create(
        case=case,
        number=permit.number,
        name=name,
        holder_name_masked=party.masked_name,
        holder_id_masked=party.masked_id,
        issuer_name=case.legal_name_of_decider,
        issued_on=issued_on,
        valid_from=issued_on,
        valid_until=valid_until,
        digest=file.sha256,
        paper=file,
    )
    return case.certificate
