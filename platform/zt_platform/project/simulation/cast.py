"""The invented people and firms of a played day. Numbers are valid and belong to nobody we know of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric, uscc

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ("雅静", "志强", "慧敏", "建国", "晓燕", "文博", "思远", "玉兰", "海涛", "若曦")
_FIRMS = (
    "皖江建设有限公司",
    "巢湖食品有限公司",
    "大蜀山物流有限公司",
    "琅琊软件有限公司",
    "九华茶业有限公司",
    "派河化工有限公司",
)
_HOMES = ("340123", "340103", "341122", "341702", "341102", "340111")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who applies; with a firm, on its behalf as well."""

    username: str
    full_name: str
    resident_id: str
    phone: str
    firm: str = ""
    uscc: str = ""


def people(count: int = 24) -> list[Person]:
    """``count`` people, always the same ones; every third acts for a firm too."""
    return [_person(number) for number in range(1, count + 1)]


def _person(number: int) -> Person:
    name = _SURNAMES[number * 7 % len(_SURNAMES)] + _GIVEN[number * 3 % len(_GIVEN)]
    born = date(1960 + number * 13 % 44, 1 + number * 5 % 12, 1 + number * 11 % 28)
    body = f"{_HOMES[number % len(_HOMES)]}{born:%Y%m%d}{number:03d}"
    with_firm = number % 3 == 0
    return Person(
        username=f"applicant{number:02d}",
        full_name=name,
        resident_id=body + ric.calc_check_digit(body + "0"),
        phone=f"1390551{number:04d}",
        firm=_FIRMS[number // 3 % len(_FIRMS)] if with_firm else "",
        uscc=_credit_code(number) if with_firm else "",
    )


def _credit_code(number: int) -> str:
    body = f"91340100MA2T{number:05d}"
    return body + str(uscc.calc_check_digit(body))
