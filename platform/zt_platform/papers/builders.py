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
    track_url: str = ""

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
            track_url=self.track_url,
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


def english_moment(moment: datetime) -> str:
    """2026-03-09 17:00, in China, for the English annex."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


def materials_receipt(about: AboutCase, *, received: Sequence[str], answer_by: datetime | None) -> PaperContent:
    """What was handed in, and until when the organ must answer (行政许可法 art. 32)."""
    said = Bilingual(
        f"收到{about.application.zh}及下列材料。本凭证仅证明收到材料，不代表已经受理。",
        f"{about.application.en} and the materials below were received. This is no acceptance yet.",
    )
    facts = about.case_facts
    if answer_by is not None:
        due = deadline("答复时限", "Answer due", answer_by)
        told = f"{due.value_en}; if nothing is said by then, it counts as accepted"
        facts.append(due._replace(value=f"{due.value}，逾期不告知即为受理", value_en=told))
    return about.content([said], basis=f"{_LICENSING_LAW}第三十二条", entries=received, facts=facts)


def acceptance(
    about: AboutCase,
    *,
    accepted_on: date,
    due_at: datetime,
    provisional: bool = False,
    handler: str,
    deemed: bool,
    to_follow: Sequence[str] = (),
    more: Sequence[Fact] = (),
) -> PaperContent:
    """F-01 受理通知书: window telephone, handling person, promised completion, number (E-10, art. 32).

    ``to_follow``: accepted tolerantly (容缺受理), each material that may follow with its date.
    """
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
        deadline("承诺办结时间", "Promised completion", due_at, provisional=provisional),
        *more,
    ]
    paragraphs = [said]
    if to_follow:
        paragraphs.append(
            Bilingual(
                "本件依申请人的书面承诺容缺受理。下列材料应当在所列日期前补交，补齐以前不作出准予决定：",
                "Accepted on the applicant's written commitment though materials are missing. The materials below must be "
                "supplied by their dates; nothing is granted before:",
            )
        )
    return about.content(paragraphs, basis=basis, facts=facts, deemed=deemed, entries=to_follow)


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
    more: Sequence[Fact] = (),
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
        facts.append(validity(valid_from, valid_until))
    return about.content([said], basis=legal_basis, facts=[*facts, *more], deemed=deemed)


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
        validity(valid_from, valid_until),
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
        Fact("送达时间", "On", chinese_moment(delivered_at), english_moment(delivered_at)),
    ]
    return about.content([said], entries=papers, facts=facts)


def validity(valid_from: date, valid_until: date | None) -> Fact:
    """From when until when, or without end."""
    until = f"至{chinese_date(valid_until)}" if valid_until else "起长期有效"
    until_en = f"until {valid_until.isoformat()}" if valid_until else "without end"
    return Fact("有效期", "Valid", f"自{chinese_date(valid_from)}{until}", f"from {valid_from.isoformat()} {until_en}")


def deadline(zh: str, en: str, moment: datetime, *, provisional: bool = False) -> Fact:
    """Until when something has to be done; ``provisional`` where it rests on a year without a calendar yet (art. 82)."""
    until, until_en = f"{chinese_moment(moment)}前", f"by {english_moment(moment)}"
    if provisional:
        year = moment.astimezone(CHINA).year
        until += f"（暂定，{year}年放假安排公布后重新计算）"
        until_en += f" (provisional: counted again when the holidays of {year} are published)"
    return Fact(zh, en, until, until_en)


def ended(sentence: str) -> str:
    """The sentence with a full stop, whatever the clerk typed."""
    text = sentence.strip()
    return text if text.endswith(("。", "！", "？", ".", "!", "?")) else f"{text}。"
