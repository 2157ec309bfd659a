"""Sealing of fields and keys: the only place besides message signing where cryptography is done.

* A *sealed* value is AES-256-GCM (NIST SP 800-38D): one version byte, the key-encryption key's id (4 bytes), a random
  96-bit nonce, ciphertext, 128-bit tag. The additional data binds it to its purpose, so that a value moved to another
  column or centre does not open.
* A *blind index* is HMAC-SHA-256 over the normalised value under a key of its own: equal values can be found, nothing
  else can be learned without the key.
* A *passphrase cipher* seals archives that leave the house (:class:`PassphraseCipher`).

Keys come from the setting ``ZT_VAULT_KEYS``: an ordered mapping id → 32 bytes, the first one seals, all open
(so a key can be rotated); and ``ZT_INDEX_KEY``. ``ZT_KEYSTORE_KEYS``, of the same form, wraps the private signing keys;
only who holds those needs it. Where it is empty the vault's keys wrap them, and they still open what they wrapped.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

from Crypto.Cipher import AES
from Crypto.Protocol.KDF import scrypt
from Crypto.Random import get_random_bytes
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from zt_tenants.errors import DomainError

_VERSION = 1
_NONCE_BYTES = 12
_TAG_BYTES = 16
_ID_BYTES = 4
_HEAD_BYTES = 1 + _ID_BYTES + _NONCE_BYTES


class SealBroken(DomainError):
    """A sealed value does not open: altered, moved to another purpose, or its key is missing."""

    code = "SEAL_BROKEN"
    zh = "加密数据无法解开({purpose}),请联系系统管理员核对密钥。"
    en = "Sealed data does not open ({purpose}); the operator must check the vault keys."


@lru_cache(maxsize=512)
def _derived(master: bytes, purpose: str) -> bytes:
    return hmac.digest(master, b"zhengtong/" + purpose.encode(), hashlib.sha256)


@lru_cache(maxsize=64)
def _sealing_cipher(master: bytes) -> AESGCM:
    """The cipher of one key-encryption key, whose key schedule is computed once; a nonce and a tag belong to each use."""
    return AESGCM(_derived(master, "seal"))


def _wrapping_keys() -> dict[str, bytes]:
    own: dict[str, bytes] = settings.ZT_KEYSTORE_KEYS
    return {**own, **{name: key for name, key in settings.ZT_VAULT_KEYS.items() if name not in own}}


def _seal(data: bytes, *, keys: Mapping[str, bytes], context: str) -> bytes:
    key_id, master = next(iter(keys.items()))
    nonce = get_random_bytes(_NONCE_BYTES)
    head = bytes([_VERSION]) + key_id.encode().ljust(_ID_BYTES, b"\0")[:_ID_BYTES] + nonce
    return head + _sealing_cipher(master).encrypt(nonce, data, head + context.encode())


def _open(sealed: bytes, *, keys: Mapping[str, bytes], context: str) -> bytes:
    sealed = bytes(sealed)
    head = sealed[:_HEAD_BYTES]
    key_id = head[1 : 1 + _ID_BYTES].rstrip(b"\0").decode("ascii", "replace")
    master = keys.get(key_id)
    if len(sealed) < _HEAD_BYTES + _TAG_BYTES or head[0] != _VERSION or master is None:
        raise SealBroken(purpose=context)
    try:
        return _sealing_cipher(master).decrypt(head[1 + _ID_BYTES :], sealed[_HEAD_BYTES:], head + context.encode())
    except InvalidTag as broken:
        raise SealBroken(purpose=context) from broken


def seal(plaintext: str, *, purpose: str) -> bytes:
    """Seal a text for one purpose (``"app.model.field"``); the same text seals differently each time."""
    return _seal(plaintext.encode(), keys=settings.ZT_VAULT_KEYS, context="field:" + purpose)


def open_sealed(sealed: bytes, *, purpose: str) -> str:
    """Open what :func:`seal` made for the same purpose.

    Raises:
        SealBroken: altered, another purpose, or an unknown key.
    """
    return _open(sealed, keys=settings.ZT_VAULT_KEYS, context="field:" + purpose).decode()


def seal_all(plaintexts: Iterable[str], *, purpose: str) -> list[bytes]:
    """:func:`seal` for many texts of one purpose, each under a nonce of its own."""
    texts = list(plaintexts)
    key_id, master = next(iter(settings.ZT_VAULT_KEYS.items()))
    start = bytes([_VERSION]) + key_id.encode().ljust(_ID_BYTES, b"\0")[:_ID_BYTES]
    context, encrypt = f"field:{purpose}".encode(), _sealing_cipher(master).encrypt
    random = get_random_bytes(_NONCE_BYTES * len(texts))
    sealed = []
    for at, text in zip(range(0, len(random), _NONCE_BYTES), texts, strict=True):
        nonce = random[at : at + _NONCE_BYTES]
        head = start + nonce
        sealed.append(head + encrypt(nonce, text.encode(), head + context))
    return sealed


def open_all(sealed: Iterable[bytes], *, purpose: str) -> list[str]:
    """:func:`open_sealed` for many values of one purpose.

    Raises:
        SealBroken: one of them does not open.
    """
    keys, context = settings.ZT_VAULT_KEYS, "field:" + purpose
    return [_open(value, keys=keys, context=context).decode() for value in sealed]


def blind_index(value: str, *, purpose: str) -> bytes:
    """32 bytes that are equal for equal values of one purpose (NFKC, trimmed, upper case) and tell nothing else."""
    normalised = unicodedata.normalize("NFKC", value).strip().upper()
    return hmac.digest(_derived(settings.ZT_INDEX_KEY, "index:" + purpose), normalised.encode(), hashlib.sha256)


def wrap_key(private_key: bytes, *, centre: str, key_id: str) -> bytes:
    """Wrap a centre's private key for the key store; bound to the centre and the key id."""
    return _seal(private_key, keys=_wrapping_keys(), context=f"key:{centre}:{key_id}")


