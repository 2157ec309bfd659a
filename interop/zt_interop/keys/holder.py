"""Whoever holds the private keys: they are made inside, used inside, and never leave it.

The shape is that of a hardware security module: make a key, sign with it, unwrap a content key with it, destroy it. What
lies behind is chosen by the setting ``ZT_KEY_HOLDER``:

* ``database``: the wrapped keys of the schema ``keystore``, unwrapped in this process for a moment;
* ``unix:/path/to/socket``: another process holds them (``zhengtong signer``); web and worker processes hold none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DATABASE: Final = "database"
SOCKET_PREFIX: Final = "unix:"


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A key to be made: for which centre, of which suite (signing or sealing)."""

    centre_id: UUID
    centre_code: str
    suite: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """The public half of a key that was made."""

    kid: str
    public_key: bytes


class KeyHolder(Protocol):
    """Makes and uses private keys. ``centre_id`` says on whose behalf; another centre's key is never used."""

    def generate(self, requests: Sequence[KeyRequest]) -> list[NewKey]:
        """Make one key for each request, in their order.

        Raises:
            SuiteUnknown: there is no such suite.
        """

    def sign(self, kid: str, message: bytes, *, centre_id: UUID) -> bytes:
        """The signature over the bytes.

        Raises:
            KeyNotHeld: no such key of this centre is held here.
            SealBroken: the stored key does not unwrap.
        """

    def unwrap(self, kid: str, wrapped: bytes, *, centre_id: UUID, context: bytes) -> bytes:
        """The content key that was wrapped to this key.

        Raises:
            KeyNotHeld: no such key of this centre is held here.
            ValueError: altered, made for another key, or bound to another context.
            SealBroken: the stored key does not unwrap.
        """

    def destroy(self, kid: str) -> None:
        """Forget a key for ever; one that is not there is no error."""

    def rewrap(self, limit: int) -> int:
        """Wrap up to ``limit`` stored keys under the newest key-encryption key; how many were still under an older one.

        Raises:
            SealBroken: a stored key does not unwrap.
        """


def holder() -> KeyHolder:
    """The holder that the setting names.

    Raises:
        ImproperlyConfigured: the setting names none.
    """
    return _holder(str(settings.ZT_KEY_HOLDER))


@lru_cache(maxsize=8)
def _holder(name: str) -> KeyHolder:
    from zt_interop.keys.database_holder import DatabaseHolder  # models: only once the apps are ready
    from zt_interop.keys.socket_holder import SocketHolder

    if name == DATABASE:
        return DatabaseHolder()
    if name.startswith(SOCKET_PREFIX + "/"):
        return SocketHolder(name.removeprefix(SOCKET_PREFIX))
    raise ImproperlyConfigured(f"ZT_KEY_HOLDER is {DATABASE!r} or 'unix:/path', not {name!r}")
