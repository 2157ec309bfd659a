"""Sealed values open only where they were sealed, and blind indexes find equal values."""

from __future__ import annotations

import os

import pytest

from zt_tenants.vault import SealBroken, blind_index, open_sealed, seal, unwrap_key, wrap_key, wrapping_key_id


def test_a_sealed_text_opens_for_its_purpose_and_never_looks_the_same_twice() -> None:
    first, second = (seal("340123199001011234", purpose="accounts.account.resident_id") for _ in range(2))
    assert first != second
    assert b"3401" not in first
    assert open_sealed(first, purpose="accounts.account.resident_id") == "340123199001011234"


@pytest.mark.parametrize("place", [0, 3, 8, 20, -1])
def test_an_altered_seal_does_not_open(place: int) -> None:
    sealed = bytearray(seal("秘密", purpose="a.b.c"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        open_sealed(bytes(sealed), purpose="a.b.c")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(SealBroken):
        open_sealed(seal("秘密", purpose="a.b.c"), purpose="a.b.d")


@pytest.mark.parametrize("rubbish", [b"", b"\x01", bytes(range(40))])
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    with pytest.raises(SealBroken):
        open_sealed(rubbish, purpose="a.b.c")


def test_a_key_is_wrapped_for_one_centre_and_one_id() -> None:
    wrapped = wrap_key(b"k" * 32, centre="340100", key_id="k-1")
    assert unwrap_key(wrapped, centre="340100", key_id="k-1") == b"k" * 32
    for centre, key_id in (("340123", "k-1"), ("340100", "k-2")):
        with pytest.raises(SealBroken):
            unwrap_key(wrapped, centre=centre, key_id=key_id)


def test_an_older_key_still_opens_after_rotation(settings) -> None:
    old = dict(settings.ZT_VAULT_KEYS)
    sealed = seal("旧", purpose="a.b.c")
    settings.ZT_VAULT_KEYS = {"k9": os.urandom(32), **old}
    assert wrapping_key_id() == "k9"
    assert open_sealed(sealed, purpose="a.b.c") == "旧"
    newer = seal("新", purpose="a.b.c")
    settings.ZT_VAULT_KEYS = old
    with pytest.raises(SealBroken):
        open_sealed(newer, purpose="a.b.c")


def test_a_blind_index_is_equal_for_equal_values_of_one_purpose() -> None:
    assert blind_index(" 34012319900101123x ", purpose="p") == blind_index("34012319900101123X", purpose="p")
    assert blind_index("1", purpose="p") != blind_index("1", purpose="q")
    assert len(blind_index("1", purpose="p")) == 32
