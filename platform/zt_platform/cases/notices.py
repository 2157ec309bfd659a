"""The paper an act will issue, as the clerk reads it before signing. Chinese, because the Chinese text has force.

The decision's own text is :mod:`zt_platform.cases.papers`; here are its preview and the notices of art. 32.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.papers import Decision, decision_text
from zt_platform.cases.queries import applicant_of
from zt_platform.cases.vocabulary import Action
from zt_platform.catalogue.kinds import DelegationKind
from zt_tenants.clock import CHINA, now, today

_LATER = "(签发时编号)"


def notice_for(action: Action, case: Case, given: Mapping[str, Any]) -> str:
    """The text of the paper that ``action`` issues with what the clerk wrote; "" when it issues none."""
    match action:
        case Action.RETURN_FOR_CORRECTION:
            lines = [line.strip() for line in str(given.get("defects", "")).splitlines() if line.strip()]
            listed = [f"    {number}. {line}" for number, line in enumerate(lines, start=1)]
            return _notice(
                case, "补正材料通知书", "经审查，需要补正下列内容，请一次补齐：", listed, "第三十二条第一款第四项"
            )
        case Action.REFUSE:
            return _notice(
                case,
                "不予受理通知书",
                "经审查，决定不予受理，理由如下：",
                [f"    {given.get('reason', '')}"],
                "第三十二条",
            )
        case Action.GRANT | Action.DENY:
            return _decision(case, granted=action is Action.GRANT, given=given)
        case _:
            return ""


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _notice(case: Case, title: str, operative: str, lines: list[str], article: str) -> str:
    submitted = (case.submitted_at or now()).astimezone(CHINA).date()
    return "\n".join(
        [
            title,
            "",
            f"办件编号：{grouped(case.tracking_number or '')}",
            "",
            f"{applicant_of(case).name}：",
            f"    您（单位）于{_chinese(submitted)}提出的“{case.item_name}”申请，{operative}",
            *lines,
            "",
            f"    依据：《中华人民共和国行政许可法》{article}。",
            "",
            case.legal_name_of_decider,
            _chinese(today()),
        ]
    )


def _decision(case: Case, *, granted: bool, given: Mapping[str, Any]) -> str:
    party = applicant_of(case)
    entrusted = case.delegation_kind == DelegationKind.ENTRUSTED and case.department is not None
    return decision_text(
        Decision(
            number=_LATER,
            tracking_number=grouped(case.tracking_number or ""),
            item_name=case.item_name,
            granted=granted,
            applicant_name=party.name,
            applicant_id_masked=party.masked_id,
            accepted_on=(case.accepted_at or now()).astimezone(CHINA).date(),
            decided_on=today(),
            legal_basis=case.legal_basis,
            opinion=str(given.get("opinion") or "申请材料齐全，符合法定条件，同意。"),
            legal_name=case.legal_name_of_decider,
            acting_for=case.department.name if entrusted and case.department else "",
            certificate_number=_LATER if granted else "",
            valid_from=today() if granted else None,
            valid_until=given.get("valid_until") if granted else None,
        )
    )
