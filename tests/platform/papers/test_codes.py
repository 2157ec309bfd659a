"""The verification code: it names the centre, cannot be guessed, and a typing error is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_platform.papers.codes import ALPHABET, new_code, parse_code
from zt_platform.papers.errors import InvalidVerifyCode


@pytest.mark.parametrize("centre", ["340100", "340123101"])
def test_a_code_is_read_as_people_type_it(centre: str) -> None:
    code = new_code(centre)
    text = str(code)
    assert parse_code(text) == code
    assert parse_code(text.lower().replace("-", " ")) == code
    assert parse_code(text.replace("-", "").replace("0", "O").replace("1", "l").replace("2", "Z")) == code
    assert parse_code("".join(chr(ord(c) + 0xFEE0) for c in text)) == code
    assert parse_code(text).centre_code == centre


@given(place=st.integers(0, 21), other=st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_found(place: int, other: str) -> None:
    plain = str(new_code("340100")).replace("-", "")
    if plain[place] == other:
        return
    with pytest.raises(InvalidVerifyCode):
        parse_code(plain[:place] + other + plain[place + 1 :])


@given(place=st.integers(6, 20))
def test_swapped_neighbours_are_found(place: int) -> None:
    plain = str(new_code("340100")).replace("-", "")
    if plain[place] == plain[place + 1]:
        return
    with pytest.raises(InvalidVerifyCode):
        parse_code(plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :])


@pytest.mark.parametrize(
    "text", ["", "340100", "abc", "340100-7K3M-9QXT-2WBD-VN4", "１" * 60, "340100-7K3M-9QXT-2WBD-VN4\x00"]
)
def test_what_is_no_code_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(InvalidVerifyCode) as refused:
        parse_code(text)
    assert refused.value.field == "code"
    assert "左下角" in refused.value.zh_text


def test_no_two_codes_are_alike() -> None:
    assert len({str(new_code("340100")) for _ in range(2000)}) == 2000
