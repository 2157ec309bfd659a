"""Centres are found as people type them, the best match first, in one statement however many there are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_tenants.clock import today
from zt_tenants.divisions import pinyin_of
from zt_tenants.finding import highlighted, matching_centres, search_centres
from zt_tenants.models import Centre, Level

pytestmark = pytest.mark.req("A-01", "L-03")


def _named(code: str, name: str, level: Level, parent: Centre) -> Centre:
    full, initials = pinyin_of(name)
    return Centre.objects.create(
        code=code,
        schema_name=f"c_test_{code}",
        name=f"{name}政务服务中心",
        short_name=name,
        level=level,
        parent=parent,
        pinyin=full,
        pinyin_initials=initials,
        opened_on=today(),
    )


@pytest.fixture
def towns(world) -> None:
    for centre in (world.city, world.county, world.township):
        short = centre.name.removesuffix("政务服务中心").removesuffix("便民服务中心")
        full, initials = pinyin_of(short)
        Centre.objects.filter(id=centre.id).update(short_name=short, pinyin=full, pinyin_initials=initials)
    _named("340124", "肥西新区", Level.COUNTY, world.city)
    _named("341702101", "桃花镇", Level.TOWNSHIP, world.other_county)
    _named("341702102", "北肥西乡", Level.TOWNSHIP, world.other_county)


def _codes(text: str) -> list[str]:
    return [centre.code for centre in search_centres(text)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("肥西", ["340123", "340124", "341702102"]),  # begins so, the upper level first; then those that hold it
        ("肥西县", ["340123"]),
        ("feixi", ["340123", "340124"]),
        ("FeiXi", ["340123", "340124"]),
        ("fei xi xian", ["340123"]),
        ("fxx", ["340123", "340124"]),
        ("340123", ["340123", "340123101"]),
        ("桃花", ["340123101", "341702101"]),
        ("肥西 桃花", ["340123101"]),
        ("合肥 taohua", ["340123101"]),
        ("贵池 thz", ["341702101"]),
        ("%", []),
        ("不存在", []),
        ("  ", []),
    ],
)
def test_the_best_match_comes_first(towns, text: str, codes: list[str]) -> None:
    assert _codes(text) == codes


def test_abolished_and_closed_centres_are_not_offered(towns, world) -> None:
    Centre.objects.filter(code="340124").update(abolished_on=today())
    Centre.objects.filter(code="341702102").update(closed_on=today())
    assert _codes("肥西") == ["340123"]
    assert "340124" not in {centre.code for centre in matching_centres("")}


def test_one_statement_with_those_above(towns) -> None:
    with CaptureQueriesContext(connection) as seen:
        found = search_centres("桃花")
        assert found[0].parent is not None
        assert found[0].parent.parent is not None
        assert (found[0].parent.code, found[0].parent.parent.code) == ("340123", "340100")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("肥西县政务服务中心", "肥西", ("", "肥西", "县政务服务中心")),
        ("肥西县政务服务中心", "feixi", ("", "肥西", "县政务服务中心")),
        ("肥西县政务服务中心", "feix", ("", "肥西", "县政务服务中心")),
        ("肥西县政务服务中心", "fx", ("", "肥西", "县政务服务中心")),
        ("肥西县政务服务中心", "fei xi", ("", "肥西", "县政务服务中心")),
        ("桃花镇便民服务中心", "肥西 花", ("桃", "花", "镇便民服务中心")),
        ("肥西县政务服务中心", "340123", ("肥西县政务服务中心", "", "")),
        ("肥西县政务服务中心", "", ("肥西县政务服务中心", "", "")),
    ],
)
def test_what_matched_is_marked(name: str, text: str, parts: tuple[str, str, str]) -> None:
    assert highlighted(name, text) == parts
