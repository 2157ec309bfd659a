"""What a valid number is and how it is shown."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from zt_platform.accounts import rules
from zt_tenants.errors import InvalidInput

DAY = date(2026, 3, 9)


def with_check_digit(body: str) -> str:
    return body + rules.resident_check_digit(body)


GOOD = with_check_digit("34012319900307123")


def test_a_good_resident_id_is_normalised() -> None:
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in GOOD)
    assert rules.resident_id(f" {full_width[:6]} {full_width[6:]} ", today=DAY) == GOOD
    lower_x = next(
        with_check_digit(f"34012319900307{n:03d}")
        for n in range(1000)
        if with_check_digit(f"34012319900307{n:03d}")[-1] == "X"
    )
    assert rules.resident_id(lower_x.lower(), today=DAY) == lower_x
    assert rules.birth_date(GOOD) == date(1990, 3, 7)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "123",
        GOOD[:17] + ("0" if GOOD[17] != "0" else "1"),
        with_check_digit("34012319900231123"),  # no 31 February
        with_check_digit("99012319900307123"),  # no such province
        with_check_digit("34012320260310123"),  # born tomorrow
        with_check_digit("34012318800307123"),  # 146 years old
        "34012319900307123A",
        GOOD + "0",
    ],
)
def test_a_bad_resident_id_is_refused_by_field(number: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.resident_id(number, today=DAY)
    assert refused.value.field == "resident_id"


def test_born_today_is_possible() -> None:
    assert rules.resident_id(with_check_digit("34012320260309123"), today=DAY)


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place: int, shift: int) -> None:
    digits = list(GOOD)
    if digits[place] == "X":
        digits[place] = "5"
    else:
        digits[place] = str((int(digits[place]) + shift) % 10)
    with pytest.raises(InvalidInput):
        rules.resident_id("".join(digits), today=DAY)


def test_credit_codes() -> None:
    body = "91340100MA2NABCD0"
    good = body + uscc.calc_check_digit(body)
    assert rules.credit_code(f"{good[:8]} {good[8:].lower()}") == good
    for bad in ("", good[:17], good[:17] + ("0" if good[17] != "0" else "1"), "91340100MI2NABCD07"):
        with pytest.raises(InvalidInput) as refused:
            rules.credit_code(bad)
        assert refused.value.field == "uscc"


@pytest.mark.parametrize("phone", ["13855512345", "+86 138 5551 2345", "008613855512345", "138-5551-2345"])
def test_phones_are_normalised(phone: str) -> None:
    assert rules.mobile_phone(phone) == "13855512345"
    assert rules.phone_tail("13855512345") == "2345"


@pytest.mark.parametrize("phone", ["", "12855512345", "1385551234", "138555123456", "055162341234", "abc"])
def test_other_numbers_are_no_mobile_phones(phone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.mobile_phone(phone)
    assert refused.value.field == "phone"


def test_masks_show_no_more_than_they_should() -> None:
    assert rules.mask_number(GOOD) == f"3401**********{GOOD[-4:]}"
    assert rules.mask_name("张三丰") == "张**"
    assert rules.mask_phone("13855512345") == "138****2345"
    assert rules.mask_number("1234") == "****"


@pytest.mark.parametrize("name", ["", "张", "a" * 121, "张\u0000三", "张\u202e三"])
def test_bad_names(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.full_name(name)
    assert refused.value.field == "full_name"


@pytest.mark.parametrize("name", ["ab", "Ü" * 3, "-abc", "a b c", "a" * 65])
def test_bad_usernames(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.username(name)
    assert refused.value.field == "username"


def test_usernames_are_case_insensitive() -> None:
    assert rules.username(" ZhangSan ") == "zhangsan"


@pytest.mark.parametrize("secret", ["short", "x" * 129, "aaaaaaaaaaaa", "zhangsan-2026", "password123"])
def test_bad_passwords(secret: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.password(secret, username="zhangsan", common=frozenset({"password123"}))
    assert refused.value.field == "password"
