"""The suites against the vectors their standards publish, against each other, and against hostile bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gmssl_pyx
import pytest
from Crypto.Protocol import DH, HPKE
from Crypto.Util.asn1 import DerOctetString, DerSequence
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from zt_interop.errors import SuiteUnknown
from zt_interop.suites import (
    SUITE_NAMES,
    KeyPair,
    SealedContent,
    key_algorithm,
    sealing_companion,
    sealing_suite,
    suite,
)
from zt_interop.suites.sm2 import SIGNER_ID, signature_from_der, signature_to_der

pytestmark = pytest.mark.req("Y-04", "Y-11")
VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors").joinpath("suites.json").read_text())
SEALING_NAMES = [sealing_companion(name) for name in SUITE_NAMES]
SM2_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SM2_PRIME = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
KEYS = {name: key_algorithm(name).generate() for name in (*SUITE_NAMES, *SEALING_NAMES)}


def _hex(name: str) -> dict[str, bytes]:
    return {member: bytes.fromhex(value) for member, value in VECTORS[name].items() if member != "source"}


@pytest.mark.parametrize("case", VECTORS["ed25519"]["cases"], ids=["1", "2", "3"])
def test_ed25519_signs_and_verifies_rfc_8032_s_vectors(case) -> None:
    eddsa = suite("EdDSA")
    seed, public, message, signature = (
        bytes.fromhex(case[name]) for name in ("seed", "public_key", "message", "signature")
    )

    assert eddsa.public_key_of(seed) == public
    assert eddsa.sign(seed, message) == signature
    assert eddsa.verifies(public, message, signature)


def test_sm2_verifies_the_standard_s_signature_and_its_own_by_the_same_key() -> None:
    """GB/T 32918.5: verifying needs Z, hence the default id and SM3; the nonce of the standard cannot be given."""
    vector, sm2 = _hex("sm2_signature"), suite("SM2-SM3")
    private = vector["private_key"] + vector["public_key"]

    assert vector["signer_id"] == SIGNER_ID
    assert sm2.public_key_of(private) == vector["public_key"]
    assert sm2.verifies(vector["public_key"], vector["message"], vector["signature"])
    assert not sm2.verifies(vector["public_key"], vector["message"] + b"x", vector["signature"])
    mine = sm2.sign(private, vector["message"])
    assert mine != sm2.sign(private, vector["message"])
    assert sm2.verifies(vector["public_key"], vector["message"], mine)


def test_sm2_opens_the_standard_s_ciphertext() -> None:
    vector = _hex("sm2_encryption")
    parts = [int.from_bytes(vector["c1_x"], "big"), int.from_bytes(vector["c1_y"], "big")]
    der = DerSequence([*parts, DerOctetString(vector["c3"]).encode(), DerOctetString(vector["c2"]).encode()]).encode()

    assert bytes(gmssl_pyx.sm2_decrypt(vector["private_key"], der)) == vector["plaintext"]


@pytest.mark.parametrize("case", VECTORS["sm3"]["cases"], ids=["1", "2"])
def test_both_sm3_implementations_give_the_standard_s_digests(case) -> None:
    message = bytes.fromhex(case["message"])

    assert bytes(gmssl_pyx.sm3_hash(message)).hex() == case["digest"]
    assert hashlib.new("sm3", message).hexdigest() == case["digest"]


def test_sm4_gives_the_standard_s_block() -> None:
    vector = _hex("sm4")
    cipher = Cipher(algorithms.SM4(vector["key"]), modes.ECB()).encryptor()

    assert cipher.update(vector["plaintext"]) + cipher.finalize() == vector["ciphertext"]


def test_sm4_gcm_opens_rfc_8998_s_vector_and_agrees_with_another_implementation() -> None:
    vector, sealing = _hex("sm4_gcm"), sealing_suite("SM2-SM4-GCM")
    content = SealedContent(vector["nonce"], vector["ciphertext"], vector["tag"])

    assert sealing.decrypt(vector["key"], content, associated=vector["associated"]) == vector["plaintext"]
    mine = sealing.encrypt(vector["key"], b"zhengtong", associated=b"context")
    theirs = gmssl_pyx.sm4_gcm_encrypt(vector["key"], mine.nonce, b"context", b"zhengtong")
    assert (mine.ciphertext, mine.tag) == tuple(map(bytes, theirs))


def test_hpke_opens_rfc_9180_s_vector() -> None:
    vector = _hex("hpke_x25519")
    receiver = HPKE.new(
        receiver_key=DH.import_x25519_private_key(vector["private_key"]),
        aead_id=HPKE.AEAD.AES128_GCM,
        enc=vector["enc"],
        info=vector["info"],
    )

    assert sealing_suite("HPKE-X25519-A256GCM").public_key_of(vector["private_key"]) == vector["public_key"]
    assert receiver.unseal(vector["ciphertext"], vector["associated"]) == vector["plaintext"]


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_what_a_suite_signs_it_verifies_and_nothing_else(name) -> None:
    signing, key = suite(name), KEYS[name]
    signature = signing.sign(key.private_key, b"message")

    assert signing.verifies(key.public_key, b"message", signature)
    assert not signing.verifies(key.public_key, b"messagf", signature)
    assert not signing.verifies(signing.generate().public_key, b"message", signature)
    for position in range(0, len(signature), 7):
        bent = bytearray(signature)
        bent[position] ^= 1
        assert not signing.verifies(key.public_key, b"message", bytes(bent))


@pytest.mark.parametrize("name", SUITE_NAMES)
@pytest.mark.parametrize("length", [0, 1, 31, 33, 63, 65, 71, 128, 5000])
def test_signatures_and_keys_of_a_wrong_length_are_refused(name, length) -> None:
    signing, key = suite(name), KEYS[name]

    assert not signing.verifies(key.public_key, b"m", bytes(length))
    if length != len(key.public_key):
        assert not signing.is_public_key(bytes(length))
        assert not signing.verifies(bytes(length), b"m", signing.sign(key.private_key, b"m"))


@pytest.mark.parametrize("name", SUITE_NAMES)
@given(public=st.binary(max_size=80), signature=st.binary(max_size=80))
def test_no_bytes_make_a_suite_raise_or_verify(name, public, signature) -> None:
    assert not suite(name).verifies(public, b"m", signature)
    assert not suite(name).verifies(KEYS[name].public_key, b"m", signature)


@pytest.mark.parametrize(
    ("r", "s"),
    [(0, 1), (1, 0), (0, 0), (SM2_ORDER, 1), (1, SM2_ORDER), (1, SM2_ORDER - 1), (2**256 - 1, 2**256 - 1)],
)
def test_numbers_no_sm2_signature_holds_are_refused_before_the_library_sees_them(r, s) -> None:
    """GB/T 32918.2, 7.1: r and s lie in 1 … n-1, and r + s is no multiple of n."""
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")

    assert signature_to_der(signature) is None
    assert not suite("SM2-SM3").verifies(KEYS["SM2-SM3"].public_key, b"m", signature)


@pytest.mark.parametrize(
    "point",
    [
        b"\x04" + bytes(64),
        b"\x04" + SM2_PRIME.to_bytes(32, "big") + bytes(32),
        b"\x04" + b"\xff" * 64,
        b"\x04" + bytes(31) + b"\x01" + bytes(31) + b"\x01",
        b"\x02" + bytes(64),
        bytes(65),
    ],
)
def test_points_off_the_sm2_curve_are_no_keys(point) -> None:
    signing, sealing = suite("SM2-SM3"), sealing_suite("SM2-SM4-GCM")

    assert not signing.is_public_key(point)
    assert not signing.verifies(point, b"m", signing.sign(KEYS["SM2-SM3"].private_key, b"m"))
    with pytest.raises(ValueError, match="not an SM2 public key"):
        sealing.wrap(point, bytes(16), context=b"")
    with pytest.raises(ValueError, match="not an SM2 private key"):
        signing.sign(KEYS["SM2-SM3"].private_key[:32] + point, b"m")


@given(st.integers(1, SM2_ORDER - 1), st.integers(1, SM2_ORDER - 1))
def test_raw_and_der_signatures_are_one_another(r, s) -> None:
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    der = signature_to_der(raw)
    if der is None:
        assert (r + s) % SM2_ORDER == 0
        return

    assert der == DerSequence([r, s]).encode()
    assert signature_from_der(der) == raw


@given(st.binary(max_size=80))
def test_der_that_is_not_exactly_a_signature_is_refused(junk) -> None:
    good = signature_to_der((1).to_bytes(32, "big") + (2).to_bytes(32, "big")) or b""
    for der in (junk, good + b"\x00", good[:-1], b"\x30\x07\x02\x02\x00\x01\x02\x01\x02"):
        with pytest.raises(ValueError, match="not a DER signature"):
            signature_from_der(der)


@pytest.mark.parametrize("name", SEALING_NAMES)
def test_what_is_wrapped_opens_for_its_key_alone(name) -> None:
    sealing, key = sealing_suite(name), KEYS[name]
    content_key = bytes(range(sealing.content_key_bytes))
    wrapped = sealing.wrap(key.public_key, content_key, context=b"event")

    assert sealing.unwrap(key.private_key, wrapped, context=b"event") == content_key
    assert wrapped != sealing.wrap(key.public_key, content_key, context=b"event")
    assert content_key not in wrapped
    for other in (sealing.generate().private_key, key.private_key[:-1]):
        with pytest.raises(ValueError):
            sealing.unwrap(other, wrapped, context=b"event")
    for altered in (b"", wrapped[:-1], wrapped + b"\x00", wrapped[:-1] + bytes([wrapped[-1] ^ 1]), bytes(5000)):
        with pytest.raises(ValueError):
            sealing.unwrap(key.private_key, altered, context=b"event")


def test_hpke_binds_the_wrapped_key_to_its_event() -> None:
    sealing, key = sealing_suite("HPKE-X25519-A256GCM"), KEYS["HPKE-X25519-A256GCM"]
    wrapped = sealing.wrap(key.public_key, bytes(32), context=b"event")

    with pytest.raises(ValueError):
        sealing.unwrap(key.private_key, wrapped, context=b"another event")


@pytest.mark.parametrize("name", SEALING_NAMES)
def test_content_opens_only_whole_and_in_its_context(name) -> None:
    sealing = sealing_suite(name)
    content_key = bytes(range(sealing.content_key_bytes))
    content = sealing.encrypt(content_key, "张三".encode(), associated=b"here")

    assert sealing.decrypt(content_key, content, associated=b"here") == "张三".encode()
    for altered in (
        replace(content, ciphertext=content.ciphertext[:-1]),
        replace(content, ciphertext=bytes([content.ciphertext[0] ^ 1]) + content.ciphertext[1:]),
        replace(content, tag=bytes(16)),
        replace(content, tag=content.tag[:12]),
        replace(content, nonce=bytes(12)),
        replace(content, nonce=b""),
    ):
        with pytest.raises(ValueError):
            sealing.decrypt(content_key, altered, associated=b"here")
    with pytest.raises(ValueError):
        sealing.decrypt(content_key, content, associated=b"there")


@pytest.mark.parametrize("name", [*SUITE_NAMES, *SEALING_NAMES])
def test_thumbprints_are_rfc_7638_s(name) -> None:
    algorithm, key = key_algorithm(name), KEYS[name]
    members = json.dumps(algorithm.jwk(key.public_key), sort_keys=True, separators=(",", ":"))

    assert algorithm.thumbprint(key.public_key).replace("-", "+").replace("_", "/") + "=" == _base64(members)
    assert algorithm.is_public_key(algorithm.public_key_of(key.private_key))


def _base64(text: str) -> str:
    import base64

    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_a_private_key_is_not_shown_by_accident() -> None:
    assert "secret" not in repr(KeyPair(private_key=b"secret", public_key=b"public"))


@pytest.mark.parametrize("find", [suite, sealing_suite, sealing_companion, key_algorithm])
def test_a_suite_nobody_knows_is_refused_by_name(find) -> None:
    with pytest.raises(SuiteUnknown):
        find("RSA")
    with pytest.raises(SuiteUnknown):
        find("")
