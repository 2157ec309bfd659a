"""Cases per second through the gateway, beside the platform's commands alone and raw SQL inserting the same rows.

Run it by ``make bench``. It starts servers of its own in a folder of its own (durable commits), makes a small province,
and plays rounds in which each way of submitting works through the same number of cases, one after the other in one
process and in turn, so that a busy machine slows all of them alike. The median round counts.

* *gateway*: two HTTP requests a case through Django's whole request handler, by a signed-in session: startApplication
  with the form, submitApplication (validation of the form, number, limits, log, messages, index).
* *commands*: the same two commands of the platform without HTTP and GraphQL.
* *raw SQL*: the rows that one case leaves behind, in every table, captured once and inserted again with fresh keys by
  prepared statements, in one transaction. It decides nothing, checks nothing and seals nothing: the floor.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORM = [{"name": "place", "value": "桃花镇1号"}]
START = """
mutation($item: String!, $form: [AnswerInput!], $key: String!) {
  startApplication(itemCode: $item, form: $form, clientKey: $key) { case { id status } }
}
"""
SUBMIT = """
mutation($case: ID!, $key: String!) {
  submitApplication(caseId: $case, submissionKey: $key) { case { id status trackingNumber } }
}
"""
FRESH = {"tracking_number", "subject", "client_key", "submission_key", "event_id"}
"""Columns that must differ from case to case; keys named ``id`` are given anew by the database or here."""


@contextmanager
def running_platform() -> Iterator[None]:
    """Servers in a new folder, Django over them, the schema in place; all of it removed afterwards."""
    from zt_platform.project.embedded.services import EmbeddedServices
    from zt_platform.project.secrets import load_secrets

    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "S3_ENDPOINT"):
        os.environ.pop(name, None)
    home = Path(tempfile.mkdtemp(prefix="zhengtong-bench-"))
    home.chmod(0o755)  # PostgreSQL runs as another user when this runs as root
    os.environ["ZT_HOME"] = str(home)
    services = EmbeddedServices(home, secrets=load_secrets(home))
    try:
        services.start()
        from zt_platform.project.cli.runtime import migrate_all, set_up_django

        set_up_django()
        logging.disable(logging.WARNING)
        migrate_all()
        yield
    finally:
        services.stop()
        shutil.rmtree(home, ignore_errors=True)


@dataclass
class Bench:
    """One city with an item that needs no papers, and a signed-in applicant."""

    centre: Any
    account: Any
    client: Any
    item_code: str
    made: int = 0

    def next_key(self) -> str:
        """A key that no case had yet."""
        self.made += 1
        return f"bench-{self.made}"


def make_bench() -> Bench:
    """A province, a city, keys, a catalogue and an applicant."""
    from django.test import Client

    from zt_interop.keys.commands import ensure_keys
    from zt_platform.accounts.commands import register_account
    from zt_platform.accounts.rules import resident_check_digit
    from zt_platform.cases.testing import OWN, make_catalogue
    from zt_platform.catalogue.models import Material
    from zt_tenants.context import enter
    from zt_tenants.models import Level
    from zt_tenants.provisioning import provision_centre

    province = provision_centre(code="340000", name="安徽省政务服务中心", level=Level.PROVINCE, parent=None)
    city = provision_centre(code="340100", name="合肥市政务服务中心", level=Level.CITY, parent=province)
    ensure_keys([province, city])
    make_catalogue(city, "合肥市")
    with enter(city):
        Material.objects.filter(version__item__code=OWN).update(required=False)
    number = "34012319900307123"
    account = register_account(
        username="bench",
        password="correct-horse-42",
        full_name="张三丰",
        phone="13855512345",
        resident_id=number + resident_check_digit(number),
    )
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return Bench(centre=city, account=account, client=client, item_code=OWN)


def through_gateway(bench: Bench) -> None:
    """One case by two HTTP requests."""
    key = bench.next_key()
    started = _ask(bench, START, item=bench.item_code, form=FORM, key=key)
    submitted = _ask(bench, SUBMIT, case=started["startApplication"]["case"]["id"], key=key)
    if submitted["submitApplication"]["case"]["status"] != "SUBMITTED":
        raise RuntimeError(submitted)


def _ask(bench: Bench, query: str, **variables: Any) -> dict[str, Any]:
    response = bench.client.post(
        f"/c/{bench.centre.code}/graphql",
        data=json.dumps({"query": query, "variables": variables}),
        content_type="application/json",
    )
    body = response.json()
    if "errors" in body:
        raise RuntimeError(body["errors"])
    return body["data"]


def through_commands(bench: Bench) -> None:
    """One case by the two commands."""
    from zt_platform.accounts.queries import party_for
    from zt_platform.actors import Actor
    from zt_platform.cases.commands import start_application, submit_application
    from zt_tenants.context import enter

    key = bench.next_key()
    actor = Actor.for_applicant(bench.account)
    with enter(bench.centre):
        case = start_application(
            actor=actor,
            item_code=bench.item_code,
            applicant=party_for(actor),
            form={answer["name"]: answer["value"] for answer in FORM},
            client_key=key,
        )
        submit_application(actor=actor, case_id=case.pk, submission_key=key)


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
        return number if name in FRESH and value else value


class RawSql:
    """Inserts again what one case through the gateway inserted."""

    def __init__(self, bench: Bench) -> None:
        self._schema = bench.centre.schema_name
        keys = self._primary_keys()
        before = {table: self._present(table, key) for table, (key, _) in keys.items()}
        through_gateway(bench)
        found = [row for table, key in keys.items() for row in self._new_rows(table, key, before[table])]
        self._case = next(row for row in found if '"cases_case"' in row.statement)
        self._others = [row for row in found if row is not self._case]
        self._connection = self._connect()
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

    def insert(self, _bench: Bench) -> None:
        """One case."""
        self._made += 1
        number = f"RAW{self._made:012d}"
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{self._schema}".cases_casenumbercounter SET last = last + 1')
            cursor.execute(self._case.statement, self._case.parameters(number, None))
            case_id = cursor.fetchone()[0]
            for row in self._others:
                cursor.execute(row.statement, row.parameters(number, case_id))

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _connect(self) -> Any:
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

    def _primary_keys(self) -> dict[str, tuple[str, str]]:
        statement = """
            SELECT '"' || n.nspname || '"."' || c.relname || '"', a.attname, t.typname
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] JOIN pg_type t ON t.oid = a.atttypid
            WHERE i.indisprimary AND n.nspname = ANY(%s)
        """
        rows = _query(statement, [[self._schema, "shared"]])[1]
        return {table: (key, kind) for table, key, kind in rows}

    @staticmethod
    def _present(table: str, key: str) -> list[Any]:
        return [row[0] for row in _query(f'SELECT "{key}" FROM {table}')[1]]

    @staticmethod
    def _new_rows(table: str, key: tuple[str, str], before: list[Any]) -> list[Row]:
        columns, rows = _query(f'SELECT * FROM {table} WHERE NOT "{key[0]}" = ANY(%s)', [before])
        counted = key[0] if key[1].startswith("int") else None  # the database counts this key
        kept = [name for name in columns if name != counted]
        names, places = ", ".join(f'"{name}"' for name in kept), ", ".join(["%s"] * len(kept))
        statement = f'INSERT INTO {table} ({names}) VALUES ({places}) RETURNING "{key[0]}"'
        found = []
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            found.append(Row(statement, kept, [_plain(values[name]) for name in kept]))
        return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _query(statement: str, parameters: list[Any] | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [column.name for column in cursor.description], cursor.fetchall()


@dataclass(frozen=True)
class Way:
    """One way of submitting a case."""

    name: str
    submit: Callable[[Bench], None]
    statements: int


def measure(bench: Bench, ways: list[Way], *, rounds: int, cases: int) -> dict[str, list[float]]:
    """Cases per second of each way in each round; the order turns from round to round."""
    speeds: dict[str, list[float]] = {way.name: [] for way in ways}
    for number in range(rounds):
        for way in ways[number % len(ways) :] + ways[: number % len(ways)]:
            started = time.perf_counter()
            for _ in range(cases):
                way.submit(bench)
            speeds[way.name].append(cases / (time.perf_counter() - started))
        print(f"  round {number + 1}/{rounds}", file=sys.stderr)
    return speeds


def statements_of(bench: Bench, submit: Callable[[Bench], None]) -> int:
    """SQL statements of one case."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        submit(bench)
    return len(found)


