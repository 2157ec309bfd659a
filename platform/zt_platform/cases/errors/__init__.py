"""What can go wrong with a case, in words people can act on."""

from __future__ import annotations

from zt_platform.cases.errors.clock import CorrectionNotYetAsked as CorrectionNotYetAsked
from zt_platform.cases.errors.clock import DeemedAccepted as DeemedAccepted
from zt_platform.cases.errors.clock import DeemedGranted as DeemedGranted
from zt_platform.cases.errors.clock import ExtendedOnce as ExtendedOnce
from zt_platform.cases.errors.clock import ExtensionAsked as ExtensionAsked
from zt_platform.cases.errors.clock import ExtensionNotAsked as ExtensionNotAsked
from zt_platform.cases.errors.clock import ExtensionTooLate as ExtensionTooLate
from zt_platform.cases.errors.clock import MaterialsComeByCorrection as MaterialsComeByCorrection
from zt_platform.cases.errors.clock import NoSuchProcedure as NoSuchProcedure
from zt_platform.cases.errors.clock import ProcedureRunning as ProcedureRunning
from zt_platform.cases.errors.clock import SecondCorrection as SecondCorrection
from zt_platform.cases.errors.clock import SiteSurveyCounts as SiteSurveyCounts
from zt_platform.cases.vocabulary import Action, Status
from zt_tenants.errors import Conflict, DomainError, InvalidInput, NotFound

_ACTION_NAMES: dict[Action, tuple[str, str]] = {
    Action.START: ("开始填报", "start"),
    Action.AMEND: ("修改", "amend"),
    Action.SUBMIT: ("提交", "submit"),
    Action.RETURN_FOR_CORRECTION: ("退回补正", "return for correction"),
    Action.RESUBMIT: ("补正提交", "resubmit"),
    Action.PASS_PRE_REVIEW: ("通过预审", "pass pre-review"),
    Action.ACCEPT: ("受理", "accept"),
    Action.ACCEPT_TO_PASS_ON: ("受理并转送", "accept and pass on"),
    Action.REFUSE: ("不予受理", "refuse"),
    Action.HAND_DOWN: ("转下级", "hand down"),
    Action.TRANSFER: ("转送", "transfer"),
    Action.REVIEW: ("审核", "review"),
    Action.GRANT: ("准予", "grant"),
    Action.DENY: ("不予许可", "deny"),
    Action.COMPLETE: ("盖章办结", "seal and complete"),
    Action.DELIVER: ("送达", "deliver"),
    Action.WITHDRAW: ("撤回", "withdraw"),
    Action.DECLINE: ("退回", "decline"),
    Action.PAUSE: ("进入特别程序", "begin a special procedure"),
    Action.END_PROCEDURE: ("结束一项特别程序", "end one of the special procedures"),
    Action.RESUME: ("恢复计时", "let the clock run again"),
    Action.REQUEST_EXTENSION: ("提请延长期限", "ask for an extension"),
    Action.EXTEND: ("批准延长期限", "extend the time limit"),
    Action.REFUSE_EXTENSION: ("不同意延长期限", "refuse the extension"),
    Action.TERMINATE: ("终止办理", "terminate"),
    Action.TRANSFER_BY_COMPETENCE: ("告知向有关机关申请", "tell where to apply"),
    Action.SECOND_CORRECTION_NOTICE: ("再次告知补正", "send a second correction notice"),
    Action.ADD_MATERIALS: ("补充材料", "add materials"),
    Action.DEEM_GRANTED: ("视为准予", "let it count as granted"),
    Action.SIGN_COMMITMENT: ("签署承诺书", "sign the commitment"),
    Action.GRANT_ON_COMMITMENT: ("凭承诺核发临时许可", "grant on a commitment"),
    Action.CONVERT_PERMIT: ("换发正式证件", "issue the full certificate"),
    Action.WITHDRAW_PERMIT: ("撤回临时许可", "withdraw the temporary permit"),
    Action.CHOOSE_DELIVERY: ("选择送达方式", "choose how the result comes"),
    Action.POST_RESULT: ("寄出", "post the result"),
    Action.CONFIRM_RECEIPT: ("确认收到", "confirm the receipt"),
    Action.TAKE_BACK: ("登记退件", "take a returned parcel in"),
    Action.APPROVE_SPECIALLY: ("批准特事特办", "approve special handling"),
}


class CaseNotFound(NotFound):
    """There is no such case at this centre, or not for this actor."""

    code = "CASE_NOT_FOUND"
    zh = "没有找到该办件，请核对编号后再试。"
    en = "There is no such case; check its number and try again."


