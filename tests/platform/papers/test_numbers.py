"""Numbers of papers: gapless per department, kind and year, ordered by commit, whoever issues at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction
from paper_cast import content

from zt_platform.actors import Actor
from zt_platform.organisation.models import Department
from zt_platform.papers.commands import issue_paper
from zt_platform.papers.errors import PaperNumbersExhausted, RemediesMissing
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper, PaperCounter
from zt_tenants import clock
from zt_tenants.clock import now
from zt_tenants.context import enter

THREADS, EACH = 20, 10


@pytest.mark.req("E-26", "F-01")
def test_two_hundred_at_once_get_one_number_each_without_a_gap(committed_places, issue) -> None:
    city, moment = committed_places.city, now()

    def worker(_: int) -> list[str]:
        try:
            with clock.at(moment):
                return [issue(city).number for _ in range(EACH)]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(worker, range(THREADS)))
    wanted = [f"合市监受〔2026〕{number:05d}号" for number in range(1, THREADS * EACH + 1)]
    assert sorted(number for own in found for number in own) == wanted
    assert all(own == sorted(own) for own in found)
    with enter(city):
        in_order_of_commit = list(Paper.objects.order_by("number").values_list("number", flat=True))
        assert in_order_of_commit == wanted
        assert PaperCounter.objects.get().last == THREADS * EACH


def test_a_rolled_back_act_uses_no_number(places, issue) -> None:
    def fail() -> None:
        with transaction.atomic():
            issue(places.city)
            raise ZeroDivisionError

    assert issue(places.city).number == "合市监受〔2026〕00001号"
    with enter(places.city), pytest.raises(ZeroDivisionError):
        fail()
    assert issue(places.city).number == "合市监受〔2026〕00002号"


def test_kinds_departments_years_and_centres_have_series_of_their_own(places, issue) -> None:
    assert issue(places.city).number == "合市监受〔2026〕00001号"
    assert issue(places.city, PaperKind.CORRECTION).number == "合市监补〔2026〕00001号"
    assert issue(places.county).number == "肥西市监受〔2026〕00001号"
    with clock.at(clock.now().replace(year=2027)):
        assert issue(places.city).number == "合市监受〔2027〕00001号"
    with enter(places.city):
        own = issue_paper(
            kind=PaperKind.SUPERVISION_ORDER, department=None, subject="1", content=content(), actor=Actor.system()
        )
    assert (own.number, own.department_name) == ("合政务督〔2026〕00001号", "合肥市政务服务中心")


@pytest.mark.req("C-06")
def test_article_24_an_entrusted_centre_numbers_in_the_entrusting_organs_name_with_its_own_code(places, issue) -> None:
    entrusted = issue(
        places.county,
        PaperKind.GRANT,
        legal_name="合肥市市场监督管理局",
        acting_for="肥西县市场监督管理局",
    )
    assert entrusted.number == "合市监（340123）许〔2026〕00001号"
    assert entrusted.department_name == "合肥市市场监督管理局"
    assert entrusted.snapshot.seal_code == "340123"
    assert "由受委托机关肥西县市场监督管理局以委托机关合肥市市场监督管理局的名义作出" in entrusted.snapshot.text()


def test_the_last_number_of_a_year_is_the_last(places, issue) -> None:
    with enter(places.city):
        PaperCounter.objects.create(series="合市监受", year=2026, last=99_998)
    assert issue(places.city).number == "合市监受〔2026〕99999号"
    with enter(places.city), pytest.raises(PaperNumbersExhausted), transaction.atomic():
        issue(places.city)


@pytest.mark.parametrize("kind", [PaperKind.DENIAL, PaperKind.REFUSAL, PaperKind.TERMINATION])
def test_article_38_an_adverse_paper_without_remedies_is_refused_and_uses_no_number(places, issue, kind) -> None:
    with pytest.raises(RemediesMissing):
        issue(places.city, kind, remedies=None)
    with enter(places.city):
        assert not Paper.objects.exists()
        assert not PaperCounter.objects.exists()


def test_the_date_may_be_given(places) -> None:
    with enter(places.city):
        paper = issue_paper(
            kind=PaperKind.EXTENSION,
            department=Department.objects.get(code="SC"),
            subject="1",
            content=content(),
            actor=Actor.system(),
            on=date(2025, 12, 31),
        )
    assert (paper.number, str(paper.issued_on)) == ("合市监延〔2025〕00001号", "2025-12-31")
