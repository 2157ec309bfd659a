"""What an act sets in motion, in words for the clerk who is about to do it: what is sent to whom, which clock runs."""

from __future__ import annotations

from zt_platform.cases.models import Case
from zt_platform.cases.postal import postal_of
from zt_platform.cases.queries import applicant_of, routing_of
from zt_platform.cases.vocabulary import Action, CaseRole
from zt_platform.catalogue.kinds import DelegationKind
from zt_tenants.errors import DomainError
from zt_tenants.language import bi


def consequences_of(action: Action, case: Case) -> list[str]:
    """The sentences for one act on one case, in the active language."""
    name = applicant_of(case).name
    lines = _BY_ACTION[action](case, name) if action in _BY_ACTION else []
    return [*lines, bi("全省监察即时收到这一步。", "The province's supervision is told at once.")]


def _pre_review(case: Case, name: str) -> list[str]:
    return [
        bi(
            "{name}会看到预审已通过，下一步是受理。",
            "{name} sees that the pre-review is passed; acceptance is next.",
            name=name,
        )
    ]


def _accept(case: Case, name: str) -> list[str]:
    lines = [
        bi(
            "受理通知发给{name}，从下一个工作日起计算办理时限。",
            "{name} is notified; the limit runs from the next working day.",
            name=name,
        )
    ]
    try:
        routing = routing_of(case.item_code, excluding=case.declined_by)
    except DomainError:
        return [*lines, bi("办件随后送往您选择的中心。", "The case then goes to the centre you choose.")]
    delegation = routing.delegation
    if not routing.leaves or delegation is None:
        return [*lines, bi("由本中心审核、决定。", "It is reviewed and decided here.")]
    if delegation.kind == DelegationKind.FORWARDED:
        upper = delegation.from_centre_name
        return [
            *lines,
            bi("本中心先审核，再送{upper}决定。", "Reviewed here first, then decided at {upper}.", upper=upper),
        ]
    papers = len(getattr(case, "current_materials", []))
    return [
        *lines,
        bi(
            "申请表和{n}份材料立即签名送往{lower}，由它审查，以{decider}的名义决定。",
            "The form and {n} papers are signed and sent at once to {lower}, which decides in the name of {decider}.",
            n=papers,
            lower=delegation.to_centre_name,
            decider=delegation.from_department_name,
        ),
    ]


def _hand_down(case: Case, name: str) -> list[str]:
    papers = len(getattr(case, "current_materials", []))
    return [
        bi(
            "申请表和{n}份材料立即签名送往下级中心，由它受理并以自己的名义决定。",
            "The form and {n} papers are signed and sent at once to the centre below, which accepts and decides.",
            n=papers,
        ),
        bi("{name}不用重新申请，原编号继续有效。", "{name} need not apply again; the number stays.", name=name),
    ]


def _return(case: Case, name: str) -> list[str]:
    return [
        bi(
            "补正通知立即发给{name}，审查时限暂停。",
            "The notice goes to {name} at once; the five days rest.",
            name=name,
        ),
        bi("同一办件只能告知一次（行政许可法第三十二条）。", "It can be said only once (Licensing Law, art. 32)."),
    ]


def _refuse(case: Case, name: str) -> list[str]:
    return [
        bi(
            "不予受理通知书立即发给{name}，本件就此结束。",
            "{name} is refused in writing; the case ends here.",
            name=name,
        )
    ]


def _review(case: Case, name: str) -> list[str]:
    if case.role == CaseRole.ACCEPTING:
        upper = case.counterpart_name
        return [
            bi(
                "审核意见连同全部材料签名送往{upper}决定。",
                "The opinion and all papers go, signed, to {upper}.",
                upper=upper,
            )
        ]
    return [bi("送审批人员作出决定。", "The approver decides next.")]


def _decide(case: Case, name: str) -> list[str]:
    legal_name = case.legal_name_of_decider
    lines = [
        bi(
            "以{name}的名义作出决定，决定后不能撤回。",
            "Decided in the name of {name}; it cannot be undone.",
            name=legal_name,
        )
    ]
    if case.role == CaseRole.DECIDING:
        other = case.counterpart_name
        lines.append(
            bi("决定书签名送回{other}，由它盖章送达。", "The decision returns, signed, to {other}.", other=other)
        )
    return lines


def _complete(case: Case, name: str) -> list[str]:
    lines = [bi("决定书生效，{name}可以看到和下载。", "The decision takes effect; {name} can read it.", name=name)]
    if case.role == CaseRole.ACCEPTING:
        lines.append(bi("{other}会收到办结的消息。", "{other} is told of the completion.", other=case.counterpart_name))
    return lines


def _deliver(case: Case, name: str) -> list[str]:
    return [bi("本件办理全部结束。", "The case is finished.")]


def _decline(case: Case, name: str) -> list[str]:
    return [bi("办件和理由退回{other}。", "The case returns to {other} with the reason.", other=case.counterpart_name)]


def _withdraw(case: Case, name: str) -> list[str]:
    return [
        bi(
            "{name}的申请就此结束，需要时可以重新申请。",
            "The application of {name} ends; a new one is possible.",
            name=name,
        )
    ]


def _pause(case: Case, name: str) -> list[str]:
    return [
        bi(
            "从现在起不计时限，{name}会看到是什么程序、需要多久。",
            "No time is counted from now on; {name} reads which procedure it is and how long it takes.",
            name=name,
        ),
        *_told_to_the_other(case),
    ]


def _resume(case: Case, name: str) -> list[str]:
    return [
        bi(
            "没有计入的工作时间顺延到两个时限后面。",
            "Both limits move by the working time that was not counted.",
        ),
        *_told_to_the_other(case),
    ]


