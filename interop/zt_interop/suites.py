"""Cryptographic suites by name, so that SM2/SM3 can stand beside Ed25519 without a change of the protocol.

A suite is a signature algorithm with its key format and digest. The header of every message names it (``suite``)
beside JOSE's own ``alg``; both must agree with the suite the key was registered for.
"""

from __future__ import annotations

import base64
import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from zt_interop.errors import SuiteUnknown


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A fresh key pair as raw bytes (Ed25519: 32-byte seed and 32-byte point)."""

    private_key: bytes
    public_key: bytes


class Suite(ABC):
    """What a signature suite must be able to do."""

    name: str
    algorithm: str

    @abstractmethod
    def generate(self) -> KeyPair:
        """A new key pair from the operating system's random source."""

    @abstractmethod
    def public_key_of(self, private_key: bytes) -> bytes:
        """The public key that belongs to a private key."""

    @abstractmethod
    def sign(self, private_key: bytes, message: bytes) -> bytes:
        """The signature of a message. Deterministic suites draw nothing; the others draw their nonce themselves."""

    @abstractmethod
    def verifies(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over this message; never raises on hostile input."""

    @abstractmethod
    def thumbprint(self, public_key: bytes) -> str:
        """The key's JWK thumbprint (RFC 7638), base64url without padding."""


class EdDSASuite(Suite):
    """Ed25519 (RFC 8032) by pycryptodome; JOSE's EdDSA (RFC 8037)."""

    name = "EdDSA"
    algorithm = "EdDSA"
    signature_bytes: Final = 64
    key_bytes: Final = 32

    def generate(self) -> KeyPair:
        key = ECC.generate(curve="Ed25519")
        return KeyPair(private_key=key.seed, public_key=self._raw(key))

    def public_key_of(self, private_key: bytes) -> bytes:
        return self._raw(eddsa.import_private_key(private_key))

    def sign(self, private_key: bytes, message: bytes) -> bytes:
        return bytes(eddsa.new(eddsa.import_private_key(private_key), "rfc8032").sign(message))

    def verifies(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        if len(public_key) != self.key_bytes or len(signature) != self.signature_bytes:
            return False
        try:
            eddsa.new(eddsa.import_public_key(public_key), "rfc8032").verify(message, signature)
        except ValueError:
            return False
        return True

    def thumbprint(self, public_key: bytes) -> str:
        point = base64.urlsafe_b64encode(public_key).rstrip(b"=").decode()
        jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{point}"}}'
        return base64.urlsafe_b64encode(hashlib.sha256(jwk.encode()).digest()).rstrip(b"=").decode()

    def _raw(self, key: ECC.EccKey) -> bytes:
        return key.public_key().export_key(format="raw")


_SUITES: Final[dict[str, Suite]] = {EdDSASuite.name: EdDSASuite()}
DEFAULT_SUITE: Final = EdDSASuite.name


def suite(name: str) -> Suite:
    """The suite of this name.

    Raises:
        SuiteUnknown: there is none.
    """
    found = _SUITES.get(name)
    if found is None:
        raise SuiteUnknown(suite=name[:40])
    return found
