"""Which tables, columns and sequences a schema has, asked of PostgreSQL itself; and COPY in bounded pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

_TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE n.nspname = %s AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = """
    SELECT s.relname, t.relname, a.attname FROM pg_class s
    JOIN pg_namespace n ON n.oid = s.relnamespace
    JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i')
    JOIN pg_class t ON t.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE n.nspname = %s AND s.relkind = 'S' ORDER BY 2, 3
"""


@dataclass(frozen=True, slots=True)
class SharedTable:
    """A table of the shared schema with rows that belong to centres.

    ``owner`` is the column with the centre's code, or with its id if it is called ``centre_id``. Rows are a centre's
    presence in the shared part (search, seats, timers); a copy restored beside the living centre does not get them.
    Archives of releases before a ``later`` table have no part for it: its living rows then stay.
    """

    table: str
    owner: str = "centre_code"
    later: bool = False

    def belonging_to(self, *, code: str, id: UUID) -> str:
        """What ``owner`` holds in the rows of a centre."""
        return str(id) if self.owner == "centre_id" else code


def columns_by_table(cursor: Any, schema: str) -> dict[str, tuple[str, ...]]:
    """The tables of a schema with their stored columns in order."""
    cursor.execute(_TABLES, [schema])
    return {table: tuple(columns) for table, columns in cursor.fetchall()}


def sequences(cursor: Any, schema: str) -> list[tuple[str, str, str]]:
    """Each numbered column of a schema: the sequence, its table, its column."""
    cursor.execute(_SEQUENCES, [schema])
    return [tuple(row) for row in cursor.fetchall()]


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def copy_out(
    cursor: Any, table: sql.Composable, columns: Sequence[str], *, where: sql.Composable | None = None
) -> Iterator[bytes]:
    """The rows of a table as COPY text, in the blocks the server sends."""
    rows = sql.SQL("SELECT {} FROM {}").format(_names(columns), table)
    if where is not None:
        rows += sql.SQL(" WHERE {}").format(where)
    with cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(rows)) as copy:
        for block in copy:
            yield bytes(block)


def copy_in(cursor: Any, table: sql.Composable, columns: Sequence[str], data: Iterator[bytes]) -> None:
    """Write COPY text into a table."""
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, _names(columns))) as copy:
        for block in data:
            copy.write(block)
