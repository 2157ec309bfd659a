"""Hostile proof bundles: a report or a clear refusal, never an exception, never a forged "genuine"."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hostile import damaged
from hypothesis import given
from hypothesis import strategies as st
from profile_of_fuzzing import FUZZ

from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.errors import MessageRefused
from zt_interop.proof.bundle import Bundle, read_bundle
from zt_interop.proof.errors import BundleInvalid
from zt_interop.proof.verify import verify

pytestmark = pytest.mark.req("R-11", "Y-06")
GOLDEN = Path(__file__).resolve().parents[1] / "proof" / "golden-proof.zip"
CONTENT = GOLDEN.read_bytes()
PROOF = read_bundle(CONTENT).proof
_SAID_ONLY = {"made_at", "centre", "attachments"}
"""Members that no signature covers; the report shows them as what the bundle says."""


@FUZZ
@given(data=st.data())
def test_a_damaged_proof_is_never_genuine(data: st.DataObject) -> None:
    broken = data.draw(damaged(PROOF))
    if broken == PROOF:
        return
    try:
        report = verify(Bundle(proof=parse_strict(canonical_bytes(broken)), files={}))
    except MessageRefused:
        return  # no bundle can hold it: reading refuses what is not canonical JSON
    changed = {name for name in PROOF.keys() | broken.keys() if PROOF.get(name) != broken.get(name)}
    if not changed <= _SAID_ONLY and _is_not_only_less(broken):
        assert not report.holds


def _is_not_only_less(broken: dict) -> bool:
    """Leaving something out is no forgery: a delivery, a head behind the last one used, a key nobody used."""
    for name in ("deliveries", "heads", "keys"):
        kept = broken.get(name)
        if isinstance(kept, list) and len(kept) < len(PROOF[name]) and all(entry in PROOF[name] for entry in kept):
            return False
    deliveries = broken.get("deliveries")
    for entry, original in zip(deliveries if isinstance(deliveries, list) else [], PROOF["deliveries"], strict=False):
        if not isinstance(entry, dict):
            continue
        if entry != original and all(entry.get(name) in (original[name], "", [], None) for name in original):
            return False
        events = entry.get("events")
        if isinstance(events, list) and len(events) < len(original["events"]):
            return False
    return True


@FUZZ
@given(place=st.integers(0, len(CONTENT) - 1), flip=st.integers(1, 255))
def test_a_flipped_byte_in_the_file(place: int, flip: int) -> None:
    changed = bytearray(CONTENT)
    changed[place] ^= flip
    try:
        bundle = read_bundle(io.BytesIO(bytes(changed)))
    except BundleInvalid:
        return
    assert bundle.proof == PROOF or not verify(bundle).holds


@FUZZ
@given(content=st.binary(max_size=500))
def test_any_bytes(content: bytes) -> None:
    with pytest.raises(BundleInvalid):
        read_bundle(content)
    with pytest.raises(BundleInvalid):
        read_bundle(CONTENT[:100] + content)


@pytest.mark.parametrize("part", ["[]", '{"a":0}', "[[[[[[[[[[]]]]]]]]]]"])
def test_a_small_file_that_unfolds_to_millions_of_values_costs_no_memory(part: str) -> None:
    """Anybody may have a file checked."""
    content = f"[{','.join([part] * (8_000_000 // len(part)))}]".encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("proof.json", content)
    assert len(file.getvalue()) < len(content) // 50

    tracemalloc.start()
    try:
        with pytest.raises(BundleInvalid, match="values"):
            read_bundle(file.getvalue())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(content)


def test_who_opens_bundles_of_strangers_says_how_much_they_may_unpack() -> None:
    size = len(canonical_bytes(PROOF))
    assert read_bundle(CONTENT, limit=size).proof == PROOF
    with pytest.raises(BundleInvalid, match=str(size - 1)):
        read_bundle(CONTENT, limit=size - 1)