def _request_extension(case: Case, name: str) -> list[str]:
    return [bi("部门负责人批准以后才延长。", "The head of the department has to approve it first.")]


def _extend(case: Case, name: str) -> list[str]:
    asked = case.extension
    return [
        bi(
            "期限延长{n}个工作日；理由会告知{name}：{reason}",
            "The limit is extended by {n} working days; {name} is told why: {reason}",
            n=asked.get("days", 0),
            name=name,
            reason=asked.get("reason", ""),
        ),
        *_told_to_the_other(case),
    ]


def _refuse_extension(case: Case, name: str) -> list[str]:
    return [bi("原来的时限不变。", "The limit stays as it is.")]


def _terminate(case: Case, name: str) -> list[str]:
    return [bi("不再作出决定，理由会告知{name}。", "There will be no decision; {name} is told why.", name=name)]


def _no_competence(case: Case, name: str) -> list[str]:
    return [
        bi(
            "{name}会被告知向哪个机关申请，本件就此结束。",
            "{name} is told where to apply; the case ends here.",
            name=name,
        )
    ]


def _second_correction(case: Case, name: str) -> list[str]:
    return [
        bi(
            "法律只允许告知一次；这一次记为违规，省级监察看得到。",
            "The law allows one notice: this one is a violation on record.",
        ),
        bi("通知立即发给{name}，审查时限暂停。", "The notice goes to {name}; the five days rest.", name=name),
    ]


def _add_material(case: Case, name: str) -> list[str]:
    return [bi("时限不因补充材料停止。", "No limit stops for it."), *_told_to_the_other(case)]


def _post(case: Case, name: str) -> list[str]:
    where = postal_of(case)
    address = f"{where.recipient} {where.phone} {where.address}" if where else ""
    return [
        bi("寄往：{address}", "It goes to: {address}", address=address),
        bi(
            "承运单位和邮件号码发给{name}；送达时限继续计算到签收。",
            "{name} is told; the limit runs on until it is received.",
            name=name,
        ),
    ]


def _received(case: Case, name: str) -> list[str]:
    return [bi("出具送达回证，本件办理全部结束。", "The receipt of delivery is issued; the case is finished.")]


def _came_back(case: Case, name: str) -> list[str]:
    return [
        bi(
            "结果保存在窗口；新的取件码发给{name}。",
            "It is kept at the window; {name} gets a new pick-up code.",
            name=name,
        )
    ]


def _choice(case: Case, name: str) -> list[str]:
    return [
        bi("寄出以前可以再改。地址加密保存。", "It can be changed until it is posted. The address is kept encrypted.")
    ]


def _told_to_the_other(case: Case) -> list[str]:
    if not case.counterpart_name:
        return []
    return [bi("{other}同时收到消息。", "{other} is told at the same time.", other=case.counterpart_name)]


def _grant_on_commitment(case: Case, name: str) -> list[str]:
    return [
        bi(
            "临时许可证和准予决定发给{name}；到期前须核查，换发正式证件或者撤回。",
            "{name} gets a temporary permit and the decision; verify it before it ends.",
            name=name,
        ),
        bi("到期未核查的，临时许可证失效，并发出督办。", "Unverified, it ends by itself and an order goes out."),
    ]


def _convert(case: Case, name: str) -> list[str]:
    return [bi("正式证件发给{name}，临时许可证同时作废。", "{name} gets the certificate; the permit ends.", name=name)]


def _withdraw_permit(case: Case, name: str) -> list[str]:
    return [
        bi(
            "撤回决定书（写明救济途径）发给{name}，临时许可证立即作废，公开核验页面同时显示。",
            "{name} is told in writing, with remedies; the permit is void at once, and the verify page says so.",
            name=name,
        )
    ]


def _sign(case: Case, name: str) -> list[str]:
    return [bi("承诺内容按签署时的文字留存。", "The text is kept as it was signed.")]


def _approve_specially(case: Case, name: str) -> list[str]:
    return [
        bi("批准人和理由写进受理通知书和决定书。", "Who approved and why is printed on its papers."),
        bi(
            "四个环节可以当场连续办理，法定条件和材料一项不减。",
            "The four steps may follow at once; no requirement falls away.",
        ),
    ]


_BY_ACTION = {
    Action.POST_RESULT: _post,
    Action.CONFIRM_RECEIPT: _received,
    Action.TAKE_BACK: _came_back,
    Action.CHOOSE_DELIVERY: _choice,
    Action.GRANT_ON_COMMITMENT: _grant_on_commitment,
    Action.CONVERT_PERMIT: _convert,
    Action.WITHDRAW_PERMIT: _withdraw_permit,
    Action.SIGN_COMMITMENT: _sign,
    Action.APPROVE_SPECIALLY: _approve_specially,
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
    Action.REQUEST_EXTENSION: _request_extension,
    Action.EXTEND: _extend,
    Action.REFUSE_EXTENSION: _refuse_extension,
    Action.TERMINATE: _terminate,
    Action.TRANSFER_BY_COMPETENCE: _no_competence,
    Action.SECOND_CORRECTION_NOTICE: _second_correction,
    Action.ADD_MATERIALS: _add_material,
    Action.PASS_PRE_REVIEW: _pre_review,
    Action.ACCEPT: _accept,
    Action.HAND_DOWN: _hand_down,
    Action.RETURN_FOR_CORRECTION: _return,
    Action.REFUSE: _refuse,
    Action.REVIEW: _review,
    Action.GRANT: _decide,
    Action.DENY: _decide,
    Action.COMPLETE: _complete,
    Action.DELIVER: _deliver,
    Action.DECLINE: _decline,
    Action.WITHDRAW: _withdraw,
}
