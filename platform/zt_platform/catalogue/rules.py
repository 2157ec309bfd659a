"""Rules of the catalogue. Pure: no database, the day is passed in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from zt_platform.catalogue.kinds import CaseKind
from zt_tenants.errors import InvalidInput
from zt_tenants.language import bi

ORDINARY_CEILING_DAYS = 20
"""Working days within which a permit is decided unless another law says otherwise (行政许可法 art. 42)."""
JOINT_CEILING_DAYS = 45
"""The same where several departments decide together: unified, joint, concentrated handling (art. 26, 42(2))."""
LONGEST_LIMIT_DAYS = 1000
MEASURED_STEPS = ("REVIEWED", "APPROVED")
"""The steps of a decision that may have an allowance of their own (E-24): review and decision."""

SIX_DISCLOSURES: Mapping[str, tuple[str, str]] = {
    "legal_basis": ("法定依据", "legal basis"),
    "conditions": ("申请条件", "conditions"),
    "materials": ("申报材料", "materials"),
    "procedure": ("办事程序", "procedure"),
    "statutory_basis": ("办理时限", "time limit and its basis"),
    "fee": ("收费标准及依据", "fee and its basis"),
}
"""The six disclosures (六公开, D-01): what must be public before an item is; attribute → names."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What an item version says about itself, as far as the six disclosures and the limits are concerned."""

    kind: str
    statutory_days: int
    statutory_basis: str
    promised_days: int
    legal_basis: str
    conditions: str
    procedure: str
    fee: str
    fee_basis: str
    materials: int
    decided_jointly: bool = False
    step_days: Mapping[str, int] = field(default_factory=dict)


def missing_disclosures(disclosure: Disclosure) -> list[str]:
    """The attributes of the six disclosures that are still empty (D-01). A fee other than none needs its basis."""
    missing = [
        attribute
        for attribute in SIX_DISCLOSURES
        if not (disclosure.materials if attribute == "materials" else str(getattr(disclosure, attribute)).strip())
    ]
    if "fee" not in missing and disclosure.fee.strip() != "不收费" and not disclosure.fee_basis.strip():
        missing.append("fee")
    return missing


def check_day_count(field: str, days: int) -> None:
    """Refuse a number of working days that no law could mean. Raises InvalidInput naming ``field``."""
    if not 0 <= days <= LONGEST_LIMIT_DAYS:
        raise InvalidInput(
            field=field,
            zh="时限应为0至{longest}个工作日。",
            en="A limit lies between 0 and {longest} working days.",
            longest=LONGEST_LIMIT_DAYS,
        )


def check_publishable(disclosure: Disclosure) -> None:
    """Refuse a version whose disclosures or limits are not lawful.

    Raises InvalidInput naming the field: a disclosure is missing (D-01); a limit is out of range; the promise is longer
    than the law's limit (B-10); an instant item promises days (E-01); more than 20 days on no other basis than art. 42.
    """
    missing = missing_disclosures(disclosure)
    if missing:
        zh, en = SIX_DISCLOSURES[missing[0]]
        raise InvalidInput(
            field=missing[0],
            zh="发布前须公开“{zh_name}”。",
            en="Publish the item's {en_name} first.",
            zh_name=zh,
            en_name=en,
        )
    check_day_count("statutory_days", disclosure.statutory_days)
    check_day_count("promised_days", disclosure.promised_days)
    if disclosure.promised_days > disclosure.statutory_days:
        raise InvalidInput(
            field="promised_days",
            zh="承诺时限不得长于法定时限({days}个工作日)。",
            en="The promised limit is longer than the law's ({days} working days).",
            days=disclosure.statutory_days,
        )
    if disclosure.kind == CaseKind.INSTANT and disclosure.promised_days:
        raise InvalidInput(
            field="promised_days", zh="即办件的承诺时限为零。", en="An instant item has a promised limit of zero days."
        )
    if "行政许可法" in disclosure.statutory_basis:
        check_ceiling(disclosure)
    _check_step_days(disclosure)


def decision_ceiling(*, decided_jointly: bool) -> int:
    """Art. 42: working days for a decision unless another law or regulation sets them: 20, or 45 where several decide."""
    return JOINT_CEILING_DAYS if decided_jointly else ORDINARY_CEILING_DAYS


def check_ceiling(disclosure: Disclosure) -> None:
    """A permit's limit over 20 working days, or 45 where several decide together, names the other law (art. 42).

    What is no permit may rest on another document. Raises InvalidInput (field ``statutory_basis``).
    """
    ceiling = decision_ceiling(decided_jointly=disclosure.decided_jointly)
    if disclosure.statutory_days > ceiling and not names_another_law(disclosure.statutory_basis):
        raise InvalidInput(
            field="statutory_basis",
            zh="法定时限超过{days}个工作日的，须注明另有规定的法律、法规(行政许可法第四十二条)。",
            en="A limit over {days} working days needs another law as its basis (Licensing Law, art. 42).",
            days=ceiling,
        )


def names_another_law(basis: str) -> bool:
    """Whether a basis names a law or regulation in 《》 that is not the Licensing Law itself (art. 42).

    That the document exists and sets this limit is for whoever publishes the item to know.
    """
    return any("行政许可法" not in name for name in re.findall(r"《([^《》]+)》", basis))


def _check_step_days(disclosure: Disclosure) -> None:
    """Allowances of single steps (E-24) lie within the promise. Raises InvalidInput (field ``step_days``)."""
    days = disclosure.step_days
    known = all(step in MEASURED_STEPS for step in days)
    if not known or any(one < 1 for one in days.values()) or sum(days.values()) > disclosure.promised_days:
        raise InvalidInput(
            field="step_days",
            zh="各环节时限至少一个工作日，合计不得超过承诺时限。",
            en="Each step has a working day at least, and together they stay within the promised limit.",
        )


class DelegationDates(Protocol):
    """What :func:`why_not_in_force` reads of a delegation."""

    valid_from: date
    valid_until: date | None
    revoked_on: date | None
    docking_done_on: date | None
    training_done_on: date | None
    documents_done_on: date | None


def why_not_in_force(delegation: DelegationDates, on: date) -> str | None:
    """Why a delegation does not count on a day, in the active language; None when it is in force.

    Inside its dates and with docking, training and documents handed over (C-02); else the case stays where it is and
    the applicant is told this sentence.
    """
    if delegation.revoked_on is not None and delegation.revoked_on <= on:
        return bi("该事项的授权已于{day}撤销。", "The delegation was revoked on {day}.", day=delegation.revoked_on)
    if on < delegation.valid_from:
        return bi("该事项的授权自{day}起生效。", "The delegation takes effect on {day}.", day=delegation.valid_from)
    if delegation.valid_until is not None and delegation.valid_until < on:
        return bi("该事项的授权已于{day}期满。", "The delegation ended on {day}.", day=delegation.valid_until)
    steps = (
        (delegation.docking_done_on, "对接协调", "docking"),
        (delegation.training_done_on, "操作培训", "training"),
        (delegation.documents_done_on, "资料移交", "hand-over of documents"),
    )
    open_steps = [(zh, en) for done, zh, en in steps if done is None or done > on]
    if open_steps:
        return bi(
            "下放交接尚未完成：{zh}。",
            "The hand-over is not complete: {en}.",
            zh="、".join(zh for zh, _ in open_steps),
            en=", ".join(en for _, en in open_steps),
        )
    return None
