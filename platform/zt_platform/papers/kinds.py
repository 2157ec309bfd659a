"""The kinds of papers, each with its title, the word in its number and what hangs on it."""

from __future__ import annotations

from django.db import models

from zt_platform.papers.content import Bilingual
from zt_tenants.language import bilingual


class PaperKind(models.TextChoices):
    """What an official paper is (section 6 of the catalogue; 行政许可法 art. 32, 38, 42, 44, 45)."""

    MATERIALS_RECEIPT = "MATERIALS_RECEIPT", bilingual("申请材料接收凭证", "Receipt for materials")
    ACCEPTANCE = "ACCEPTANCE", bilingual("受理通知书", "Notice of acceptance")
    CORRECTION = "CORRECTION", bilingual("一次性补正告知书", "Notice of correction")
    REFUSAL = "REFUSAL", bilingual("不予受理决定书", "Refusal of acceptance")
    REMINDER = "REMINDER", bilingual("催办通知书", "Reminder")
    SUPERVISION_ORDER = "SUPERVISION_ORDER", bilingual("督办通知书", "Supervision order")
    EXTENSION = "EXTENSION", bilingual("延长办理期限告知书", "Notice of extension")
    PAUSE = "PAUSE", bilingual("特别程序告知书", "Notice of special procedure")
    RESUMPTION = "RESUMPTION", bilingual("恢复办理告知书", "Notice of resumption")
    TERMINATION = "TERMINATION", bilingual("终止办理告知书", "Notice of termination")
    GRANT = "GRANT", bilingual("准予行政许可决定书", "Decision to grant")
    DENIAL = "DENIAL", bilingual("不予行政许可决定书", "Decision to deny")
    CERTIFICATE = "CERTIFICATE", bilingual("行政许可证", "Permit")
    TEMPORARY_PERMIT = "TEMPORARY_PERMIT", bilingual("临时许可证", "Temporary permit")
    DELIVERY_RECEIPT = "DELIVERY_RECEIPT", bilingual("送达回证", "Receipt of delivery")
    DEEMED = "DEEMED", bilingual("视为决定告知书", "Notice of a deemed act")
    JOINT_CONTACT = "JOINT_CONTACT", bilingual("并联办理联系单", "Contact form for joint handling")
    JOINT_DEEMED = "JOINT_DEEMED", bilingual("视为同意告知书", "Notice of deemed consent")


TITLES: dict[PaperKind, Bilingual] = {
    PaperKind.MATERIALS_RECEIPT: Bilingual("申请材料接收凭证", "Receipt for Application Materials"),
    PaperKind.ACCEPTANCE: Bilingual("受理通知书", "Notice of Acceptance"),
    PaperKind.CORRECTION: Bilingual("一次性补正告知书", "Notice of Everything to Be Corrected"),
    PaperKind.REFUSAL: Bilingual("不予受理决定书", "Decision to Refuse Acceptance"),
    PaperKind.REMINDER: Bilingual("催办通知书", "Reminder"),
    PaperKind.SUPERVISION_ORDER: Bilingual("督办通知书", "Supervision Order"),
    PaperKind.EXTENSION: Bilingual("延长办理期限告知书", "Notice of Extension"),
    PaperKind.PAUSE: Bilingual("特别程序告知书", "Notice of Special Procedure"),
    PaperKind.RESUMPTION: Bilingual("恢复办理告知书", "Notice of Resumption"),
    PaperKind.TERMINATION: Bilingual("终止办理告知书", "Notice of Termination"),
    PaperKind.GRANT: Bilingual("准予行政许可决定书", "Decision to Grant an Administrative Permit"),
    PaperKind.DENIAL: Bilingual("不予行政许可决定书", "Decision to Deny an Administrative Permit"),
    PaperKind.CERTIFICATE: Bilingual("行政许可证", "Administrative Permit"),
    PaperKind.TEMPORARY_PERMIT: Bilingual("临时许可证", "Temporary Permit"),
    PaperKind.DELIVERY_RECEIPT: Bilingual("送达回证", "Receipt of Delivery"),
    PaperKind.DEEMED: Bilingual("视为决定告知书", "Notice of a Deemed Act"),
    PaperKind.JOINT_CONTACT: Bilingual("并联办理联系单", "Contact Form for Joint Handling"),
    PaperKind.JOINT_DEEMED: Bilingual("视为同意告知书", "Notice of Deemed Consent"),
}
"""As printed on the paper, in both languages whatever language is active."""

WORDS: dict[PaperKind, str] = {
    PaperKind.MATERIALS_RECEIPT: "收",
    PaperKind.ACCEPTANCE: "受",
    PaperKind.CORRECTION: "补",
    PaperKind.REFUSAL: "不受",
    PaperKind.REMINDER: "催",
    PaperKind.SUPERVISION_ORDER: "督",
    PaperKind.EXTENSION: "延",
    PaperKind.PAUSE: "特",
    PaperKind.RESUMPTION: "复",
    PaperKind.TERMINATION: "终",
    PaperKind.GRANT: "许",
    PaperKind.DENIAL: "不许",
    PaperKind.CERTIFICATE: "证",
    PaperKind.TEMPORARY_PERMIT: "临证",
    PaperKind.DELIVERY_RECEIPT: "达",
    PaperKind.DEEMED: "视",
    PaperKind.JOINT_CONTACT: "联",
    PaperKind.JOINT_DEEMED: "视同",
}
"""The kind's word in the number: a series of its own per department and year."""

WITH_REMEDIES = frozenset({PaperKind.REFUSAL, PaperKind.DENIAL, PaperKind.TERMINATION})
"""Adverse to the applicant: they must say how to contest them (行政许可法 art. 38; E-11)."""

INTERNAL = frozenset({PaperKind.REMINDER, PaperKind.SUPERVISION_ORDER, PaperKind.JOINT_CONTACT, PaperKind.JOINT_DEEMED})
"""Between a centre, its departments and other centres: not shown to the applicant."""
