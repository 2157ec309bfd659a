"""What the papers about a case say, from plain arguments; the same content feeds preview and paper. Pure.

Other apps call :func:`zt_platform.papers.commands.issue_paper` with one of these. Dates are those of the centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from zt_platform.papers.content import Bilingual, Fact, PaperContent
from zt_tenants.clock import CHINA

_LICENSING_LAW = "《中华人民共和国行政许可法》"


@dataclass(frozen=True, slots=True)
class AboutCase:
    """What every paper about a case needs. ``tracking_number`` is grouped, as it is printed."""

    tracking_number: str
    item_name: str
    applicant: str
    applicant_masked: str
    submitted_on: date
    contact: str = ""
    legal_name: str = ""
    acting_for: str = ""

    @property
    def application(self) -> Bilingual:
        """“Your application of … for …”, in both languages."""
        return Bilingual(
            f"你（单位）于{chinese_date(self.submitted_on)}提出的“{self.item_name}”申请",
            f"Your application “{self.item_name}” of {self.submitted_on.isoformat()}",
        )

    def content(
        self,
        paragraphs: Sequence[Bilingual],
        *,
        basis: str = "",
        title: Bilingual | None = None,
        entries: Sequence[str] = (),
        facts: Sequence[Fact] = (),
        remedies: Bilingual | None = None,
        deemed: bool = False,
        addressee: str | None = None,
    ) -> PaperContent:
        """A paper's content addressed to the applicant unless another addressee is named."""
        return PaperContent(
            addressee=self.applicant if addressee is None else addressee,
            addressee_masked=self.applicant_masked if addressee is None else addressee,
            paragraphs=paragraphs,
            title=title,
            entries=entries,
            facts=facts,
            legal_basis=basis,
            remedies=remedies,
            deemed=deemed,
            tracking_number=self.tracking_number,
            legal_name=self.legal_name,
            acting_for=self.acting_for,
            contact=self.contact,
        )

    @property
    def case_facts(self) -> list[Fact]:
        """Number and window telephone: how the applicant follows the case (F-01)."""
        return [
            Fact("办件编号", "Case number", self.tracking_number),
            Fact("窗口电话", "Window telephone", self.contact),
        ]