class NotADraft(Conflict):
    """Only a draft can be thrown away; what was handed in is withdrawn."""

    code = "NOT_A_DRAFT"
    zh = "这份申请已经提交，不是草稿；不想办了，请撤回申请。"
    en = "This application has been handed in and is no draft any more; withdraw it instead."


class HeldByAnother(Conflict):
    """A colleague has claimed the case; he, a head of department or an administrator can hand it over."""

    code = "HELD_BY_ANOTHER"
    zh = "本件已由{name}认领。需要转手时，请其本人、部门负责人或中心管理人员办理交办。"
    en = "{name} has claimed this case; that colleague, a head of department or an administrator can hand it over."


class NothingToHold(Conflict):
    """Nothing is done on a closed case any more, so nobody claims it."""

    code = "NOTHING_TO_HOLD"
    zh = "本件已经结束，不用认领。"
    en = "This case is closed; there is nothing to claim."


class TransitionNotAllowed(Conflict):
    """The case's status does not allow the action."""

    code = "TRANSITION_NOT_ALLOWED"
    zh = "办件当前为“{status_zh}”，不能执行“{action_zh}”，请刷新页面查看最新进度。"
    en = "The case is “{status}”; “{action_en}” is not possible now. Reload to see where it stands."

    def __init__(self, *, status: Status | None, action: Action) -> None:
        zh, en = _ACTION_NAMES.get(action, (action.value, action.value.lower().replace("_", " ")))
        super().__init__(
            status=status.value if status else "NEW",
            status_zh=_chinese_label(status) if status else "新办件",
            action=action.value,
            action_zh=zh,
            action_en=en,
        )


def _chinese_label(status: Status) -> str:
    from django.utils.translation import override

    with override("zh-hans"):
        return str(status.label)


class MaterialsMissing(InvalidInput):
    """Required materials are not attached; ``materials`` names them all."""

    code = "MATERIALS_MISSING"
    zh = "还差{count}份材料：{materials}。"
    en = "{count} required documents are missing: {materials}."


class MustBeHandedDown(Conflict):
    """A devolved item is decided below: the portal hands the application down before acceptance."""

    code = "MUST_BE_HANDED_DOWN"
    zh = "该事项已下放至“{centre}”，请转下级办理，不在本中心受理。"
    en = "This item is devolved to “{centre}”: hand the application down instead of accepting it here."


class NotDevolved(Conflict):
    """Only a devolved item can be handed down; ``reason`` says what stands against it."""

    code = "NOT_DEVOLVED"
    zh = "该事项不能转下级办理：{reason_zh}"
    en = "The application cannot be handed down: {reason_en}"


class EntrustedCannotBeEntrustedAgain(Conflict):
    """行政许可法 art. 24: what was entrusted may not be entrusted further."""

    code = "ENTRUSTED_CANNOT_BE_ENTRUSTED_AGAIN"
    zh = "受委托的行政许可不得再委托其他组织或者个人实施(行政许可法第二十四条),请在本中心办理。"
    en = "An entrusted power may not be entrusted again (Licensing Law, art. 24); handle the case here."


class DestinationNeeded(InvalidInput):
    """Several centres hold the delegated power; the clerk has to say which one."""

    code = "DESTINATION_NEEDED"
    zh = "该事项可转往多个中心，请选择其中一个：{centres}。"
    en = "Several centres may receive this case; choose one: {centres}."


class NothingToDecline(Conflict):
    """Only what another centre sent can be declined."""

    code = "NOTHING_TO_DECLINE"
    zh = "本件由本中心直接收件，不能退回其他中心。"
    en = "The case came to this centre directly; there is no centre to return it to."


class NotInstant(Conflict):
    """Only an instant item is decided on the spot."""

    code = "NOT_INSTANT"
    zh = "该事项不是即办件，请按受理、审核、审批、办结四个环节办理。"
    en = "The item is not an instant one: accept, review, decide and complete it step by step."


class ItemNotOffered(NotFound):
    """The item cannot be applied for at this centre."""

    code = "ITEM_NOT_OFFERED"
    zh = "本中心目前不受理事项“{item}”，请在首页查找可受理的中心。"
    en = "Item “{item}” cannot be applied for at this centre; look for another centre on the home page."


class InvalidTrackingNumber(InvalidInput):
    """Not a tracking number, or mistyped: the check digit does not match."""

    code = "INVALID_TRACKING_NUMBER"
    zh = "办件编号有误，请对照受理通知单逐位核对。"
    en = "This is not a valid case number; compare every digit with your notice."


class NumbersExhausted(DomainError):
    """More numbers were asked for than the day (or year) has."""

    code = "NUMBERS_EXHAUSTED"
    zh = "本期编号已用完，请联系系统管理员。"
    en = "All numbers of this period are used; tell the operator."


