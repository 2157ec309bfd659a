"""The national suite (国密): SM2 signatures with SM3 (GB/T 32918, GB/T 32905), sealing by SM2 and SM4-GCM.

SM2 and SM3 by GmSSL (``gmssl_pyx``), which draws every nonce itself; SM4-GCM (RFC 8998) by OpenSSL (``cryptography``).
Lengths, points and numbers are checked here before C code sees them.

* Public key: 65 bytes, ``04 || x || y`` (GM/T 0009-2012, 7.1). Private key: 32 bytes, followed by the same 65, because
  signing needs both (the hash Z of GB/T 32918.2, 5.5 holds the public key).
* Signature: 64 bytes, ``r || s``, as JOSE writes ECDSA (RFC 7518, 3.4): one spelling only. GM/T 0009's DER is made from
  it at the library's door.
* Signer's id: ``1234567812345678`` (GM/T 0009-2012, clause 10), the default of the standard.
"""

from __future__ import annotations

import secrets
from typing import Final

import gmssl_pyx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from zt_interop.suites.base import KeyPair, SealedContent, SealingSuite, Suite

SIGNER_ID: Final = b"1234567812345678"

# The curve of GB/T 32918.5 (sm2p256v1).
_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A: Final = _P - 3
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123

_WORD: Final = 32
_POINT_BYTES: Final = 1 + 2 * _WORD
_PRIVATE_BYTES: Final = _WORD + _POINT_BYTES
_SIGNATURE_BYTES: Final = 2 * _WORD
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_MOST_WRAPPED_BYTES: Final = 366


def is_point(public_key: bytes) -> bool:
    """Whether the bytes are an uncompressed point of the curve other than the one at infinity."""
    if len(public_key) != _POINT_BYTES or public_key[0] != 4:
        return False
    x, y = _number(public_key[1 : 1 + _WORD]), _number(public_key[1 + _WORD :])
    return x < _P and y < _P and (y * y - (x * x * x + _A * x + _B)) % _P == 0


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")


def _der_integer(number: int) -> bytes:
    body = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(body)]) + body


def signature_to_der(signature: bytes) -> bytes | None:
    """GM/T 0009's ``SEQUENCE { r INTEGER, s INTEGER }`` of ``r || s``; None when a number is out of 1 … n-1."""
    if len(signature) != _SIGNATURE_BYTES:
        return None
    r, s = _number(signature[:_WORD]), _number(signature[_WORD:])
    if not (0 < r < _N and 0 < s < _N) or (r + s) % _N == 0:
        return None
    body = _der_integer(r) + _der_integer(s)
    return b"\x30" + bytes([len(body)]) + body


def signature_from_der(der: bytes) -> bytes:
    """``r || s`` of GM/T 0009's DER.

    Raises:
        ValueError: it is not exactly that.
    """
    numbers, rest = [], der[2:]
    for _ in range(2):
        if len(rest) < 3 or rest[0] != 2 or not 0 < rest[1] <= _WORD + 1 or len(rest) < 2 + rest[1]:
            raise ValueError("not a DER signature")
        numbers.append(_number(rest[2 : 2 + rest[1]]))
        rest = rest[2 + rest[1] :]
    if rest or any(number >= 1 << 8 * _WORD for number in numbers):
        raise ValueError("not a DER signature")
    signature = b"".join(number.to_bytes(_WORD, "big") for number in numbers)
    if signature_to_der(signature) != der:
        raise ValueError("not a DER signature")
    return signature


class _SM2Keys:
    """The key format that signing and sealing share; their keys are nevertheless never the same key."""

    def generate(self) -> KeyPair:
        point, number = gmssl_pyx.sm2_key_generate()
        public_key = b"\x04" + bytes(point)
        return KeyPair(private_key=bytes(number) + public_key, public_key=public_key)

    def public_key_of(self, private_key: bytes) -> bytes:
        return private_key[_WORD:]

    def is_public_key(self, public_key: bytes) -> bool:
        return is_point(public_key)

    def _halves(self, private_key: bytes) -> tuple[bytes, bytes]:
        number, point = private_key[:_WORD], private_key[_WORD:]
        if len(private_key) != _PRIVATE_BYTES or not 0 < _number(number) < _N - 1 or not is_point(point):
            raise ValueError("not an SM2 private key")
        return number, point[1:]


class SM2Suite(_SM2Keys, Suite):
    """SM2 signatures over SM3 (GB/T 32918.2)."""

    name = "SM2-SM3"
    algorithm = "SM2-SM3"

    def sign(self, private_key: bytes, message: bytes) -> bytes:
        number, point = self._halves(private_key)
        return signature_from_der(bytes(gmssl_pyx.sm2_sign(number, point, message, SIGNER_ID)))

    def verifies(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        der = signature_to_der(signature)
        if der is None or not is_point(public_key):
            return False
        try:
            return bool(gmssl_pyx.sm2_verify(public_key[1:], message, der, SIGNER_ID))
        except gmssl_pyx.GmsslInnerError:
            return False

    def jwk(self, public_key: bytes) -> dict[str, str]:
        return _jwk(self, public_key)


class SM2Sealing(_SM2Keys, SealingSuite):
    """SM2 encryption (GB/T 32918.4, C1 || C3 || C2 as GM/T 0009's DER) wraps the key; SM4-GCM seals the content.

    SM2 encryption binds no context of its own; the content's associated data hold both context and wrapped key.
    """

    name = "SM2-SM4-GCM"
    content_key_bytes = 16

    def jwk(self, public_key: bytes) -> dict[str, str]:
        return _jwk(self, public_key)

    def wrap(self, public_key: bytes, content_key: bytes, *, context: bytes) -> bytes:
        if not is_point(public_key):
            raise ValueError("not an SM2 public key")
        return bytes(gmssl_pyx.sm2_encrypt(public_key[1:], content_key))

    def unwrap(self, private_key: bytes, wrapped: bytes, *, context: bytes) -> bytes:
        number, _ = self._halves(private_key)
        if not _WORD < len(wrapped) <= _MOST_WRAPPED_BYTES:
            raise ValueError("not a wrapped content key")
        try:
            content_key = bytes(gmssl_pyx.sm2_decrypt(number, wrapped))
        except gmssl_pyx.GmsslInnerError as broken:
            raise ValueError("the wrapped content key does not open") from broken
        if len(content_key) != self.content_key_bytes:
            raise ValueError("not a wrapped content key")
        return content_key

    def encrypt(self, content_key: bytes, plaintext: bytes, *, associated: bytes) -> SealedContent:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = Cipher(algorithms.SM4(content_key), modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(associated)
        ciphertext = cipher.update(plaintext) + cipher.finalize()
        return SealedContent(nonce, ciphertext, cipher.tag)

    def decrypt(self, content_key: bytes, content: SealedContent, *, associated: bytes) -> bytes:
        if len(content.nonce) != _NONCE_BYTES or len(content.tag) != _TAG_BYTES:
            raise ValueError("nonce or tag of another length")
        cipher = Cipher(algorithms.SM4(content_key), modes.GCM(content.nonce, content.tag)).decryptor()
        cipher.authenticate_additional_data(associated)
        try:
            return cipher.update(content.ciphertext) + cipher.finalize()
        except InvalidTag as broken:
            raise ValueError("altered") from broken


def _jwk(keys: Suite | SealingSuite, public_key: bytes) -> dict[str, str]:
    x, y = public_key[1 : 1 + _WORD], public_key[1 + _WORD :]
    return {"crv": "SM2", "kty": "EC", "x": keys.coordinate(x), "y": keys.coordinate(y)}
