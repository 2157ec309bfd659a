"""When an item may be published and a delegation counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from zt_platform.catalogue.rules import (
    Disclosure,
    check_ceiling,
    check_publishable,
    missing_disclosures,
    why_not_in_force,
)
from zt_tenants.errors import InvalidInput

WHOLE = Disclosure(
    kind="PROMISED",
    statutory_days=20,
    statutory_basis="《行政许可法》第四十二条",
    promised_days=5,
    legal_basis="《公共场所卫生管理条例》第四条",
    conditions="选址符合卫生要求",
    procedure="受理、审核、审批、办结",
    fee="不收费",
    fee_basis="",
    materials=3,
)


@pytest.mark.req("D-01")
@pytest.mark.parametrize("attribute", ["legal_basis", "conditions", "procedure", "statutory_basis", "fee", "materials"])
def test_each_of_the_six_disclosures_is_mandatory(attribute: str) -> None:
    lacking = replace(WHOLE, **{attribute: 0 if attribute == "materials" else " "})
    assert missing_disclosures(lacking) == [attribute]
    with pytest.raises(InvalidInput) as refused:
        check_publishable(lacking)
    assert refused.value.field == attribute


@pytest.mark.req("D-01", "B-21")
def test_a_fee_needs_its_basis() -> None:
    assert missing_disclosures(replace(WHOLE, fee="每证10元")) == ["fee"]
    check_publishable(replace(WHOLE, fee="每证10元", fee_basis="发改价格〔2003〕2322号"))


@pytest.mark.req("B-10")
def test_limits() -> None:
    check_publishable(WHOLE)
    for field, change in [
        ("promised_days", {"promised_days": 21}),
        ("promised_days", {"kind": "INSTANT"}),
        ("statutory_basis", {"statutory_days": 30}),
    ]:
        with pytest.raises(InvalidInput) as refused:
            check_publishable(replace(WHOLE, **change))
        assert refused.value.field == field
    check_publishable(replace(WHOLE, statutory_days=30, statutory_basis="《环境影响评价法》第二十二条"))


@dataclass
class Dates:
    valid_from: date = date(2026, 3, 1)
    valid_until: date | None = date(2026, 12, 31)
    revoked_on: date | None = None
    docking_done_on: date | None = date(2026, 2, 1)
    training_done_on: date | None = date(2026, 2, 2)
    documents_done_on: date | None = date(2026, 2, 3)


@pytest.mark.req("C-02")
@pytest.mark.parametrize(
    ("day", "changes", "reason"),
    [
        (date(2026, 3, 1), {}, None),
        (date(2026, 12, 31), {}, None),
        (date(2026, 2, 28), {}, "起生效"),
        (date(2027, 1, 1), {}, "期满"),
        (date(2026, 6, 1), {"revoked_on": date(2026, 6, 1)}, "撤销"),
        (date(2026, 5, 31), {"revoked_on": date(2026, 6, 1)}, None),
        (date(2026, 6, 1), {"training_done_on": None}, "操作培训"),
        (date(2026, 6, 1), {"docking_done_on": None, "documents_done_on": None}, "对接协调、资料移交"),
        (date(2026, 6, 1), {"documents_done_on": date(2026, 6, 2)}, "资料移交"),
        (date(2099, 6, 1), {"valid_until": None}, None),
    ],
)
def test_why_a_delegation_does_not_count(day: date, changes: dict[str, date | None], reason: str | None) -> None:
    told = why_not_in_force(Dates(**changes), day)
    if reason is None:
        assert told is None
    else:
        assert told is not None
        assert reason in told


@pytest.mark.parametrize("days", [-1, 1001, 10**9])
@pytest.mark.parametrize("field", ["statutory_days", "promised_days"])
def test_a_limit_that_no_law_could_mean_is_refused(field: str, days: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_publishable(replace(WHOLE, **{field: days}))
    assert refused.value.field == field


@pytest.mark.req("B-10")
@pytest.mark.parametrize(
    ("days", "jointly", "basis", "lawful"),
    [
        (20, False, "《行政许可法》第四十二条", True),
        (21, False, "《中华人民共和国行政许可法》第四十二条", False),
        (21, False, "另有规定", False),
        (60, False, "《环境影响评价法》第二十二条", True),
        (60, False, "《行政许可法》第四十二条、《安全生产许可证条例》第七条", True),
        (45, True, "《行政许可法》第四十二条", True),
        (46, True, "《行政许可法》第四十二条", False),
        (90, True, "《环境影响评价法》第二十二条", True),
    ],
)
def test_article_42_more_days_need_another_law_named(days: int, jointly: bool, basis: str, lawful: bool) -> None:
    version = replace(WHOLE, statutory_days=days, decided_jointly=jointly, statutory_basis=basis)
    if lawful:
        check_ceiling(version)
        check_publishable(version)
        return
    with pytest.raises(InvalidInput) as refused:
        check_ceiling(version)
    assert refused.value.field == "statutory_basis"


def test_article_42_is_about_permits_what_is_none_may_rest_on_another_document() -> None:
    version = replace(WHOLE, statutory_days=60, statutory_basis="审计通知书确定的审计期限")
    assert check_publishable(version) is None
    with pytest.raises(InvalidInput) as refused:
        check_ceiling(version)
    assert refused.value.field == "statutory_basis"


@pytest.mark.req("E-24")
@pytest.mark.parametrize(
    ("steps", "lawful"),
    [
        ({}, True),
        ({"REVIEWED": 1}, True),
        ({"REVIEWED": 0}, False),
        ({"REVIEWED": 500, "APPROVED": 1}, False),
        ({"DELIVERED": 1}, False),
    ],
)
def test_allowances_of_steps_lie_within_the_promise(steps: dict[str, int], lawful: bool) -> None:
    version = replace(WHOLE, step_days=steps)
    if lawful:
        check_publishable(version)
        return
    with pytest.raises(InvalidInput) as refused:
        check_publishable(version)
    assert refused.value.field == "step_days"
