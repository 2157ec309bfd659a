"""The holder over the database's key store: the only module that reads or writes the schema ``keystore``."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from zt_interop.errors import KeyNotHeld
from zt_interop.keys.holder import KeyRequest, NewKey
from zt_interop.keys.models import PrivateKey
from zt_interop.keys.registry import key_id
from zt_interop.suites import key_algorithm, sealing_suite, suite
from zt_tenants.clock import now
from zt_tenants.context import beside
from zt_tenants.vault import unwrap_key, wrap_key, wrapping_key_id
from zt_tenants.wall.access import DatabaseRole

KEPT_SECONDS: Final = 30.0
"""How long an unwrapped key stays in memory after it was read; a turn of the relay needs it for each message."""
MOST_KEPT: Final = 64


@dataclass(slots=True)
class _Unwrapped:
    centre_id: UUID
    suite: str
    private_key: bytearray
    until: float

    def wipe(self) -> None:
        """Overwrite the key. Python and the libraries may have copied it; what we hold ourselves is gone."""
        self.private_key[:] = bytes(len(self.private_key))


class DatabaseHolder:
    """Keys wrapped in PostgreSQL (:func:`zt_tenants.vault.wrap_key`), unwrapped here for as short as is bearable."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Unwrapped] = OrderedDict()
        self._lock = threading.Lock()

    @beside(DatabaseRole.SIGNER)
    def generate(self, requests: Sequence[KeyRequest]) -> list[NewKey]:
        """See :class:`zt_interop.keys.holder.KeyHolder`."""
        made: list[NewKey] = []
        rows: list[PrivateKey] = []
        moment, wrapping = now(), wrapping_key_id()
        for request in requests:
            pair = key_algorithm(request.suite).generate()
            kid = key_id(request.centre_code, request.suite, pair.public_key)
            made.append(NewKey(kid, pair.public_key))
            rows.append(
                PrivateKey(
                    kid=kid,
                    centre_id=request.centre_id,
                    suite=request.suite,
                    wrapped=wrap_key(pair.private_key, centre=str(request.centre_id), key_id=kid),
                    wrapping_key_id=wrapping,
                    created_at=moment,
                )
            )
        _rows().bulk_create(rows)
        return made

    def sign(self, kid: str, message: bytes, *, centre_id: UUID) -> bytes:
        """See :class:`zt_interop.keys.holder.KeyHolder`."""
        with self._unwrapped(kid, centre_id) as (suite_name, private_key):
            return suite(suite_name).sign(private_key, message)

    def unwrap(self, kid: str, wrapped: bytes, *, centre_id: UUID, context: bytes) -> bytes:
        """See :class:`zt_interop.keys.holder.KeyHolder`."""
        with self._unwrapped(kid, centre_id) as (suite_name, private_key):
            return sealing_suite(suite_name).unwrap(private_key, wrapped, context=context)

    @beside(DatabaseRole.SIGNER)
    def destroy(self, kid: str) -> None:
        """See :class:`zt_interop.keys.holder.KeyHolder`."""
        _rows().filter(kid=kid).delete()
        with self._lock:
            self._drop(kid)

    @beside(DatabaseRole.SIGNER)
    def rewrap(self, limit: int) -> int:
        """See :class:`zt_interop.keys.holder.KeyHolder`. Several at once skip each other's rows."""
        wrapping = wrapping_key_id()
        with transaction.atomic():
            older = _rows().exclude(wrapping_key_id=wrapping).order_by("kid")
            rows = list(older.select_for_update(skip_locked=True)[:limit])
            for row in rows:
                private_key = unwrap_key(bytes(row.wrapped), centre=str(row.centre_id), key_id=row.kid)
                row.wrapped = wrap_key(private_key, centre=str(row.centre_id), key_id=row.kid)
                row.wrapping_key_id = wrapping
            _rows().bulk_update(rows, ["wrapped", "wrapping_key_id"])
        return len(rows)

    def forget(self) -> None:
        """Wipe every unwrapped key from memory; the next use reads the store again."""
        with self._lock:
            while self._kept:
                self._drop(next(iter(self._kept)))

    @contextmanager
    def _unwrapped(self, kid: str, centre_id: UUID) -> Iterator[tuple[str, bytes]]:
        with self._lock:
            self._drop_old()
            kept = self._kept.get(kid)
            key = bytes(kept.private_key) if kept else b""
        if kept is None:
            kept = self._read(kid)
            key = bytes(kept.private_key)
            with self._lock:
                self._drop(kid)
                self._kept[kid] = kept
                while len(self._kept) > MOST_KEPT:
                    self._drop(next(iter(self._kept)))
        if kept.centre_id != centre_id:
            raise KeyNotHeld(kid=kid)
        yield kept.suite, key

    @beside(DatabaseRole.SIGNER)
    def _read(self, kid: str) -> _Unwrapped:
        row = _rows().filter(kid=kid).first()
        if row is None:
            raise KeyNotHeld(kid=kid)
        private_key = unwrap_key(bytes(row.wrapped), centre=str(row.centre_id), key_id=kid)
        return _Unwrapped(row.centre_id, row.suite, bytearray(private_key), time.monotonic() + KEPT_SECONDS)

    def _drop_old(self) -> None:
        moment = time.monotonic()
        for kid in [kid for kid, kept in self._kept.items() if kept.until <= moment]:
            self._drop(kid)

    def _drop(self, kid: str) -> None:
        dropped = self._kept.pop(kid, None)
        if dropped is not None:
            dropped.wipe()


def _rows() -> QuerySet[PrivateKey]:
    """The key store. Whoever gives it a connection of its own does so here."""
    return PrivateKey.objects.all()
