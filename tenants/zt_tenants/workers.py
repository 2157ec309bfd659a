"""Bounded parallelism over many centres: a few threads, each with a database connection of its own.

Threads suffice: nearly all the time goes by in PostgreSQL, where each connection has a process of its own.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Final, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

RECYCLE_AFTER: Final = 40
"""Centres after which a worker takes a new connection. A backend never frees what it has cached of a schema, and each
change of any table makes it walk through all the plans it keeps of the centres before: the cost would grow with them."""

_PASSING: Final = frozenset({"55P03", "40P01", "40001", "57P01", "57P02", "57P03"})  # locks, deadlock, server restart

Item = TypeVar("Item")


def work_through(
    items: Iterable[Item], act: Callable[[Item], object], *, jobs: int, recycle_after: int = RECYCLE_AFTER
) -> Iterator[tuple[Item, Exception | None]]:
    """Run ``act`` over the items with at most ``jobs`` threads; yields each item with its error, as they end.

    A single item, or all of them inside an open transaction, are done in the caller's thread and connection. Closing
    the iterator lets what runs end and starts nothing more. SIGINT ends it the same way.
    """
    waiting = deque(items)
    if connection.in_atomic_block or len(waiting) <= 1:
        while waiting:
            item = waiting.popleft()
            yield item, _tried(act, item)
        return
    ended: SimpleQueue[tuple[Item, Exception | None]] = SimpleQueue()
    left = len(waiting)
    threads = [
        threading.Thread(target=_work, args=(waiting, act, ended, recycle_after), name=f"centres-{number}", daemon=True)
        for number in range(max(1, min(jobs, left)))
    ]
    for thread in threads:
        thread.start()
    try:
        while left:
            yield ended.get()
            left -= 1
    finally:
        waiting.clear()
        for thread in threads:
            thread.join()


def _work(
    waiting: deque[Item],
    act: Callable[[Item], object],
    ended: SimpleQueue[tuple[Item, Exception | None]],
    recycle_after: int,
) -> None:
    done = 0
    try:
        while waiting:
            try:
                item = waiting.popleft()
            except IndexError:  # another worker was quicker
                break
            ended.put((item, _tried(act, item)))
            done += 1
            if done % recycle_after == 0:
                connection.close()
    finally:
        connection.close()


def _tried(act: Callable[[Item], object], item: Item) -> Exception | None:
    try:
        act(item)
    except Exception as error:  # whatever a data migration raises is its centre's matter alone
        if not connection.in_atomic_block and not connection.is_usable():
            connection.close()
        return error
    return None


def _sqlstate(error: BaseException) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


def is_passing(error: BaseException) -> bool:
    """Whether trying again may help: a lock that was not free, a deadlock, a lost connection, a restarting server."""
    state = _sqlstate(error)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return isinstance(error, DatabaseError) and (state in _PASSING or state.startswith("08"))


def is_exhausted(error: BaseException) -> bool:
    """Whether going on makes no sense anywhere: disk or memory full, connections used up (SQLSTATE class 53)."""
    return (_sqlstate(error) or "").startswith("53")


@contextmanager
def commits_not_awaited() -> Iterator[None]:
    """Commit without waiting for the disk, for work that is simply repeated when the server crashes.

    The order of commits is kept: a crash loses the last fraction of a second and never the middle.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")