def chinese_date(day: date) -> str:
    """2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_moment(moment: datetime) -> str:
    """2026年3月9日17:00, in China."""
    local = moment.astimezone(CHINA)
    return f"{chinese_date(local.date())}{local:%H:%M}"


def materials_receipt(about: AboutCase, *, received: Sequence[str], answer_by: datetime | None) -> PaperContent:
    """What was handed in, and until when the organ must answer (行政许可法 art. 32)."""
    said = Bilingual(
        f"收到{about.application.zh}及下列材料。本凭证仅证明收到材料，不代表已经受理。",
        f"{about.application.en} and the materials below were received. This is no acceptance yet.",
    )
    facts = about.case_facts
    if answer_by is not None:
        facts.append(Fact("答复时限", "Answer due", f"{chinese_moment(answer_by)}前，逾期不告知即为受理"))
    return about.content([said], basis=f"{_LICENSING_LAW}第三十二条", entries=received, facts=facts)


def acceptance(about: AboutCase, *, accepted_on: date, due_at: datetime, handler: str, deemed: bool) -> PaperContent:
    """F-01 受理通知书: window telephone, handling person, promised completion, number (E-10, art. 32)."""
    if deemed:
        said = Bilingual(
            f"{about.application.zh}，本机关未在五日内一次告知需要补正的全部内容，自收到申请材料之日"
            f"（{chinese_date(accepted_on)}）起即为受理。",
            f"{about.application.en} was not answered within five days and counts as accepted since it was received "
            f"({accepted_on.isoformat()}).",
        )
        basis = f"{_LICENSING_LAW}第三十二条第一款第四项"
    else:
        said = Bilingual(
            f"{about.application.zh}，申请事项属于本机关职权范围，申请材料齐全、符合法定形式，"
            f"决定自{chinese_date(accepted_on)}起予以受理。",
            f"{about.application.en} is within our competence and complete; it is accepted as of "
            f"{accepted_on.isoformat()}.",
        )
        basis = f"{_LICENSING_LAW}第三十二条第一款第五项"
    facts = [
        *about.case_facts,
        Fact("经办人", "Handled by", handler),
        Fact("承诺办结时间", "Promised completion", f"{chinese_moment(due_at)}前"),
    ]
    return about.content([said], basis=basis, facts=facts, deemed=deemed)


def correction(about: AboutCase, *, defects: Sequence[str]) -> PaperContent:
    """F-02 一次性补正告知书: every defect, once (E-11, E-12, art. 32)."""
    said = Bilingual(
        f"{about.application.zh}，经审查，需要补正下列全部内容，请一次补齐：",
        f"{about.application.en} needs all of the following corrections; please supply them at once:",
    )
    return about.content(
        [said], basis=f"{_LICENSING_LAW}第三十二条第一款第四项", entries=defects, facts=about.case_facts
    )


def refusal(about: AboutCase, *, reason: str, remedies: Bilingual) -> PaperContent:
    """不予受理决定书, with reason and remedies (art. 32)."""
    said = Bilingual(
        f"{about.application.zh}，经审查，决定不予受理。理由：{ended(reason)}",
        f"{about.application.en} is not accepted. Reason: {reason}",
    )
    return about.content([said], basis=f"{_LICENSING_LAW}第三十二条", facts=[about.case_facts[0]], remedies=remedies)


def grant(
    about: AboutCase,
    *,
    accepted_on: date,
    opinion: str,
    legal_basis: str,
    certificate: str,
    valid_from: date,
    valid_until: date | None,
    deemed: bool = False,
) -> PaperContent:
    """准予行政许可决定书 (art. 38). ``deemed``: granted because a limit ran out (art. 50, or the centre's rule)."""
    said = Bilingual(
        f"{about.application.zh}，本机关于{chinese_date(accepted_on)}受理。经审查，申请符合法定条件、标准，"
        f"依照{_LICENSING_LAW}第三十八条第一款的规定，决定准予行政许可。",
        f"{about.application.en}, accepted on {accepted_on.isoformat()}, meets the legal conditions and is granted "
        "(Administrative Licensing Law, art. 38).",
    )
    facts = [about.case_facts[0], Fact("审批意见", "Opinion", opinion)]
    if certificate:
        facts.append(Fact("许可证件编号", "Certificate", certificate))
        facts.append(Fact("有效期", "Valid", validity(valid_from, valid_until)))
    return about.content([said], basis=legal_basis, facts=facts, deemed=deemed)


def denial(about: AboutCase, *, accepted_on: date, reasons: str, legal_basis: str, remedies: Bilingual) -> PaperContent:
    """不予行政许可决定书: reasons and remedies (art. 38)."""
    said = [
        Bilingual(
            f"{about.application.zh}，本机关于{chinese_date(accepted_on)}受理。经审查，申请不符合法定条件、标准，"
            f"依照{_LICENSING_LAW}第三十八条第二款的规定，决定不予行政许可。",
            f"{about.application.en}, accepted on {accepted_on.isoformat()}, does not meet the legal conditions and is "
            "denied (Administrative Licensing Law, art. 38).",
        ),
        Bilingual(f"不予许可的理由：{ended(reasons)}", f"Reasons: {reasons}"),
    ]
    return about.content(said, basis=legal_basis, facts=[about.case_facts[0]], remedies=remedies)


def certificate(
    about: AboutCase,
    *,
    name: str,
    identification: str,
    legal_basis: str,
    valid_from: date,
    valid_until: date | None,
) -> PaperContent:
    """证照 (E-26): holder, subject, validity. The identifying number is given masked."""
    facts = [
        Fact("持证人", "Holder", about.applicant),
        Fact("证件号码", "Identification", identification),
        Fact("许可事项", "Subject", about.item_name),
        Fact("有效期", "Valid", validity(valid_from, valid_until)),
        Fact("发证机关", "Issued by", about.legal_name),
    ]
    facts = [fact for fact in facts if fact.value]
    return about.content([], basis=legal_basis, title=Bilingual(name, "Administrative Permit"), facts=facts)


def delivery_receipt(about: AboutCase, *, papers: Sequence[str], method: str, delivered_at: datetime) -> PaperContent:
    """送达回证: what was delivered to whom, how and when (art. 44)."""
    said = Bilingual(
        f"就{about.application.zh}，下列文书已送达受送达人。",
        f"The papers below were delivered. {about.application.en}.",
    )
    facts = [
        Fact("受送达人", "Delivered to", about.applicant),
        about.case_facts[0],
        Fact("送达方式", "By", method),
        Fact("送达时间", "On", chinese_moment(delivered_at)),
    ]
    return about.content([said], entries=papers, facts=facts)


def reminder(about: AboutCase, *, unit: str, limit: Bilingual, due_at: datetime) -> PaperContent:
    """F-03 催办通知书: the limit is near; to the window's unit."""
    said = Bilingual(
        f"你单位办理的办件（{about.item_name}）{limit.zh}将于{chinese_moment(due_at)}届满，请在期限内办结。",
        f"The {limit.en} of the case “{about.item_name}” ends on {local_moment(due_at)}. Please finish it in time.",
    )
    facts = [*_named(about, unit), Fact(limit.zh, limit.en.capitalize(), chinese_moment(due_at))]
    return about.content([said], facts=facts, addressee=unit)


def supervision_order(about: AboutCase, *, unit: str, limit: Bilingual, due_at: datetime, red: bool) -> PaperContent:
    """F-04 督办通知书: the limit has passed; to the window's unit. ``red``: long over it."""
    how = "严重超期" if red else "超期"
    said = Bilingual(
        f"你单位办理的办件（{about.item_name}）{limit.zh}已于{chinese_moment(due_at)}届满，至今尚未办结，{how}。"
        "请立即办理，并书面说明原因。",
        f"The {limit.en} of the case “{about.item_name}” ended on {local_moment(due_at)} and the case is "
        f"{'long ' if red else ''}overdue. Act at once, and explain in writing.",
    )
    title = Bilingual("红牌督办通知书", "Red-Card Supervision Order") if red else None
    card = Fact("监察等级", "Card", "红牌" if red else "黄牌")
    facts = [*_named(about, unit), Fact(limit.zh, limit.en.capitalize(), chinese_moment(due_at)), card]
    return about.content([said], facts=facts, addressee=unit, title=title)


def _named(about: AboutCase, unit: str) -> list[Fact]:
    return [
        Fact("办件编号", "Case number", about.tracking_number),
        Fact("办理单位", "Unit", unit),
        Fact("申请人", "Applicant", about.applicant_masked),
    ]


def local_moment(moment: datetime) -> str:
    """2026-03-09 17:00, in China."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def validity(valid_from: date, valid_until: date | None) -> str:
    """From when until when, or without end."""
    until = f"至{chinese_date(valid_until)}" if valid_until else "起长期有效"
    return f"自{chinese_date(valid_from)}{until}"


def ended(sentence: str) -> str:
    """The sentence with a full stop, whatever the clerk typed."""
    text = sentence.strip()
    return text if text.endswith(("。", "！", "？", ".", "!", "?")) else f"{text}。"
