"""Compact JWS: what a header may hold, and every way of bending it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_interop import signed
from zt_interop.errors import (
    AlgorithmRefused,
    HeaderInvalid,
    Malformed,
    MessageRefused,
    SignatureExpired,
    SignatureInvalid,
    SignatureNotYetValid,
    SuiteUnknown,
    TooLarge,
)
from zt_interop.keys.signing import StoredSigner
from zt_interop.suites import suite

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SEED = bytes(range(32))
PUBLIC = suite("EdDSA").public_key_of(SEED)
SIGNER = StoredSigner("340100:test", "EdDSA", SEED)
HEADER = signed.Header(
    kid=SIGNER.kid, typ=signed.EVENT_TYPE, iat=int(NOW.timestamp()), exp=int(NOW.timestamp()) + 600, dst="340123"
).to_json()


def _wire(header: object, payload: bytes = b"{}") -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    signing_input = signed.encode(head) + b"." + signed.encode(payload)
    return signing_input + b"." + signed.encode(SIGNER.sign(signing_input))


def _good(payload: bytes = b'{"a":1}') -> bytes:
    return signed.sign(payload, typ=signed.EVENT_TYPE, signer=SIGNER, destination="340123", at=NOW)


def test_what_was_signed_is_verified_and_read() -> None:
    jws = signed.parse(_good(), typ=signed.EVENT_TYPE)

    signed.verify(jws, public_key=PUBLIC, suite_name="EdDSA")

    assert (jws.payload, jws.header.kid, jws.header.dst) == (b'{"a":1}', "340100:test", "340123")


def test_ed25519_is_that_of_rfc_8032() -> None:
    # RFC 8032, section 7.1, test 2.
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    eddsa = suite("EdDSA")

    assert eddsa.public_key_of(seed).hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert eddsa.sign(seed, b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_the_thumbprint_is_that_of_rfc_8037() -> None:
    point = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")  # RFC 8037, appendix A.3

    assert suite("EdDSA").thumbprint(point) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256", "ES256", "RS256", "", 7, None])
def test_no_other_algorithm_is_taken(algorithm: object) -> None:
    with pytest.raises(AlgorithmRefused):
        signed.parse(_wire({**HEADER, "alg": algorithm}), typ=signed.EVENT_TYPE)


def test_an_unsigned_message_is_no_message() -> None:
    with pytest.raises(MessageRefused):
        signed.parse(_wire({**HEADER, "alg": "none"}).rsplit(b".", 1)[0] + b".", typ=signed.EVENT_TYPE)


def test_an_unknown_suite_is_refused() -> None:
    with pytest.raises(SuiteUnknown):
        signed.parse(_wire({**HEADER, "suite": "SM2"}), typ=signed.EVENT_TYPE)


@pytest.mark.parametrize("name", sorted(HEADER.keys() - {"alg"}))
def test_no_member_may_be_missing(name: str) -> None:
    with pytest.raises(HeaderInvalid):
        signed.parse(_wire({key: HEADER[key] for key in HEADER if key != name}), typ=signed.EVENT_TYPE)


@pytest.mark.parametrize("name", ["jwk", "jku", "x5c", "x5u", "b64", "zip", "nonce"])
def test_no_member_may_be_added(name: str) -> None:
    with pytest.raises(HeaderInvalid):
        signed.parse(_wire({**HEADER, name: "x"}), typ=signed.EVENT_TYPE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("crit", []),
        ("crit", ["suite", "iat", "exp"]),
        ("crit", ["suite", "iat", "exp", "dst", "b64"]),
        ("crit", "suite"),
        ("typ", "JWT"),
        ("typ", signed.BATCH_TYPE),
        ("kid", ""),
        ("kid", "a b"),
        ("kid", "a\n"),
        ("kid", "k" * 129),
        ("kid", 5),
        ("dst", "34010"),
        ("dst", "340100\n"),
        ("dst", "３４０１００"),
        ("iat", "1"),
        ("iat", True),
        ("iat", -1),
        ("exp", None),
        ("exp", HEADER["iat"]),
    ],
)
def test_each_member_has_one_form(name: str, value: object) -> None:
    with pytest.raises(HeaderInvalid):
        signed.parse(_wire({**HEADER, name: value}), typ=signed.EVENT_TYPE)


def test_a_member_given_twice_is_refused() -> None:
    twice = json.dumps(HEADER).replace('"dst"', '"dst": "341700", "dst"', 1).encode()

    with pytest.raises(Malformed):
        signed.parse(_wire(twice), typ=signed.EVENT_TYPE)


@pytest.mark.parametrize("bend", [b"=", b" ", b"\n", b"+", b"/", b"."])
def test_base64url_has_one_spelling(bend: bytes) -> None:
    with pytest.raises(Malformed):
        signed.parse(_good() + bend, typ=signed.EVENT_TYPE)


def test_stray_bits_at_the_end_are_refused() -> None:
    with pytest.raises(Malformed):
        signed.decode(b"AB")
    assert signed.decode(b"AA") == b"\0"


@given(st.binary(max_size=200))
def test_any_bytes_are_either_refused_by_name_or_parsed(wire: bytes) -> None:
    with pytest.raises(MessageRefused):
        signed.parse(wire, typ=signed.EVENT_TYPE)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_one_altered_byte_is_always_noticed(place: int, change: int) -> None:
    wire = bytearray(_good())
    wire[place % len(wire)] ^= change

    with pytest.raises(MessageRefused):
        signed.verify(signed.parse(bytes(wire), typ=signed.EVENT_TYPE), public_key=PUBLIC, suite_name="EdDSA")


def test_another_key_does_not_verify() -> None:
    other = suite("EdDSA").generate().public_key

    with pytest.raises(SignatureInvalid):
        signed.verify(signed.parse(_good(), typ=signed.EVENT_TYPE), public_key=other, suite_name="EdDSA")


def test_the_suite_is_the_registered_one_not_the_header_s() -> None:
    with pytest.raises(AlgorithmRefused):
        signed.verify(signed.parse(_good(), typ=signed.EVENT_TYPE), public_key=PUBLIC, suite_name="SM2")


def test_more_than_a_mebibyte_is_not_even_read() -> None:
    with pytest.raises(TooLarge):
        signed.parse(b"a" * (signed.MAX_MESSAGE_BYTES + 1), typ=signed.EVENT_TYPE)


def test_a_signature_has_its_time() -> None:
    header = signed.parse(_good(), typ=signed.EVENT_TYPE).header

    signed.check_times(header, now=NOW)
    signed.check_times(header, now=NOW + signed.LIFETIME + timedelta(seconds=59))
    with pytest.raises(SignatureExpired):
        signed.check_times(header, now=NOW + signed.LIFETIME + timedelta(seconds=60))
    with pytest.raises(SignatureNotYetValid):
        signed.check_times(header, now=NOW - timedelta(seconds=61))


def test_no_signature_lives_for_ever() -> None:
    wire = signed.sign(
        b"{}", typ=signed.EVENT_TYPE, signer=SIGNER, destination="340123", at=NOW, lifetime=timedelta(days=1)
    )

    with pytest.raises(HeaderInvalid):
        signed.check_times(signed.parse(wire, typ=signed.EVENT_TYPE).header, now=NOW)
