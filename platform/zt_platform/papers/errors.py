"""Errors of papers."""

from __future__ import annotations

from zt_tenants.errors import DomainError, InvalidInput, NotFound


class InvalidVerifyCode(InvalidInput):
    """What was typed is no verification code, or mistyped."""

    code = "INVALID_VERIFY_CODE"
    zh = "核验码有误，请对照文书左下角重新输入，例如 340100-7K3M-9QXT-2WBD-VN4C。"
    en = "This is no verification code; type it as printed at the lower left of the paper."


class PaperNotFound(NotFound):
    """There is no such paper here, or it is not the reader's."""

    code = "PAPER_NOT_FOUND"
    zh = "没有找到这份文书，请从办件页面重新打开。"
    en = "There is no such paper; open it again from the page of the case."


class PaperNumbersExhausted(DomainError):
    """More papers of one series in one year than its numbers have digits for."""

    code = "PAPER_NUMBERS_EXHAUSTED"
    zh = "本年度该文号序列已用完，请联系系统管理员。"
    en = "This year's numbers of the series are used up; tell the operator."


class RemediesMissing(DomainError):
    """A paper that burdens the applicant was to be issued without saying how to contest it."""

    code = "REMEDIES_MISSING"
    zh = "不利文书必须写明救济途径（行政许可法第三十八条）。"
    en = "An adverse paper must state the remedies (Licensing Law, art. 38)."


class NotOurPaper(InvalidInput):
    """The uploaded file carries no verification code of this platform."""

    code = "NOT_OUR_PAPER"
    zh = "这个文件里没有本平台文书的核验码。请上传原始 PDF 文件，或输入文书上的核验码。"
    en = "The file carries no verification code of this platform; upload the original PDF or type the code."