def report(ways: list[Way], speeds: dict[str, list[float]], tables: str, *, rounds: int, cases: int) -> str:
    """The table that ``docs/benchmarks.md`` holds."""
    version = _query("SHOW server_version")[1][0][0]
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    floor = medians[ways[-1].name]
    lines = [
        f"{os.cpu_count()} CPUs · Python {platform.python_version()} · PostgreSQL {version} · one client,"
        f" median of {rounds} rounds of {cases} cases",
        f"rows a case: {tables}",
        "",
        "| way | cases/s | ms a case | SQL statements | of raw SQL | slowest–fastest round |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for way in ways:
        speed, found = medians[way.name], speeds[way.name]
        lines.append(
            f"| {way.name} | {speed:.0f} | {1000 / speed:.1f} | {way.statements} | {speed / floor:.2f} |"
            f" {min(found):.0f}–{max(found):.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--rounds", type=int, default=7, help="rounds, the median counts (default 7)")
    options.add_argument("--cases", type=int, default=40, help="cases a round and way (default 40)")
    chosen = options.parse_args()
    with running_platform():
        bench = make_bench()
        through_gateway(bench)  # makes the streams, fills the caches
        through_commands(bench)
        raw = RawSql(bench)
        ways = [
            Way("gateway", through_gateway, statements_of(bench, through_gateway)),
            Way("commands", through_commands, statements_of(bench, through_commands)),
            Way("raw SQL", raw.insert, raw.statements),
        ]
        speeds = measure(bench, ways, rounds=chosen.rounds, cases=chosen.cases)
        raw.close()
        print(report(ways, speeds, raw.tables, rounds=chosen.rounds, cases=chosen.cases))


if __name__ == "__main__":
    main()
