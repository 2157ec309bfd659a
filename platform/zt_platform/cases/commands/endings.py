"""Ends without a decision: terminated, or not this organ's competence; and materials that come after acceptance."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases import course_papers, papers, rules, tolerance
from zt_platform.cases.commands import gates
from zt_platform.cases.commands.ledger import (
    Remark,
    advance,
    conclude,
    local_calendar,
    locked_case,
    permitted_edge,
)
from zt_platform.cases.errors import (
    CorrectionNotYetAsked,
    MaterialsComeByCorrection,
    TransitionNotAllowed,
)
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.queries.pages import required_materials
from zt_platform.cases.vocabulary import Action, Status
from zt_platform.papers.kinds import PaperKind
from zt_storage.large_uploads import settle_upload
from zt_tenants.clock import now
from zt_tenants.errors import InvalidInput


def terminate_case(*, actor: Actor, case_id: int, reason: str, expected_version: int | None = None) -> Case:
    """End a case because a decision has lost its object (终止办理): the applicant died or was dissolved, the matter is gone.

    The centre that has the case ends it; while another centre has it, it is that one's to end, and it tells this one. The
    Licensing Law names no grounds for this (departmental rules do): what is accepted as a reason is for a jurist. Once five
    days have passed without a word it is accepted first (DeemedAccepted), and then its approver ends it. What silence has
    granted is not ended (DeemedGranted). Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidInput (no
    reason).
    """
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明终止办理的事实和依据。", en="State the facts and the ground.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.TERMINATE, actor)
        gates.require_not_accepted_by_silence(case)
        gates.require_not_granted_by_silence(case, local_calendar(case))
        event = advance(case, Action.TERMINATE, actor, Remark(note=reason.strip()))
        case.ended_at = now()
        course_papers.issue_termination(case, actor, reason.strip())
        return conclude(case, event)


def transfer_by_competence(
    *, actor: Actor, case_id: int, competent_organ: str, reason: str = "", expected_version: int | None = None
) -> Case:
    """Refuse what is not this organ's to decide, and tell the applicant where to apply (art. 32(1)(2)).

    At once, the law says: after the five days the application counts as accepted (DeemedAccepted). Raises CaseNotFound,
    NotPermitted, TransitionNotAllowed, Conflict, InvalidInput (no organ named).
    """
    if not competent_organ.strip():
        raise InvalidInput(
            field="competent_organ",
            zh="请写明申请人应当向哪个行政机关申请。",
            en="Name the organ to which the applicant has to turn.",
        )
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.TRANSFER_BY_COMPETENCE, actor)
        gates.require_not_accepted_by_silence(case)
        organ = competent_organ.strip()
        remark = Remark(note=f"请向{organ}申请。{reason.strip()}", data={"competent_organ": organ})
        event = advance(case, Action.TRANSFER_BY_COMPETENCE, actor, remark)
        case.ended_at = now()
        told = f"申请事项依法不属于本机关职权范围，请向{organ}申请。{reason.strip()}"
        papers.issue(PaperKind.REFUSAL, case, papers.refusal_content(case, told), actor)
        return conclude(case, event)


def second_correction_notice(
    *, actor: Actor, case_id: int, defects: Sequence[str], reason: str, expected_version: int | None = None
) -> Case:
    """Let a supervisor ask for a second correction; it breaks the rule of the one notice, and says so (art. 32, E-12).

    The flag is a line of the log and of the province's supervision; the applicant reads only what to correct. Raises
    CaseNotFound, NotPermitted (no supervisor), TransitionNotAllowed, Conflict, CorrectionNotYetAsked, DeemedAccepted,
    InvalidInput.
    """
    listed = rules.cleaned_defects(defects)
    if not listed:
        raise InvalidInput(field="defects", zh="请逐条列明需要补正的全部内容。", en="List everything to be corrected.")
    if not reason.strip():
        raise InvalidInput(
            field="reason", zh="请写明为何第一次未能告知。", en="State why the first notice did not say it."
        )
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.SECOND_CORRECTION_NOTICE, actor)
        if not case.correction_count:
            raise CorrectionNotYetAsked
        gates.require_not_accepted_by_silence(case)
        case.correction_count += 1
        case.correction_defects = listed
        data = {"defects": listed, "violation": "SECOND_CORRECTION", "reason": reason.strip()}
        remark = Remark(note="；".join(listed), data=data)
        sent = advance(case, Action.SECOND_CORRECTION_NOTICE, actor, remark)
        papers.issue(PaperKind.CORRECTION, case, papers.correction_content(case, listed), actor)
        return conclude(case, sent)


def add_materials(
    *,
    actor: Actor,
    case_id: int,
    material_code: str,
    attachment_ids: Sequence[int],
    note: str = "",
    expected_version: int | None = None,
) -> Case:
    """Add files to an accepted case; no clock stops for them (only art. 45 stops one after acceptance).

    Until the decision, or after a grant on a commitment until that was verified: what was owed then follows (I-06).

    The files were uploaded and are checked here (size, real type, digest); they travel to the other centre of the case.
    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, MaterialsComeByCorrection (not accepted yet),
    InvalidInput, NotFound (not this account's upload), UploadNotArrived, UploadRejected.
    """
    if not attachment_ids:
        raise InvalidInput(field="attachment_ids", zh="请先上传文件。", en="Upload a file first.")
    with transaction.atomic():
        _for_adding(case_id, actor, expected_version)
    files = [settle_upload(attachment_id=pk, owner_account_id=actor.account_id) for pk in attachment_ids]
    with transaction.atomic():
        case = _for_adding(case_id, actor, expected_version)
        name = next((m.name for m in required_materials(case) if m.code == material_code), "") or note.strip()
        if not name:
            raise InvalidInput(field="note", zh="请写明补充的是什么材料。", en="Say which material it is that you add.")
        CaseMaterial.objects.bulk_create(
            [
                CaseMaterial(
                    case=case,
                    attachment=file,
                    material_code=material_code,
                    name=name[:200],
                    added_at=now(),
                    added_by=actor.account_id,
                )
                for file in files
            ],
            ignore_conflicts=True,
        )
        tolerance.settle(case, {material_code}, now())
        remark = Remark(note=name, data={"files": [file.sha256 for file in files]})
        return conclude(case, advance(case, Action.ADD_MATERIALS, actor, remark))


def _for_adding(case_id: int, actor: Actor, expected_version: int | None) -> Case:
    case = locked_case(case_id, actor=actor, expected_version=expected_version)
    permitted_edge(case, Action.ADD_MATERIALS, actor)
    if case.accepted_at is None:
        raise MaterialsComeByCorrection
    if not tolerance.takes_materials(case):
        raise TransitionNotAllowed(status=Status(case.status), action=Action.ADD_MATERIALS)
    return case
