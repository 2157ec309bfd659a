"""The words of organs in numbers, and where a decision is contested."""

from __future__ import annotations

import pytest

from zt_platform.catalogue.definitions import departments
from zt_platform.papers.remedies import remedies_against
from zt_platform.papers.words import paper_word
from zt_tenants.models import Level


@pytest.mark.parametrize(
    ("organ", "word"),
    [
        ("合肥市自然资源和规划局", "合自然资"),
        ("合肥市市场监督管理局", "合市监"),
        ("肥西县市场监督管理局", "肥西市监"),
        ("安徽省公安厅", "皖公"),
        ("淮南市税务局", "淮南税"),
        ("淮北市税务局", "淮北税"),
        ("桃花镇派出所", "桃花公"),
        ("肥西县政务服务中心", "肥西政务"),
        ("合肥市城乡建设局", "合建"),
        ("肥西县住房和城乡建设局", "肥西建"),
        ("合肥市气象局", "合气象"),
        ("某机关", "某机关"),
        ("中新苏滁高新技术产业开发区公安局", "中新苏滁高新公"),
        ("蚌埠市高新技术开发区公安局", "蚌埠高新公"),
        ("合肥经济技术开发区市场监督管理局", "合肥经开市监"),
        ("合肥高新技术产业开发区税务局", "合肥高新税"),
    ],
)
def test_the_word_of_an_organ(organ: str, word: str) -> None:
    assert paper_word(organ) == word


def test_reconsideration_law_article_20_and_24_sixty_days_at_the_government_of_the_same_level() -> None:
    said = remedies_against("合肥市市场监督管理局", level=Level.CITY)
    assert "六十日内向合肥市人民政府申请行政复议（《中华人民共和国行政复议法》第二十条）" in said.zh
    assert "60 days" in said.en


def test_reconsideration_law_article_27_taxes_and_customs_go_to_the_next_higher_authority() -> None:
    assert "向上一级税务机关申请" in remedies_against("合肥市税务局", level=Level.CITY).zh
    assert "向上一级海关机关申请" in remedies_against("合肥市海关(驻中心窗口)", level=Level.CITY).zh


def test_branches_in_a_township_are_reconsidered_by_the_county() -> None:
    said = remedies_against("桃花镇市场监督管理所", level=Level.TOWNSHIP, upper_place="肥西县")
    assert "向肥西县人民政府申请" in said.zh


def test_litigation_law_articles_45_and_46_six_months() -> None:
    said = remedies_against("合肥市公安局", level=Level.CITY)
    assert "六个月内直接向有管辖权的人民法院提起行政诉讼" in said.zh
    assert "第四十五条、第四十六条" in said.zh


@pytest.mark.req("E-26")
@pytest.mark.parametrize(
    ("level", "place", "centre"),
    [
        ("PROVINCE", "安徽省", "安徽省政务服务中心"),
        ("CITY", "合肥市", "合肥市政务服务中心"),
        ("COUNTY", "肥西县", "肥西县政务服务中心"),
        ("TOWNSHIP", "桃花镇", "桃花镇便民服务中心"),
    ],
)
def test_no_two_organs_of_one_hall_share_a_word_so_that_each_series_is_one_departments(level, place, centre) -> None:
    organs = [centre, *(one.names[level].format(place=place) for one in departments().values())]
    words = {organ: paper_word(organ) for organ in organs}
    assert len(set(words.values())) == len(organs), sorted(words.items(), key=lambda pair: pair[1])
