"""The decision, its paper and its certificate: complete, numbered without gaps, in the right name."""

from __future__ import annotations

from datetime import date

import pytest

from zt_interop.queue.models import OutboxMessage
from zt_platform.cases import commands
from zt_platform.cases.models import Certificate
from zt_platform.cases.numbers import grouped
from zt_platform.cases.testing import ENTRUSTED, Desk, at, make_catalogue, relay_all
from zt_platform.cases.vocabulary import Result, Status
from zt_platform.papers.commands import rendered
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper, PaperState
from zt_storage.errors import ObjectMissing, StorageUnavailable
from zt_storage.uploads import read_bytes
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput


def reviewed(town):
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    return town.city.review(case)


@pytest.mark.req("E-05", "E-26")
def test_the_grant_says_everything_the_law_asks_for(town) -> None:
    case = reviewed(town)
    with at("2026-03-06 10:00"):
        case = town.city.decide(case, opinion="符合条件", valid_until=date(2031, 3, 5))
    text = town.city.paper_text(case, PaperKind.GRANT)
    for said in (
        "准予行政许可决定书",
        "合市监许〔2026〕00001号",
        f"办件编号：{grouped(case.tracking_number)}",
        "张三丰：",
        "2026年3月2日受理",
        "第三十八条第一款",
        "食品安全法",
        "审批意见：符合条件",
        "许可证件编号：合市监证〔2026〕00001号",
        "有效期：自2026年3月6日至2031年3月5日",
        "合肥市市场监督管理局\n2026年3月6日",
    ):
        assert said in text
    assert case.decision_number == "合市监许〔2026〕00001号"


def test_article_38_the_denial_states_reasons_and_remedies_and_no_certificate(town) -> None:
    case = town.city.decide(reviewed(town), Result.DENIED, "场所不符合要求")
    text = town.city.paper_text(case, PaperKind.DENIAL)
    for said in (
        "不予行政许可决定书",
        "第三十八条第二款",
        "不予许可的理由：场所不符合要求。",
        "六十日内向合肥市人民政府申请行政复议",
        "六个月内直接向有管辖权的人民法院提起行政诉讼",
    ):
        assert said in text
    assert "许可证件编号" not in text
    with enter(town.city.centre):
        assert not Paper.objects.filter(kind=PaperKind.CERTIFICATE).exists()


@pytest.mark.req("E-26")
def test_a_certificate_has_holder_dates_and_digest(town) -> None:
    case = town.city.decide(reviewed(town), certificate_name="食品经营许可证", valid_until=date(2031, 3, 1))
    with enter(town.city.centre):
        certificate = Certificate.objects.select_related("paper").get(case=case)
    assert (certificate.name, certificate.issuer_name) == ("食品经营许可证", "合肥市市场监督管理局")
    assert (certificate.holder_name_masked, certificate.holder_id_masked) == ("张**", "3401**********1237")
    assert (certificate.issued_on, certificate.valid_until) == (date(2026, 3, 2), date(2031, 3, 1))
    assert certificate.digest == certificate.paper.sha256 != case.decision_paper.sha256
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
def test_a_store_that_fails_delays_no_decision_and_the_first_reader_heals_it(committed_town, settings) -> None:
    """The decision is in force with its number and digest; its file follows when the store is back."""
    town = committed_town
    case = reviewed(town)
    endpoint, settings.S3_ENDPOINT = settings.S3_ENDPOINT, "127.0.0.1:1"
    case = town.city.decide(case)
    settings.S3_ENDPOINT = endpoint
    with enter(town.city.centre):
        paper = Paper.objects.get(kind=PaperKind.GRANT)
        assert (paper.state, paper.sha256) == (PaperState.PENDING, case.decision_paper.sha256)
        with pytest.raises(ObjectMissing):
            read_bytes(case.decision_paper)
        assert rendered(paper) == case.decision_paper
        assert paper.state == PaperState.ISSUED
        assert read_bytes(case.decision_paper).startswith(b"%PDF-")


@pytest.mark.req("E-26", "C-06")
def test_a_decision_that_another_centre_will_fetch_waits_for_the_store(town, settings) -> None:
    """Its message could not be honoured: nothing is decided, and the number is used by the next."""
    first, second = (town.city.submitted(town.zhang, ENTRUSTED) for _ in range(2))
    for case in (first, second):
        town.city.accept(case)
    relay_all()
    below = [town.county.case(case.tracking_number) for case in (first, second)]
    for case in below:
        town.county.review(case)
    before = town.county.snapshot()
    endpoint, settings.S3_ENDPOINT = settings.S3_ENDPOINT, "127.0.0.1:1"
    with pytest.raises(StorageUnavailable):
        town.county.decide(below[0])
    assert town.county.snapshot() == before
    settings.S3_ENDPOINT = endpoint
    assert town.county.decide(below[1]).decision_number == "合市监（340123）许〔2026〕00001号"
    assert town.county.decide(below[0]).decision_number == "合市监（340123）许〔2026〕00002号"


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
    make_catalogue(world.province, "安徽省")
    desk = Desk(world.province)
    case = desk.submitted(town.zhang)
    relay_all()
    told = OutboxMessage.objects.get(type="supervision.event.v1", subject=case.tracking_number)
    assert (told.stream.source_code, told.stream.destination_code) == ("340000", "340000")
    assert told.state == "DELIVERED"
    assert desk.accept(case).status == Status.ACCEPTED
