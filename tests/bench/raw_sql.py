"""The floor of a benchmark: the rows that one submitted case leaves behind, inserted again by prepared statements.

It decides nothing, checks nothing and seals nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FRESH = {"tracking_number", "subject", "client_key", "submission_key", "event_id"}
"""Columns that must differ from case to case; keys named ``id`` are given anew by the database or here."""


@dataclass
class Row:
    """One row that a case leaves behind: how it is inserted, and what it holds."""

    statement: str
    columns: list[str]
    values: list[Any]

    def parameters(self, number: str, case_id: int | None) -> list[Any]:
        """The values with fresh keys."""
        return [
            self._fresh(name, value, number, case_id) for name, value in zip(self.columns, self.values, strict=True)
        ]

    @staticmethod
    def _fresh(name: str, value: Any, number: str, case_id: int | None) -> Any:
        from zt_tenants.uuid7 import uuid7

        if name in ("id", "event_id"):
            return uuid7()
        if name == "case_id":
            return case_id
        if name in ("key", "number") and isinstance(value, str):
            return f"{number}:{value}"[:80]
        if name == "code" and isinstance(value, str):
            return uuid7().hex[-len(value) :].upper()
        return number if name in FRESH and value else value


class RawSql:
    """Inserts again, into any centre's schema, what one case in ``schema`` left behind when ``submit`` was called."""

    def __init__(self, schema: str, submit: Callable[[], object]) -> None:
        self._schema = schema
        keys = self._primary_keys()
        before = {table: self._present(table, key) for table, (key, _) in keys.items()}
        submit()
        found = [row for table, key in keys.items() for row in self._new_rows(table, key, before[table])]
        self._case = next(row for row in found if '"cases_case"' in row.statement)
        self._others = [row for row in found if row is not self._case]
        self._connection = connect()
        self._made = 0

    @property
    def tables(self) -> str:
        """What is inserted, for the report."""
        names = [row.statement.split(" ")[2].split(".")[1].strip('"') for row in (self._case, *self._others)]
        return ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(names))

    @property
    def statements(self) -> int:
        """Statements a case, the counter's included."""
        return 2 + len(self._others)

    def insert(self, schema: str = "", *, prefix: str = "RAW") -> None:
        """One case, into the schema where the rows were captured or into another centre's."""
        self._made += 1
        number = f"{prefix}{self._made:010d}"
        schema = schema or self._schema
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{schema}".cases_casenumbercounter SET last = last + 1')
            cursor.execute(self._in(schema, self._case), self._case.parameters(number, None))
            case_id = cursor.fetchone()[0]
            for row in self._others:
                cursor.execute(self._in(schema, row), row.parameters(number, case_id))

    def _in(self, schema: str, row: Row) -> str:
        return row.statement.replace(self._schema, schema)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _primary_keys(self) -> dict[str, tuple[str, str]]:
        statement = """
            SELECT '"' || n.nspname || '"."' || c.relname || '"', a.attname, t.typname
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] JOIN pg_type t ON t.oid = a.atttypid
            WHERE i.indisprimary AND n.nspname = ANY(%s)
        """
        rows = query(statement, [[self._schema, "shared"]])[1]
        return {table: (key, kind) for table, key, kind in rows}

    @staticmethod
    def _present(table: str, key: str) -> list[Any]:
        return [row[0] for row in query(f'SELECT "{key}" FROM {table}')[1]]

    @staticmethod
    def _new_rows(table: str, key: tuple[str, str], before: list[Any]) -> list[Row]:
        columns, rows = query(f'SELECT * FROM {table} WHERE NOT "{key[0]}" = ANY(%s)', [before])
        counted = key[0] if key[1].startswith("int") else None  # the database counts this key
        kept = [name for name in columns if name != counted]
        names, places = ", ".join(f'"{name}"' for name in kept), ", ".join(["%s"] * len(kept))
        statement = f'INSERT INTO {table} ({names}) VALUES ({places}) RETURNING "{key[0]}"'
        found = []
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            found.append(Row(statement, kept, [_plain(values[name]) for name in kept]))
        return found


def connect() -> Any:
    """A connection beside Django's, as the database's owner."""
    import psycopg
    from django.conf import settings

    database = settings.DATABASES["default"]
    return psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
        autocommit=True,
        prepare_threshold=0,
    )


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def query(statement: str, parameters: list[Any] | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows, over a connection of its own."""
    from psycopg.types.string import TextLoader

    with connect() as connection, connection.cursor() as cursor:
        for kind in ("json", "jsonb"):
            cursor.adapters.register_loader(kind, TextLoader)  # to be inserted again as it was read
        cursor.execute(statement, parameters)
        return [column.name for column in cursor.description], cursor.fetchall()
