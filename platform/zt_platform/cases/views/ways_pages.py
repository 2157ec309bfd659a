"""The pages of the special ways of a case: commitments, temporary permits, special approval."""

from __future__ import annotations

from zt_platform.cases import commands
from zt_platform.cases.views.action_pages import ActionPage
from zt_platform.cases.vocabulary import Action
from zt_platform.cases.ways_forms import (
    ConversionForm,
    PermitWithdrawalForm,
    SignForm,
    SpecialApprovalForm,
    TemporaryGrantForm,
)
from zt_tenants.language import bilingual

WAYS_PAGES = (
    ActionPage(
        "grant-on-commitment",
        Action.GRANT_ON_COMMITMENT,
        bilingual("凭承诺核发", "Grant on the commitment"),
        bilingual("凭承诺核发临时许可证", "Grant on the commitment, with a temporary permit"),
        bilingual("签发临时许可", "Sign it"),
        TemporaryGrantForm,
        commands.grant_on_commitment,
    ),
    ActionPage(
        "convert-permit",
        Action.CONVERT_PERMIT,
        bilingual("换发正式证件", "Issue the full certificate"),
        bilingual("核查通过，换发正式证件", "Verified: issue the full certificate"),
        bilingual("换发", "Issue it"),
        ConversionForm,
        commands.convert_permit,
    ),
    ActionPage(
        "withdraw-permit",
        Action.WITHDRAW_PERMIT,
        bilingual("撤回临时许可", "Withdraw the permit"),
        bilingual("撤回临时许可证", "Withdraw the temporary permit"),
        bilingual("撤回", "Withdraw it"),
        PermitWithdrawalForm,
        commands.withdraw_permit,
        danger=True,
    ),
    ActionPage(
        "sign-commitment",
        Action.SIGN_COMMITMENT,
        bilingual("代签收承诺书", "Take in the commitment"),
        bilingual("申请人签署承诺书", "The applicant signs the commitment"),
        bilingual("签署", "Signed"),
        SignForm,
        commands.sign_commitment,
    ),
    ActionPage(
        "approve-specially",
        Action.APPROVE_SPECIALLY,
        bilingual("特事特办", "Special handling"),
        bilingual("批准特事特办", "Approve special handling"),
        bilingual("批准", "Approve"),
        SpecialApprovalForm,
        commands.approve_specially,
    ),
)
