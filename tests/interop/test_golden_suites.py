"""One encrypted and signed message of each family, read as docs/protocol.md describes it: frozen like the others.

SM2 draws a nonce, so that its message cannot be made again byte for byte; it must be read for ever.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from Crypto.Cipher import AES
from Crypto.Protocol import DH, HPKE
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmssl_pyx import sm2_decrypt

from zt_interop import signed
from zt_interop.canonical import canonical_bytes
from zt_interop.envelope import Event
from zt_interop.keys.registry import key_id
from zt_interop.schemas import check_data, envelope_problem
from zt_interop.suites import SUITE_NAMES, suite

pytestmark = pytest.mark.req("Y-01", "Y-06", "Y-11")
FOLDER = Path(__file__).with_name("golden") / "suites"

# The curve of GB/T 32918.5.
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A, B = P - 3, 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Point = tuple[int, int] | None


def _add(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if one == two else (y2 - y1) * pow(x2 - x1, -1, P)
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def _times(number: int, point: Point) -> Point:
    found: Point = None
    while number:
        if number & 1:
            found = _add(found, point)
        point = _add(point, point)
        number >>= 1
    return found


def _sm2_verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """GB/T 32918.2, 7.1 by the book: slow, and nobody's library."""
    point = (int.from_bytes(public_key[1:33], "big"), int.from_bytes(public_key[33:], "big"))
    who = b"1234567812345678"
    words = b"".join(number.to_bytes(32, "big") for number in (A, B, *G, *point))
    z = hashlib.new("sm3", (8 * len(who)).to_bytes(2, "big") + who + words).digest()
    e = int.from_bytes(hashlib.new("sm3", z + message).digest(), "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    found = _add(_times(s, G), _times((r + s) % N, point))
    return found is not None and (e + found[0]) % N == r


def _golden(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_the_message_is_what_its_parts_say(name) -> None:
    golden = _golden(name)
    header, payload, signature = golden["wire"].split(".")
    event = Event.from_json(golden["event"])

    assert json.loads(_bytes(header)) == golden["header"]
    assert _bytes(payload) == event.canonical()
    assert event.digest() == golden["digest"] == hashlib.sha256(_bytes(payload)).hexdigest()
    parsed = signed.parse(golden["wire"].encode(), typ=signed.EVENT_TYPE)
    signed.verify(parsed, public_key=bytes.fromhex(golden["signing_key"]["public_key"]), suite_name=name)
    for usage, used in (("signing_key", name), ("encryption_key", golden["sealing_suite"])):
        key = golden[usage]
        assert key_id(key["kid"].split(":")[0], used, bytes.fromhex(key["public_key"])) == key["kid"]
    assert len(_bytes(signature)) == 64


def test_a_verifier_that_knows_only_the_standard_agrees_about_sm2() -> None:
    golden = _golden("SM2-SM3")
    message, _, signature = golden["wire"].rpartition(".")
    public_key = bytes.fromhex(golden["signing_key"]["public_key"])

    assert _sm2_verifies(public_key, message.encode(), _bytes(signature))
    assert not _sm2_verifies(public_key, message.encode() + b"x", _bytes(signature))
    mine = suite("SM2-SM3").generate()
    assert _sm2_verifies(mine.public_key, b"m", suite("SM2-SM3").sign(mine.private_key, b"m"))


def _content_key(golden: dict[str, Any], header: bytes, wrapped: bytes) -> bytes:
    private_key = bytes.fromhex(golden["encryption_key"]["test_private_key"])
    if golden["sealing_suite"] == "SM2-SM4-GCM":
        return bytes(sm2_decrypt(private_key[:32], wrapped))
    own = DH.import_x25519_private_key(private_key)
    return bytes(
        HPKE.new(receiver_key=own, aead_id=HPKE.AEAD.AES256_GCM, enc=wrapped[:32]).unseal(wrapped[32:], header)
    )


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_a_reader_that_knows_only_the_page_opens_the_data(name) -> None:
    golden = _golden(name)
    header, wrapped, nonce, ciphertext, tag = golden["event"]["data"]["sealed"].split(".")
    content_key = _content_key(golden, header.encode(), _bytes(wrapped))
    associated = f"{header}.{wrapped}".encode()
    if golden["sealing_suite"] == "SM2-SM4-GCM":
        opening = Cipher(algorithms.SM4(content_key), modes.GCM(_bytes(nonce), _bytes(tag))).decryptor()
        opening.authenticate_additional_data(associated)
        clear = opening.update(_bytes(ciphertext)) + opening.finalize()
    else:
        aes = AES.new(content_key, AES.MODE_GCM, nonce=_bytes(nonce))
        aes.update(associated)
        clear = aes.decrypt_and_verify(_bytes(ciphertext), _bytes(tag))

    assert clear == canonical_bytes(golden["data"])
    check_data(golden["event"]["type"], golden["data"])
    members = json.loads(_bytes(header))
    assert envelope_problem("sealed-header", members) == ""
    assert members["id"] == golden["event"]["id"]
    assert (members["suite"], members["kid"]) == (golden["sealing_suite"], golden["encryption_key"]["kid"])
