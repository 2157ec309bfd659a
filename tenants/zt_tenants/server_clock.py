"""The one clock that all processes of a deployment share: the database server's.

Leases, waits and timers are promises between processes: *until then it is mine*, *not before then*. A process whose host's
clock is an hour ahead would keep what it claims for an hour after its death. So these moments are read, written and compared
by the database (decision 0037). What a case's record says stays with the business clock (:mod:`zt_tenants.clock`), and where
that was set by :func:`zt_tenants.clock.at` it counts here, too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import DateTimeField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from zt_tenants import clock

SQL: Final = "coalesce(%(set_moment)s::timestamptz, statement_timestamp())"
"""The moment in a statement of one's own; give it :func:`parameter` as ``set_moment``."""


def moment() -> Combinable:
    """The present moment as an expression, for conditions and updates; a ``timedelta`` can be added."""
    chosen = clock.set_moment()
    return Now() if chosen is None else Value(chosen, output_field=DateTimeField())


def parameter() -> datetime | None:
    """The parameter ``set_moment`` of :data:`SQL`."""
    return clock.set_moment()


def read() -> datetime:
    """The present moment, aware, in UTC. One statement, unless the clock is set."""
    chosen = clock.set_moment()
    if chosen is not None:
        return chosen
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def lead() -> timedelta:
    """By how much this process's clock is ahead of the server's; negative when it is behind. One statement."""
    before = clock.now()
    server = read()
    return before + (clock.now() - before) / 2 - server
