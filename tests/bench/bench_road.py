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
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench_servers import running_platform
from raw_sql import RawSql, query

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
    client.force_login(account, backend="zt_platform.accounts.sessions.AccountBackend")
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
    version = query("SHOW server_version")[1][0][0]
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
        raw = RawSql(bench.centre.schema_name, lambda: through_gateway(bench))
        ways = [
            Way("gateway", through_gateway, statements_of(bench, through_gateway)),
            Way("commands", through_commands, statements_of(bench, through_commands)),
            Way("raw SQL", lambda _bench: raw.insert(), raw.statements),
        ]
        speeds = measure(bench, ways, rounds=chosen.rounds, cases=chosen.cases)
        raw.close()
        print(report(ways, speeds, raw.tables, rounds=chosen.rounds, cases=chosen.cases))


if __name__ == "__main__":
    main()
