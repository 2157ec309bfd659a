"""The country's administrative divisions (行政区划), from which a province's centres are made.

The four tables under ``data/divisions`` are the public statistical list: provinces (two digits), cities (four),
counties and zones (six), townships and streets (nine). Reading them has traps, each handled here:

* pseudo-cities (市辖区, 县, 省/自治区直辖县级行政区划) stand for "no city": they become no centre, and what lies under
  them hangs under the province;
* province and city codes are padded to the six digits of GB/T 2260 (``34`` → ``340000``, ``3401`` → ``340100``);
* a city without counties (东莞 4419, 中山 4420, 儋州 4604) appears among the counties once more under its own padded
  code: that row is the city itself, so it becomes no second centre and its townships hang under the city.

Zones (``34017x``) and townships (nine digits) carry statistical codes, not GB/T 2260 ones.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pypinyin import Style, lazy_pinyin, load_phrases_dict

from zt_tenants.errors import DomainError

DivisionLevel = Literal["PROVINCE", "CITY", "COUNTY", "TOWNSHIP"]
"""The values of zt_tenants.models.Level; spelled here so that reading divisions needs no database set-up."""

DATA = Path(__file__).parent / "data" / "divisions"

PSEUDO_CITY_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})

# Names that the general dictionary reads otherwise than the people who live there and type them.
_PLACE_READINGS = {
    "涡阳": ["guo", "yang"],
    "长丰": ["chang", "feng"],
    "旌德": ["jing", "de"],
    "厦门": ["xia", "men"],
}
load_phrases_dict({phrase: [[syllable] for syllable in reading] for phrase, reading in _PLACE_READINGS.items()})


class UnknownProvince(DomainError):
    """No province has this code."""

    code = "UNKNOWN_PROVINCE"
    zh = "没有行政区划代码为{province_code}的省级区划。"
    en = "No province has the division code {province_code}."


class UnknownDivision(DomainError):
    """A selection names a division that the province does not have."""

    code = "UNKNOWN_DIVISION"
    zh = "该省没有行政区划代码为{division_code}的区划。"
    en = "The province has no division with the code {division_code}."


class MalformedDivisions(DomainError):
    """A divisions file is missing, lacks a column or holds a row that cannot be read."""

    code = "MALFORMED_DIVISIONS"
    zh = "行政区划数据文件{file}有误(第{line}行):{problem}"
    en = "The divisions file {file} is malformed (line {line}): {problem}"


@dataclass(frozen=True, slots=True)
class Division:
    """One province, city, county or township that has a centre; ``parent_code`` is empty for the province."""

    code: str
    name: str
    level: DivisionLevel
    parent_code: str
    pinyin: str
    pinyin_initials: str


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    code: str
    name: str
    parent: str


def divisions_of(province_code: str, *, data: Path = DATA) -> list[Division]:
    """Return all divisions of a province, parents before children, in code order within a level.

    ``province_code`` is the six-digit code (``340000``) or its first two digits.
    Raises UnknownProvince and MalformedDivisions. Source: GB/T 2260, requirement A-01.
    """
    prefix = province_code[:2]
    if province_code not in (prefix, f"{prefix}0000"):
        raise UnknownProvince(province_code=province_code)
    province = next((row for row in _rows(data / "provinces.csv", 2, None) if row.code == prefix), None)
    if province is None:
        raise UnknownProvince(province_code=province_code)
    root = f"{prefix}0000"
    found = [_division(root, province.name, "PROVINCE", "")]

    parent_of_city: dict[str, str] = {}
    for row in _rows(data / "cities.csv", 4, "provinceCode", prefix):
        if row.name in PSEUDO_CITY_NAMES:
            parent_of_city[row.code] = root
            continue
        parent_of_city[row.code] = f"{row.code}00"
        found.append(_division(f"{row.code}00", row.name, "CITY", root))

    county_codes: set[str] = set()
    for row in _rows(data / "areas.csv", 6, "cityCode", prefix):
        if row.parent not in parent_of_city:
            raise MalformedDivisions(file="areas.csv", line=row.line, problem=f"unknown cityCode {row.parent}")
        county_codes.add(row.code)
        if row.code != parent_of_city[row.parent]:  # else: the city itself, listed a second time
            found.append(_division(row.code, row.name, "COUNTY", parent_of_city[row.parent]))

    for row in _rows(data / "streets.csv", 9, "areaCode", prefix):
        if row.parent not in county_codes:
            raise MalformedDivisions(file="streets.csv", line=row.line, problem=f"unknown areaCode {row.parent}")
        found.append(_division(row.code, row.name, "TOWNSHIP", row.parent))
    return found


def select(
    divisions: Sequence[Division], *, cities: Collection[str], townships_of: Collection[str] = ()
) -> list[Division]:
    """Return the part of a province that a smaller site runs.

    The province itself, the named cities (six-digit codes), all counties of those cities, and the townships of the
    counties in ``townships_of``; the order stays. Raises UnknownDivision for a code that is not in ``divisions``, so that
    a typing error does not silently shrink the site.
    """
    by_code = {division.code: division for division in divisions}
    for code in (*cities, *townships_of):
        if code not in by_code:
            raise UnknownDivision(division_code=code)
    cities, townships_of = set(cities), set(townships_of)
    return [
        division
        for division in divisions
        if division.level == "PROVINCE"
        or (division.level == "CITY" and division.code in cities)
        or (division.level == "COUNTY" and division.parent_code in cities)
        or (division.level == "TOWNSHIP" and division.parent_code in townships_of)
    ]


def with_those_above(divisions: Sequence[Division], codes: Collection[str]) -> list[Division]:
    """Return the named divisions and all above them; the order stays. Raises UnknownDivision."""
    by_code = {division.code: division for division in divisions}
    wanted: set[str] = set()
    for code in codes:
        if code not in by_code:
            raise UnknownDivision(division_code=code)
        while code and code not in wanted:
            wanted.add(code)
            code = by_code[code].parent_code
    return [division for division in divisions if division.code in wanted]


DEMO_PROVINCE = "340000"
DEMO_CITIES = ("340100", "341100", "341700")  # 合肥 滁州 池州: the cities of the source documents
DEMO_TOWNSHIPS_OF = ("340123", "341122")  # 肥西县 来安县


def demo_divisions() -> list[Division]:
    """Return the demo site: Anhui, three cities, their counties, the townships of two counties (56 centres)."""
    return select(divisions_of(DEMO_PROVINCE), cities=DEMO_CITIES, townships_of=DEMO_TOWNSHIPS_OF)


@lru_cache(maxsize=8192)
def pinyin_of(text: str) -> tuple[str, str]:
    """Return (full pinyin without tones or spaces, initials) of Chinese text, lower case, for search."""
    full = "".join(lazy_pinyin(text, errors=_keep_word_characters))
    initials = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=_keep_word_characters))
    return full.lower(), initials.lower()


def _keep_word_characters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _division(code: str, name: str, level: DivisionLevel, parent_code: str) -> Division:
    full, initials = pinyin_of(name)
    return Division(code, name, level, parent_code, full, initials)


def _rows(path: Path, digits: int, parent_column: str | None, prefix: str = "") -> Iterator[_Row]:
    """Yield the rows of one table whose code begins with ``prefix``; check columns, digits and names on the way."""
    needed = ["code", "name", *([parent_column] if parent_column else [])]
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle)
            missing = [column for column in needed if column not in (reader.fieldnames or [])]
            if missing:
                raise MalformedDivisions(file=path.name, line=1, problem=f"missing column {', '.join(missing)}")
            seen: set[str] = set()
            for record in reader:
                code, name = record["code"] or "", (record["name"] or "").strip()
                if code in seen:
                    raise MalformedDivisions(file=path.name, line=reader.line_num, problem=f"code {code} a second time")
                seen.add(code)
                if len(code) != digits or not code.isdecimal() or not name:
                    raise MalformedDivisions(file=path.name, line=reader.line_num, problem=f"code {code!r} {name!r}")
                if code.startswith(prefix):
                    parent = record[parent_column] or "" if parent_column else ""
                    yield _Row(reader.line_num, code, name, parent)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MalformedDivisions(file=path.name, line=0, problem=str(error)) from error
