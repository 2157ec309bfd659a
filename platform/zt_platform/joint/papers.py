"""What the papers of joint handling say: the contact form with its sign-for block (F-10), and deemed consent (G-06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zt_platform.cases.models import Case
from zt_platform.cases.papers import about
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.joint.models import JointTask
from zt_platform.joint.register import Register
from zt_platform.joint.rules import Deemed
from zt_platform.joint.vocabulary import Neglect
from zt_platform.papers.builders import chinese_moment, deadline, english_moment
from zt_platform.papers.content import Bilingual, Fact, PaperContent

_SILENCE = {
    DefaultKind.ABSENCE: Bilingual("无故缺席会议的", "absence from a meeting without excuse"),
    DefaultKind.OVERTIME: Bilingual("签收后逾期未答复的", "no opinion in time after signing"),
    DefaultKind.INACTION: Bilingual("逾期未签收的", "not signing in time"),
}
_WHY = {
    DefaultKind.ABSENCE: Bilingual("无故缺席并联会议", "was absent from the joint meeting without excuse"),
    DefaultKind.OVERTIME: Bilingual(
        "签收联系单后，逾期未答复意见", "signed for the contact form and gave no opinion in time"
    ),
    DefaultKind.INACTION: Bilingual("逾期未签收联系单", "did not sign for the contact form in time"),
}


def contact_content(
    case: Case, register: Register, tasks: Sequence[JointTask], defaults: Mapping[str, str], asked_by: str
) -> PaperContent:
    """F-10 并联办理联系单: one form a round, with a line on which each unit signs for it, what it is asked and by when.

    Silence counts only by the rules named on it, with their legal basis.
    """
    known = about(case)
    to = tasks[0].unit if len(tasks) == 1 else "各参与单位"
    said = [
        Bilingual(
            f"我单位牵头并联办理“{case.item_name}”。"
            "现就你单位职责范围内的下列内容征求意见，请收到后签收，当日办理、次日答复；另定时限的，在所列时限前答复。",
            f"We lead the joint handling of “{case.item_name}” ({known.tracking_number}) and ask for your opinion on what "
            "is listed below. Sign for this form, handle it the same day and answer the next, or by the time stated.",
        )
    ]
    said += [
        Bilingual(
            f"依照{basis}，{_SILENCE[DefaultKind(kind)].zh}，视为同意。",
            f"By {basis}, {_SILENCE[DefaultKind(kind)].en} counts as consent.",
        )
        for kind, basis in defaults.items()
    ]
    return known.content(
        said,
        basis="《中华人民共和国行政许可法》第二十六条",
        entries=[f"{task.unit}：{task.part}（{chinese_moment(task.due_at)}前答复）" for task in tasks],
        facts=[
            Fact("并联登记号", "Register number", register.number),
            Fact("办件编号", "Case number", known.tracking_number),
            Fact("申请人", "Applicant", known.applicant_masked),
            Fact("牵头部门", "Lead", register.lead_department),
            Fact("联系人", "Contact", f"{asked_by} {known.contact}".strip()),
        ],
        addressee=to,
    )


def deemed_content(case: Case, task: JointTask, deemed: Deemed) -> PaperContent:
    """视为同意告知书: whose consent, by which of the three rules, on what legal basis, since when (G-06)."""
    known, why = about(case), _WHY[deemed.ground]
    said = Bilingual(
        f"你单位就“{case.item_name}”{why.zh}，自{chinese_moment(deemed.at)}起视为同意。本告知不改变你单位的法定职责。",
        f"{task.unit} {why.en} in case {known.tracking_number} “{case.item_name}”; this counts as consent since "
        f"{english_moment(deemed.at)}. Your duties by law remain.",
    )
    facts = [
        Fact("办件编号", "Case number", known.tracking_number),
        Fact("征求内容", "Asked", task.part),
        Fact("适用规则", "Rule", str(_RULES[deemed.ground])),
        Fact("答复时限", "Due", chinese_moment(task.due_at), english_moment(task.due_at)),
    ]
    return known.content(
        [said],
        basis=deemed.basis,
        facts=facts,
        deemed=deemed.ground is not DefaultKind.ABSENCE,  # no limit has ended there; the paper says what happened
        addressee=task.unit,
    )


_RULES = {
    DefaultKind.ABSENCE: "缺席默认制",
    DefaultKind.OVERTIME: "超时默认制",
    DefaultKind.INACTION: "不作为默认制",
}
"""The rules' own names, whatever language is active."""


def neglect_reason(task: JointTask, neglect: Neglect) -> str:
    """What the supervision order about a neglected task finds and demands (失职问责, H-06)."""
    what = "签收后逾期未答复意见" if neglect is Neglect.UNANSWERED else "逾期未签收"
    return (
        f"{task.lead_name}{task.lead_department}就“{task.item_name}”发来的并联办理联系单（{task.paper_number}）"
        f"应于{chinese_moment(task.due_at)}前答复，你单位{what}。请立即办理，并书面说明原因和整改措施。"
    )


def neglect_content(task: JointTask, neglect: Neglect, answer_due_at: datetime) -> PaperContent:
    """The supervision order that a centre gives its own unit over a neglected task (F-04, H-06)."""
    unit = task.department_name or task.participant_name
    what = (
        "did not answer in time after signing" if neglect is Neglect.UNANSWERED else "did not even sign for it in time"
    )
    return PaperContent(
        addressee=unit,
        addressee_masked=unit,
        paragraphs=[
            Bilingual(
                neglect_reason(task, neglect),
                f"{task.lead_name} asked for an opinion on “{task.item_name}”; {unit} {what}. Handle it at once and "
                "explain in writing why, and what was put right.",
            )
        ],
        facts=[
            Fact("联系单", "Contact form", task.paper_number),
            deadline("回复时限", "Reply", answer_due_at),
        ],
        tracking_number=task.tracking_number,
    )
