"""A permit on a commitment: signed, granted for a time, verified and converted, or withdrawn (I-04, I-05, F-11).

The sources practise it and doubt it (I-03): it exists only where the item's version allows it and names its legal basis.
Over two levels it is signed where the applicant is, with the terms of the item as published there; they travel to the
centre that decides, and its permit, and what becomes of that, come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases import papers
from zt_platform.cases.commands import gates
from zt_platform.cases.commands.decision import issue_certificate, issue_grant, require_nothing_owed, rule_on
from zt_platform.cases.commands.ledger import Remark, advance, conclude, local_calendar, locked_case, permitted_edge
from zt_platform.cases.errors import CommitmentNotSigned, CommitmentSigned, NoCommitmentHere, NoTemporaryPermit
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import PERMIT_CONVERTED, PERMIT_ENDED, PERMIT_VALID, PERMIT_WITHDRAWN, Action
from zt_platform.catalogue.ways import Ways
from zt_platform.papers.commands import revoke_papers
from zt_platform.papers.kinds import PaperKind
from zt_tenants.clock import now, today
from zt_tenants.errors import InvalidInput


def commitment_way(case: Case) -> Ways:
    """What the item's version says about commitments; what was signed elsewhere brought its own terms along.

    The case was read with its item's clock. Raises NoCommitmentHere.
    """
    signed = case.commitment.get("terms") or {}
    if signed.get("days"):
        return Ways(temporary_days=signed["days"], commitment_terms=signed["text"], commitment_basis=signed["basis"])
    item: Mapping[str, Any] = getattr(case, "item_clock", None) or {}
    ways = Ways.from_stored(item.get("ways") or {})
    if not ways.temporary_days:
        raise NoCommitmentHere
    return ways


def sign_commitment(
    *, actor: Actor, case_id: int, signed_by: str, agreed: bool, expected_version: int | None = None
) -> Case:
    """Sign the item's letter of commitment, by the applicant online or by a clerk for who signed at the window (I-04).

    The text is kept as it was signed. Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, NoCommitmentHere,
    CommitmentSigned, InvalidInput.
    """
    if not signed_by.strip() or not agreed:
        raise InvalidInput(
            field="signed_by", zh="请阅读承诺内容，勾选同意并签署姓名。", en="Read it, agree, and sign with your name."
        )
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.SIGN_COMMITMENT, actor)
        ways = commitment_way(case)
        if "terms" in case.commitment:
            raise CommitmentSigned
        terms = {
            "text": ways.commitment_terms,
            "basis": ways.commitment_basis,
            "days": ways.temporary_days,
            "signed_by": signed_by.strip()[:120],
            "signed_at": now().isoformat(),
            "taken_by": actor.name,
        }
        case.commitment = {**case.commitment, "terms": terms}
        remark = Remark(data={"basis": ways.commitment_basis})
        return conclude(case, advance(case, Action.SIGN_COMMITMENT, actor, remark))


def grant_on_commitment(
    *,
    actor: Actor,
    case_id: int,
    valid_until: date,
    opinion: str = "",
    certificate_name: str = "",
    expected_version: int | None = None,
) -> Case:
    """Grant a reviewed case on the applicant's commitment, with a temporary permit that has an end (I-04, I-05, F-11).

    What is owed and still to be verified is listed on the permit; :func:`convert_permit` or :func:`withdraw_permit` follows,
    or it ends by itself. Only where the item's version allows it, with its legal basis. Raises CaseNotFound, NotPermitted,
    TransitionNotAllowed, Conflict, NoCommitmentHere, CommitmentNotSigned, DeemedGranted, InvalidInput (its end).
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.GRANT_ON_COMMITMENT, actor)
        ways = commitment_way(case)
        if "terms" not in case.commitment:
            raise CommitmentNotSigned
        gates.require_not_granted_by_silence(case, local_calendar(case))
        gates.require_grantable(case)
        latest = today() + timedelta(days=ways.temporary_days)
        if not today() < valid_until <= latest:
            raise InvalidInput(
                field="valid_until",
                zh="临时许可的到期日应在明天至{latest}之间。",
                en="The temporary permit ends between tomorrow and {latest}.",
                latest=latest.isoformat(),
            )
        rule_on(case, actor, True, opinion, valid_until)
        content = papers.temporary_permit_content(case, certificate_name.strip(), valid_until, ways.commitment_basis)
        permit = papers.issue(PaperKind.TEMPORARY_PERMIT, case, content, actor)
        file = papers.file_of(permit)
        case.temporary_permit = {
            "number": permit.number,
            "name": certificate_name.strip() or case.item_name,
            "from": today().isoformat(),
            "until": valid_until.isoformat(),
            "state": PERMIT_VALID,
            "paper": file.pk,
        }
        issue_grant(case, actor, permit.number, valid_until)
        data = {"decision_number": case.decision_number, "permit": permit.number, "until": valid_until.isoformat()}
        remark = Remark(note=f"临时许可证{permit.number}，至{valid_until.isoformat()}", data=data)
        return conclude(case, advance(case, Action.GRANT_ON_COMMITMENT, actor, remark))


