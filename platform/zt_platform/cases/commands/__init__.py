"""What can be done to a case: one function a use case. The message handlers' commands are in arrivals and mirroring."""

from zt_platform.cases.commands.acceptance import (
    accept_application,
    hand_down_application,
    pass_pre_review,
    refuse_application,
    return_for_correction,
)
from zt_platform.cases.commands.checks import check_case
from zt_platform.cases.commands.commitments import (
    convert_permit,
    grant_on_commitment,
    sign_commitment,
    withdraw_permit,
)
from zt_platform.cases.commands.completion import decline_case, deliver_case, seal_and_complete, withdraw_case
from zt_platform.cases.commands.decision import decide_case, decide_on_the_spot, review_case
from zt_platform.cases.commands.delivery import choose_delivery, confirm_receipt, post_result, take_back
from zt_platform.cases.commands.drafts import discard_draft, restore_draft
from zt_platform.cases.commands.endings import (
    add_materials,
    second_correction_notice,
    terminate_case,
    transfer_by_competence,
)
from zt_platform.cases.commands.holding import (
    assign_case,
    claim_case,
    hand_over_all,
    note_case,
    release_case,
)
from zt_platform.cases.commands.intake import (
    resubmit_application,
    save_draft,
    start_application,
    submit_application,
)
from zt_platform.cases.commands.materials import (
    abort_material_upload,
    announce_material_parts,
    attach_material,
    detach_material,
    open_large_material_upload,
    open_material_upload,
)
from zt_platform.cases.commands.special import approve_specially
from zt_platform.cases.commands.stops import (
    approve_extension,
    pause_case,
    refuse_extension,
    request_extension,
    resume_case,
)

__all__ = [
    "abort_material_upload",
    "accept_application",
    "add_materials",
    "announce_material_parts",
    "approve_extension",
    "approve_specially",
    "assign_case",
    "attach_material",
    "check_case",
    "choose_delivery",
    "claim_case",
    "confirm_receipt",
    "convert_permit",
    "decide_case",
    "decide_on_the_spot",
    "decline_case",
    "deliver_case",
    "detach_material",
    "discard_draft",
    "grant_on_commitment",
    "hand_down_application",
    "hand_over_all",
    "note_case",
    "open_large_material_upload",
    "open_material_upload",
    "pass_pre_review",
    "pause_case",
    "post_result",
    "refuse_application",
    "refuse_extension",
    "release_case",
    "request_extension",
    "restore_draft",
    "resubmit_application",
    "resume_case",
    "return_for_correction",
    "review_case",
    "save_draft",
    "seal_and_complete",
    "second_correction_notice",
    "sign_commitment",
    "start_application",
    "submit_application",
    "take_back",
    "terminate_case",
    "transfer_by_competence",
    "withdraw_case",
    "withdraw_permit",
]
