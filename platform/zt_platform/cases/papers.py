"""The written decision (决定书): complete plain text, UTF-8, Chinese first with an English summary. Pure.

行政许可法 art. 38: a decision is in writing; a denial states its reasons and the remedies. Art. 24: an entrusted organ
decides in the name of the entrusting one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_RECONSIDERATION = "可以自知道本决定之日起六十日内向本级人民政府申请行政复议(《中华人民共和国行政复议法》第二十条)"
_LITIGATION = "也可以自知道本决定之日起六个月内直接向人民法院提起行政诉讼(《中华人民共和国行政诉讼法》第四十六条)"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the paper says. ``certificate_number`` is empty for a denial; ``acting_for`` names an entrusted department."""

    number: str
    tracking_number: str
    item_name: str
    granted: bool
    applicant_name: str
    applicant_id_masked: str
    accepted_on: date
    decided_on: date
    legal_basis: str
    opinion: str
    legal_name: str
    acting_for: str = ""
    certificate_number: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def title(self) -> str:
        """The paper's title in Chinese."""
        return "准予行政许可决定书" if self.granted else "不予行政许可决定书"


def decision_text(decision: Decision) -> str:
    """The whole paper."""
    lines = [
        decision.title,
        "",
        f"文书编号：{decision.number}",
        f"办件编号：{decision.tracking_number}",
        "",
        f"申请人：{decision.applicant_name}(证件号码：{decision.applicant_id_masked})",
        f"申请事项：{decision.item_name}",
        "",
        f"    你(单位)提出的“{decision.item_name}”申请，本机关于{_chinese(decision.accepted_on)}受理。"
        + _operative_part(decision),
        "",
        f"    法定依据：{decision.legal_basis}",
        f"    审批意见：{decision.opinion}",
        *_certificate_part(decision),
        "",
        f"    如不服本决定，{_RECONSIDERATION};{_LITIGATION}。",
        *_entrusted_part(decision),
        "",
        f"{decision.legal_name}(盖章)",
        _chinese(decision.decided_on),
        "",
        "-" * 40,
        *_english_summary(decision),
    ]
    return "\n".join(lines) + "\n"


def _operative_part(decision: Decision) -> str:
    if decision.granted:
        return (
            "经审查，申请符合法定条件、标准，依照《中华人民共和国行政许可法》第三十八条第一款的规定，决定准予行政许可。"
        )
    return (
        "经审查，申请不符合法定条件、标准，依照《中华人民共和国行政许可法》第三十八条第二款的规定,"
        "决定不予行政许可，理由见审批意见。"
    )


def _certificate_part(decision: Decision) -> list[str]:
    if not decision.certificate_number or decision.valid_from is None:
        return []
    until = f"至{_chinese(decision.valid_until)}" if decision.valid_until else "起长期有效"
    return [f"    许可证件编号：{decision.certificate_number}", f"    有效期：自{_chinese(decision.valid_from)}{until}"]


def _entrusted_part(decision: Decision) -> list[str]:
    if not decision.acting_for:
        return []
    return [
        f"    本决定由受委托机关{decision.acting_for}以委托机关{decision.legal_name}的名义作出,"
        "委托机关对该行为的后果承担法律责任(《中华人民共和国行政许可法》第二十四条)。"
    ]


def _english_summary(decision: Decision) -> list[str]:
    result = "granted" if decision.granted else "denied"
    lines = [
        "English summary (the Chinese text is authoritative)",
        f"Decision {decision.number} on case {decision.tracking_number}: the application “{decision.item_name}” of "
        f"{decision.applicant_name} is {result} (Administrative Licensing Law, art. 38).",
        f"Issued on {decision.decided_on.isoformat()} by {decision.legal_name}.",
    ]
    if decision.acting_for:
        lines.append(f"Decided by {decision.acting_for}, entrusted, in the name of {decision.legal_name} (art. 24).")
    if decision.certificate_number and decision.valid_from:
        until = f" until {decision.valid_until.isoformat()}" if decision.valid_until else ", without a time limit"
        lines.append(f"Certificate {decision.certificate_number}, valid from {decision.valid_from.isoformat()}{until}.")
    lines.append(
        "You may apply for administrative reconsideration to the people's government of the same level within 60 days, "
        "or sue at the people's court within six months of learning of this decision."
    )
    return lines


def _chinese(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