def convert_permit(
    *,
    actor: Actor,
    case_id: int,
    opinion: str,
    valid_until: date | None = None,
    expected_version: int | None = None,
) -> Case:
    """Verification found the commitment kept: the full certificate replaces the temporary permit (I-05).

    ``opinion`` says what was verified. Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, NoTemporaryPermit,
    MaterialsOwed, InvalidInput.
    """
    if not opinion.strip():
        raise InvalidInput(field="opinion", zh="请写明核查情况。", en="Say what was verified.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.CONVERT_PERMIT, actor)
        permit = _standing_permit(case)
        require_nothing_owed(case)
        certificate = issue_certificate(case, actor, permit["name"], valid_until)
        _close_permit(case, actor, PERMIT_CONVERTED, opinion.strip(), f"已换发正式证件{certificate.number}")
        remark = Remark(note=opinion.strip(), data={"permit": permit["number"], "certificate": certificate.number})
        return conclude(case, advance(case, Action.CONVERT_PERMIT, actor, remark))


def withdraw_permit(
    *, actor: Actor, case_id: int, reason: str, breach: bool = False, expected_version: int | None = None
) -> Case:
    """Withdraw a temporary permit, in writing and with remedies (I-04, I-05).

    The commitment was not kept (``breach``, which is recorded), or verification found that the conditions are not met.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, NoTemporaryPermit, InvalidInput (no reason).
    """
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明撤回的理由。", en="State why it is withdrawn.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.WITHDRAW_PERMIT, actor)
        permit = _standing_permit(case)
        _close_permit(case, actor, PERMIT_WITHDRAWN, reason.strip(), reason.strip())
        if breach:
            case.commitment = {**case.commitment, "breach": {"reason": reason.strip(), "at": now().isoformat()}}
        content = papers.permit_withdrawn_content(case, permit["number"], reason.strip())
        papers.issue(PaperKind.TERMINATION, case, content, actor)
        remark = Remark(note=reason.strip(), data={"permit": permit["number"], "breach": breach})
        return conclude(case, advance(case, Action.WITHDRAW_PERMIT, actor, remark))


def _standing_permit(case: Case) -> dict[str, str]:
    if case.temporary_permit.get("state") not in (PERMIT_VALID, PERMIT_ENDED):
        raise NoTemporaryPermit
    return dict(case.temporary_permit)


def _close_permit(case: Case, actor: Actor, state: str, note: str, why: str) -> None:
    case.temporary_permit = {
        **case.temporary_permit,
        "state": state,
        "note": note,
        "answered_at": now().isoformat(),
        "answered_by": actor.name,
    }
    revoke_papers(subject=case.tracking_number or "", kinds=(PaperKind.TEMPORARY_PERMIT,), reason=why, actor=actor)
