"""The divisions of the country become the list of centres of a province (A-01)."""

from collections import Counter
from pathlib import Path

import pytest

from zt_tenants.divisions import (
    DATA,
    MalformedDivisions,
    UnknownDivision,
    UnknownProvince,
    demo_divisions,
    divisions_of,
    pinyin_of,
    select,
)

ALL_PROVINCES = [line.split(",")[0] for line in (DATA / "provinces.csv").read_text("utf-8").splitlines()[1:]]


def counts(province: str) -> Counter[str]:
    return Counter(division.level for division in divisions_of(province))


@pytest.mark.req("A-01")
def test_anhui_has_its_official_number_of_centres() -> None:
    assert counts("340000") == {"PROVINCE": 1, "CITY": 16, "COUNTY": 119, "TOWNSHIP": 1685}


def test_sichuan_is_the_largest_site() -> None:
    assert sum(counts("510000").values()) == 3316


@pytest.mark.parametrize("prefix", ALL_PROVINCES)
def test_every_province_is_a_tree_with_unique_codes(prefix: str) -> None:
    divisions = divisions_of(f"{prefix}0000")
    seen: dict[str, str] = {}
    for division in divisions:
        assert division.code not in seen
        assert len(division.code) == (9 if division.level == "TOWNSHIP" else 6)
        assert division.name
        assert division.pinyin.isalnum()
        assert division.pinyin_initials.isalnum()
        if division.level == "PROVINCE":
            assert division.parent_code == ""
        else:
            assert division.parent_code in seen, "parents come first"
        seen[division.code] = division.level


def test_pseudo_cities_are_no_centres() -> None:
    for province in ("110000", "420000", "460000", "500000", "650000"):
        names = {division.name for division in divisions_of(province)}
        assert not names & {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}


def test_counties_without_a_city_hang_under_the_province() -> None:
    by_code = {division.code: division for division in divisions_of("420000")}
    assert by_code["429004"].name == "仙桃市"
    assert by_code["429004"].parent_code == "420000"
    dongcheng = next(division for division in divisions_of("110000") if division.code == "110101")
    assert dongcheng.parent_code == "110000"


@pytest.mark.parametrize(("province", "code"), [("440000", "441900"), ("440000", "442000"), ("460000", "460400")])
def test_a_city_without_counties_is_one_centre_with_townships(province: str, code: str) -> None:
    divisions = divisions_of(province)
    assert [division.level for division in divisions if division.code == code] == ["CITY"]
    below = [division for division in divisions if division.parent_code == code]
    assert below
    assert {division.level for division in below} == {"TOWNSHIP"}


@pytest.mark.parametrize("code", ["990000", "34", "3400000", "340100", "", "abc"])
def test_unknown_province(code: str) -> None:
    if code == "34":
        assert divisions_of(code)[0].code == "340000"
        return
    with pytest.raises(UnknownProvince):
        divisions_of(code)


def test_demo_site_is_three_cities_and_the_townships_of_two_counties() -> None:
    demo = demo_divisions()
    assert Counter(division.level for division in demo) == {"PROVINCE": 1, "CITY": 3, "COUNTY": 26, "TOWNSHIP": 26}
    names = {division.name for division in demo}
    assert {"安徽省", "合肥市", "滁州市", "池州市", "肥西县", "来安县", "上派镇", "半塔镇"} <= names
    assert "芜湖市" not in names


def test_selecting_an_unknown_code_is_an_error() -> None:
    divisions = divisions_of("340000")
    with pytest.raises(UnknownDivision):
        select(divisions, cities=["340199"])
    with pytest.raises(UnknownDivision):
        select(divisions, cities=["340100"], townships_of=["320101"])


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("六安市", "luanshi", "las"),
        ("亳州市", "bozhoushi", "bzs"),
        ("涡阳县", "guoyangxian", "gyx"),
        ("长丰县", "changfengxian", "cfx"),
        ("歙县", "shexian", "sx"),
    ],
)
def test_local_readings(name: str, pinyin: str, initials: str) -> None:
    assert pinyin_of(name) == (pinyin, initials)


def broken_data(folder: Path, file: str, text: str) -> Path:
    for source in DATA.glob("*.csv"):
        (folder / source.name).write_bytes(source.read_bytes())
    (folder / file).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("provinces.csv", "code,title\n34,安徽省\n"),
        ("cities.csv", "code,name,provinceCode\n34010,合肥市,34\n"),
        ("cities.csv", "code,name,provinceCode\n3401,,34\n"),
        ("areas.csv", "code,name,cityCode,provinceCode\n340123,肥西县,3499,34\n"),
        ("streets.csv", "code,name,areaCode,provinceCode,cityCode\n340123100,上派镇,340999,34,3401\n"),
        ("streets.csv", "code,name\n"),
        ("areas.csv", "code,name,cityCode,provinceCode\n340123,肥西县,3401,34\n340123,肥东县,3401,34\n"),
        ("streets.csv", "code,name,areaCode,provinceCode,cityCode\n340123100,上派镇,340123,34,3401\n340123101,桃"),
    ],
)
def test_malformed_files_are_named(tmp_path: Path, file: str, text: str) -> None:
    with pytest.raises(MalformedDivisions) as refused:
        divisions_of("340000", data=broken_data(tmp_path, file, text))
    assert refused.value.data["file"] == file
    assert refused.value.data["line"] >= 1


def test_a_file_cut_off_in_the_middle_of_a_character_is_named(tmp_path: Path) -> None:
    folder = broken_data(tmp_path, "areas.csv", "")
    whole = (DATA / "areas.csv").read_bytes()
    (folder / "areas.csv").write_bytes(whole[: whole.index("县".encode()) + 1])
    with pytest.raises(MalformedDivisions) as refused:
        divisions_of("110000", data=folder)
    assert refused.value.data["file"] == "areas.csv"
    assert "areas.csv" in refused.value.text()


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MalformedDivisions):
        divisions_of("340000", data=tmp_path)
