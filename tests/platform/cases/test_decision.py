"""The decision, its paper and its certificate: complete, numbered without gaps, in the right name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from zt_interop.queue.models import OutboxMessage
from zt_platform.cases import commands
from zt_platform.cases.models import Certificate
from zt_platform.cases.papers import Decision, decision_text
from zt_platform.cases.testing import Desk, at, make_catalogue
from zt_platform.cases.vocabulary import Result, Status
from zt_storage.errors import StorageUnavailable
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput

PAPER = Decision(
    number="(340123-SC)许决〔2026〕00007号",
    tracking_number="340123-20260302-00001-7",
    item_name="食品经营许可",
    granted=True,
    applicant_name="张三丰",
    applicant_id_masked="3401**********1237",
    accepted_on=date(2026, 3, 2),
    decided_on=date(2026, 3, 6),
    legal_basis="《中华人民共和国食品安全法》第三十五条",
    opinion="符合条件",
    legal_name="肥西县市场监督管理局",
    certificate_number="(340123-SC)证〔2026〕00005号",
    valid_from=date(2026, 3, 6),
    valid_until=date(2031, 3, 5),
)


def reviewed(town):
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    return town.city.review(case)


@pytest.mark.req("E-05", "E-26")
def test_the_grant_says_everything_the_law_asks_for() -> None:
    text = decision_text(PAPER)
    for said in (
        "准予行政许可决定书",
        "文书编号：(340123-SC)许决〔2026〕00007号",
        "办件编号：340123-20260302-00001-7",
        "张三丰(证件号码：3401**********1237)",
        "2026年3月2日受理",
        "第三十八条第一款",
        "法定依据：《中华人民共和国食品安全法》第三十五条",
        "许可证件编号：(340123-SC)证〔2026〕00005号",
        "有效期：自2026年3月6日至2031年3月5日",
        "六十日内向本级人民政府申请行政复议",
        "六个月内直接向人民法院提起行政诉讼",
        "肥西县市场监督管理局(盖章)",
        "is granted",
        "valid from 2026-03-06 until 2031-03-05",
    ):
        assert said in text
    assert "长期有效" in decision_text(replace(PAPER, valid_until=None))


def test_article_38_the_denial_states_reasons_and_remedies_and_no_certificate() -> None:
    text = decision_text(replace(PAPER, granted=False, certificate_number="", opinion="场所不符合要求"))
    for said in ("不予行政许可决定书", "第三十八条第二款", "场所不符合要求", "行政复议", "行政诉讼", "is denied"):
        assert said in text
    for not_said in ("许可证件编号", "有效期", "Certificate"):
        assert not_said not in text


def test_article_24_the_entrusted_organ_acts_in_the_entrusting_ones_name() -> None:
    text = decision_text(replace(PAPER, legal_name="合肥市市场监督管理局", acting_for="肥西县市场监督管理局"))
    assert "受委托机关肥西县市场监督管理局以委托机关合肥市市场监督管理局的名义" in text
    assert "合肥市市场监督管理局(盖章)" in text


@pytest.mark.req("E-26")
def test_a_certificate_has_holder_dates_and_digest(town) -> None:
    case = town.city.decide(reviewed(town), certificate_name="食品经营许可证", valid_until=date(2031, 3, 1))
    with enter(town.city.centre):
        certificate = Certificate.objects.get(case=case)
    assert (certificate.name, certificate.issuer_name) == ("食品经营许可证", "合肥市市场监督管理局")
    assert (certificate.holder_name_masked, certificate.holder_id_masked) == ("张**", "3401**********1237")
    assert (certificate.issued_on, certificate.valid_until) == (date(2026, 3, 2), date(2031, 3, 1))
    assert certificate.digest == case.decision_paper.sha256
    assert case.delivery_due_at.date().isoformat() == "2026-03-16"
    assert case.running_due_at == case.delivery_due_at


def test_what_is_no_decision_is_refused(town) -> None:
    case = reviewed(town)
    before = town.city.snapshot()
    with enter(town.city.centre):
        for result, opinion, until in (
            ("", "同意", None),
            (Result.DENIED, " ", None),
            (Result.GRANTED, "同意", date(2026, 3, 1)),
        ):
            with pytest.raises(InvalidInput):
                commands.decide_case(
                    actor=town.city.approver, case_id=case.pk, result=result, opinion=opinion, valid_until=until
                )
    assert town.city.snapshot() == before


@pytest.mark.req("E-26")
def test_a_store_that_fails_decides_nothing_and_the_number_is_used_by_the_next(town, settings) -> None:
    first, second = reviewed(town), reviewed(town)
    before = town.city.snapshot()
    endpoint, settings.S3_ENDPOINT = settings.S3_ENDPOINT, "127.0.0.1:1"
    with pytest.raises(StorageUnavailable):
        town.city.decide(first)
    assert town.city.snapshot() == before
    settings.S3_ENDPOINT = endpoint
    assert town.city.decide(second).decision_number == "(340100-SC)许决〔2026〕00001号"
    assert town.city.decide(first).decision_number == "(340100-SC)许决〔2026〕00002号"


@pytest.mark.req("E-21")
def test_the_decision_stops_the_clock_not_the_completion(town) -> None:
    case = reviewed(town)
    with at("2026-03-11T16:59"):
        town.city.decide(case)
    with at("2026-03-13T10:00"):
        town.city.seal(case)
    told = {
        row.data["step"]: row.data["on_time"]
        for row in OutboxMessage.objects.filter(type="supervision.event.v1", subject=case.tracking_number)
    }
    assert (told["REVIEWED"], told["APPROVED"], told["COMPLETED"]) == (None, True, True)


@pytest.mark.req("R-03")
def test_the_province_watches_its_own_cases_too(world, monday, town) -> None:
    from zt_platform.cases.testing import relay_all

    make_catalogue(world.province, "安徽省")
    desk = Desk(world.province)
    case = desk.submitted(town.zhang)
    relay_all()
    told = OutboxMessage.objects.get(type="supervision.event.v1", subject=case.tracking_number)
    assert (told.stream.source_code, told.stream.destination_code) == ("340000", "340000")
    assert told.state == "DELIVERED"
    assert desk.accept(case).status == Status.ACCEPTED
