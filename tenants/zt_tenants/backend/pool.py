"""A process's connections to the database, one log-in each: bounded, shared by its threads, least recently used first.

A connection belongs to one role for life, and so to one centre: what a backend caches, it caches of one centre. When all
are taken, the one that lay idle longest is closed for another role; when none is idle, a thread waits, but not for ever.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from psycopg import OperationalError
from psycopg.pq import ConnStatus, TransactionStatus

from zt_tenants.errors import DomainError
from zt_tenants.telemetry.instruments import POOL_EXHAUSTED, POOL_IN_USE, POOL_MOST, POOL_WAIT, timed

_UNTIL_ROOM_IS_NOTICED: Final = (0.02, 0.1, 0.3)
"""Seconds between tries: the server takes a moment to notice that a connection has ended."""

Connection = Any  # a psycopg.Connection; Django's driver module is not typed by what it holds


class ConnectionsTaken(DomainError):
    """Every database connection of this process is in use, and none came free in time."""

    code = "CONNECTIONS_TAKEN"
    transient = True
    zh = "系统繁忙，请稍后再试。"
    en = "The system is busy; try again in a moment."


@dataclass(slots=True)
class _Idle:
    role: str
    connection: Connection
    opened_at: float
    since: float


class ConnectionPool:
    """At most ``most`` connections; ``wait`` seconds for a free one; ``lifetime`` seconds until one is made anew.

    A connection that lay idle for ``check_after`` seconds is asked whether it still works before it is handed out;
    one that the server has closed is noticed without asking.
    """

    def __init__(self, *, most: int, wait: float, lifetime: float, check_after: float = 30.0) -> None:
        self.most, self._wait, self._lifetime, self._check_after = most, wait, lifetime, check_after
        self._idle: OrderedDict[int, _Idle] = OrderedDict()  # least recently used first
        self._opened_at: dict[int, float] = {}
        self._taken = 0
        self._free = threading.Condition(threading.Lock())
        self.asked = 0
        self.opened = 0
        self.evicted = 0

    @property
    def hit_rate(self) -> float:
        """Which part of the connections asked for was there already."""
        return 1 - self.opened / self.asked if self.asked else 0.0

    @property
    def size(self) -> int:
        """Connections that are open or being opened."""
        with self._free:
            return self._taken + len(self._idle)

    def check_out(self, role: str, connect: Callable[[], Connection]) -> Connection:
        """A working connection of a role: an idle one, or a new one in place of the one that lay idle longest.

        Raises:
            ConnectionsTaken: all are in use for too long. Whatever ``connect`` raises.
        """
        until = time.monotonic() + self._wait
        while True:
            idle, discarded = self._take(role, until)
            if discarded is not None:
                _close(discarded)
            if idle is None:
                connection = self._open(connect)
                POOL_IN_USE.inc()
                return connection
            if self._works(idle):
                POOL_IN_USE.inc()
                return idle.connection
            self._forget(idle.connection)

    def _take(self, role: str, until: float) -> tuple[_Idle | None, Connection | None]:
        """An idle connection of the role; or None and a place for a new one, with what was put out for it."""
        with self._free:
            self.asked += 1
            while True:
                for key in reversed(self._idle):
                    if self._idle[key].role == role:
                        self._taken += 1
                        return self._idle.pop(key), None
                if self._taken + len(self._idle) < self.most:
                    self._taken += 1
                    return None, None
                if self._idle:
                    _, oldest = self._idle.popitem(last=False)
                    self._opened_at.pop(id(oldest.connection), None)
                    self._taken += 1
                    self.evicted += 1
                    return None, oldest.connection
                left = until - time.monotonic()
                with timed(POOL_WAIT):
                    came_free = left > 0 and self._free.wait(left)
                if not came_free:
                    POOL_EXHAUSTED.inc()
                    raise ConnectionsTaken

    def _open(self, connect: Callable[[], Connection]) -> Connection:
        try:
            connection = self._connected(connect)
        except BaseException:
            with self._free:
                self._taken -= 1
                self._free.notify()
            raise
        with self._free:
            self._opened_at[id(connection)] = time.monotonic()
            self.opened += 1
        return connection

    def _connected(self, connect: Callable[[], Connection]) -> Connection:
        """A new connection. Where the server has no room for one more, one of ours that lies idle makes room."""
        try:
            return connect()
        except OperationalError:
            if not self._made_room():
                raise
        for pause in _UNTIL_ROOM_IS_NOTICED:
            time.sleep(pause)
            with suppress(OperationalError):
                return connect()
        return connect()

    def _made_room(self) -> bool:
        """Close what lay idle longest, if the server still holds it: one that is away would not be helped by that."""
        with self._free:
            if not self._idle:
                return False
            _, oldest = self._idle.popitem(last=False)
            self._opened_at.pop(id(oldest.connection), None)
            self.evicted += 1
        there = not _has_something_to_say(oldest.connection)
        _close(oldest.connection)
        return there

    def _works(self, idle: _Idle) -> bool:
        moment = time.monotonic()
        if moment - idle.opened_at >= self._lifetime:
            return False
        try:
            if idle.connection.pgconn.status != ConnStatus.OK or _has_something_to_say(idle.connection):
                return False
            if moment - idle.since >= self._check_after:
                idle.connection.execute("SELECT 1")
        except Exception:  # whatever the driver raises: it does not work
            return False
        return True

    def check_in(self, role: str, connection: Connection) -> None:
        """Give a connection back; one in a transaction, broken or too old is closed instead."""
        POOL_IN_USE.dec()
        opened_at = self._opened_at.get(id(connection), 0.0)
        clean = connection.pgconn.transaction_status == TransactionStatus.IDLE
        if not clean or time.monotonic() - opened_at >= self._lifetime:
            self._forget(connection)
            return
        with self._free:
            self._taken -= 1
            self._idle[id(connection)] = _Idle(role, connection, opened_at, time.monotonic())
            self._free.notify()

    def _forget(self, connection: Connection) -> None:
        _close(connection)
        with self._free:
            self._opened_at.pop(id(connection), None)
            self._taken -= 1
            self._free.notify()

    def close_idle(self) -> None:
        """Close what is not in use."""
        with self._free:
            idle = list(self._idle.values())
            self._idle.clear()
            for one in idle:
                self._opened_at.pop(id(one.connection), None)
            self._free.notify_all()
        for one in idle:
            _close(one.connection)


def _has_something_to_say(connection: Connection) -> bool:
    """Whether bytes lie unread on an idle connection: the server has hung up. Costs no round trip."""
    asked = select.poll()  # unlike select(), not bound to descriptors below 1024
    asked.register(connection.fileno(), select.POLLIN)
    return bool(asked.poll(0))


def _close(connection: Connection) -> None:
    with suppress(Exception):
        connection.close()


_pools: dict[str, ConnectionPool] = {}
_pools_lock = threading.Lock()
_inherited: Final[list[dict[str, ConnectionPool]]] = []


def pool(name: str, make: Callable[[], ConnectionPool]) -> ConnectionPool:
    """The process's pool of this name, made at its first use."""
    with _pools_lock:
        if name not in _pools:
            _pools[name] = make()
            POOL_MOST.set(sum(one.most for one in _pools.values()))
        return _pools[name]


def pools() -> list[ConnectionPool]:
    """The pools of this process."""
    return list(_pools.values())


def close_pools() -> None:
    """Close what lies idle and begin with new pools (tests, commands that need the database for themselves)."""
    with _pools_lock:
        for one in _pools.values():
            one.close_idle()
        _pools.clear()


def _after_fork() -> None:
    global _pools_lock
    _pools_lock = threading.Lock()
    _inherited.append(dict(_pools))  # the parent's sockets: neither used nor closed here
    _pools.clear()


os.register_at_fork(after_in_child=_after_fork)
