"""The clerk's pages of a delivery by post."""

from __future__ import annotations

from zt_platform.cases import commands
from zt_platform.cases.delivery_forms import CarrierProofForm, DeliveryForm, PostForm, ReturnForm
from zt_platform.cases.views.action_pages import ActionPage
from zt_platform.cases.vocabulary import Action
from zt_tenants.language import bilingual

DELIVERY_PAGES = (
    ActionPage(
        "post",
        Action.POST_RESULT,
        bilingual("寄出", "Post it"),
        bilingual("把结果交给承运单位", "Hand the result to the carrier"),
        bilingual("已经寄出", "It is on its way"),
        PostForm,
        commands.post_result,
    ),
    ActionPage(
        "confirm-receipt",
        Action.CONFIRM_RECEIPT,
        bilingual("登记签收", "Enter the receipt"),
        bilingual("登记承运单位的签收记录", "Enter the carrier's proof of receipt"),
        bilingual("已经签收", "It was received"),
        CarrierProofForm,
        commands.confirm_receipt,
    ),
    ActionPage(
        "take-back",
        Action.TAKE_BACK,
        bilingual("登记退件", "It came back"),
        bilingual("邮件退回，改为窗口领取", "The parcel came back: keep it at the window"),
        bilingual("登记退件", "Take it in"),
        ReturnForm,
        commands.take_back,
    ),
)
CHOICE_PAGE = ActionPage(
    "delivery",
    Action.CHOOSE_DELIVERY,
    bilingual("送达方式", "Delivery"),
    bilingual("登记送达方式", "How the applicant wants the result"),
    bilingual("保存", "Save"),
    DeliveryForm,
    commands.choose_delivery,
)
