"""Papers about the course of a case: pauses, extensions, ends, reminders, orders, temporary permits, deemed acts. Pure.

For the clock and the special ways of a case; like :mod:`zt_platform.papers.builders` they take plain arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from zt_platform.papers.builders import (
    AboutCase,
    chinese_date,
    chinese_moment,
    deadline,
    ended,
    english_moment,
    validity,
)
from zt_platform.papers.content import Bilingual, Fact, PaperContent

_LICENSING_LAW = "《中华人民共和国行政许可法》"


def pause(about: AboutCase, *, procedure: Bilingual, days_needed: int, reason: str = "") -> PaperContent:
    """特别程序告知书: which procedure of art. 45 is needed and how many working days it takes, in writing."""
    said = Bilingual(
        f"{about.application.zh}，依法需要进行{procedure.zh}，所需时间为{days_needed}个工作日，"
        f"不计入办理期限。{ended(reason) if reason else ''}",
        f"{about.application.en} needs {procedure.en}, which takes {days_needed} working days. They do not count "
        f"towards the time limit. {reason}".strip(),
    )
    return about.content([said], basis=f"{_LICENSING_LAW}第四十五条", facts=about.case_facts)


def resumption(
    about: AboutCase, *, procedure: Bilingual, ended_on: date, due_at: datetime, provisional: bool = False
) -> PaperContent:
    """恢复办理告知书: the procedure has ended, the clock runs again, and until when (art. 45)."""
    said = Bilingual(
        f"{about.application.zh}，{procedure.zh}已于{chinese_date(ended_on)}结束，办理期限恢复计算。",
        f"{about.application.en}: {procedure.en} ended on {ended_on.isoformat()} and the time limit runs again.",
    )
    facts = [*about.case_facts, deadline("办结时限", "Due", due_at, provisional=provisional)]
    return about.content([said], basis=f"{_LICENSING_LAW}第四十五条", facts=facts)


def extension(
    about: AboutCase,
    *,
    days: int,
    reason: str,
    approved_by: str,
    due_at: datetime,
    provisional: bool = False,
    joint: bool = False,
) -> PaperContent:
    """延长办理期限告知书: by how many working days, why, with whose approval (art. 42)."""
    said = Bilingual(
        f"{about.application.zh}，在规定期限内不能作出决定，经{approved_by}批准，延长{days}个工作日。"
        f"延长的理由：{ended(reason)}",
        f"{about.application.en} cannot be decided within the limit; with the approval of {approved_by} it is extended "
        f"by {days} working days. Reason: {reason}",
    )
    basis = f"{_LICENSING_LAW}第四十二条第{'二' if joint else '一'}款"
    facts = [*about.case_facts, deadline("延长后的办结时限", "Now due", due_at, provisional=provisional)]
    return about.content([said], basis=basis, facts=facts)


def termination(about: AboutCase, *, reason: str, legal_basis: str, remedies: Bilingual) -> PaperContent:
    """终止办理告知书: why the case ends without a decision, and how to contest that."""
    said = Bilingual(
        f"{about.application.zh}，现决定终止办理。理由：{ended(reason)}",
        f"{about.application.en} is terminated without a decision. Reason: {reason}",
    )
    return about.content([said], basis=legal_basis, facts=[about.case_facts[0]], remedies=remedies)


PROMISED = Bilingual("承诺办结时间", "promised limit")


def reminder(
    about: AboutCase, *, department: str, due_at: datetime, remaining: Bilingual, limit: Bilingual = PROMISED
) -> PaperContent:
    """F-03 催办通知书: from the centre to the window of a department, near a limit (G-03)."""
    said = Bilingual(
        f"你单位办理的“{about.item_name}”（办件编号{about.tracking_number}）{limit.zh}即将届满，剩余{remaining.zh}，"
        "请抓紧办理。",
        f"The {limit.en} of case {about.tracking_number} “{about.item_name}” is near: {remaining.en} left.",
    )
    facts = [_applicant(about), deadline(limit.zh, limit.en.capitalize(), due_at)]
    return about.content([said], facts=facts, addressee=department)


def supervision_order(
    about: AboutCase,
    *,
    department: str,
    due_at: datetime,
    overdue_days: int,
    demand: str,
    reply_by: datetime,
    legal_basis: str = "",
    limit: Bilingual = PROMISED,
    red: bool = False,
) -> PaperContent:
    """F-04 书面督办通知: to the unit of the window, over a limit; what to do and when to answer (G-04).

    It is the yellow card of the case, or the ``red`` one.
    """
    how_long, days = ("", "") if not overdue_days else (f"{overdue_days}个工作日", f" by {overdue_days} working days")
    said = [
        Bilingual(
            f"你单位办理的“{about.item_name}”（办件编号{about.tracking_number}）已超过{limit.zh}{how_long}仍未办结。",
            f"Case {about.tracking_number} “{about.item_name}” is over its {limit.en}{days}.",
        ),
        Bilingual(f"要求：{ended(demand)}", f"Required: {demand}"),
    ]
    facts = [
        _applicant(about),
        Fact(limit.zh, limit.en.capitalize(), chinese_moment(due_at), english_moment(due_at)),
        Fact("监察等级", "Card", *(("红牌", "Red card") if red else ("黄牌", "Yellow card"))),
        deadline("回复时限", "Reply", reply_by),
    ]
    title = Bilingual("红牌督办通知书", "Red-Card Supervision Order") if red else None
    return about.content(said, basis=legal_basis, facts=facts, addressee=department, title=title)


def temporary_permit(
    about: AboutCase,
    *,
    name: str,
    valid_from: date,
    valid_until: date,
    outstanding: Sequence[str],
    legal_basis: str,
) -> PaperContent:
    """临时许可证 on a commitment (I-04, I-05), with the list of formalities still to be completed."""
    said = Bilingual(
        f"本证凭申请人的承诺先行核发。申请人应当在{chinese_date(valid_until)}前补齐下列材料，换发正式证件；逾期失效：",
        f"Issued ahead on the applicant's commitment. The following must be supplied by {valid_until.isoformat()}; "
        "the permit then ends or is exchanged:",
    )
    facts = [
        Fact("持证人", "Holder", about.applicant),
        Fact("许可事项", "Subject", about.item_name),
        validity(valid_from, valid_until),
    ]
    title = Bilingual(name, "Temporary Permit")
    return about.content([said], basis=legal_basis, title=title, entries=outstanding, facts=facts)


def deemed_act(
    about: AboutCase,
    *,
    act: Bilingual,
    deemed_on: date,
    limit_ended_at: datetime,
    legal_basis: str,
    remedies: Bilingual | None = None,
) -> PaperContent:
    """视为决定告知书: which act is deemed to have been taken, since when, because which limit ended (art. 32, 50; G-05)."""
    said = Bilingual(
        f"{about.application.zh}，办理时限于{chinese_moment(limit_ended_at)}届满，未见答复，"
        f"自{chinese_date(deemed_on)}起视为{act.zh}。",
        f"{about.application.en} was not answered before its limit ended; as of {deemed_on.isoformat()} it is deemed "
        f"{act.en}.",
    )
    return about.content([said], basis=legal_basis, facts=about.case_facts, remedies=remedies, deemed=True)


def _applicant(about: AboutCase) -> Fact:
    return Fact("申请人", "Applicant", about.applicant_masked)


def permit_withdrawn(
    about: AboutCase, *, permit: str, reason: str, legal_basis: str, remedies: Bilingual
) -> PaperContent:
    """撤回临时许可决定书: the commitment was not kept, or verification found it untrue (I-04, I-05)."""
    said = Bilingual(
        f"就{about.application.zh}凭承诺核发的临时许可证（{permit}），现决定撤回，自本决定送达之日起失效。"
        f"理由：{ended(reason)}",
        f"The temporary permit {permit}, issued on a commitment, is withdrawn and ends with the delivery of this decision. "
        f"Reason: {reason}",
    )
    title = Bilingual("撤回临时许可决定书", "Decision to Withdraw a Temporary Permit")
    facts = [about.case_facts[0], Fact("临时许可证编号", "Temporary permit", permit)]
    return about.content([said], basis=legal_basis, facts=facts, remedies=remedies, title=title)
