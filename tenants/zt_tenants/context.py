"""The current centre: the one place where the house switches between centres.

``enter(centre)`` is the only way in (a lint rule bans django-tenants' own). It points the thread's database connection
at the centre's schema, remembers the centre for log records, cache and object keys, and puts both back at the end, also
when the block fails. A transaction belongs to one centre: switching inside an open one is refused, because what is
written before and after would commit together under two names.

Whether the connection really is where it should be is not believed but checked: :mod:`zt_tenants.backend` compares the
search path that PostgreSQL itself reports before each statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from django.db import connection, transaction

from zt_tenants.errors import CentreSwitchInTransaction, NoCentre
from zt_tenants.models import Centre

_current: ContextVar[Centre | None] = ContextVar("zt_current_centre", default=None)


def current_centre_or_none() -> Centre | None:
    """The centre this thread or task is in, or None in the shared part of the house."""
    return _current.get()


def current_centre() -> Centre:
    """The centre this thread or task is in.

    Raises:
        NoCentre: none was entered.
    """
    centre = _current.get()
    if centre is None:
        raise NoCentre
    return centre


def _inside_transaction() -> bool:
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


@contextmanager
def enter(centre: Centre | str) -> Iterator[Centre]:
    """Be in a centre (or its code) for a block; nests and always restores.

    Raises:
        UnknownCentre: no open centre has this code.
        CentreSwitchInTransaction: a transaction of another centre (or of none) is open.
    """
    if isinstance(centre, str):
        from zt_tenants.centres import centre_by_code  # centres.py looks things up in the shared schema, through here

        centre = centre_by_code(centre)
    with _switched(centre):
        yield centre


@contextmanager
def outside_centres() -> Iterator[None]:
    """Be in the shared part of the house for a block (relay, sweep, portal); nests and always restores."""
    with _switched(None):
        yield


@contextmanager
def _switched(centre: Centre | None) -> Iterator[None]:
    before = _current.get()
    if (before and before.schema_name) == (centre and centre.schema_name):
        yield
        return
    if _inside_transaction():
        raise CentreSwitchInTransaction(inside=before.code if before else "-", wanted=centre.code if centre else "-")
    token = _current.set(centre)
    _point_connection_at(centre)
    try:
        yield
    finally:
        _current.reset(token)
        _point_connection_at(before)


def _point_connection_at(centre: Centre | None) -> None:
    tenant_connection = cast(Any, connection)  # a zt_tenants.backend wrapper behind Django's proxy
    if centre is None:
        tenant_connection.set_schema_to_public()
    else:
        tenant_connection.set_tenant(centre)


def on_commit(act: Callable[[], Any]) -> None:
    """Run ``act`` after the current transaction commits, in the centre that is current *now*.

    Django runs commit hooks in whatever schema is current at the commit; this captures it.
    """
    centre = _current.get()

    def run() -> None:
        with _switched(centre):
            act()

    transaction.on_commit(run)
