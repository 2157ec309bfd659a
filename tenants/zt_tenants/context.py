"""The current centre: the one place where the house switches between centres.

``enter(centre)`` is the only way in (a lint rule bans django-tenants' own). It points the thread's database connection
at the centre's schema, remembers the centre for log records, cache and object keys, and puts both back at the end, also
when the block fails. A transaction belongs to one centre: switching inside an open one is refused, because what is
written before and after would commit together under two names.

With the place goes the database role: inside a centre it is the centre's own, which reaches nothing of the others
(:mod:`zt_tenants.wall`). Whether the connection really is where and who it should be is not believed but checked:
:mod:`zt_tenants.backend` compares what PostgreSQL itself reports before each statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db import connection, transaction

from zt_tenants.errors import CentreSwitchInTransaction, NoCentre, OwnerNeeded
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the code is, and so who it is in the database."""

    centre: Centre | None = None
    outside: DatabaseRole | None = None
    """The role outside centres; None is the process's own."""
    operating: bool = False

    def target(self) -> tuple[str | None, str]:
        """Schema and role."""
        if self.operating:
            return self.centre.schema_name if self.centre else None, DatabaseRole.OWNER
        if self.centre is not None:
            return self.centre.schema_name, self.centre.schema_name
        return None, _outside_role(self)


_place: ContextVar[_Place] = ContextVar("zt_place", default=_Place())  # noqa: B039 - frozen


def _outside_role(place: _Place) -> DatabaseRole:
    return place.outside if place.outside is not None else DatabaseRole(settings.ZT_ROLE)


def current_centre_or_none() -> Centre | None:
    """The centre this thread or task is in, or None in the shared part of the house."""
    return _place.get().centre


def current_centre() -> Centre:
    """The centre this thread or task is in.

    Raises:
        NoCentre: none was entered.
    """
    centre = _place.get().centre
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
    here = _place.get()
    with _switched(_Place(centre, here.outside, here.operating)):
        yield centre


@contextmanager
def outside_centres(role: DatabaseRole | None = None) -> Iterator[None]:
    """Be in the shared part of the house for a block (relay, sweep, portal); nests and always restores.

    ``role`` is the database role this part of the house has; without it that of the block around, or the process's own.
    """
    with _switched(_Place(None, role if role is not None else _place.get().outside, _place.get().operating)):
        yield


@contextmanager
def operating() -> Iterator[None]:
    """Do an operator's work for a block: as the owner of all schemas, also inside centres.

    For what makes and changes centres (loading, roll-outs, archives, changes of divisions), never for a request.

    Raises:
        OwnerNeeded: this process has no right to (web server, worker).
    """
    here = _place.get()
    if _outside_role(here) is not DatabaseRole.OWNER and not here.operating:
        raise OwnerNeeded
    with _switched(_Place(here.centre, here.outside, True)):
        yield


@contextmanager
def beside(role: DatabaseRole) -> Iterator[None]:
    """Read or write what only another part of the house reaches, also in the middle of a transaction.

    It is a connection and a transaction of its own: what the open one has not committed is not seen, and what is written
    here stays written when the open one rolls back. Everything must be read inside the block. The owner stays who he is.
    """
    tenant_connection = cast(Any, connection)
    if tenant_connection.role in (DatabaseRole.OWNER, role):
        yield
        return
    with tenant_connection.beside(role):
        yield


@contextmanager
def _switched(place: _Place) -> Iterator[None]:
    before = _place.get()
    if before.target() == place.target():
        token = _place.set(place)
        try:
            yield
        finally:
            _place.reset(token)
        return
    if _inside_transaction():
        inside, wanted = before.centre, place.centre
        raise CentreSwitchInTransaction(inside=inside.code if inside else "-", wanted=wanted.code if wanted else "-")
    token = _place.set(place)
    _point_connection_at(place)
    try:
        yield
    finally:
        _place.reset(token)
        _point_connection_at(before)


def _point_connection_at(place: _Place) -> None:
    tenant_connection = cast(Any, connection)  # a zt_tenants.backend wrapper behind Django's proxy
    if place.centre is None:
        tenant_connection.set_schema_to_public()
    else:
        tenant_connection.set_tenant(place.centre)
    tenant_connection.role = place.target()[1]
    tenant_connection.let_go()


def on_commit(act: Callable[[], Any]) -> None:
    """Run ``act`` after the current transaction commits, in the centre that is current *now*.

    Django runs commit hooks in whatever schema is current at the commit; this captures it.
    """
    place = _place.get()

    def run() -> None:
        with _switched(place):
            act()

    transaction.on_commit(run)
