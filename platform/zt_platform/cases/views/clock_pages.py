"""The pages of the acts on a case's clock, and of its ends without a decision."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File

from zt_platform.actors import Actor
from zt_platform.cases import commands
from zt_platform.cases.action_forms import ReasonForm
from zt_platform.cases.clock_forms import (
    ApprovalForm,
    CompetenceForm,
    ExtensionForm,
    MaterialForm,
    PauseForm,
    ResumeForm,
    SecondCorrectionForm,
    TerminationForm,
)
from zt_platform.cases.models import Case
from zt_platform.cases.views.action_pages import ActionPage
from zt_platform.cases.vocabulary import Action
from zt_storage.uploads import put_bytes
from zt_tenants.language import bilingual


def add_material(*, actor: Actor, case_id: int, file: File[bytes], **given: Any) -> Case:
    """Store the file that came with the form, then add it."""
    stored = put_bytes(
        data=file.read(),
        file_name=file.name or "file",
        content_type=str(getattr(file, "content_type", "")),
        owner_account_id=actor.account_id,
    )
    given.setdefault("material_code", "")
    return commands.add_materials(actor=actor, case_id=case_id, attachment_ids=[stored.pk], **given)


CLOCK_PAGES = (
    ActionPage(
        "extend",
        Action.EXTEND,
        bilingual("批准延长", "Approve the extension"),
        bilingual("批准延长办理期限", "Extend the time limit"),
        bilingual("批准延长", "Approve"),
        ApprovalForm,
        commands.approve_extension,
    ),
    ActionPage(
        "refuse-extension",
        Action.REFUSE_EXTENSION,
        bilingual("不同意延长", "Refuse the extension"),
        bilingual("不同意延长办理期限", "Refuse to extend the time limit"),
        bilingual("不同意延长", "Refuse"),
        ReasonForm,
        commands.refuse_extension,
    ),
    ActionPage(
        "resume",
        Action.RESUME,
        bilingual("恢复计时", "Let the clock run"),
        bilingual("特别程序结束，恢复计时", "The special procedure is over"),
        bilingual("恢复计时", "Let it run"),
        ResumeForm,
        commands.resume_case,
    ),
    ActionPage(
        "end-procedure",
        Action.END_PROCEDURE,
        bilingual("结束一项程序", "End a procedure"),
        bilingual("结束一项特别程序", "End one of the special procedures"),
        bilingual("结束", "End it"),
        ResumeForm,
        commands.resume_case,
    ),
    ActionPage(
        "pause",
        Action.PAUSE,
        bilingual("特别程序", "Special procedure"),
        bilingual("进入特别程序，暂停计时", "Begin a special procedure"),
        bilingual("开始，暂停计时", "Begin"),
        PauseForm,
        commands.pause_case,
    ),
    ActionPage(
        "request-extension",
        Action.REQUEST_EXTENSION,
        bilingual("提请延长", "Ask for an extension"),
        bilingual("提请延长办理期限", "Ask for an extension"),
        bilingual("提请批准", "Ask"),
        ExtensionForm,
        commands.request_extension,
    ),
    ActionPage(
        "add-material",
        Action.ADD_MATERIALS,
        bilingual("补充材料", "Add a material"),
        bilingual("代收补充材料", "Take in one more material"),
        bilingual("收下", "Take it in"),
        MaterialForm,
        add_material,
    ),
    ActionPage(
        "second-correction",
        Action.SECOND_CORRECTION_NOTICE,
        bilingual("再次告知补正", "Second correction notice"),
        bilingual("再次告知补正（违反一次性告知）", "A second correction notice: a violation"),
        bilingual("发出并记违规", "Send it, flagged"),
        SecondCorrectionForm,
        commands.second_correction_notice,
        danger=True,
    ),
    ActionPage(
        "transfer-by-competence",
        Action.TRANSFER_BY_COMPETENCE,
        bilingual("不属本机关", "Not our competence"),
        bilingual("不属于本机关职权，告知向有关机关申请", "Not this organ's competence"),
        bilingual("告知申请人", "Tell the applicant"),
        CompetenceForm,
        commands.transfer_by_competence,
        danger=True,
    ),
    ActionPage(
        "terminate",
        Action.TERMINATE,
        bilingual("终止办理", "Terminate"),
        bilingual("终止办理", "Terminate the case"),
        bilingual("终止办理", "Terminate"),
        TerminationForm,
        commands.terminate_case,
        danger=True,
    ),
)