def unwrap_key(wrapped: bytes, *, centre: str, key_id: str) -> bytes:
    """Unwrap what :func:`wrap_key` made.

    Raises:
        SealBroken: altered, another centre or key id, or an unknown key-encryption key.
    """
    return _open(wrapped, keys=_wrapping_keys(), context=f"key:{centre}:{key_id}")


def wrapping_key_id() -> str:
    """The id of the key-encryption key that wraps new keys now (stored beside each wrapped key)."""
    return next(iter(_wrapping_keys()))


PASSPHRASE_SALT_BYTES = 16
_SCRYPT = {"N": 2**16, "r": 8, "p": 2}  # OWASP's equal of N=2^17, p=1 with half the memory (64 MiB)


class PassphraseCipher:
    """Seals the parts of a long file under a passphrase: AES-256-GCM, key by scrypt (RFC 7914).

    Each part's nonce is its number, and its additional data say whether it is the last: parts can be neither exchanged,
    nor left out, nor cut off at the end. A key is used for one file only, because the salt is random.
    """

    TAG_BYTES = _TAG_BYTES

    def __init__(self, passphrase: str, *, salt: bytes | None = None) -> None:
        self.salt = salt or get_random_bytes(PASSPHRASE_SALT_BYTES)
        normalised = unicodedata.normalize("NFC", passphrase).encode()
        derive = cast(Any, scrypt)  # its stubs want text, which it would take as Latin-1
        self._key = cast(bytes, derive(normalised, self.salt, 32, **_SCRYPT))

    def _cipher(self, number: int, last: bool) -> Any:
        cipher = cast(Any, AES.new(self._key, AES.MODE_GCM, nonce=number.to_bytes(_NONCE_BYTES, "big")))
        cipher.update(b"last" if last else b"more")
        return cipher

    def seal_part(self, data: bytes, *, number: int, last: bool) -> bytes:
        """Ciphertext and tag of one part."""
        ciphertext, tag = self._cipher(number, last).encrypt_and_digest(data)
        return bytes(ciphertext) + bytes(tag)

    def open_part(self, sealed: bytes, *, number: int, last: bool) -> bytes:
        """Open what :meth:`seal_part` made with the same passphrase, salt, number and place.

        Raises:
            SealBroken: another passphrase, or an altered, exchanged or cut file.
        """
        try:
            opened = self._cipher(number, last).decrypt_and_verify(sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:])
        except ValueError as broken:
            raise SealBroken(purpose="archive") from broken
        return bytes(opened)
