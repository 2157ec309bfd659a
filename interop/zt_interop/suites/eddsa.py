"""The international suite: Ed25519 signatures (RFC 8032), sealing by HPKE (RFC 9180); all by pycryptodome.

One library verifies everywhere. Ed25519 libraries disagree about malleable and small-order signatures, and two centres
must never disagree about a message: a second, faster verifier would be a second truth.
"""

from __future__ import annotations

from typing import Any, Final, cast

from Crypto.Cipher import AES
from Crypto.Protocol import DH, HPKE
from Crypto.PublicKey import ECC
from Crypto.Random import get_random_bytes
from Crypto.Signature import eddsa

from zt_interop.suites.base import KeyPair, SealedContent, SealingSuite, Suite

_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class EdDSASuite(Suite):
    """Ed25519 (RFC 8032); JOSE's EdDSA (RFC 8037). Keys: 32-byte seed and 32-byte point."""

    name = "EdDSA"
    algorithm = "EdDSA"

    def generate(self) -> KeyPair:
        key = ECC.generate(curve="Ed25519")
        return KeyPair(private_key=key.seed, public_key=_raw(key))

    def public_key_of(self, private_key: bytes) -> bytes:
        return _raw(eddsa.import_private_key(private_key))

    def is_public_key(self, public_key: bytes) -> bool:
        if len(public_key) != _KEY_BYTES:
            return False
        try:
            eddsa.import_public_key(public_key)
        except ValueError:
            return False
        return True

    def sign(self, private_key: bytes, message: bytes) -> bytes:
        return bytes(eddsa.new(eddsa.import_private_key(private_key), "rfc8032").sign(message))

    def verifies(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        if len(public_key) != _KEY_BYTES or len(signature) != _SIGNATURE_BYTES:
            return False
        try:
            eddsa.new(eddsa.import_public_key(public_key), "rfc8032").verify(message, signature)
        except ValueError:
            return False
        return True

    def jwk(self, public_key: bytes) -> dict[str, str]:
        return {"crv": "Ed25519", "kty": "OKP", "x": self.coordinate(public_key)}


class X25519Sealing(SealingSuite):
    """DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (RFC 9180) wraps the key; AES-256-GCM seals the content."""

    name = "HPKE-X25519-A256GCM"
    content_key_bytes = 32

    def generate(self) -> KeyPair:
        key = ECC.generate(curve="Curve25519")
        return KeyPair(private_key=key.seed, public_key=_raw(key))

    def public_key_of(self, private_key: bytes) -> bytes:
        return _raw(DH.import_x25519_private_key(private_key))

    def is_public_key(self, public_key: bytes) -> bool:
        if len(public_key) != _KEY_BYTES:
            return False
        try:
            DH.import_x25519_public_key(public_key)
        except ValueError:
            return False
        return True

    def jwk(self, public_key: bytes) -> dict[str, str]:
        return {"crv": "X25519", "kty": "OKP", "x": self.coordinate(public_key)}

    def wrap(self, public_key: bytes, content_key: bytes, *, context: bytes) -> bytes:
        if len(public_key) != _KEY_BYTES:
            raise ValueError("not an X25519 public key")
        sender = HPKE.new(receiver_key=DH.import_x25519_public_key(public_key), aead_id=HPKE.AEAD.AES256_GCM)
        return bytes(sender.enc) + bytes(sender.seal(content_key, context))

    def unwrap(self, private_key: bytes, wrapped: bytes, *, context: bytes) -> bytes:
        if len(wrapped) != _KEY_BYTES + self.content_key_bytes + _TAG_BYTES:
            raise ValueError("not a wrapped content key")
        receiver = HPKE.new(
            receiver_key=DH.import_x25519_private_key(private_key),
            aead_id=HPKE.AEAD.AES256_GCM,
            enc=wrapped[:_KEY_BYTES],
        )
        return bytes(receiver.unseal(wrapped[_KEY_BYTES:], context))

    def encrypt(self, content_key: bytes, plaintext: bytes, *, associated: bytes) -> SealedContent:
        nonce = get_random_bytes(_NONCE_BYTES)
        ciphertext, tag = _gcm(content_key, nonce, associated).encrypt_and_digest(plaintext)
        return SealedContent(nonce, bytes(ciphertext), bytes(tag))

    def decrypt(self, content_key: bytes, content: SealedContent, *, associated: bytes) -> bytes:
        if len(content.nonce) != _NONCE_BYTES or len(content.tag) != _TAG_BYTES:
            raise ValueError("nonce or tag of another length")
        cipher = _gcm(content_key, content.nonce, associated)
        return bytes(cipher.decrypt_and_verify(content.ciphertext, content.tag))


def _gcm(key: bytes, nonce: bytes, associated: bytes) -> Any:
    cipher = cast(Any, AES.new(key, AES.MODE_GCM, nonce=nonce))
    cipher.update(associated)
    return cipher


def _raw(key: ECC.EccKey) -> bytes:
    return key.public_key().export_key(format="raw")