class UnknownCase(DomainError):
    """A message speaks of a case that this centre does not hold."""

    code = "UNKNOWN_CASE"
    zh = "本中心没有编号为 {tracking_number} 的办件，报文已暂存待处理。"
    en = "This centre holds no case {tracking_number}; the message waits."


class ForeignMessage(DomainError):
    """A message speaks of a case that its sender has no part in."""

    code = "FOREIGN_MESSAGE"
    zh = "中心 {source} 不是办件 {tracking_number} 的相对方，报文不予执行。"
    en = "Centre {source} has no part in case {tracking_number}; the message is not acted on."


class PaperOfAnotherCentre(DomainError):
    """A message tells of a paper whose code is not its sender's: no centre speaks for another one's papers."""

    code = "PAPER_OF_ANOTHER_CENTRE"
    zh = "文书{number}的核验码不属于发来报文的中心{source}，请对方核对后重发。"
    en = "The code of paper {number} is not one of centre {source}, which sent it; that centre has to check and send again."


class CaseHeldAlready(Conflict):
    """A case with this tracking number is here already."""

    code = "CASE_HELD_ALREADY"
    zh = "本中心已有编号为 {tracking_number} 的办件。"
    en = "This centre holds case {tracking_number} already."


class NoDelegation(DomainError):
    """A case came from a centre that has not delegated the item to this one, nor holds it from this one."""

    code = "NO_DELEGATION"
    zh = "中心 {source} 与本中心之间没有事项“{item}”的授权关系，来件不予接收。"
    en = "There is no delegation of item “{item}” between centre {source} and this one; the case is not taken."


class CheckNeeded(Conflict):
    """The item's version demands that a department's data confirm the applicant before acceptance."""

    code = "CHECK_NEEDED"
    zh = "本事项要求先通过数据核验：{services}。请在办件页面核验，结果符合后再受理。"
    en = "This item demands that these checks are passed first: {services}. Run them on the case's page, then accept."


class MaterialsOwed(Conflict):
    """Nothing is granted while materials that were allowed to follow are owed."""

    code = "MATERIALS_OWED"
    zh = "容缺材料尚未补齐：{materials}。补齐后才能准予；逾期不补的，请作出不予许可决定或者终止办理。"
    en = "Still owed: {materials}. Grant once they are there; when they do not come, deny or terminate."


class NoCommitmentHere(Conflict):
    """The item's version does not allow a permit on a commitment."""

    code = "NO_COMMITMENT_HERE"
    zh = "该事项没有实行告知承诺制，请按普通程序办理。"
    en = "This item is not granted on a commitment; take the ordinary way."


class CommitmentNotSigned(Conflict):
    """A permit on a commitment needs the commitment."""

    code = "COMMITMENT_NOT_SIGNED"
    zh = "申请人尚未签署承诺书，请先请申请人签署。"
    en = "The applicant has not signed the commitment yet; ask for it first."


class CommitmentSigned(Conflict):
    """It is signed once."""

    code = "COMMITMENT_SIGNED"
    zh = "承诺书已经签署，不用重复签署。"
    en = "The commitment has been signed already."


class NoTemporaryPermit(Conflict):
    """There is none that could be converted or withdrawn."""

    code = "NO_TEMPORARY_PERMIT"
    zh = "本件没有待处理的临时许可证。"
    en = "This case has no temporary permit that awaits an answer."


class SpeciallyApproved(Conflict):
    """The head approves it once."""

    code = "SPECIALLY_APPROVED"
    zh = "本件已批准特事特办。"
    en = "Special handling of this case was approved already."


class NotByPost(Conflict):
    """The applicant has not asked for the post, or has changed the choice meanwhile."""

    code = "NOT_BY_POST"
    zh = "申请人没有选择邮寄。需要邮寄的，请先登记收件人、电话和地址。"
    en = "The applicant did not choose the post. Enter recipient, telephone and address first."


class PickupCodeWrong(InvalidInput):
    """Not the code of this case."""

    code = "PICKUP_CODE_WRONG"
    zh = "取件码不对，还可以试{left}次；也可以查验身份证件后交付。"
    en = "This is not the pick-up code; {left} tries are left. You may check an identity document instead."


class PickupCodeDead(InvalidInput):
    """There is none, it has run out, or it was tried too often."""

    code = "PICKUP_CODE_DEAD"
    zh = "取件码已失效，请查验身份证件后交付，取件码一栏留空。"
    en = "The pick-up code is not valid any more; check an identity document and leave the code empty."


class NothingToPrint(Conflict):
    """No paper about the case is in force, neither of this centre nor of the other one."""

    code = "NOTHING_TO_PRINT"
    zh = "还没有就这件签发文书，没有可打印的。"
    en = "No paper has been issued about this case; there is nothing to print."
