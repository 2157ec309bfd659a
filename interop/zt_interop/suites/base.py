"""What every suite must be able to do. A suite is an algorithm with its key format, known by one name everywhere."""

from __future__ import annotations

import base64
import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A fresh key pair as raw bytes, in the format of its suite."""

    private_key: bytes = field(repr=False)
    public_key: bytes


@dataclass(frozen=True, slots=True)
class SealedContent:
    """The outcome of an authenticated encryption."""

    nonce: bytes
    ciphertext: bytes
    tag: bytes


class KeyAlgorithm(ABC):
    """Keys of one format: made here, named by their thumbprint, checked before they are used."""

    name: str

    @abstractmethod
    def generate(self) -> KeyPair:
        """A new key pair from the operating system's random source."""

    @abstractmethod
    def public_key_of(self, private_key: bytes) -> bytes:
        """The public key that belongs to a private key."""

    @abstractmethod
    def is_public_key(self, public_key: bytes) -> bool:
        """Whether the bytes are a public key of this suite: right length, a point of the curve; never raises."""

    @abstractmethod
    def jwk(self, public_key: bytes) -> dict[str, str]:
        """The required members of the key as a JWK (RFC 7517)."""

    def thumbprint(self, public_key: bytes) -> str:
        """The key's JWK thumbprint (RFC 7638, SHA-256), base64url without padding."""
        members = ",".join(f'"{name}":"{value}"' for name, value in sorted(self.jwk(public_key).items()))
        return _base64url(hashlib.sha256(f"{{{members}}}".encode()).digest())

    def coordinate(self, value: bytes) -> str:
        """One coordinate as a JWK writes it."""
        return _base64url(value)


class Suite(KeyAlgorithm):
    """A signature suite."""

    algorithm: str

    @abstractmethod
    def sign(self, private_key: bytes, message: bytes) -> bytes:
        """The signature of a message. A suite that is not deterministic draws its nonce itself, never the caller."""

    @abstractmethod
    def verifies(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over this message; never raises on hostile input."""


class SealingSuite(KeyAlgorithm):
    """An encryption suite: a fresh content key for each message, wrapped to the receiver's public key.

    Only the wrapped content key goes to whoever holds the private key, so that a hardware module fits.
    """

    content_key_bytes: int

    @abstractmethod
    def wrap(self, public_key: bytes, content_key: bytes, *, context: bytes) -> bytes:
        """The content key encrypted to a public key; bound to ``context`` where the algorithm can bind.

        Raises:
            ValueError: the bytes are no public key of this suite.
        """

    @abstractmethod
    def unwrap(self, private_key: bytes, wrapped: bytes, *, context: bytes) -> bytes:
        """The content key out of what :meth:`wrap` made.

        Raises:
            ValueError: altered, made for another key, or bound to another context.
        """

    @abstractmethod
    def encrypt(self, content_key: bytes, plaintext: bytes, *, associated: bytes) -> SealedContent:
        """Encrypt under a content key that is used once; the nonce is drawn here."""

    @abstractmethod
    def decrypt(self, content_key: bytes, content: SealedContent, *, associated: bytes) -> bytes:
        """Decrypt and check.

        Raises:
            ValueError: a bit of content or associated data was altered.
        """


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
